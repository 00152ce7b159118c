"""Diff-aware detectors of a check that a pull takes away, for null or for success, while what needed it stays."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.core.releases import word
from bot.model import Side

_COMMENT = re.compile(r"^\s*(?:#|//|\*|/\*|--)")
_IDENTIFIER = r"[A-Za-z_$][\w$]*"


_NULL_CHECK = re.compile(
    rf"(?P<checked>{_IDENTIFIER}(?:(?:\.|->|\?\.){_IDENTIFIER})*)\s*(?:!==?\s*(?:nil|null|NULL|nullptr|undefined|None)|is\s+not\s+None)"
    r"\s*(?:&&|and)\s+"
)


@detector("dropped-null-check")
def dropped_null_check(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A condition lost its check for null, and what it checked is still dereferenced on that line."""
    for _, replaced in document.replaced:
        for pair in replaced:
            check = _NULL_CHECK.search(pair.old.text)
            if check is None or _COMMENT.match(pair.text):
                continue
            name = check["checked"]
            rest = pair.old.text.replace(check.group(), "", 1)
            if "".join(rest.split()) == "".join(pair.text.split()) and re.search(rf"{re.escape(name)}\s*(?:\.|->)", pair.text):
                yield Found(pair.line, pair.line, name, {"was": check.group().strip(), "base_line": str(pair.old.line)})


_STATUS_CHECK = re.compile(
    rf"^\s*(?:if\s*\(?\s*|(?:assert|ASSERT|EXPECT|REQUIRE|CHECK)\w*\s*\(\s*)(?:!\s*(?P<object>{_IDENTIFIER})(?:(?:\.|->)(?:ok|Ok|is_?[oO]k|good|[sS]uccess\w*)\(\))?"
    rf"|(?P<number>{_IDENTIFIER})\s*(?:!=|==|<=?)\s*(?:0|-1|nil|NULL|nullptr|\w*(?:OK|SUCCESS)\b))\s*(?:[){{]|$)"
)
_LOOKS = re.compile(r"\b(?:if|while|switch|\w*assert\w*|expect\w*|require\w*|check\w*)\b|\?|&&|\|\|", re.IGNORECASE)


@detector("dropped-status-check")
def dropped_status_check(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """The check of what a call returned is gone, the call still stands right above, and nothing up to the scope's end looks at
    what it returned."""
    for change, _ in document.replaced:
        for gone in change.removed:
            check = _STATUS_CHECK.match(gone.text)
            name = (check["object"] or check["number"]) if check else ""
            line = _result_of(document, change.added[0] if change.added else gone.before, name) if name else 0
            if line and not _looked_at(document, line, name):
                yield Found(
                    gone.line, gone.line, name, {"name": name, "was": gone.text.strip()[:80]}, gone.text.strip(), side=Side.LEFT
                )


def _result_of(document: Document, near: int, name: str) -> int:
    """The line just above that gives the name what a call returns; 0 when there is none."""
    gives = re.compile(rf"{word(name).pattern}\s*=\s*[^=;]*\(")
    above = range(min(near, len(document.lines)), max(0, near - 4), -1)
    return next((n for n in above if n not in document.added and gives.search(document.lines[n - 1])), 0)


def _looked_at(document: Document, line: int, name: str) -> bool:
    scope = document.scope(line)
    mine = word(name)
    texts = document.lines[line : scope.end] if scope else document.lines[line : line + 20]
    return any(mine.search(text) and _LOOKS.search(text) for text in texts)
