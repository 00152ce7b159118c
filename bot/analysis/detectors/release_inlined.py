"""Diff-aware: what had a name or a block that gave it back is made in the middle of an expression now, and nobody can."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.core.releases import cares, members, one_of_all, released
from bot.model import Removed

_COMMENT = re.compile(r"^\s*(?:#|//|\*|/\*|--)")
_MADE = re.compile(
    r"(?<![\w.$])(?P<name>[a-z_$][\w$]*)\s*(?:,\s*\w+\s*){0,4}(?::=|=(?!=))\s*(?:await\s+)?(?P<made>(?:new\s+)?[\w.$:>-]*\w\s*(?:\(|\bdo\b))"
)
_WITH = re.compile(r"^\s*(?:async\s+)?with\s+(?P<made>[\w.]+\().*\bas\s+(?P<name>\w+)\s*[:,)]")
_LAST = re.compile(
    r"(?P<release>(?:\?|!!)?\.(?:close|dispose|shutdown|stop|release|destroy|terminate|quit|disconnect)(?:Async|Quietly)?\(\)"
    r"|\.use\s*\{|\bit\.close\(\)\s*)",
    re.IGNORECASE,
)
_NEAR = 6  # lines between the place of the removed line and the one that makes it now
_ENOUGH = 6  # characters of a call that tell it from another


@detector("release-inlined")
def release_inlined(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """On the added line: it makes what a removed line kept under a name that was given back, or it is a removed line without
    the call that gave back at its end."""
    gone = document.source.lines.removed
    yield from _shortened(document)
    kept = _kept(gone)
    seen: set[int] = set()
    for number in sorted(document.fresh) if kept else ():
        text = document.lines[number - 1]
        for made, (name, was, place) in kept.items():
            if (
                number in seen
                or abs(place - number) > _NEAR
                or made not in "".join(text.split())
                or _COMMENT.match(text)
                or _held(document, number, text, made)
            ):
                continue
            seen.add(number)
            quote = next((q for q in (made, made.rstrip("(").removeprefix("new")) if q in text), text.strip())
            yield _found(number, quote, name, was)


def _kept(gone: tuple[Removed, ...]) -> dict[str, tuple[str, Removed, int]]:
    """What removed lines made under a name that removed lines gave back, without its blanks; the line that gave it back, and
    where the one that made it stood."""
    giving = {
        name: line for line in gone if not _COMMENT.match(line.text) for name in (*released(line.text), *members(line.text))
    }
    for line in gone:
        pair = one_of_all(line.text)
        if pair and pair[0] in giving:
            giving[pair[1]] = giving[pair[0]]
    made = {}
    for line in gone:
        match = _MADE.search(line.text) or _WITH.match(line.text)
        if match is None:
            continue
        call = "".join(match["made"].split())
        own = giving.get(match["name"]) or next((w for n, w in giving.items() if n.strip("_") == match["name"]), None)
        if own is not None and len(call) > _ENOUGH:
            made[call] = (match["name"], own, line.before)
    return made


def _held(document: Document, number: int, text: str, made: str) -> bool:
    """The new line keeps what it makes under a name, hands it to its caller, or is in charge of it."""
    if cares(text) or re.match(r"\s*(?:return|yield)\b", text) or next(released(text), None):
        return True
    bound = _MADE.search(text)
    if bound is None or "".join(bound["made"].split()) != made:
        return bool(re.search(r"^\s*(?:[\w.]+\.)?\w+\s*[:=]+\s*$", document.lines[number - 2] if number > 1 else ""))
    return not re.fullmatch(r"_+", bound["name"])


def _shortened(document: Document) -> Iterator[Found]:
    """A line that lost nothing but the call or the block that gave back what stands before it."""
    for _, replaced in document.replaced:
        for pair in replaced:
            lost = _LAST.search(pair.old.text)
            if lost is None or _COMMENT.match(pair.text):
                continue
            rest = "".join((pair.old.text[: lost.start()] + pair.old.text[lost.end() :]).split())
            bare = "".join(pair.text.split())
            if rest == bare or (lost["release"].endswith("{") and re.sub(r"\bit\.|[{}]", "", rest) == re.sub(r"[{}]", "", bare)):
                yield _found(pair.line, pair.text.strip(), pair.old.text[: lost.start()].strip()[-60:], pair.old)


def _found(line: int, quote: str, name: str, was: Removed) -> Found:
    return Found(line, line, quote, {"name": name, "was": was.text.strip()[:80], "base_line": str(was.line)})
