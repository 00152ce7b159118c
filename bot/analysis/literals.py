"""The literals of a file without its grammar: quoted, bare in data, or several that the code puts together."""

import re
from dataclasses import dataclass, field
from itertools import islice

from bot.analysis.document import Document

_QUOTED = re.compile(r"\"([^\"\\\n]{4,4000})\"|'([^'\\\n]{4,4000})'|`([^`\\\n]{4,4000})`")
_BARE = re.compile(r"(?<![A-Za-z0-9+/=_.-])[A-Za-z0-9+/_-]{20,4000}={0,2}(?![A-Za-z0-9+/=_.-])")
_JOINING = " \t\r\n\\+.&|bBrRuUfF"  # what may stand between two quoted literals that make one
_UNQUOTED_LANGUAGES = frozenset(["any", "shell"])
_MANY = 20_000
_APART = 200  # characters between two parts


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as the code writes it: its offsets (without quotes) and text; `parts` are several for one put together."""

    start: int
    end: int
    text: str = field(repr=False)
    parts: tuple[str, ...] = field(default=(), repr=False)


def literals(document: Document) -> list[Literal]:
    """Every literal in the order of the file, and after each run of quoted ones that stand joined the whole they make."""
    bare = document.language in _UNQUOTED_LANGUAGES
    found: list[Literal] = []
    run: list[Literal] = []
    for match in islice((_BARE if bare else _QUOTED).finditer(document.text), _MANY):
        group = match.lastindex or 0
        literal = Literal(match.start(group), match.end(group), match[group])
        if run and (bare or not _joined(document.text, run[-1].end + 1, literal.start - 1)):
            found.extend(_whole(run))
            run = []
        found.append(literal)
        run.append(literal)
    found.extend(_whole(run))
    return found


def _joined(text: str, start: int, end: int) -> bool:
    return end - start < _APART and not text[start:end].strip(_JOINING)


def _whole(run: list[Literal]) -> list[Literal]:
    if len(run) < 2:
        return []
    return [Literal(run[0].start, run[-1].end, "".join(r.text for r in run), tuple(r.text for r in run))]
