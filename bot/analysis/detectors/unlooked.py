"""Diff-aware: a call whose result the base looked at, and which nobody looks at now.

`bare-call`: the call has become a statement of its own, or its result goes to a name that nobody reads. `ignored-error`: the name
of an error or of an answer has become the blank one.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.detectors.dropped import looked_at
from bot.analysis.document import Document
from bot.core.removed import LONGEST

_CALL = re.compile(
    r"^\s*(?P<blank>\(void\)\s*|let\s+_\w*\s*=\s*|_\s*=\s*|_\s*,\s*_\s*=\s*)?(?P<call>(?:(?P<name>[A-Za-z_]\w*)\s*=\s*)?[A-Za-z_]\w*(?:(?:\.|->|::)\w+)*!?\s*\(.+?)\s*[;{,(]*\s*$"
)
_NO_CALL = re.compile(
    r"^\s*(?:if|for|while|switch|return|else|case|catch|defer|go|func|assert\w*|expect\w*|\w*(?:ASSERT|EXPECT|CHECK|VERIFY|REQUIRE)\w*|fail\w*"
    r"|(?:\w+\.)*(?:[aA]ssert\w*|[rR]equire\w*|[cC]heck\w*|Fatal\w*|Error\w*|Log\w*)|printf|fprintf|log\w*|free|\w+_free|close|delete|throw)\b",
)
# What stands in front of a call that somebody looks at, its blanks gone.
_LOOKS = re.compile(
    r"(?:assert|expect|check|verify|require|must|pass|fail_if|fail_unless|tt_|noerror|_ok|_eq|that|true|equal)\w{0,40}!?\(|^(?:\}else)?if[(!]",
    re.IGNORECASE,
)
_KEPT = re.compile(
    r"(?:^|[;{(,])(?:int|bool|auto|var|let|const|ssize_t|size_t|long|boolean|gboolean|gsize)?"
    r"\*?(?:rc|rv|r|ret\w*|res\w*|err\w*|e|kret|status|st|s|nr|nread|num\w*|n|bytes\w*|count|ok|success|code|len\w*|size|written):?=$"
)
_AFTER = re.compile(r"^(?:\.(?:unwrap|expect|ok)\(|\?)")
_ERROR = re.compile(r"(?P<before>^\s*(?:[\w.]+\s*,\s*)*)(?P<name>\w*[eE]rr\w*|ok|n)(?P<rest>(?:\s*,\s*\w+)*\s*:?=\s*\S.*\()")
_MOST = 80


@detector("bare-call")
def bare_call(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Speaks of the call. What was taken away with it does not matter: the call is the same."""
    asked = 0
    for change, _ in document.replaced:
        before = ["".join(r.text.split()) for r in change.removed if len(r.text) <= LONGEST]
        for line in change.added:
            text = document.lines[line - 1]
            call = _CALL.match(text) if len(text) <= LONGEST and not _NO_CALL.match(text) else None
            if call is None or not _is_statement(document, line) or (asked := asked + 1) > _MOST:
                continue
            said = "".join(call["call"].split()).rstrip(");{(,")
            was = next((n for n, old in enumerate(before) if _looked(old, said, before[n - 1] if n else "")), None)
            if len(said) > 3 and was is not None and not (call["name"] and looked_at(document, line, call["name"])):
                gone = change.removed[was]
                captures = {"name": said[:60], "was": gone.text.strip()[:80], "base_line": str(gone.line)}
                yield Found(line, line, re.split(r"\s*\(", call["call"], maxsplit=1)[0], captures)


def _is_statement(document: Document, line: int) -> bool:
    """The line above ends a statement or opens a block, so that this one begins a new one."""
    above = next((document.lines[n - 1].strip() for n in range(line - 1, 0, -1) if document.lines[n - 1].strip()), "")
    return document.language == "go" or above.endswith((";", "{", "}", ":", "*/", ")")) or above.startswith(("//", "#"))


def _looked(old: str, said: str, above: str) -> bool:
    """The squeezed line of the base looked at what this call gives; `above` is the removed line before it."""
    at = old.find(said)
    if at < 0 or not re.match(r"[(\w)]", said):
        return False
    front, behind = old[:at], old[at + len(said) :]
    if not front and re.search(r"(?:assert|expect|check|verify|require)\w*\($|^(?:\w+)?=$", above, re.IGNORECASE):
        return True
    return bool(_LOOKS.search(front) or _KEPT.search(front)) or (not front and bool(_AFTER.match(behind.lstrip(");"))))


@detector("ignored-error")
def ignored_error(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Speaks of the call whose error goes to the blank name now."""
    for _, pairs in document.replaced:
        for pair in pairs:
            old = _ERROR.match(pair.old.text[:LONGEST])
            if old is None or document.language != "go":
                continue
            blank = re.match(r"(?P<before>^\s*(?:[\w.]+\s*,\s*)*)_(?P<rest>(?:\s*,\s*\w+)*\s*:?=\s*\S.*\()", pair.text[:LONGEST])
            same = blank and blank["before"].split() == old["before"].split()
            if blank and same and blank["rest"].replace(":", "") == old["rest"].replace(":", ""):
                captures = {"name": old["name"], "was": pair.old.text.strip()[:80], "base_line": str(pair.old.line)}
                yield Found(pair.line, pair.line, "_", captures)
