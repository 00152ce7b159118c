"""What the forge tells of a pull: its files, their texts, and what we said there before."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.model.delivery import Pull
from bot.model.terms import Kind


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
class Touched:
    """A product file that the pull changes. `symbols` are the functions and types whose lines change and that are still there,
    `dropped` those that the pull takes away; `removed`: with the whole file."""

    path: str
    symbols: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Import:
    """A line of product code, added by the pull, that imports the test file: by these names, or whole when there are none."""

    path: str
    line: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Echo:
    """A literal that stands in the test file between two offsets, and that the pull adds to a product file as well. `name` is
    what the product calls it, `use` what it does with it: `given` to that name, `compared` with it, or asked for as a `header`
    or `switch`. The value itself is only in the test file's text."""

    start: int
    end: int
    path: str
    line: int
    name: str
    use: str


@dataclass(frozen=True, slots=True)
class Product:
    """What the pull does outside its tests, as far as one test file is concerned (core.product). `denials` is how many fewer
    lines of all its tests expect a refusal than before."""

    touched: tuple[Touched, ...] = ()
    imports: tuple[Import, ...] = ()
    echoes: tuple[Echo, ...] = ()
    denials: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """One chosen file: what the analyst gets. `language` is a key of rules/languages.toml; `text` is repaired UTF-8, and for a
    binary one line that stands for it: its name, and what its first bytes say. `companions` are the binaries among the tests
    that the pull adds or changes and this text names; of a binary, the texts that it may be made from: of its name, but for the
    suffix, in its folder. A removed test file has no text, only removed lines."""

    path: str
    language: str
    kind: Kind
    text: str
    lines: Lines
    companions: tuple[str, ...] = ()
    product: Product = Product()


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
    `line` is where GitHub shows it now, None when the code under it has changed. `kept`: it says why its finding is kept back."""

    fingerprint: str
    comment_id: int
    node_id: str
    path: str
    body: str
    answered: bool = False
    resolved: bool = False
    line: int | None = None
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Earlier:
    """What we said on this pull before, found by our marker and our authorship. `retired` are comments of ours whose finding
    was gone or kept back at the last look; they say so, and would say it again."""

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
