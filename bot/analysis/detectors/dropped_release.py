"""Diff-aware: a resource is no longer given back, while the function, or the file for a member, still acquires it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.analysis.blocks import function
from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.core.holding import acquires, acquires_anew, hands_on, owned, starts
from bot.core.layout import COMMENT, LEAVES, indentation
from bot.core.releases import cares, members, one_of_all, released, word
from bot.core.removed import Change
from bot.model import Removed, Side

_IDENTIFIER = r"[A-Za-z_$][\w$]*"
_JUMP = re.compile(r"^\s*goto\s+(?P<label>\w+)\s*;")
_DEFERRED = re.compile(rf"^\s*defer\s+[\w.]+\((?P<name>{_IDENTIFIER})\)\s*$")
_RETURN = re.compile(r"^\s*return\b")
_WAITS = re.compile(r"(?:\.|->)(?:join|wait(?:pid)?|communicate)\s*\(", re.IGNORECASE)
_KILLS = re.compile(r"(?:\.|->)(?:terminate|kill)\s*\(", re.IGNORECASE)
_STOPS = re.compile(r"(?:\.|->)(?:shutdown|stop|cancel|interrupt|terminate|kill)\w*\s*\(", re.IGNORECASE)
_CLOSES = re.compile(r"(?:\.|->)(?:server_)?(?:close|dispose|free|destroy)\w*\s*\(", re.IGNORECASE)
_CLEAN_UP = 12  # lines below a label in which what it gives back stands
_REACH = 12  # lines from the acquiring line to the one that has taken the release's place, for the first to be named
_BLOCK = 3  # lines above a way out in which its own block gives things back


@detector("dropped-release")
def dropped_release(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A line that gave a resource back is gone, nothing else gives it back, and the function or the file still acquires it.

    The finding stands where it is started or acquired, when that line is added or stands above the place of the release; else on
    the added line that took the release's place, else on the removed line itself.
    """
    renamed = _renamed(document)
    spoken: set[tuple[int, str]] = set()
    for change, _ in document.replaced:
        for gone in change.removed:
            if COMMENT.match(gone.text):
                continue
            for name in dict.fromkeys(_given_back(document, change, gone)):
                name = renamed.get(name, name)
                place = _still_held(document, change, gone, name)
                if place is None:
                    continue
                key = (place[0], name) if place else (-gone.line, "")
                if key not in spoken:
                    spoken.add(key)
                    yield _found(document, place, gone, name)


def _given_back(document: Document, change: Change, gone: Removed) -> Sequence[str]:
    """What the removed line gave back: by a call, or by a jump to the function's clean-up that has become a return."""
    jump = _JUMP.match(gone.text)
    if jump is None:
        deferred = _DEFERRED.match(gone.text)
        names = [*released(gone.text), *([deferred["name"]] if deferred else [])]
        each = [pair for r in change.removed if (pair := one_of_all(r.text)) is not None]
        return [*names, *(whole for one, whole in each if one in names)]
    if not any(_RETURN.match(document.lines[n - 1]) for n in change.added):
        return []
    after = [r.text for r in document.source.lines.removed if r.line > gone.line]
    label = next((n for n, text in enumerate(after) if re.match(rf"\s*{jump['label']}\s*:", text)), None)
    return next(([name] for text in after[label:][:_CLEAN_UP] for name in released(text)), []) if label is not None else []


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
    out = {}
    for _, replaced in document.replaced:
        for pair in replaced:
            old, new = _GIVES.search(pair.old.text), _GIVES.search(pair.text)
            if old and new and old["name"] != new["name"] and old["rest"].split() == new["rest"].split():
                out[old["name"]] = new["name"]
    return out


_GIVES = re.compile(
    rf"(?P<name>{_IDENTIFIER})\s*(?P<rest>(?:,\s*\w+\s*)*(?:=|:=)\s*(?:await\s+)?(?:new\s+)?[\w.$:>&*\"'\[\]-]+\s*\()"
)


def _still_held(document: Document, change: Change, gone: Removed, name: str) -> range | None:
    """The lines to speak on (none: on the removed line); None when somebody still gives `name` back or nobody holds it."""
    near = change.added[0] if change.added else gone.before
    numbers = _function(document, near, gone)
    acquiring = acquires(name)
    if not any(acquiring.search(document.lines[n - 1]) for n in numbers):
        return _member_held(document, change, gone, name, acquiring)
    fresh = document.fresh
    holding = [n for n in numbers if word(name).search(document.lines[n - 1])]
    own = _own(document, change, near, name, holding)
    giving = [n for n in own if name in released(document.lines[n - 1]) and not _in_part(document.lines[n - 1], gone, name)]
    if giving and _only_stopped(document, gone, giving):
        return range(giving[0], max(near, giving[0]) + 1) if giving[0] <= near else None
    if any(not _on_a_way_out(document, n) for n in giving) or (giving and LEAVES.match(document.lines[near - 1])):
        return None
    asked = [n for n in numbers if (n in document.added or n in holding) and not _in_part(document.lines[n - 1], gone, name)]
    if any(owned(document.lines, n, name, n in holding, n in fresh) for n in asked):
        return None
    if any(hands_on(document.lines[n - 1], name) for n in holding if n in fresh) or _returned(document, numbers, name):
        return None
    if any(name in released(document.lines[n - 1]) for n in document.fresh if n not in numbers):  # a clean-up of its own now
        return None
    acquired = any(acquiring.search(document.lines[n - 1]) for n in own)
    return _place(document, change, gone, name, own if acquired else holding, acquiring)


