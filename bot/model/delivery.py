"""What a delivery asks for."""

from dataclasses import dataclass

from bot.model.terms import Cause


@dataclass(frozen=True, slots=True)
class Pull:
    """The name of a pull request. `repository_id` is stable across renames and is the identity; owner and repo may be stale."""

    installation: int
    repository_id: int
    owner: str
    repo: str
    number: int


@dataclass(frozen=True, slots=True)
class Place:
    """A comment that somebody wrote, and where its answer goes: into the thread on the diff that the comment `thread` begins
    (the comment itself, when it begins one), else into the pull's conversation."""

    comment: int
    thread: int | None = None

    @property
    def is_answer(self) -> bool:
        """It answers another comment on the diff, perhaps one of ours."""
        return self.thread is not None and self.thread != self.comment


@dataclass(frozen=True, slots=True)
class Command:
    """What a person asks of us. `target` is a rule's id or a fingerprint, '' for the finding of the thread. `accepted`: the
    finding is right and bearable (/ar), not wrong (/fp). `reason` is a stranger's text. `by` is the person's login, `place`
    the comment, None for a button of the check. `misuse`: addressed to us but no command; this says how it is written."""

    verb: str
    target: str = ""
    reason: str = ""
    accepted: bool = False
    misuse: str = ""
    by: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """Why we look, and at what. `head` is the commit the event named, None when it named none (a command)."""

    delivery: str
    pull: Pull
    cause: Cause
    head: str | None = None
    command: Command | None = None


@dataclass(frozen=True, slots=True)
class Ignored:
    """Why we do not look. `reason` is one of a small set of slugs, safe as a metric label."""

    delivery: str
    reason: str
