"""The function around a line, for the languages whose tests are function literals that the grammar does not name."""

import re

from bot.analysis.document import Document

_LITERAL = re.compile(r"\bfunc\s*\(|\bfunction\b|=>\s*\{|\bdo\b(?:\s*\|[^|]*\|)?\s*$")
_REACH = 400  # lines above in which the literal begins


def function(document: Document, line: int) -> range:
    """The lines of the innermost function or test around a line, or of the literal of less indentation that begins above it; none
    where there is neither."""
    last = len(document.lines)
    scope = document.scope(line)
    if scope is not None:
        return range(scope.start, min(scope.end, last) + 1)
    depth = _indented(document.lines[line - 1]) if 0 < line <= last else 0
    for n in range(line - 1, max(0, line - 1 - _REACH), -1):
        text = document.lines[n - 1]
        if not text.strip() or _indented(text) >= depth:
            continue
        depth = _indented(text)
        if _LITERAL.search(text):
            end = (
                m for m in range(line, last + 1) if document.lines[m - 1].strip() and _indented(document.lines[m - 1]) <= depth
            )
            return range(n, next(end, last) + 1)
    return range(0)


def _indented(text: str) -> int:
    return len(text) - len(text.lstrip())
