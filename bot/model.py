"""The nouns that pass between rooms: frozen, comparable, free of I/O.

Containers are tuples, frozensets or read-only mappings, so that every value can be compared in a test and cross a process.
Lines are 1-based and counted by `\\n` alone, as GitHub counts them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Tier(StrEnum):
    """The hard wall: only defects decide the verdict and speak inline."""

    DEFECT = "defect"
    CONSIDERATION = "consideration"


class Severity(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    NOTE = "note"


class Confidence(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Side(StrEnum):
    """GitHub's name for the new (RIGHT) and the old (LEFT) side of a diff."""

    RIGHT = "RIGHT"
    LEFT = "LEFT"


class Conclusion(StrEnum):
    CLEAN = "clean"
    DEFECTS = "defects"
    INCONCLUSIVE = "inconclusive"


class Status(StrEnum):
    """How loudly a rule may speak, whatever its tier: SHADOW is computed and counted, never shown."""

    ACTIVE = "active"
    CONSIDERATION = "consideration"
    SHADOW = "shadow"
    OFF = "off"


class Kind(StrEnum):
    """What a file is, which decides the rules that read it. The last two are no test files, and are read for one thing each:
    what a binary among the tests is, and what a build file does with one that its pull changes."""

    CODE = "code"
    DATA = "data"
    CONFIG = "config"
    BINARY = "binary"
    BUILD = "build"

    @property
    def is_test(self) -> bool:
        return self not in (Kind.BINARY, Kind.BUILD)


class Cause(StrEnum):
    """Why we look. Of the last four, why we need not: a merge queue asks for its check, the pull was closed, or the App was
    suspended or uninstalled (then `pull` names the installation, and nothing else)."""

    OPENED = "opened"
    PUSHED = "pushed"
    COMMAND = "command"
    RERUN = "rerun"
    SWEEP = "sweep"
    MERGE_GROUP = "merge_group"
    CLOSED = "closed"
    SUSPENDED = "suspended"
    UNINSTALLED = "uninstalled"


# --- a delivery ---------------------------------------------------------------------------------------------------------


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


# --- what the forge tells -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ConfigText:
    """A configuration file as it stands. `name` says to people which one: its path, or `owner/repo:path`."""

    name: str
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ConfigTexts:
    """The configuration files that concern a pull; None where there is none.

    `repository` is the base branch's, never the pull's own. `proposed` is what stands at the head, when that differs: for
    checking it, not for heeding it, and the pull's own doing only when the file is among its changes.
    """

    repository: ConfigText | None = None
    organisation: ConfigText | None = None
    proposed: ConfigText | None = None


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request as GitHub described it when the run began. `config` is what its own repository says; `Forge.configuration`
    adds the organisation's."""

    pull: Pull
    base_sha: str
    base_ref: str
    head_sha: str
    author: str = ""
    draft: bool = False
    locked: bool = False
    changed_files: int = 0
    web_url: str = ""
    labels: tuple[str, ...] = ()
    private: bool = False
    config: ConfigTexts = ConfigTexts()


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """One entry of the pull's file list. `patch` None: GitHub sent none (binary, pure rename, mode change, or too large)."""

    path: str
    status: str
    patch: str | None
    blob: str | None = None
    previous_path: str | None = None
    additions: int = 0
    deletions: int = 0


@dataclass(frozen=True, slots=True)
class Removed:
    """A line the pull deletes: its number and text on the old side, and the new-side line it stood before."""

    line: int
    before: int
    text: str


