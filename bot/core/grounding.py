"""The last look before we speak: what a finding quotes must stand on its line in the text we hold."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.model import Finding, Side, Skipped, Source, Tier

MISREAD = "a finding did not match the text of its line"
_GAPS = re.compile(r"(?:…|\.\.\.)")
_CODE_POINT = re.compile(r"U\+([0-9A-F]{4,6})")


@dataclass(frozen=True, slots=True)
class Grounded:
    """`kept` may be said. `dropped` may not, and `doubts` are the files in which a defect was dropped: not looked at, then."""

    kept: tuple[Finding, ...]
    dropped: tuple[Finding, ...] = ()

    @property
    def doubts(self) -> tuple[Skipped, ...]:
        paths = dict.fromkeys(f.path for f in self.dropped if f.tier is Tier.DEFECT)
        return tuple(Skipped(path, MISREAD, clouds=True) for path in paths)


def ground(findings: Sequence[Finding], sources: Iterable[Source]) -> Grounded:
    """Keep the findings whose quote stands on one of their lines; on the old side, on the removed line.

    In a quote, an ellipsis stands for anything on that line (a secret is quoted by its prefix), `U+202E` for that character.
    """
    held = {s.path: s for s in sources}
    texts = {path: s.text.split("\n") for path, s in held.items()}
    kept: list[Finding] = []
    dropped: list[Finding] = []
    for finding in findings:
        grounded = any(stands(finding.quote, line) for line in _lines(finding, held, texts))
        (kept if grounded else dropped).append(finding)
    return Grounded(tuple(kept), tuple(dropped))


def _lines(finding: Finding, held: Mapping[str, Source], texts: Mapping[str, list[str]]) -> list[str]:
    if finding.path not in held:
        return []
    if finding.side is Side.LEFT:
        return [r.text for r in held[finding.path].lines.removed if r.line == finding.line]
    return texts[finding.path][finding.line - 1 : finding.end_line] if finding.line > 0 else []


def stands(quote: str, line: str) -> bool:
    """Whether the pieces of `quote` stand on `line` in their order, blanks aside. A quote of nothing stands nowhere."""
    named = _CODE_POINT.sub(lambda m: chr(min(int(m[1], 16), 0x10FFFF)), quote)
    return any(_in_order(wanted, line) for wanted in dict.fromkeys((quote, named)))


def _in_order(quote: str, line: str) -> bool:
    pieces = [" ".join(piece.split()) for piece in _GAPS.split(quote)]
    rest = " ".join(line.split())
    if not any(pieces):
        return False
    for piece in pieces:
        _before, found, rest = rest.partition(piece) if piece else ("", "x", rest)
        if not found:
            return False
    return True
