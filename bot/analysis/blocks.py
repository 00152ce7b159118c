"""The function around a line, for the languages whose tests are function literals that the grammar does not name, and the one
that a mark above it belongs to."""

import re

from bot.analysis.document import Document, Scope
from bot.core.layout import indentation

_LITERAL = re.compile(r"\bfunc\s*\(|\bfunction\b|=>\s*\{|\bdo\b(?:\s*\|[^|]*\|)?\s*$")
_ABOVE = 8  # lines from a mark to its test
_REACH = 400  # lines above in which the literal begins


def function(document: Document, line: int) -> range:
    """The lines of the innermost function or test around a line, or of the literal of less indentation that begins above it; none
    where there is neither."""
    last = len(document.lines)
    scope = document.scope(line)
    if scope is not None:
        return range(scope.start, min(scope.end, last) + 1)
    depth = indentation(document.lines[line - 1]) if 0 < line <= last else 0
    for n in range(line - 1, max(0, line - 1 - _REACH), -1):
        text = document.lines[n - 1]
        if not text.strip() or indentation(text) >= depth:
            continue
        depth = indentation(text)
        if _LITERAL.search(text):
            end = (
                m for m in range(line, last + 1) if document.lines[m - 1].strip() and indentation(document.lines[m - 1]) <= depth
            )
            return range(n, next(end, last) + 1)
    return range(0)


def marked(document: Document, line: int) -> Scope | None:
    """The test that a mark on this line belongs to: the next one below, if it is near."""
    below = range(line + 1, min(line + _ABOVE, len(document.lines)) + 1)
    return next((scope for n in below if (scope := document.scope(n))), None)
