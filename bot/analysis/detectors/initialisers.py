"""C and C++, diff-aware: a variable that had a value before anything read it, and has none now.

`dropped-initialiser`: its declaration lost the value, or what filled it below is gone. `dropped-zeroing`: its memory came zeroed.
`read-unset` needs no base: nothing stands between the declaration without a value and the line that reads it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.detectors.dropped_free import body
from bot.analysis.document import Document
from bot.core.layout import indentation
from bot.core.releases import word
from bot.core.removed import LONGEST, Change, Pair
from bot.model import Removed

_TOKEN = re.compile(r"->|\w+|\"[^\"]*\"|[^\s\w]")
_DECLARATION = re.compile(
    r"^\s*(?!return\b|auto\b|std::|static\b|extern\b|goto\b|delete\b|typedef\b|#|//|\*)(?:const\s+|struct\s+|union\s+|enum\s+|unsigned\s+|volatile\s+|alignas\(\d+\)\s*)*"
    r"[A-Za-z_][\w:<>]*[\s*]+[A-Za-z_]\w*[^()]*[;,]\s*(?://.*|/\*.*)?$"
)
_CONSTANT = re.compile(r"^(?:NULL|nullptr|false|true|-?\d\w*|[A-Z][A-Z0-9_]+|\{[\s0\w.,=*-]*\})$")
_CLEARS = re.compile(
    r"^\s*(?:(?:memset|bzero|explicit_bzero|ZeroMemory)\s*\(\s*&?\s*(?P<whole>[A-Za-z_]\w*)\s*,"
    r"|(?:\w+\s*=\s*)?\w*_?(?:init|INIT)(?:ialize)?\w*\s*\(\s*&\s*(?P<called>[A-Za-z_]\w*)(?:\.\w+)?\s*[,)]"
    r"|(?P<plain>[A-Za-z_]\w*)\s*=\s*(?:NULL|nullptr|0|false|\{\s*0?\s*\})\s*;"
    r"|(?P<holder>[A-Za-z_]\w*)(?P<member>\.\w+)\s*=\s*(?:NULL|nullptr|0|false|\w*MAGIC\w*)\s*;)"
)
_MAY_LEAVE = re.compile(r"\bgoto\b|\btt_\w+\s*\(")
_LABEL = re.compile(r"^\s*[A-Za-z_]\w*\s*:\s*(?:$|/|;)")
_ZEROED = re.compile(r"\b\w*(?:calloc|zalloc|new0|malloc0)(?:_n)?\b", re.IGNORECASE)
_AS_IT_COMES = re.compile(r"\b\w*(?:malloc|_new|Malloc|_alloc)(?:_n)?\b")
_CHECKED = r"^\s*(?:if|\w*(?:assert|ASSERT|check|CHECK|verify|VERIFY|expect|EXPECT|require|REQUIRE|pass|tt_)\w*)\s*\("
_WINDOW = 80  # lines above a reading line in which the declaration is looked for
_MOST = 60  # removed lines of one file that are asked about


@detector("dropped-initialiser")
def dropped_initialiser(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Speaks of the declaration."""
    asked = 0
    for change, pairs in document.replaced:
        paired = {pair.old.line for pair in pairs}
        for pair in pairs:
            for name in _bared(pair):
                if _read_first(document, pair.line, name):
                    yield _at(document, pair.line, pair.old, name)
        for gone in change.removed:
            cleared = _CLEARS.match(gone.text) if gone.line not in paired and len(gone.text) <= LONGEST else None
            if cleared and (asked := asked + 1) <= _MOST:
                yield from _no_longer_cleared(document, change, gone, cleared)


def _bared(pair: Pair) -> list[str]:
    """The variables of which only the first value is gone from their declaration."""
    if len(pair.old.text) > LONGEST or "=" not in pair.old.text or not _DECLARATION.match(pair.text):
        return []
    old, new = _TOKEN.findall(pair.old.text), _TOKEN.findall(pair.text)
    names: list[str] = []
    for kind, i1, i2, _, _ in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        if kind != "delete" or old[i1] != "=" or not _CONSTANT.match("".join(old[i1 + 1 : i2])):
            return []
        before = i1 - 1
        while before > 0 and old[before] == "]":
            before = next((n for n in range(before, 0, -1) if old[n] == "["), 0) - 1
        names.append(old[before])
    return names


def _read_first(document: Document, declared: int, name: str) -> bool:
    """Whether a path may reach a use of the variable before anything has surely set it."""
    lines = body(document, declared)
    mine, left, indent = word(name), False, indentation(document.lines[declared - 1])
    for number in (n for n in lines if n > declared):
        text = document.lines[number - 1]
        if mine.search(text) and not re.match(r"^\s*(?://|\*|/\*)", text):
            if re.search(rf"{_CHECKED}[^;]*&\s*{mine.pattern}", text):
                return False
            sets = re.match(rf"^\s*(?:for\s*\(\s*)?{mine.pattern}(?:\[[^\]]*\])?\s*=(?!=)[^;]*", text)
            if not sets or indentation(text) > indent or mine.search(sets.group().partition("=")[2]):
                return True
            rest = document.lines[number : lines.stop - 1]
            label = next((n for n, line in enumerate(rest) if _LABEL.match(line)), None)
            return left and label is not None and any(mine.search(line) for line in rest[label:])
        left = left or _MAY_LEAVE.search(text) is not None
    return False


