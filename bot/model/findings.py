"""From a match on a changed line to the verdict."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.model.configuration import Notice
from bot.model.forge import Skipped, Spoken
from bot.model.secrets import Secret
from bot.model.terms import Conclusion, Confidence, Severity, Side, Tier


@dataclass(frozen=True, slots=True)
class Hit:
    """A match on changed lines, straight from the analyst. No capture and no quote ever holds a secret value.

    `identity` is the normalised code and the enclosing test's name, hashed later into the fingerprint. `elsewhere` counts the
    lines of the file that the pull leaves alone and on which the rule would speak as well. `suggestion`: the line as the fix
    would have it, '' where that is not certain. `secret`: what may be told of the value, where the finding is about one.
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
    suggestion: str = ""
    secret: Secret | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """What the analyst saw: hits in a fixed order, and the files it could not analyse."""

    hits: tuple[Hit, ...]
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A hit in its rule's words. `message` is what and why, `fix` one imperative sentence; both plain text with code spans.

    `twin` is the fingerprint without the path: a finding that moved to a renamed file has the twin it had before. `kin` is the
    name that equal lines of one test share; the fingerprint tells them apart. `elsewhere`, `suggestion` and `secret` are
    its hit's.
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
    suggestion: str = ""
    secret: Secret | None = None

    @property
    def message(self) -> str:
        return f"{self.what} {self.why}".strip()


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding kept back: by whom or what, and why. `void`: why it is said all the same, when it is. `undo`: the command that
    takes it back, in an answer to our comment; '' where none does."""

    finding: Finding
    by: str
    reason: str
    void: str = ""
    undo: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """`findings` are to be said; `suppressed` are kept back; `refused` are said although a marker asked for silence."""

    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...] = ()
    refused: tuple[Suppressed, ...] = ()


@dataclass(frozen=True, slots=True)
class Delta:
    """This look against the last: `new` to be said, `standing` already said, `gone` said and no longer found.

    `kept` are comments that said what is kept back by now, each with what keeps it. `listed` are fingerprints that our summary
    alone has said, `fixed` all that were ever said inline and are found no more.
    `notices` are those that no comment of ours makes yet, or that none can make.
    """

    new: tuple[Finding, ...]
    standing: tuple[Finding, ...]
    gone: tuple[Spoken, ...]
    kept: tuple[tuple[Spoken, Suppressed], ...] = ()
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
