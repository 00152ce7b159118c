"""Diff-aware detectors of a check that a pull takes away, for null or for success, while what needed it stays."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.core.layout import COMMENT
from bot.core.releases import word
from bot.core.removed import LONGEST

_IDENTIFIER = r"[A-Za-z_$][\w$]*"


_PATH = rf"{_IDENTIFIER}(?:(?:\.|->|\?\.){_IDENTIFIER}|\[\w+\])*"
_NULLS = r"(?:nil|null|NULL|nullptr|undefined|None)"
_NULL_CHECK = re.compile(
    rf"(?P<checked>{_PATH})\s*(?:!==?\s*{_NULLS}|is\s+not\s+None)\s*(?:&&|and)\s+"
    rf"|(?P<denied>{_PATH})\s*(?:===?\s*{_NULLS}|is\s+None)\s*(?:\|\||or)\s+"
    rf"|(?<=[(&|!\s])(?P<true>{_PATH})\s*&&\s*|!\s*(?P<false>{_PATH})\s*\|\|\s*"
)


@detector("dropped-null-check")
def dropped_null_check(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A condition lost its check for null, and what it checked is still used on that line: dereferenced, or handed to a function
    that reads what it is given."""
    for _, replaced in document.replaced:
        for pair in replaced:
            if max(len(pair.old.text), len(pair.text)) > LONGEST or COMMENT.match(pair.text):
                continue
            for check in _NULL_CHECK.finditer(pair.old.text):
                name = next(filter(None, check.groups()))
                rest = pair.old.text[: check.start()] + pair.old.text[check.end() :]
                if _bare(rest) == _bare(pair.text) and _read(name, pair.text):
                    captures = {"was": check.group().strip(), "base_line": str(pair.old.line)}
                    yield Found(pair.line, pair.line, name, captures)
                    break


def _bare(text: str) -> str:
    return re.sub(r"[\s(){]", "", text)


def _read(name: str, text: str) -> bool:
    own = rf"(?<![\w$.>]){re.escape(name)}"
    reads = r"(?:mem|str|f(?:close|read|write|gets|puts|printf))\w*"
    return re.search(rf"{own}\s*(?:\.|->|\[)|\b{reads}\s*\([^;]*{own}\b|\b[A-Z]\w+\s*\(\s*{own}\s*\)|\*{own}\b", text) is not None


_CONSTANT = r"(?:-?\d+|nil|NULL|nullptr|[A-Z]\w*(?:::\w+)?)"
_STATUS_CHECK = re.compile(
    rf"^\s*(?:\}}\s*else\s+)?if\s*\(?\s*!?\s*(?P<object>{_IDENTIFIER})(?:(?:\.|->)(?:ok|Ok|is_?[oO]k|good|[sS]uccess\w*)\(\))?"
    rf"\s*(?:(?:!=|==|<=?|>)\s*{_CONSTANT}\s*)?(?:[){{]|$)"
    rf"|^\s*(?:\w+\.)*\w*(?:assert|Assert|ASSERT|EXPECT|REQUIRE|CHECK|VERIFY|verify|NoError|Nil|pass|require|must|tt_|fail_if)\w*\s*\(\s*(?:t\w*,\s*|0\s*(?:==|,)\s*)?"
    rf"!?\s*(?P<number>{_IDENTIFIER})(?:(?:\.|->)(?:ok|Ok|is_?[oO]k|good|[sS]uccess\w*)\(\))?\s*(?:\)|(?:!=|==|<=?|>|,\s*[!=<>]=?,|,)\s*{_CONSTANT})"
)
_RESULT = re.compile(
    r"^(?:rc|rv|r|ret\w*|res\w*|\w*[eE]rr\w*|e|s|st|k?ret|status|ok|n|num\w*|\w*len\w*|\w*size|count|\w*fd|fd|sock\w*|bytes\w*|\w*rc|success|code)$"
)
_ASKS = r"\w*(?:assert|expect|require|check|verify|fail_if|fail_unless|pass|must|tt_|err)\w*"


def _looks(name: str) -> re.Pattern[str]:
    """A line that asks what the name holds."""
    mine = word(name).pattern
    return re.compile(
        rf"{mine}(?:(?:\.|->)\w+\(\))?\s*(?:[!=<>]=|[<>]|\?|&&|\|\|)|(?:[!=<>]=|[<>]|&&|\|\||!)\s*\(?{mine}|(?:if|while|switch)\s*\(?\s*!?{mine}\s*(?:[.)&|{{]|->|$)"
        rf"|{_ASKS}\s*\([^;]*{mine}",
        re.IGNORECASE,
    )


@detector("dropped-status-check")
def dropped_status_check(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """The check of what a call returned is gone, the call still stands right above, and nothing up to the scope's end looks at
    what it returned."""
    for change, _ in document.replaced:
        for gone in change.removed:
            check = _STATUS_CHECK.match(gone.text)
            name = (check["object"] or check["number"]) if check else ""
            if not name or (check and check["object"] and "(" not in check.group() and not _RESULT.match(name)):
                continue
            line = _result_of(document, change.added[0] if change.added else gone.before, name)
            if line and not looked_at(document, line, name):
                captures = {"name": name, "was": gone.text.strip()[:80], "base_line": str(gone.line)}
                last = max(line, min(gone.before, len(document.lines)))
                yield Found(line, last, name, captures, spans=True, over_cuts=True)


def _result_of(document: Document, near: int, name: str) -> int:
    """The line just above that gives the name what a call returns; 0 when there is none."""
    gives = re.compile(rf"{word(name).pattern}\s*:?=\s*[^=;]*\(")
    above = range(min(near - 1, len(document.lines)), max(0, near - 5), -1)
    return next((n for n in above if n not in document.added and gives.search(document.lines[n - 1])), 0)


def looked_at(document: Document, line: int, name: str) -> bool:
    """Something looks at what the line gave the name, before the name gets something else."""
    scope = document.scope(line)
    mine, looks, anew = word(name), _looks(name), re.compile(rf"{word(name).pattern}\s*(?:,\s*\w+\s*)*:?=(?!=)")
    below = document.lines[line : scope.end] if scope else document.lines[line : line + 20]
    if re.match(r"\s*return\b", next((text for text in below if text.strip(" \t}")), "")):
        return True
    for text in below:
        if mine.search(text) and looks.search(text):
            return True
        if anew.search(text):
            return False
    return False
