"""Diff-aware detectors of care that a pull takes away: a release, a null check, while what needed it stays."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.core.releases import cares, released, word
from bot.core.removed import Change
from bot.model import Removed, Side

_COMMENT = re.compile(r"^\s*(?:#|//|\*|/\*|--)")
_IDENTIFIER = r"[A-Za-z_$][\w$]*"
_JUMP = re.compile(r"^\s*goto\s+(?P<label>\w+)\s*;")
_RETURN = re.compile(r"^\s*return\b")
_CLEAN_UP = 12  # lines below a label in which what it gives back stands
# Lines between the line that acquires and the place of a release, for one finding to cover both: where another line has taken the
# release's place, and where none has.
_REACH, _FAR = 12, 40
_DEFERRED_CALL = re.compile(rf"^\s*defer\s+(?P<callee>{_IDENTIFIER}(?:\.\w+)*)\(")
_ACQUIRES = r"(?:,\s*\w+\s*)*(?:=|:=)\s*(?:await\s+)?(?:new\s+)?[\w.$:>&*\"'\[\]-]+\s*\("


@detector("dropped-release")
def dropped_release(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A line that gave a resource back is gone, nothing else gives it back, and the function still acquires it.

    The finding stands where the function acquires it, when that line is added or not far above the place of the release; else on
    the added line that took the release's place, else on the removed line itself.
    """
    renamed = _renamed(document)
    for change, _ in document.replaced:
        for gone in change.removed:
            name = _given_back(document, change, gone)
            if not name or _COMMENT.match(gone.text):
                continue
            name = renamed.get(name, name)
            place = _still_held(document, change, gone, name)
            if place is not None:
                yield _found(document, place, gone, name)


def _given_back(document: Document, change: Change, gone: Removed) -> str:
    """What the removed line gave back: by a call, or by a jump to the function's clean-up that has become a return."""
    jump = _JUMP.match(gone.text)
    if jump is None:
        return next(released(gone.text), "")
    if not any(_RETURN.match(document.lines[n - 1]) for n in change.added):
        return ""
    after = [r.text for r in document.source.lines.removed if r.line > gone.line]
    label = next((n for n, text in enumerate(after) if re.match(rf"\s*{jump['label']}\s*:", text)), None)
    return next((name for text in after[label:][:_CLEAN_UP] for name in released(text)), "") if label is not None else ""


def _found(document: Document, place: range, gone: Removed, name: str) -> Found:
    captures = {"name": name, "was": gone.text.strip()[:80], "base_line": str(gone.line)}
    if not place:
        text = gone.text.strip()
        return Found(gone.line, gone.line, name if word(name).search(text) else text[:60], captures, text, side=Side.LEFT)
    text = document.lines[place[0] - 1]
    quote = name if word(name).search(text) else text.strip()
    return Found(place[0], place[-1], quote, captures, spans=len(place) > 1, over_cuts=True)


def _renamed(document: Document) -> dict[str, str]:
    """Names that acquire the same thing under a new name now."""
    gives = re.compile(rf"(?P<name>{_IDENTIFIER})\s*(?P<rest>{_ACQUIRES})")
    out = {}
    for _, replaced in document.replaced:
        for pair in replaced:
            old, new = gives.search(pair.old.text), gives.search(pair.text)
            if old and new and old["name"] != new["name"] and old["rest"].split() == new["rest"].split():
                out[old["name"]] = new["name"]
    return out


def _still_held(document: Document, change: Change, gone: Removed, name: str) -> range | None:
    """The lines to speak on (none: on the removed line); None when somebody still gives `name` back or nobody holds it."""
    near = change.added[0] if change.added else gone.before
    scope = document.scope(min(max(1, near), len(document.lines)))
    if scope is None or near == scope.start:  # what stood above the function was none of its lines
        return None
    numbers = range(scope.start, min(scope.end, len(document.lines)) + 1)
    mine = word(name)
    holding = [n for n in numbers if mine.search(document.lines[n - 1])]
    if any(name in released(document.lines[n - 1]) for n in holding):
        return None
    if any(_cared_for(document.lines[n - 1], n in holding, name) for n in numbers if n in document.added or n in holding):
        return None
    acquires = re.compile(rf"{mine.pattern}\s*(?:{_ACQUIRES}|=\s*[A-Z_]*INIT\b)|\w*_(?:init|create|open)\w*\(\s*&{mine.pattern}")
    acquired = [n for n in holding if acquires.search(document.lines[n - 1])]
    if not acquired or re.search(rf"\breturn\s+[^;\n]*{mine.pattern}", scope.text):
        return None
    fresh = [n for n in acquired if n in document.added]
    if fresh:
        return range(fresh[0], fresh[0] + 1)
    instead = [n for n in change.added if n in numbers and document.lines[n - 1].strip()]
    first, last = next((n for n in reversed(acquired) if n <= near), acquired[0]), instead[0] if instead else gone.before
    left_early = instead and _JUMP.match(gone.text)
    if 0 < last - first <= (_REACH if instead else _FAR) and not left_early:
        return range(first, last + 1)
    return range(instead[0], instead[0] + 1) if instead else range(0)


def _cared_for(text: str, holds: bool, name: str) -> bool:
    """Something on this line is in charge of releases. A deferred call of the name's own that gives nothing back is not."""
    deferred = _DEFERRED_CALL.match(text) if holds else None
    return cares(text) and not (deferred and word(name).match(deferred["callee"]))


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
