"""A resource that one function acquires and that nothing in it gives back."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document, Scope
from bot.core.layout import COMMENT
from bot.core.releases import cares, released, word

_ASSERTS = re.compile(r"\bAssert\.|\bassert\w*\s*\(|\bexpect\s*\(|\.Should\(", re.IGNORECASE)
_HANDED_ON = (
    r"(?:\breturn\b[^;\n]*|\byield\b[^;\n]*|[\w\].)]\s*[:=]\s*(?:\([^()]*\)\s*)?|(?:append|add|push|put|store)\w*\([^;\n]*)"
)


@detector("unclosed")
def unclosed(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """`options.acquire`: expressions with a group `name` (the local variable that holds the resource) and `what` (how it was
    acquired). `options.dropped`: expressions with a group `what` for resources that no name holds at all. `options.strict`: like
    acquire, for resources that a failing assertion before the release must not leave open. `options.local`: like acquire, for
    memory that many functions take over: it counts only while the name goes nowhere."""
    local = [re.compile(e) for e in options.get("local", [])]
    strict = [re.compile(e) for e in options.get("strict", [])]
    acquire = [re.compile(e) for e in options.get("acquire", [])] + strict + local
    dropped = [re.compile(e) for e in options.get("dropped", [])]
    for number in document.added_near(*acquire, *dropped):
        text = document.lines[number - 1]
        held = next(((p, m) for p in acquire if (m := p.search(text))), None)
        lost = next((m for p in dropped if (m := p.search(text))), None) if held is None else None
        if (held is None and lost is None) or COMMENT.match(text) or cares(text):
            continue
        scope = document.scope(number)
        if scope is None:
            continue
        if held is not None:
            pattern, match = held
            safe = _survives_failure if pattern in strict else _given_back
            if pattern in local and _leaves(document, scope, number, match["name"]):
                continue
            if not safe(document, scope, number, match["name"]):
                yield Found(number, number, match["what"], {"name": match["name"]})
        elif lost is not None and not cares(document.lines[number - 2] if number > 1 else "") and not _closed_after_all(scope):
            yield Found(number, number, lost["what"], {"name": "nothing"})


# Functions of the language that read or fill memory and keep nothing of it.
_BORROWS = (
    r"(?:mem(?:set|cpy|move|cmp|chr)|str(?:n?cpy|n?cat|n?cmp|len|chr|str|tol)|v?sn?printf|f?printf|puts|fread|fwrite|fgets|read|write"
    r"|recv|send|atoi|sscanf|sizeof|std::move)"
)
_ASKS = r"\w*(?:assert|ASSERT|EXPECT|REQUIRE|CHECK|fail_unless)\w*"


def _leaves(document: Document, scope: Scope, acquired: int, name: str) -> bool:
    """Something else than this function may hold the name: it is given, returned or stored, not only read, filled or compared."""
    stays = re.compile(
        rf"(?<![\w.>]){name}\s*(?:->|\[|[=!]=|\?)|[*!]\s*{name}\b(?!\s*\()|(?:if|while|{_ASKS})\s*\(\s*{name}\s*[),&|]"
        rf"|[=!]=\s*{name}\b|\b{_BORROWS}\s*\([^;]*?\b{name}\b|\b{_ASKS}\([^;]*?\b{name}\s*(?:->|\))"
    )
    mine = word(name)
    lines = document.lines[acquired : min(scope.end, len(document.lines))]
    return any(mine.search(stays.sub("", text.partition("//")[0])) for text in lines)


def _closed_after_all(scope: Scope) -> bool:
    """Whatever happens, the function closes what the nameless resource hangs on: its connection, its client."""
    return re.search(r"\bfinally\b[\s\S]*?\b(?:[cC]lose|[dD]ispose)\w*\s*\(", scope.text) is not None


def _given_back(document: Document, scope: Scope, acquired: int, name: str) -> bool:
    """Something in this function gives `name` back, keeps it for others, or hands it on."""
    mine = word(name)
    handed = re.compile(rf"{_HANDED_ON}{mine.pattern}\s*(?:[;,)\]}}]|$)")
    for number in range(scope.start, min(scope.end, len(document.lines)) + 1):
        text = document.lines[number - 1]
        if mine.search(text) and (name in released(text) or cares(text)):
            return True
        if number > acquired and handed.search(text):
            return True
    return False


def _survives_failure(document: Document, scope: Scope, acquired: int, name: str) -> bool:
    """It is given back, and no assertion that can fail stands before that, unless a block or a `finally` is in charge."""
    if not _given_back(document, scope, acquired, name):
        return False
    for number in range(acquired + 1, min(scope.end, len(document.lines)) + 1):
        text = document.lines[number - 1]
        if _ASSERTS.search(text):
            return re.search(r"\bfinally\b", scope.text) is not None
        if name in released(text):
            return True
    return True


_RETURN = re.compile(r"^\s*return\b(?P<value>[^;]*);")
_NONE = r"(?:!\s*{0}\b|\b{0}\s*==\s*(?:NULL|nullptr|0)\b|(?:NULL|nullptr)\s*==\s*{0}\b)"


@detector("leak-on-return")
def leak_on_return(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A function that gives a resource back at its end, and leaves before that by a `return` which does not; on that return."""
    acquire = [re.compile(e) for e in options.get("acquire", [])]
    for number, text in enumerate(document.lines, 1):
        match = next((m for p in acquire if (m := p.search(text))), None)
        scope = document.scope(number) if match and not COMMENT.match(text) else None
        if match is None or scope is None:
            continue
        name = match["name"]
        end = min(scope.end, len(document.lines))
        last = max((n for n in range(number + 1, end + 1) if name in released(document.lines[n - 1])), default=0)
        for line in range(number + 1, last):
            left = _RETURN.match(document.lines[line - 1])
            before = "\n".join(document.lines[max(number, line - _BLOCK) : line])
            empty = re.search(_NONE.replace("{0}", re.escape(name)), before)
            if left and not empty and not word(name).search(left["value"]) and name not in set(released(before)):
                yield Found(line, line, document.lines[line - 1].strip()[:60], {"name": name, "from": str(number)})
                break


_BLOCK = 4  # lines above a return in which its own block gives things back, or has found that there is nothing to give
