"""What is said about a pull request: issue comments, reviews, review threads and comments, reactions, check runs."""

from dataclasses import dataclass, field

from bot.sandbox.people import Account, App


@dataclass
class Reaction:
    id: int
    user: Account
    content: str
    created_at: str

    @property
    def node_id(self) -> str:
        return f"REA_lADO{self.id:08x}"


@dataclass
class IssueComment:
    id: int
    user: Account
    body: str
    created_at: str
    updated_at: str
    app: App | None = None
    minimized: str | None = None
    reactions: list[Reaction] = field(default_factory=list)

    @property
    def node_id(self) -> str:
        return f"IC_kwDO{self.id:08x}"


@dataclass
class Review:
    """`state` is PENDING, COMMENTED, APPROVED, CHANGES_REQUESTED or DISMISSED; a pending one is seen by its author alone."""

    id: int
    user: Account
    body: str
    state: str
    commit_id: str
    created_at: str
    submitted_at: str | None = None
    app: App | None = None
    minimized: str | None = None

    @property
    def node_id(self) -> str:
        return f"PRR_kwDO{self.id:08x}"


@dataclass
class ReviewComment:
    id: int
    user: Account
    body: str
    created_at: str
    updated_at: str
    review_id: int | None
    in_reply_to: int | None = None
    app: App | None = None
    minimized: str | None = None
    reactions: list[Reaction] = field(default_factory=list)

    @property
    def node_id(self) -> str:
        return f"PRRC_kwDO{self.id:08x}"


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
class Thread:
    """A conversation on a diff line. `original` is where it was written; `now` follows the pushes, None when outdated."""

    id: int
    original: Anchor
    original_commit: str
    now: Anchor | None
    commit: str
    diff_hunk: str
    comments: list[ReviewComment] = field(default_factory=list)
    resolved_by: Account | None = None

    @property
    def node_id(self) -> str:
        return f"PRRT_kwDO{self.id:08x}"


@dataclass
class CheckSuite:
    """`rerequested`: somebody asked for another run, and the app has not written to the suite since."""

    id: int
    head_sha: str
    app: App
    created_at: str
    rerequested: bool = False

    @property
    def node_id(self) -> str:
        return f"CS_kwDO{self.id:08x}"


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
class CheckRun:
    id: int
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

    @property
    def node_id(self) -> str:
        return f"CR_kwDO{self.id:08x}"