def _only_stopped(document: Document, gone: Removed, giving: Sequence[int]) -> bool:
    """What is left only tells it to stop, and the removed line waited for its end or closed it."""
    texts = [document.lines[n - 1] for n in giving]
    waited = _WAITS.search(gone.text) and all(map(_KILLS.search, texts))
    closed = _CLOSES.search(gone.text) and not any(map(_CLOSES.search, texts)) and all(map(_STOPS.search, texts))
    return bool(waited or closed)


def _function(document: Document, near: int, gone: Removed) -> range:
    """The lines of the function that the removed line stood in; none when it stood in none."""
    above = next((n for n in range(min(near, len(document.lines) + 1) - 1, 0, -1) if document.lines[n - 1].strip()), 0)
    for line in (near, above):
        scope = document.scope(line)
        if (
            scope is not None
            and line >= scope.start
            and near > scope.start
            and _deeper(gone.text, document.lines[scope.start - 1])
        ):
            return range(scope.start, min(scope.end, len(document.lines)) + 1)
    around = function(document, near) if document.scope(near) is None and document.language == "go" else range(0)
    return around if around and _deeper(gone.text, document.lines[around.start - 1]) else range(0)


def _deeper(text: str, than: str) -> bool:
    return indentation(text) > indentation(than)


def _own(document: Document, change: Change, near: int, name: str, holding: Sequence[int]) -> Sequence[int]:
    """Of the lines with the name, those in which it means what it means here: it may be given something else before and below."""
    anew = [n for n in holding if acquires_anew(name).search(document.lines[n - 1])]
    if any(n in change.added for n in anew):
        return holding
    first = max((n for n in anew if n < near), default=0)
    last = min((n for n in anew if n >= near and n != first), default=len(document.lines) + 1)
    return [n for n in holding if first <= n < last]


def _in_part(text: str, gone: Removed, name: str) -> bool:
    """Only a part of it is handed to something here, where the removed line handed over the whole."""
    whole = re.compile(rf"[(,]\s*&?{re.escape(name)}\s*[,)]")
    part = re.compile(rf"[(,]\s*&?{re.escape(name)}(?:\.|->)\w+\s*[,)]")
    return bool(whole.search(gone.text) and part.search(text) and not whole.search(text))


def _on_a_way_out(document: Document, line: int) -> bool:
    """What is given back here is given back only where the function fails."""
    below = document.lines[line : line + _BLOCK]
    return any(LEAVES.match(text) and not _RETURN.match(text) for text in below) and document.language == "c"


def _returned(document: Document, numbers: range, name: str) -> bool:
    """The function gives the resource itself to its caller."""
    returns = re.compile(
        rf"\b(?:return|yield)\b(?:[^;\n]*[(,{{\[:\s&])?{word(name).pattern}\s*(?:[;,)}}\]]|$)"
        + (rf"|^\s*{word(name).pattern}\s*$" if document.language in ("ruby", "rust") else "")
    )
    found = [n for n in numbers if returns.search(document.lines[n - 1])]
    added = (document.lines[n - 1] for n in document.fresh)
    return any(n in document.fresh for n in found) or (bool(found) and any(cares(t) or next(released(t), None) for t in added))


def _place(
    document: Document, change: Change, gone: Removed, name: str, holding: Sequence[int], acquiring: re.Pattern[str]
) -> range | None:
    near = change.added[0] if change.added else gone.before
    acquired = [n for n in holding if acquiring.search(document.lines[n - 1])]
    new = [n for n in acquired if n in document.fresh]
    if new:
        return range(new[0], new[0] + 1)
    started = [n for n in holding if n <= near and starts(document.lines[n - 1], name)]
    instead = [n for n in change.added if document.lines[n - 1].strip()]
    first = started[-1] if started else next((n for n in reversed(acquired) if n <= near), acquired[0])
    last = instead[0] if instead else min(gone.before, len(document.lines))
    left_early = instead and _JUMP.match(gone.text)
    if last - first > 0 and (not instead or last - first <= _REACH) and not left_early:
        return range(first, last + 1)
    return range(instead[0], instead[0] + 1) if instead else range(0)


def _member_held(document: Document, change: Change, gone: Removed, name: str, acquiring: re.Pattern[str]) -> range | None:
    """As above, for a member or a field that another function of the file acquires."""
    if name not in members(gone.text):
        return None
    if document.language == "php" and not name.startswith("$") and not document.search(acquiring):
        acquiring = acquires("$" + name)  # a local of the member's name, which is stored in it
    mine = re.compile(rf"\$?{word(name).pattern}|{word('$' + name).pattern}")
    numbers = range(1, len(document.lines) + 1)
    holding = [n for n in numbers if name in document.lines[n - 1] and mine.search(document.lines[n - 1])]
    if not any(acquiring.search(document.lines[n - 1]) for n in holding):
        return None
    giving = [n for n in holding if {name, "$" + name} & set(released(document.lines[n - 1]))]
    if giving and not _only_stopped(document, gone, giving):
        return None
    if any(owned(document.lines, n, name, n in holding, n in document.fresh) for n in holding):
        return None
    return _place(document, change, gone, name, holding, acquiring)
