"""Diff-aware: what had a name or a block that gave it back is made in the middle of an expression now, and nobody can."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.core.layout import COMMENT
from bot.core.releases import cares, members, one_of_all, released
from bot.model import Removed

_MADE = re.compile(
    r"(?<![\w.$])(?P<name>[a-z_$][\w$]*)\s*(?:,\s*\w+\s*){0,4}(?::=|=(?!=))\s*(?:await\s+)?(?P<made>(?:new\s+)?[\w.$:>-]*\w\s*(?:\(|\bdo\b))"
)
_WITH = re.compile(r"^\s*(?:async\s+)?with\s+(?P<made>[\w.]+\().*\bas\s+(?P<name>\w+)\s*[:,)]")
_LAST = re.compile(
    r"(?P<release>(?:\?|!!)?\.(?:close|dispose|shutdown|stop|release|destroy|terminate|quit|disconnect)(?:Async|Quietly)?\(\)"
    r"|\.use\s*\{|\bit\.close\(\)\s*)",
    re.IGNORECASE,
)
# A block that owns what it makes and gives it no name.
_UNNAMED = re.compile(
    r"^\s*(?:(?:async\s+)?with\s+|(?:await\s+)?using\s*\(\s*(?:\(\s*[\w.]+\s*\)\s*)?)(?P<made>[\w.]+\()(?!.*\bas\s+\w+\s*:)"
)
_OPENS = re.compile(
    r"open|socket|connect|stream|client|server|session|response|reader|writer|pool|executor|temp|file", re.IGNORECASE
)
# What is read or written at once, of what then nobody holds.
_USED_UP = re.compile(
    r"\.(?:read\w*|write\w*|json|text|content|status\w*|load\w*|fetch\w*|getvalue|decode|Body|ReadTo\w*|Info|body|string)\b"
)
_NEAR = 6  # lines between the place of the removed line and the one that makes it now
_LONG = 40  # characters of a call that is told by its first argument
_ENOUGH = 6  # characters of a call that tell it from another


@detector("release-inlined")
def release_inlined(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """On the added line: it makes what a removed line kept under a name that was given back, or it is a removed line without
    the call that gave back at its end."""
    gone = document.source.lines.removed
    yield from _shortened(document)
    yield from _discarded(document, _giving(gone))
    kept = _kept(gone)
    seen: set[int] = set()
    for number in sorted(document.fresh) if kept else ():
        text = document.lines[number - 1]
        for made, (name, was, place) in kept.items():
            if (
                number in seen
                or abs(place - number) > _NEAR
                or made not in "".join(text.split())
                or COMMENT.match(text)
                or _held(document, number, text, made)
            ):
                continue
            seen.add(number)
            quote = next((q for q in (made, made.rstrip("(").removeprefix("new")) if q in text), text.strip())
            yield _found(number, quote, name, was)


def _kept(gone: tuple[Removed, ...]) -> dict[str, tuple[str, Removed, int]]:
    """What removed lines made under a name that removed lines gave back, without its blanks; the line that gave it back, and
    where the one that made it stood."""
    giving = _giving(gone)
    made = {}
    for line in gone:
        unnamed = _UNNAMED.match(line.text)
        if unnamed and _OPENS.search(unnamed["made"]):
            made[_call(line.text, unnamed)] = ("it", line, line.before)
        match = _MADE.search(line.text) or _WITH.match(line.text)
        if match is None or match["made"] == "require(":
            continue
        call = _call(line.text, match)
        own = giving.get(match["name"]) or next((w for n, w in giving.items() if n.strip("_") == match["name"]), None)
        if own is not None and len(call) >= _ENOUGH:
            made[call] = (match["name"], own, line.before)
    return made


def _call(text: str, match: re.Match[str]) -> str:
    """What is called, without its blanks; with its first argument when that is too short to tell it from another."""
    call = "".join(match["made"].split())
    return call if len(call) > _ENOUGH else "".join(text[match.start("made") :].partition(")")[0].split())[:_LONG]


def _giving(gone: tuple[Removed, ...]) -> dict[str, Removed]:
    """The names that removed lines gave back, each with its line."""
    giving = {name: line for line in gone if not COMMENT.match(line.text) for name in (*released(line.text), *members(line.text))}
    for line in gone:
        pair = one_of_all(line.text)
        if pair and pair[0] in giving:
            giving[pair[1]] = giving[pair[0]]
    return giving


_SEVERAL = re.compile(r"^\s*(?:(?:let|const|var|auto)\s+)?[\[({]?(?P<names>[\w\s,]+?)[\])}]?\s*:?=(?!=)(?P<rest>.+)$")


def _discarded(document: Document, giving: Mapping[str, Removed]) -> Iterator[Found]:
    """A call that returns several things, of which one that was given back has no name any more."""
    for _, replaced in document.replaced if giving else ():
        for pair in replaced:
            old, new = _SEVERAL.match(pair.old.text), _SEVERAL.match(pair.text)
            if old is None or new is None or "".join(old["rest"].split()) != "".join(new["rest"].split()):
                continue
            before, after = (["".join(n.split()) for n in m["names"].split(",")] for m in (old, new))
            lost = [b for b, a in zip(before, after, strict=False) if re.fullmatch("_+", a) and b in giving]
            if lost and len(before) == len(after):
                yield _found(pair.line, pair.text.strip(), lost[0], giving[lost[0]])


def _held(document: Document, number: int, text: str, made: str) -> bool:
    """The new line keeps what it makes under a name, hands it to its caller, or is in charge of it."""
    if cares(text) or re.match(r"\s*(?:return|yield)\b", text) or next(released(text), None):
        return True
    bound = _MADE.search(text)
    if bound is not None and _USED_UP.search(text, bound.end()) and "".join(bound["made"].split()) == made[: len(bound["made"])]:
        return False
    if bound is None or "".join(bound["made"].split()) != made[: len(bound["made"])]:
        return bool(re.search(r"^\s*(?:[\w.]+\.)?\w+\s*[:=]+\s*$", document.lines[number - 2] if number > 1 else ""))
    return not re.fullmatch(r"_+", bound["name"])


def _shortened(document: Document) -> Iterator[Found]:
    """A line that lost nothing but the call or the block that gave back what stands before it."""
    for _, replaced in document.replaced:
        for pair in replaced:
            lost = _LAST.search(pair.old.text)
            if lost is None or COMMENT.match(pair.text):
                continue
            rest = "".join((pair.old.text[: lost.start()] + pair.old.text[lost.end() :]).split())
            bare = "".join(pair.text.split())
            if rest == bare or (lost["release"].endswith("{") and re.sub(r"\bit\.|[{}]", "", rest) == re.sub(r"[{}]", "", bare)):
                yield _found(pair.line, pair.text.strip(), pair.old.text[: lost.start()].strip()[-60:], pair.old)


def _found(line: int, quote: str, name: str, was: Removed) -> Found:
    return Found(line, line, quote, {"name": name, "was": was.text.strip()[:80], "base_line": str(was.line)})
