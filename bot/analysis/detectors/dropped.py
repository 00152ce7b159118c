"""Diff-aware detectors of care that a pull takes away: a release, a null check, while what needed it stays."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.core.releases import cares, released, word
from bot.core.removed import Change

_COMMENT = re.compile(r"^\s*(?:#|//|\*|/\*|--)")
_IDENTIFIER = r"[A-Za-z_$][\w$]*"
_DEFERRED_CALL = re.compile(r"^\s*defer\s+[\w.]+\(")
_ACQUIRES = r"(?:,\s*\w+\s*)*(?:=|:=)\s*(?:await\s+)?(?:new\s+)?[\w.$:>&*\"'\[\]-]+\s*\("


@detector("dropped-release")
def dropped_release(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A line that gave a resource back is gone, nothing else gives it back, and the function still acquires it.

    The finding stands where the function acquires it on an added line, else on the added line that took the release's place.
    """
    renamed = _renamed(document)
    for change, _ in document.replaced:
        for gone in change.removed:
            name = next(released(gone.text), "")
            if not name or _COMMENT.match(gone.text):
                continue
            name = renamed.get(name, name)
            line = _still_held(document, change, name)
            if line is not None:
                text = document.lines[line - 1]
                quote = name if word(name).search(text) else text.strip()
                yield Found(line, line, quote, {"name": name, "was": gone.text.strip()[:80], "base_line": str(gone.line)})


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


def _still_held(document: Document, change: Change, name: str) -> int | None:
    """The added line to speak on, None when somebody still gives `name` back or nobody holds it any more."""
    near = change.added[0] if change.added else change.removed[0].before
    scope = document.scope(min(max(1, near), len(document.lines)))
    if scope is None:
        return None
    numbers = range(scope.start, min(scope.end, len(document.lines)) + 1)
    mine = word(name)
    holding = [n for n in numbers if mine.search(document.lines[n - 1])]
    if any(name in released(document.lines[n - 1]) for n in holding):
        return None
    if any(_cared_for(document.lines[n - 1], n in holding) for n in numbers if n in document.added or n in holding):
        return None
    acquired = [n for n in holding if re.search(rf"{mine.pattern}\s*{_ACQUIRES}", document.lines[n - 1])]
    if not acquired or re.search(rf"\breturn\s+[^;]*{mine.pattern}", scope.text):
        return None
    fresh = [n for n in acquired if n in document.added] or [n for n in change.added if scope.start <= n <= scope.end]
    return fresh[0] if fresh else None


def _cared_for(text: str, holds: bool) -> bool:
    """Something on this line is in charge of releases. A deferred call on the name itself that gives nothing back is not."""
    return cares(text) and not (holds and _DEFERRED_CALL.match(text))


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
