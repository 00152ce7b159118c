"""C and C++, diff-aware: memory that a function no longer gives back, while everything else it does with it stands as it was.

`dropped-free`: the statement that gave it back is gone. `dropped-owner`: the type or the mark that gave it back at the end of the
block is. `dropped-exit`: the jump to the function's clean-up has become a return. `dropped-destructor`: the function that would
have given it back is no longer handed over.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.detectors.dropped_release import dropped_release
from bot.analysis.document import Document
from bot.core.frees import base, fills, given_back, is_release, nulls
from bot.core.layout import C_COMMENT
from bot.core.releases import word
from bot.core.removed import LONGEST, Change
from bot.model import Removed

_LEAVES = re.compile(
    r"^\s*(?:\}\s*else\s*)?(?:return\b|goto\s|throw\b|_?exit\s*\(|abort\s*\(|errx?\s*\(|error\s*\(|die\w*\s*\(|continue\s*;|break\s*;|\w*(?:fail|fatal|FAIL)\w*\s*\()"
)
_RETURN = re.compile(r"^\s*(?:\{\s*)?return\b")
_JUMP = re.compile(r"^[\s{]*(?:\w+\s*=[^;]*;\s*)?goto\s+(?P<label>\w+)\s*;")
_NEAR = 4  # lines below a cut in which its block leaves the function
_TRIES = 60  # statements of one pull in one file that are asked about; more are a rewrite


@detector("dropped-free")
def dropped_free(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Stands on the line that acquires it, or on the way out that no longer gives it back. What another rule says of the same
    removed line is left to it."""
    cuts = [(c, r) for c, _ in document.replaced for r in c.removed if len(r.text) <= LONGEST and is_release(r.text)][:_TRIES]
    if document.language != "c" or not cuts:
        return
    told = {found.captures.get("base_line") for found in dropped_release(document, {})}
    kept = {document.lines[n - 1].strip() for n in document.added if n <= len(document.lines)}
    spoken: set[tuple[int, str]] = set()
    for change, gone in cuts:
        if str(gone.line) in told or gone.text.strip() in kept:
            continue
        for place in dict.fromkeys(given_back(gone.text)):
            line = _left(document, change, gone, place)
            if line and (line, place) not in spoken:
                spoken.add((line, place))
                yield _found(document, line, gone, place)
                break


def _found(document: Document, line: int, gone: Removed, place: str) -> Found:
    text = document.lines[line - 1]
    name = base(place)
    quote = name if word(name).search(text) else text.strip()[:60]
    captures = {"name": place, "was": gone.text.strip()[:80], "base_line": str(gone.line)}
    last = max(line, min(gone.before, len(document.lines)))
    return Found(line, last, quote, captures, spans=True, over_cuts=True)


def body(document: Document, line: int) -> range:
    """The lines of the function around a line: as the grammar says, or between two braces in the first column where a macro hides
    the function from it."""
    last = len(document.lines)
    scope = document.scope(min(line, last))
    if scope is not None and line > scope.start:
        return range(scope.start, min(scope.end, last) + 1)
    above = next((n for n in range(min(line, last) - 1, 0, -1) if document.lines[n - 1].startswith("}")), 0)
    below = next((n for n in range(line, last + 1) if document.lines[n - 1].startswith("}")), 0)
    return range(above + 1, below + 1) if below and below - above < 600 else range(0)


def _left(document: Document, change: Change, gone: Removed, place: str) -> int:
    """The line to speak of; 0 when somebody else gives it back, or the function no longer does the same with it."""
    near = min(gone.before, len(document.lines))
    lines = body(document, near)
    name = base(place)
    mine = word(name)
    if not lines or _otherwise(document, lines, name, mine):
        return 0
    holding = [n for n in lines if mine.search(document.lines[n - 1]) and not C_COMMENT.match(document.lines[n - 1])]
    filled = [n for n in holding if n < near and fills(document.lines[n - 1], name) and not is_release(document.lines[n - 1])]
    giving = [n for n in holding if place in given_back(document.lines[n - 1])]
    handed = re.compile(rf"\breturn\b[^;]*{mine.pattern}\s*[;,)]|^\s*[\w.>\[\]*-]+(?:\.|->|\])\w*\s*=\s*{mine.pattern}\s*;")
    if any(handed.search(document.lines[n - 1]) for n in holding if n > (filled[-1] if filled else 0)):
        return 0
    again = next((n for n in holding if n >= near and fills(document.lines[n - 1], name)), lines.stop)
    since = filled[-1] if filled else lines.start
    if any(since < n < again for n in giving) or (giving and not (filled and again < lines.stop)):
        return _on_way_out(document, near, lines, giving, filled)
    handed_in = any(mine.search(text) for text in document.lines[lines.start - 1 : lines.start + 2]) and place == name
    if not filled and (handed_in or not _filled_elsewhere(document, place)):
        return 0
    return filled[-1] if filled else near - 1 if near > lines.start else near


def _otherwise(document: Document, lines: range, name: str, mine: re.Pattern[str]) -> bool:
    """The pull adds something else about it, or takes away more than the release."""
    fresh = [document.lines[n - 1] for n in lines if n in document.fresh]
    if any(mine.search(text) and not nulls(text, name) for text in fresh):
        return True
    added = {document.lines[n - 1].strip() for n in document.added if n <= len(document.lines)}
    first, last = lines.start, lines.stop
    gone = [r.text for r in document.source.lines.removed if first < r.before <= last and r.text.strip() not in added]
    return any(mine.search(t) and not nulls(t, name) and not is_release(t) and not C_COMMENT.match(t) for t in gone)


