"""The plan of a review, and how a job ended."""

from dataclasses import dataclass

from bot.model.configuration import Problem
from bot.model.delivery import Job
from bot.model.findings import Finding, Suppressed, Verdict
from bot.model.forge import Skipped, Source, Spoken
from bot.model.terms import Side


@dataclass(frozen=True, slots=True)
class Comment:
    """One inline comment to post. `start_line` None for one line (GitHub refuses equal ends).

    `also` are the fingerprints of other findings on the same line, which this comment names. `defects` counts what it names; a
    notice names none.
    """

    path: str
    line: int
    start_line: int | None
    side: Side
    body: str
    fingerprint: str
    also: tuple[str, ...] = ()
    notice: bool = False

    @property
    def defects(self) -> int:
        return 0 if self.notice else 1 + len(self.also)


@dataclass(frozen=True, slots=True)
class Annotation:
    path: str
    start_line: int
    end_line: int
    level: str
    title: str
    message: str


@dataclass(frozen=True, slots=True)
class Action:
    """A button of the check: at most 20 characters on it, 40 beside it, and 20 by which we know it again."""

    label: str
    description: str
    identifier: str


@dataclass(frozen=True, slots=True)
class Check:
    """The completed check run. `conclusion` is GitHub's word: success, failure or neutral. At most three `actions`."""

    conclusion: str
    title: str
    summary: str
    annotations: tuple[Annotation, ...] = ()
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """The plan: complete, ordered, nothing performed yet. `comments` holds only what is new; `summary` is the whole body.

    `retire`: comments of ours whose finding is gone, each with the body it shall have from now on. `quiet`: the pull changes no
    test file, so the summary is written only where one of ours already stands. `body` introduces the inline comments. `problems`
    are those of the configuration, in force or proposed.
    """

    head_sha: str
    verdict: Verdict
    comments: tuple[Comment, ...]
    summary: str
    check: Check
    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...] = ()
    retire: tuple[Spoken, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    body: str = ""
    quiet: bool = False
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job ended, for the log, the metrics and the tests. `ended`: reviewed, or the slug of a `Gone`.

    `shadow`: found by rules that may not speak yet. `ungrounded`: dropped, because the quote does not stand on its line.
    """

    job: Job
    ended: str
    review: Review | None = None
    sources: tuple[Source, ...] = ()
    shadow: tuple[Finding, ...] = ()
    ungrounded: tuple[Finding, ...] = ()
