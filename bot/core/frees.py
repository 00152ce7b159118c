"""How C and C++ give memory back, read from a line of text: the statement, and what exactly it gives back."""

import re
from collections.abc import Iterator

_PLACE = r"[A-Za-z_]\w*(?:(?:\.|->)\w+|\[[^\[\]]*\])*"
_VERB = r"(?:free|unref|destroy|release|delete|dispose|clean_?up|close|fini|deinit|finali[sz]e|finish|clear|drop|unmap)"
_CALL = re.compile(rf"(?<![\w.>])(?:\w+(?:\.|->|::))*\w*{_VERB}\w*\s*\((?P<arguments>[^;{{}}]*)", re.IGNORECASE)
_DELETE = re.compile(rf"\bdelete(?:\s*\[\])?\s+(?P<place>{_PLACE})\s*;")
_METHOD = re.compile(rf"(?<![\w.>])(?P<place>{_PLACE})(?:\.|->)(?:{_VERB}|reset|Unref|Release)\w*\s*\(\s*\)", re.IGNORECASE)
# A statement that does nothing else: bare, for its effect alone, asserted, or when there is something to give back.
_STATEMENT = re.compile(
    rf"^\s*(?:if\s*\([^;{{}}]*\)\s*)?(?:\(void\)\s*)?(?:\w+\s*=\s*)?(?:\w*(?:assert|check|verify|pass|must|fail_if|expect|require|equal)\w*\s*\([^;]*?)?"
    rf"(?:delete\b|(?:\w+(?:\.|->|::))*\w*{_VERB}\w*\s*\(|{_PLACE}(?:\.|->)\w+\(\))",
    re.IGNORECASE,
)
_ARGUMENT = re.compile(rf"(?:^|,)\s*(?:\([\w\s]+\**\)\s*)*[&*(]*\s*(?P<place>{_PLACE})\s*\)*\s*(?=,|$|\))")
# What a call needs beside the thing itself.
_BESIDE = re.compile(
    r"^(?:\w*context|\w*ctx|minor\w*|maj\w*|NULL|nullptr|true|false|TRUE|FALSE|\w*size|\w*len|n\w?|[A-Z0-9_]+|\w*errp?|__\w+|this|\w*cb)$"
)
_NULLED = r"\s*=\s*(?:NULL|nullptr|0|\{\s*0?\s*\})\s*;"


def given_back(text: str) -> Iterator[str]:
    """The places (`p`, `p->name`, `list[0].data`) that calls on this line give back."""
    for match in _DELETE.finditer(text):
        yield plain(match["place"])
    for match in _METHOD.finditer(text):
        yield plain(match["place"])
    for call in _CALL.finditer(text):
        places = [plain(m["place"]) for m in _ARGUMENT.finditer(call["arguments"].rstrip())]
        yield from [p for p in places if not _BESIDE.match(p)] or places[:1]


def is_release(text: str) -> bool:
    """The line is a statement that gives something back and does nothing else."""
    return _STATEMENT.match(text) is not None and next(given_back(text), "") != ""


def plain(place: str) -> str:
    """A place without blanks."""
    return "".join(place.split())


def base(place: str) -> str:
    """The variable that a place is in."""
    return re.split(r"\.|->|\[", place, maxsplit=1)[0]


def nulls(text: str, place: str) -> bool:
    """The line only declares or empties it."""
    return re.match(rf"^\s*(?:[\w\s*]+?[\s*])?{re.escape(place)}(?:{_NULLED}|\s*;)", text) is not None


def fills(text: str, place: str) -> bool:
    """The line may give the place something to give back: by an assignment from a call, or by its address."""
    mine = re.escape(place)
    return (
        re.search(
            rf"(?<![\w.>]){mine}(?:\.\w+|->\w+|\[[^\]]*\])*\s*=\s*(?!=)[^;]*[\w)]\s*\(|&\s*\(?{mine}(?![\w\[])|(?<![\w.>]){mine}\s*=\s*(?:\w*INIT\w*|new\b|\{{)"
            rf"|(?<![\w.>]){mine}\s*=[^=;]*$|\b\w*(?:init|create|alloc|read|load|parse|get|new)\w*\s*\([^;]*(?<![\w.>]){mine}(?![\w.\[-])",
            text,
            re.IGNORECASE,
        )
        is not None
    )