def _on_way_out(document: Document, near: int, lines: range, giving: Sequence[int], filled: Sequence[int]) -> int:
    """The line below the cut that leaves the function, when nothing has given it back before and others give it back later."""
    leaves = next((n for n in range(near, min(near + _NEAR, lines.stop)) if _LEAVES.match(document.lines[n - 1])), 0)
    closed = next((n for n in range(near, lines.stop) if re.match(r"\s*\}", document.lines[n - 1])), lines.stop)
    if not leaves or leaves > closed or not filled or any(filled[-1] < n <= near for n in giving):
        return 0
    jump = re.match(r"\s*goto\s+(?P<label>\w+)", document.lines[leaves - 1])
    if jump:
        label = next((n for n in lines if re.match(rf"\s*{jump['label']}\s*:", document.lines[n - 1])), 0)
        return 0 if any(n > label for n in giving) else leaves
    if re.match(r"\s*(?:continue|break)", document.lines[leaves - 1]):
        return 0
    return leaves if any(n > leaves for n in giving) else 0


def _filled_elsewhere(document: Document, place: str) -> bool:
    """For what the file or a structure holds: another line of the file puts something there."""
    last = re.split(r"\.|->", place)[-1].partition("[")[0]
    puts = rf"(?:\.|->|^|\s){re.escape(last)}(?:\[[^\]]*\])?\s*=\s*(?!NULL|nullptr|0\s*;|=)\S"
    return re.search(puts, document.text) is not None


_OWNER = re.compile(
    r"\b(?:g_auto(?:ptr|free|list|slist|queue)?\b|_cleanup_\w+|\w*(?:[cC]lean(?:up|er)|CLEANUP|autofree|auto_free|autoptr)\w*|(?:std::)?(?:unique|shared|scoped)_ptr\b|Scoped[A-Z]\w*)"
)
_POINTER = r"(?:^|[\s(])(?:const\s+)?(?:struct\s+)?[A-Za-z_][\w:<>]*(?:\s*\*+\s*|\s+){0}\s*(?:=|;|,|\()"


@detector("dropped-owner")
def dropped_owner(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Stands on the declaration."""
    if document.language != "c":
        return
    for _, replaced in document.replaced:
        for pair in replaced:
            old, new = pair.old.text[:LONGEST], pair.text[:LONGEST]
            if not _OWNER.search(old) or _OWNER.search(new) or C_COMMENT.match(old) or not re.search(r"\*|\bauto\b", new):
                continue
            declared = re.match(r"^\s*(?:const\s+)?(?:struct\s+)?[A-Za-z_][\w:<>]*[\s*]+(?P<name>[a-z_]\w*)\s*(?:=|;|\()", new)
            if declared is None or not word(declared["name"]).search(old):
                continue
            name, lines = declared["name"], body(document, pair.line)
            texts = [document.lines[n - 1] for n in lines if n > pair.line]
            if lines and any(word(name).search(t) for t in texts) and not _taken(texts, name):
                captures = {"name": name, "was": old.strip()[:80], "base_line": str(pair.old.line)}
                yield Found(pair.line, pair.line, name, captures)


def _taken(texts: Sequence[str], name: str) -> bool:
    """Something gives it back, or hands it on."""
    own = word(name).pattern
    hands = re.compile(rf"\breturn\b[^;]*{own}|=\s*(?:std::move\()?{own}\s*\)?;|[sS]teal\w*\W+{name}\b")
    return any(name in map(base, given_back(t)) or hands.search(t) for t in texts)


@detector("dropped-exit")
def dropped_exit(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Stands on the return that took the place of the jump."""
    if document.language != "c":
        return
    for change, _ in document.replaced:
        jumps = [(r, m["label"]) for r in change.removed if (m := _JUMP.match(r.text))]
        returns = [n for n in change.added if _RETURN.match(document.lines[n - 1])]
        for (gone, label), line in zip(jumps, returns, strict=False):
            lines = body(document, line)
            at = next((n for n in lines if n > line and re.match(rf"\s*{label}\s*:", document.lines[n - 1])), 0)
            below = [document.lines[n - 1] for n in lines if at < n] if at else []
            held = [p for text in below for p in given_back(text)]
            above = [document.lines[n - 1] for n in lines if n < line]
            open_ = next((p for p in held if any(fills(t, base(p)) and not nulls(t, base(p)) for t in above)), "")
            if open_ and not any(open_ in given_back(t) for t in above[-_NEAR:]):
                captures = {"name": open_, "was": gone.text.strip()[:80], "base_line": str(gone.line)}
                yield Found(line, line, document.lines[line - 1].strip()[:60], captures)


_DESTROYS = re.compile(r"^&?\w*(?:free|destroy|unref|close|clean_?up|delete|release)\w*$", re.IGNORECASE)
_TOKEN = re.compile(r"[\w&]+|[^\s\w]")


@detector("dropped-destructor")
def dropped_destructor(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Stands on the call that is handed nothing in its place now."""
    if document.language != "c":
        return
    for _, replaced in document.replaced:
        for pair in replaced:
            old, new = _TOKEN.findall(pair.old.text[:LONGEST]), _TOKEN.findall(pair.text[:LONGEST])
            differ = [(a, b) for a, b in zip(old, new, strict=False) if a != b]
            if len(old) != len(new) or len(differ) != 1 or differ[0][1] not in ("NULL", "nullptr", "0"):
                continue
            if _DESTROYS.match(differ[0][0]) and re.search(rf"[,(]\s*{re.escape(differ[0][0])}\s*[,)]", pair.old.text):
                captures = {"name": differ[0][0], "was": pair.old.text.strip()[:80], "base_line": str(pair.old.line)}
                yield Found(pair.line, pair.line, pair.text.strip()[:60], captures)
