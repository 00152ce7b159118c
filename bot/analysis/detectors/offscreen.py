"""Code that stands where a reviewer does not look: far to the right, at the end of a very long line, below a long gap.

`offscreen`: GitHub's diff does not wrap lines, and nobody scrolls past what looks like the end.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.core.lexical import Lexed, lex

_BLANKS = re.compile(r"[ \t]{120,}(?=\S)")
_GAP = 60  # blank lines after which a file looks finished
_WIDE = 120
_LONG = 1_000  # characters of a line that nobody reads to its end
_VISIBLE = 300
_MINIFIED = 200  # characters of an average line
_RUNS = re.compile(r"[\w$)\]]\s*\(|(?<![=!<>])=(?![=>])|\bimport\b|\brequire\b|\bdel\b|;\s*\w")
_REACHES_OUT = re.compile(
    r"(?<![\w.])(?:eval|exec|execSync|spawnSync|__import__|require|atob|Function|urlopen|b64decode|fromCharCode|fetch)\s*\("
    r"|\b(?:child_process|subprocess\.\w+|os\.system|socket\.socket|requests\.(?:get|post)|Runtime\.getRuntime|exec\.Command)\b"
)


@detector("offscreen")
def offscreen(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Each line that holds such code, quoted where it begins."""
    lexed = lex(document.text, document.language)
    mean = len(document.text) / len(document.lines)
    start = blank = 0
    for number, text in enumerate(document.lines, 1):
        places = [*_far_right(lexed, start, text)] if len(text) > _WIDE else []
        if len(text) > _LONG and mean < _MINIFIED:
            places += _at_the_end(lexed, start, text)
        if blank >= _GAP and not text.isspace() and text:
            places += _below(lexed, start, text)
        if places:
            hidden = document.text[min(places) : start + len(text)].strip()
            yield Found(number, number, hidden[:60], {"": hidden[:400]})
        blank = blank + 1 if not text or text.isspace() else 0
        start += len(text) + 1


def _far_right(lexed: Lexed, start: int, text: str) -> Iterator[int]:
    for match in _BLANKS.finditer(text):
        at = start + match.end()
        code = lexed.span_at(start + match.start()) is None and lexed.span_at(at) is None
        if code and _RUNS.search(lexed.code, at, start + len(text)):
            yield at


def _at_the_end(lexed: Lexed, start: int, text: str) -> Iterator[int]:
    found = _REACHES_OUT.search(lexed.code, start + _VISIBLE, start + len(text))
    if found:
        yield found.start()


def _below(lexed: Lexed, start: int, text: str) -> Iterator[int]:
    at = start + len(text) - len(text.lstrip())
    if lexed.span_at(at) is None and _RUNS.search(lexed.code, at, start + len(text)):
        yield at