@dataclass(frozen=True, slots=True)
class Lines:
    """Our own reading of one file's hunks. A RIGHT comment may stand on `commentable`, a LEFT one on `commentable_left`;
    a multi-line comment must lie inside one of `hunks` (first and last new-side line of each)."""

    added: frozenset[int] = frozenset()
    commentable: frozenset[int] = frozenset()
    commentable_left: frozenset[int] = frozenset()
    hunks: tuple[tuple[int, int], ...] = ()
    removed: tuple[Removed, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A changed file that its path makes a test file (`strong`) or that its content has yet to confirm."""

    file: ChangedFile
    language: str
    kind: Kind
    strong: bool


@dataclass(frozen=True, slots=True)
class Source:
    """One chosen file: what the analyst gets. `language` is a key of rules/languages.toml; `text` is repaired UTF-8, and for a
    binary one line that stands for it: its name, and what its first bytes say. `companions` are the binaries among the tests
    that the pull adds or changes and this text names; of a binary, the texts that it may be made from: of its name, but for the
    suffix, in its folder."""

    path: str
    language: str
    kind: Kind
    text: str
    lines: Lines
    companions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A changed file that was not analysed. `clouds`: it is a test file, so the verdict cannot be CLEAN. `wanted`: because the
    configuration says so."""

    path: str
    reason: str
    clouds: bool
    wanted: bool = False


@dataclass(frozen=True, slots=True)
class Spoken:
    """A comment of ours that stands on the pull. `answered`: a human has replied; then it is theirs, and we leave it alone.
    `line` is where GitHub shows it now, None when the code under it has changed."""

    fingerprint: str
    comment_id: int
    node_id: str
    path: str
    body: str
    answered: bool = False
    resolved: bool = False
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """What we said on this pull before, found by our marker and our authorship. `retired` are comments of ours whose finding
    was gone at the last look; they say so, and would say it again."""

    spoken: tuple[Spoken, ...] = ()
    retired: tuple[Spoken, ...] = ()
    summary_id: int | None = None
    summary_body: str = ""
    check_id: int | None = None
    check_status: str = ""
    check_digest: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """The contents of the chosen files at the head (path -> text), those that could not be read, and what we said before.
    `binaries`: what the first bytes of some of the unread ones say (core.binaries)."""

    texts: Mapping[str, str]
    unread: tuple[Skipped, ...] = ()
    rediffed: Mapping[str, Lines] = field(default_factory=dict)
    earlier: Earlier = Earlier()
    binaries: Mapping[str, str] = field(default_factory=dict)


# --- what a sweep looks at ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A webhook delivery that reached us on no attempt. `attempt` is GitHub's number of the latest one, `at` its time (epoch)."""

    guid: str
    attempt: int
    at: float
    event: str
    installation: int | None = None


@dataclass(frozen=True, slots=True)
class Installation:
    id: int
    account: str
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository that an installation gave us. `pushed` is the time of the last push to it (epoch; 0: never)."""

    installation: int
    id: int
    owner: str
    name: str
    archived: bool = False
    pushed: float = 0.0


@dataclass(frozen=True, slots=True)
class CheckRun:
    """A check run of ours, of one pull's head. `started` is 0 where GitHub names no time."""

    id: int
    completed: bool
    started: float = 0.0


@dataclass(frozen=True, slots=True)
class OpenPull:
    """An open pull and what our checks say at its head. `checks` None: the installation does not let us see checks."""

    pull: Pull
    head: str
    draft: bool = False
    updated: float = 0.0
    checks: tuple[CheckRun, ...] | None = ()

    @property
    def reviewed(self) -> bool:
        """A check of ours has come to its end at this head. (Where we see none, we cannot tell that it has not.)"""
        return self.checks is None or any(check.completed for check in self.checks)


# --- rules --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Condition:
    """A named predicate and the capture it asks about (None: the whole match)."""

    predicate: str
    capture: str | None = None


@dataclass(frozen=True, slots=True)
class Matcher:
    """One way a rule can match. Exactly one of `ast` (canonical JSON of an ast-grep rule), `text` (a Python regular expression)
    and `detector` (a name in bot.analysis.detectors, with `options` as canonical JSON) is set.

    `keywords`: the file must contain one of them, or the matcher is not run; empty means always run.
    `anchor`: the capture whose first line carries the finding (None: the match itself). `quote`: the capture to quote.
    """

    language: str
    ast: str = ""
    text: str = ""
    detector: str = ""
    options: str = "{}"
    keywords: tuple[str, ...] = ()
    anchor: str | None = None
    quote: str | None = None
    where: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """Evidence: `expect` are the exact lines that must be found in `code`. `gap`: a known miss, whose lines must not be found
    yet. `base`: the file before the pull (None: the file is new). `near_miss`: clean, though a keyword stands in it. `beside`:
    binaries among the tests that the same pull adds."""

    language: str
    code: str
    expect: tuple[int, ...] = ()
    gap: bool = False
    near_miss: bool = False
    base: str | None = None
    path: str | None = None
    because: str = ""
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule file. `what`, `why` and `fix` are templates over the match's captures, `{quote}` among them."""

    id: str
    code: str
    title: str
    tier: Tier
    severity: Severity
    confidence: Confidence
    status: Status
    cwe: tuple[str, ...]
    wave: int
    kinds: frozenset[Kind]
    what: str
    why: str
    fix: str
    references: tuple[str, ...]
    matchers: tuple[Matcher, ...]
    examples: tuple[Example, ...]
    rank: int = 50

    @property
    def strict(self) -> bool:
        """Secrets, hidden payloads and what leaves the job (families A, I, J): no comment in a pull silences its own."""
        return self.code.partition("-")[2][:1] in ("A", "I", "J")

    @property
    def speaks_as(self) -> Tier | None:
        """The tier this rule may speak in now; None when it must stay silent."""
        if self.status is Status.ACTIVE:
            return self.tier
        return Tier.CONSIDERATION if self.status is Status.CONSIDERATION else None


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All rules, by id and in a fixed order, and a digest of their files."""

    rules: Mapping[str, Rule]
    digest: str


# --- configuration ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a configuration file: where, and what was expected there. `key` is dotted; `line` 1-based."""

    file: str
    line: int
    key: str
    expected: str


@dataclass(frozen=True, slots=True)
class Allow:
    """Findings that the configuration keeps back: of one rule, in the paths that match, until a day (ISO, '' for ever)."""

    rule: str
    reason: str
    path: str = "**"
    expires: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Override:
    """What holds for some paths instead. None: as everywhere."""

    path: str
    enabled: bool | None = None
    fail_on: str | None = None
    rules: Mapping[str, Status] = field(default_factory=dict)
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Config:
    """The settings in force, merged from the organisation's file and the repository's. `fail_on` is a severity or `never`.

    `origin` says for each dotted key that some file set, which file it was. Of several overrides of a path the last one holds.
    """

    enabled: bool = True
    drafts: bool = True
    base_branches: tuple[str, ...] = ("**",)
    ignore_authors: tuple[str, ...] = ()
    labels_skip: tuple[str, ...] = ()
    labels_require: tuple[str, ...] = ()
    tests_include: tuple[str, ...] = ()
    tests_exclude: tuple[str, ...] = ()
    rules: Mapping[str, Status] = field(default_factory=dict)
    fail_on: str = "note"
    max_comments: int = 30
    considerations: int = 5
    allow: tuple[Allow, ...] = ()
    dismissals_by_author: bool = False
    dismissals_need: str = "write"
    paths: tuple[Override, ...] = ()
    origin: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settled:
    """The settings in force on a pull, and how they came about. `files` they were read from, the organisation's first.

    `problems` are in those files; `broken` are the problems that make a file useless, so that nobody knows what should hold.
    `proposed` are in the file as the pull would have it.
    """

    config: Config = Config()
    files: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    broken: tuple[Problem, ...] = ()
    proposed: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """A problem in the configuration as the pull would have it. `placed`: GitHub takes a comment on that line."""

    problem: Problem
    fingerprint: str
    placed: bool


# --- what people decided ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Dismissal:
    """Somebody's word that something may stay silent: `target` is a finding's whole fingerprint, or a rule's id. It holds on
    the pull `number`, 0: in the whole repository, as only a finding's may. `accepted`: it is right, and the risk is borne; else
    it is wrong here. `reason` is a stranger's text, `at` an ISO date."""

    target: str
    by: str
    reason: str
    accepted: bool = False
    number: int = 0
    at: str = ""


# --- findings -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hit:
    """A match on changed lines, straight from the analyst. No capture and no quote ever holds a secret value.

    `identity` is the normalised code and the enclosing test's name, hashed later into the fingerprint. `elsewhere` counts the
    lines of the file that the pull leaves alone and on which the rule would speak as well.
    """

    rule: str
    path: str
    line: int
    end_line: int
    quote: str
    captures: Mapping[str, str]
    identity: str
    side: Side = Side.RIGHT
    elsewhere: int = 0


@dataclass(frozen=True, slots=True)
class Scan:
    """What the analyst saw: hits in a fixed order, and the files it could not analyse."""

    hits: tuple[Hit, ...]
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A hit in its rule's words. `message` is what and why, `fix` one imperative sentence; both plain text with code spans.

    `twin` is the fingerprint without the path: a finding that moved to a renamed file has the twin it had before. `kin` is the
    name that equal lines of one test share; the fingerprint tells them apart. `elsewhere` is its hit's.
    """

    rule: str
    title: str
    tier: Tier
    severity: Severity
    confidence: Confidence
    cwe: tuple[str, ...]
    path: str
    line: int
    end_line: int
    side: Side
    quote: str
    what: str
    why: str
    fix: str
    fingerprint: str
    rank: int = 50
    twin: str = ""
    strict: bool = False
    kin: str = ""
    elsewhere: int = 0

    @property
    def message(self) -> str:
        return f"{self.what} {self.why}".strip()


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding kept back: by whom or what, and why. `void`: why it is said all the same, when it is."""

    finding: Finding
    by: str
    reason: str
    void: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """`findings` are to be said; `suppressed` are kept back; `refused` are said although a marker asked for silence."""

    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...] = ()
    refused: tuple[Suppressed, ...] = ()


@dataclass(frozen=True, slots=True)
class Delta:
    """This look against the last: `new` to be said, `standing` already said, `gone` said and no longer found.

    `listed` are fingerprints that our summary alone has said, `fixed` all that were ever said inline and are found no more.
    `notices` are those that no comment of ours makes yet, or that none can make.
    """

    new: tuple[Finding, ...]
    standing: tuple[Finding, ...]
    gone: tuple[Spoken, ...]
    listed: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()
    notices: tuple[Notice, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(sorted((*self.new, *self.standing), key=lambda f: (f.path, f.line, f.rule, f.fingerprint)))


@dataclass(frozen=True, slots=True)
class Verdict:
    conclusion: Conclusion
    defects: tuple[Finding, ...] = ()
    blind: tuple[Skipped, ...] = ()


# --- the plan -----------------------------------------------------------------------------------------------------------


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
