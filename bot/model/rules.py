"""A rule file, loaded."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.model.terms import Confidence, Kind, Severity, Status, Tier


@dataclass(frozen=True, slots=True)
class Condition:
    """A named predicate and the capture it asks about (None: the whole match)."""

    predicate: str
    capture: str | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """How the fix changes the line of the finding: what the regular expression `replace` finds there becomes `by`."""

    replace: str
    by: str


@dataclass(frozen=True, slots=True)
class Matcher:
    """One way a rule can match. Exactly one of `ast` (canonical JSON of an ast-grep rule), `text` (a Python regular expression)
    and `detector` (a name in bot.analysis.detectors, with `options` as canonical JSON) is set.

    `keywords`: the file must contain one of them, or the matcher is not run; empty means always run.
    `anchor`: the capture whose first line carries the finding (None: the match itself). `quote`: the capture to quote.
    `edit`: the fix, where it is certain.
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
    edit: Edit | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """Evidence: `expect` are the exact lines that must be found in `code`. `gap`: a known miss, whose lines must not be found
    yet. `base`: the file before the pull (None: the file is new). `near_miss`: clean, though a keyword stands in it. `beside`:
    binaries among the tests that the same pull adds. `product`: what it does to product files, path -> lines of a diff."""

    language: str
    code: str
    expect: tuple[int, ...] = ()
    gap: bool = False
    near_miss: bool = False
    base: str | None = None
    path: str | None = None
    because: str = ""
    beside: tuple[str, ...] = ()
    product: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measured:
    """How quiet a rule is: on so many ordinary commits, when nothing was known to be wrong, it spoke in so many."""

    commits: int
    spoke: int
    date: str
    at: str


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
    measured: Measured | None = None

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
