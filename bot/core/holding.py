"""How a resource comes to a name and who takes it over, read from a line of text in any of the languages.

Like core/releases a reading of names: it errs by believing that somebody else is in charge.
"""

import re
from collections.abc import Sequence

from bot.core.releases import cares, released, word

_CALLED = (
    r"(?:\(\s*[\w.<>]+[\s*]*\)\s*)?(?:unsafe\s*\{\s*)?(?:await\s+)?"
    r"(?:new\s+[\\\w.:]+|(?:new\s+)?[\w.$:<>&*\"'\[\]-]+\s*\(|[\w:.@]+\.(?:new|open|accept|fork|spawn|popen|create\w*|start\w*|connect)\b)"
)
_SELF_CLEANING = r"[a-z]\.TempDir\("
# Words by which something else takes it over; only a line of its own can say them of it.
_HANDED = re.compile(r"register\(|closer|guard|scoped|unique_ptr|shared_ptr|autoclose|finaliz", re.IGNORECASE)
_DEFERRED = re.compile(r"^\s*defer\s+(?P<callee>[A-Za-z_$][\w$]*(?:\.\w+)*)\(")
_STARTS = r"\s*(?:\.|->|!!?\.|\?\.)(?:start|listen|launch|run)\w*\b"
_LOOK = 4  # lines of a deferred block in which what it gives back stands


def acquires(name: str) -> re.Pattern[str]:
    """A line that gives the name what a call returns, or fills it by its address."""
    mine = word(name).pattern
    return re.compile(
        rf"{mine}\]?\s*(?:,\s*\w+\s*)*(?:=|:=)\s*(?!{_SELF_CLEANING}){_CALLED}|{mine}\s*=\s*[A-Z_]*INIT\b"
        rf"|\w*_(?:init|create|open|read\w*)\w*\([^;]*&{mine}"
    )


def acquires_anew(name: str) -> re.Pattern[str]:
    """A line that gives the name another thing than it held before."""
    mine = word(name).pattern
    return re.compile(rf"{mine}\s*(?:=|:=)\s*{_CALLED}(?!.*{mine})")


def starts(text: str, name: str) -> bool:
    """The line sets running what the name holds."""
    return re.search(word(name).pattern + _STARTS, text) is not None


def hands_on(text: str, name: str) -> bool:
    """The line stores what the name holds where somebody else may find it."""
    mine = word(name).pattern
    return (
        re.search(
            rf"(?:append|add|push|put|store|track|manage|enter\w*)\w*\([^;\n]*{mine}|(?:<<|[\w\]]\s*=)\s*{mine}\s*;?\s*$", text
        )
        is not None
    )


def owned(lines: Sequence[str], line: int, name: str, holds: bool, fresh: bool) -> bool:
    """Something on this line is in charge of giving the name back. Not a block or a deferred call that plainly owns another
    name, nor a word of taking over that stood there before (`fresh`: it did not) or on a line without the name (`holds`)."""
    text = lines[line - 1]
    if not cares(text):
        return False
    if not cares(_HANDED.sub("", text)):
        return holds and fresh
    deferred = _DEFERRED.match(text)
    if holds:
        if deferred and word(name).match(deferred["callee"]):
            return name in released(text)
        another = re.search(r"^\s*(?:async\s+)?with\s+(?P<from>.*)\bas\b|\b(?:try|using)\s*\((?P<give>[^=]*)=", text)
        inner = another and (another["from"] or "")
        return not (inner and re.match(rf"\s*(?:\w+\.)*{word(name).pattern}\.", inner))
    block = "\n".join(lines[line - 1 : line + _LOOK]) if re.match(r"^\s*defer\s+func\(\)", text) else text
    others = [n for t in block.split("\n") for n in released(t)]
    return not others or name in others
