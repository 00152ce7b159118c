"""C and C++: care for memory that a pull takes away, while what it protected stays.

`dropped-nulling`: a pointer was set to null, or made anew, after it had been given back or handed over. `loosened-bound`: one
token of a bound has changed, and more fits, or less room is left.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.core.layout import indentation
from bot.core.releases import released, word
from bot.core.removed import LONGEST
from bot.model import Removed

_SET_ANEW = re.compile(
    r"^\s*\*?(?P<name>[A-Za-z_]\w*(?:(?:\.|->)\w+)*)\s*=\s*(?:\([^()]*\)\s*)?"
    r"(?:NULL|nullptr|0|new\b[^;]*|\w*(?:alloc|dup|create|_new|new_)\w*\s*\([^;]*)\s*;"
)
_ABOVE = 3  # lines above the removed one in which the pointer was given back
_TERMINATED = re.compile(r"^\s*(?P<name>[A-Za-z_]\w*(?:(?:\.|->)\w+)*)\s*\[[^\]]+\]\s*=\s*(?:0|'\\0'|'\\x00'|NUL)\s*;")


@detector("dropped-nulling")
def dropped_nulling(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Speaks of the line above the removed one, which gives the pointer back or hands it over."""
    for change, _ in document.replaced:
        for gone in change.removed:
            anew = _SET_ANEW.match(gone.text)
            above = _line_above(document, gone) if anew else 0
            if anew is None or not above or any(_assigns(document.lines[n - 1], anew["name"]) for n in change.added):
                continue
            if _given_away(document, above, gone, anew["name"]):
                yield _at(document, above, gone, anew["name"])


def _given_away(document: Document, above: int, gone: Removed, name: str) -> bool:
    """The lines above give the pointer back, and it lives on; or they hand it to a call, and a later line gives it back."""
    scope = document.scope(above)
    if scope is None:
        return False
    last, base, whole = name.rpartition(">")[2].rpartition(".")[2], re.split(r"\.|->", name)[0], word(name)
    before = range(max(scope.start, above - _ABOVE + 1), above + 1)
    after = document.lines[gone.before - 1 : scope.end]
    freed = any({last, base} & set(released(document.lines[n - 1])) and whole.search(document.lines[n - 1]) for n in before)
    if freed:
        again = next((text for text in after if whole.search(text)), "")
        outlives = gone.text.strip().startswith("*") or base != name or bool(again)
        return not _assigns(again, name) and (outlives or _in_loop(document, above, scope.start))
    handed = any(re.search(rf"\w\s*\([^;]*{whole.pattern}", document.lines[n - 1]) for n in before)
    return handed and any(last in released(text) and whole.search(text) for text in after)


def _in_loop(document: Document, line: int, first: int) -> bool:
    indent = indentation(document.lines[line - 1])
    for number in range(line - 1, first, -1):
        text = document.lines[number - 1]
        if text.strip() and indentation(text) < indent:
            if re.match(r"\s*\}?\s*(?:for|while|do)\b", text):
                return True
            indent = indentation(text)
    return False


def _assigns(text: str, name: str) -> bool:
    return re.search(rf"{word(name).pattern}\s*=(?!=)", text) is not None


def _line_above(document: Document, gone: Removed) -> int:
    """The head's line above a removed one that says something; 0 when there is none."""
    above = range(min(gone.before - 1, len(document.lines)), 0, -1)
    return next((n for n in above if document.lines[n - 1].strip(" \t{}")), 0)


def _at(document: Document, line: int, gone: Removed, name: str) -> Found:
    text = document.lines[line - 1].strip()
    quote = name if word(name).search(text) else text[:60]
    captures = {"name": name, "was": gone.text.strip()[:80], "base_line": str(gone.line)}
    return Found(line, max(line, gone.before), quote, captures, spans=True, over_cuts=True)


_TOKEN = re.compile(r"\w+|<=|>=|->|\+\+|--|<<|>>|&&|\|\||[^\w\s]")
_MEASURES = re.compile(r"sizeof|size|len|count|\bnum|\bn\w?\b|max|cap|expected|limit|end|ARRAY|\[|range", re.IGNORECASE)
_WIDE = frozenset("size_t ssize_t uint64_t int64_t off_t uintmax_t ptrdiff_t long".split())
_BYTES = re.compile(r"\b(?:char|u?int8_t|BYTE|byte|wchar_t)\b")


