"""What is said about a pull request: issue comments, reviews, review threads and comments, reactions, check runs."""

from dataclasses import dataclass, field
from typing import ClassVar

from bot.sandbox.people import Account, App


@dataclass
class Node:
    """What GitHub gives a number of its own. The global name is made of it and of the kind's `prefix`."""

    id: int
    _prefix: ClassVar[str]

    def __init_subclass__(cls, prefix: str) -> None:
        cls._prefix = prefix

    @property
    def node_id(self) -> str:
        return f"{self._prefix}{self.id:08x}"


@dataclass
class Reaction(Node, prefix="REA_lADO"):
    user: Account
    content: str
    created_at: str


@dataclass
class IssueComment(Node, prefix="IC_kwDO"):
    user: Account
    body: str
    created_at: str
    updated_at: str
    app: App | None = None
    minimized: str | None = None
    reactions: list[Reaction] = field(default_factory=list)


@dataclass
class Review(Node, prefix="PRR_kwDO"):
    """`state` is PENDING, COMMENTED, APPROVED, CHANGES_REQUESTED or DISMISSED; a pending one is seen by its author alone."""

    user: Account
    body: str
    state: str
    commit_id: str
    created_at: str
    submitted_at: str | None = None
    app: App | None = None
    minimized: str | None = None


@dataclass
class ReviewComment(Node, prefix="PRRC_kwDO"):
    user: Account
    body: str
    created_at: str
    updated_at: str
    review_id: int | None
    in_reply_to: int | None = None
    app: App | None = None
    minimized: str | None = None
    reactions: list[Reaction] = field(default_factory=list)


@dataclass(frozen=True)
class Anchor:
    """Where a thread stands: a line or a range of one side of one file's diff, or (`line` None) the whole file."""

    path: str
    side: str = "RIGHT"
    line: int | None = None
    start_line: int | None = None
    start_side: str | None = None

    @property
    def subject_type(self) -> str:
        return "file" if self.line is None else "line"


@dataclass
class Thread(Node, prefix="PRRT_kwDO"):
    """A conversation on a diff line. `original` is where it was written; `now` follows the pushes, None when outdated."""

    original: Anchor
    original_commit: str
    now: Anchor | None
    commit: str
    diff_hunk: str
    comments: list[ReviewComment] = field(default_factory=list)
    resolved_by: Account | None = None


@dataclass
class CheckSuite(Node, prefix="CS_kwDO"):
    """`rerequested`: somebody asked for another run, and the app has not written to the suite since."""

    head_sha: str
    app: App
    created_at: str
    rerequested: bool = False


@dataclass
class Annotation:
    path: str
    start_line: int
    end_line: int
    annotation_level: str
    message: str
    title: str | None = None
    raw_details: str | None = None
    start_column: int | None = None
    end_column: int | None = None


@dataclass
class CheckRun(Node, prefix="CR_kwDO"):
    name: str
    suite: CheckSuite
    status: str
    started_at: str
    conclusion: str | None = None
    completed_at: str | None = None
    external_id: str = ""
    details_url: str = ""
    title: str | None = None
    summary: str | None = None
    text: str | None = None
    annotations: list[Annotation] = field(default_factory=list)
    actions: list[dict[str, str]] = field(default_factory=list)

    @property
    def head_sha(self) -> str:
        return self.suite.head_sha

    @property
    def app(self) -> App:
        return self.suite.app