def _no_longer_cleared(document: Document, change: Change, gone: Removed, cleared: re.Match[str]) -> Iterator[Found]:
    name = next(filter(None, cleared.group("whole", "called", "plain", "holder")))
    lines = body(document, max(1, min(gone.before, len(document.lines))))
    mine = word(name)
    near = min(gone.before, len(document.lines))
    above = range(near - 1, lines.start - 1, -1) if lines else ()
    declared = next((n for n in above if _declares(document.lines[n - 1], name)), 0)
    if not declared or _filled_again(document, lines, name, cleared["member"] or ""):
        return
    after = [n for n in lines if n >= near and mine.search(document.lines[n - 1])]
    if not after or any(mine.search(document.lines[n - 1]) for n in lines if n in document.fresh):
        return
    if cleared["plain"] and (
        re.match(rf"^\s*{mine.pattern}\s*=(?!=)", document.lines[after[0] - 1])
        or any(mine.search(document.lines[n - 1]) for n in range(declared + 1, near))
    ):
        return
    if cleared["member"] and not any(re.search(rf"&\s*{mine.pattern}(?![.\[])", document.lines[n - 1]) for n in after):
        return
    yield _at(document, declared, gone, name)


def _declares(text: str, name: str) -> bool:
    """A declaration of the variable without a value."""
    return _DECLARATION.match(text) is not None and re.search(rf"[\s*,]{name}\s*(?:\[[^;=]*\]\s*)?[;,]", text) is not None


def _filled_again(document: Document, lines: Sequence[int], name: str, member: str) -> bool:
    """Another line of the function does what the removed one did."""
    mine = word(name).pattern
    whole = (
        rf"(?:memset|bzero|ZeroMemory)\s*\(\s*&?\s*{mine}|{mine}\s*=\s*(?:\(\w[\w\s]*\)\s*)?\{{"
        rf"|\w*(?:init|INIT)\w*\s*\(\s*&?\s*{mine}"
    )
    again = re.compile(whole + (rf"|{mine}{re.escape(member)}\s*=" if member else ""))
    return any(again.search(document.lines[n - 1]) for n in lines)


@detector("dropped-zeroing")
def dropped_zeroing(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Speaks of the line that allocates."""
    for _, pairs in document.replaced:
        for pair in pairs:
            old, new = _ZEROED.search(pair.old.text[:LONGEST]), _AS_IT_COMES.search(pair.text[:LONGEST])
            if not old or not new or _ZEROED.search(pair.text):
                continue
            name = re.search(r"(?P<name>\w+)\s*=(?!=)[^=]*$", pair.text[: new.start()])
            if not name or pair.old.text[: old.start()].split() != pair.text[: new.start()].split():
                continue
            filled = re.compile(rf"(?:memset|memcpy|bzero)\s*\([^,;]*{word(name['name']).pattern}")
            if not any(filled.search(document.lines[n - 1]) for n in body(document, pair.line)):
                captures = {"name": name["name"], "was": pair.old.text.strip()[:80], "base_line": str(pair.old.line)}
                yield Found(pair.line, pair.line, new.group(), captures)


_READS = re.compile(r"^\s*(?:[\w.>\[\]*-]+\s*=\s*|return\s+)(?P<name>[a-z_]\w*)\s*;")
_BACK = re.compile(r"^\s*(?:\}\s*)?(?:for|while|do|switch|case|default|else)\b|^\s*\w+\s*:\s*$|\bgoto\b|^\s*#")


@detector("read-unset")
def read_unset(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Speaks of the line that reads."""
    for line in sorted(document.fresh):
        read = _READS.match(document.lines[line - 1]) if document.language == "c" else None
        if read is None:
            continue
        name = read["name"]
        mine = word(name)
        above = [n for n in range(line - 1, max(0, line - _WINDOW), -1) if mine.search(document.lines[n - 1])]
        if not above or not _declares(document.lines[above[0] - 1], name) or above[0] not in body(document, line):
            continue
        between = document.lines[above[0] : line - 1]
        if not any(_BACK.search(text) for text in between) and re.search(
            r"\b(?:int|long|short|unsigned|\w+_t|char|bool)\b", document.lines[above[0] - 1]
        ):
            captures = {"name": name, "was": document.lines[above[0] - 1].strip()[:80], "base_line": str(above[0])}
            yield Found(line, line, name, captures)


def _at(document: Document, line: int, gone: Removed, name: str) -> Found:
    captures = {"name": name, "was": gone.text.strip()[:80], "base_line": str(gone.line)}
    return Found(line, max(line, gone.before), name, captures, spans=True, over_cuts=True)