@detector("loosened-bound")
def loosened_bound(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Speaks of the line that took the other's place, unless the function has become stricter elsewhere. The capture `was` is the
    line as it was."""
    pairs = [pair for _, replaced in document.replaced for pair in replaced]
    stricter = {_scope_start(document, p.line) for p in pairs if _loosened(_tokens(p.text), _tokens(p.old.text), p.old.text)}
    for pair in pairs:
        quote = _loosened(_tokens(pair.old.text), _tokens(pair.text), pair.text)
        if quote and _scope_start(document, pair.line) not in stricter:
            yield Found(pair.line, pair.line, quote, {"was": pair.old.text.strip()[:80], "base_line": str(pair.old.line)})


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text[:LONGEST])


def _scope_start(document: Document, line: int) -> int:
    scope = document.scope(line)
    return scope.start if scope else 0


def _loosened(old: Sequence[str], new: Sequence[str], text: str) -> str:
    """What to quote of the new line when a bound is looser there and nothing else has changed; '' otherwise."""
    steps = [s for s in SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if s[0] != "equal"]
    if len(steps) != 1:
        return ""
    _, i1, i2, j1, j2 = steps[0]
    gone, come = list(old[i1:i2]), list(new[j1:j2])
    before = new[j1 - 1] if j1 else ""
    if (
        (gone, come) in ((["<"], ["<="]), ([">="], [">"]))
        and re.search(r"\b(?:for|while)\b|\+\+", text)
        and _MEASURES.search(text)
    ):
        return come[0]
    if gone[:1] == ["<"] and come[:1] == ["<="] and len(gone) == len(come) == 2 and re.search(r"\bfor\b", text):
        return come[0]
    if before == "[" and _smaller(gone, come) and _BYTES.search(text.partition("[")[0]):
        return f"[{come[0]}"
    if not come and _is_less_some(gone) and _MEASURES.search(text):
        return before
    if not gone and come[:1] == ["+"] and come[1:] == ["1"] and new[j2 : j2 + 1] == ["]"] and "[" in new[:j1]:
        return before
    if (
        not come
        and gone[:1] == ["+"]
        and new[j1 : j1 + 1] == ["]"]
        and _BYTES.search(text.partition("[")[0])
        and text.rstrip().endswith(";")
    ):
        return before
    if not come and gone == ["*"] and new[max(0, j1 - 2) : j1] == ["sizeof", "("]:
        return "sizeof"
    if (gone, come) in (([">="], [">"]), (["<"], ["<="])) and re.search(r"^\s*if\b.*(?:len|size|alloc|cap|max|MAX)", text):
        return come[0]
    if not come and gone[:1] == ["+"] and gone[1:] == ["1"] and re.search(r"alloc\w*\s*\(|\bnew\b", text):
        return before
    if not come and len(gone) == 3 and gone[0] == "(" and gone[1] in _WIDE and re.search(r"[*]|<<", text):
        return new[j1] if j1 < len(new) else ""
    if not come and gone[:1] == ["/"] and "sizeof" in gone and "sizeof" in text and re.search(r"\b(?:for|while)\b", text):
        return "sizeof"
    return ""


def _smaller(gone: Sequence[str], come: Sequence[str]) -> bool:
    return len(gone) == len(come) == 1 and gone[0].isdigit() and come[0].isdigit() and int(come[0]) < int(gone[0])


def _is_less_some(gone: Sequence[str]) -> bool:
    return len(gone) == 2 and gone[0] == "-" and gone[1].isdigit()


@detector("dropped-terminator")
def dropped_terminator(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A line that ended a text is gone, and nothing else ends it in the function. Speaks of the line above."""
    for change, _ in document.replaced:
        for gone in change.removed:
            ended = _TERMINATED.match(gone.text)
            above = _line_above(document, gone) if ended else 0
            scope = document.scope(above) if above else None
            if ended is None or scope is None:
                continue
            mine = word(ended["name"])
            ends = re.compile(
                rf"{mine.pattern}\s*\[[^\]]+\]\s*=|memset\s*\(\s*&?{mine.pattern}|{mine.pattern}\s*\[[^\]]*\]\s*=\s*\{{"
            )
            lines = document.lines[scope.start - 1 : scope.end]
            if any(mine.search(text) for text in lines) and not any(ends.search(text) for text in lines):
                yield _at(document, above, gone, ended["name"])
