"""The lines of a file that belong to its tests, where only a part of the file is one (`#[cfg(test)] mod tests { … }`).

Nothing is parsed: brackets are counted with literals and comments stepped over, in one pass, whatever the text holds.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator

from bot.core.languages import Part
from bot.core.layout import indentation


def part_lines(part: Part, text: str) -> frozenset[int]:
    """The 1-based lines of all test parts in the text."""
    opens = re.compile(part.open, re.MULTILINE)
    lines: set[int] = set()
    for first, last in _SHAPES[part.shape](opens, text):
        lines.update(range(first, last + 1))
    return frozenset(lines)


def _sections(opens: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    return _runs(opens, text, lambda line, start: line.startswith("["))


def _indented(opens: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    return _runs(opens, text, lambda line, start: bool(line.strip()) and indentation(line) <= indentation(start))


def _runs(opens: re.Pattern[str], text: str, ends: Callable[[str, str], bool]) -> Iterator[tuple[int, int]]:
    lines = text.split("\n")
    first = 0
    for number, line in enumerate(lines, 1):
        if first and ends(line, lines[first - 1]):
            yield first, number - 1
            first = 0
        if not first and opens.match(line):
            first = number
    if first:
        yield first, len(lines)


def _items(opens: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    starts = [0, *(m.end() for m in re.finditer("\n", text))]
    done = 0
    for match in opens.finditer(text):
        if match.start() < done:
            continue
        begin = match.start() + len(match.group()) - len(match.group().lstrip())
        done = len(text) if text.startswith("#!", begin) else _item_end(text, begin)
        first = 1 if text.startswith("#!", begin) else bisect_right(starts, begin)
        yield first, bisect_right(starts, max(done - 1, begin))


# What can hide a bracket: each opening with the pattern of its end. Lifetimes ('a) are no literals and hide nothing.
_TOKEN = re.compile(r"""//|/\*|\bb?r(?P<hashes>#*)"|"|'(?:\\(?:u\{[0-9a-fA-F_]*\}|x..|.)|[^\\'\n])'|[{}()\[\];]""")
_STRING_END = re.compile(r'(?:\\.|[^"\\])*+"', re.DOTALL)
_COMMENT_EDGE = re.compile(r"/\*|\*/")


def _item_end(text: str, at: int) -> int:
    """Where the item that begins at `at` (attributes included) ends; the end of the text when it does not."""
    depth = 0
    while token := _TOKEN.search(text, at):
        mark, at = token.group(), token.end()
        if mark == "//":
            at = _after(text, "\n", at)
        elif mark == "/*":
            at = _comment_end(text, at)
        elif token.group("hashes") is not None:
            at = _after(text, '"' + token.group("hashes"), at)
        elif mark == '"':
            closing = _STRING_END.match(text, at)
            at = closing.end() if closing else len(text)
        elif mark in "{([":
            depth += 1
        elif mark in "})]":
            depth -= 1
            if mark == "}" and depth <= 0:
                return at
        elif mark == ";" and depth <= 0:
            return at
    return len(text)


def _after(text: str, closing: str, at: int) -> int:
    found = text.find(closing, at)
    return len(text) if found < 0 else found + len(closing)


def _comment_end(text: str, at: int) -> int:
    """Rust's block comments nest."""
    depth = 1
    while depth:
        edge = _COMMENT_EDGE.search(text, at)
        if edge is None:
            return len(text)
        depth += 1 if edge.group() == "/*" else -1
        at = edge.end()
    return at


_SHAPES = {"section": _sections, "indented": _indented, "item": _items}
