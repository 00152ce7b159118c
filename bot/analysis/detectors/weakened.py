"""Diff-aware detectors of what an existing test no longer asks for: verification that was lowered, tests that are skipped."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.analysis.weakening import COMMENT, pairs_of, squeeze
from bot.core.removed import Pair
from bot.core.security_tests import is_security_test

_ISSUE = re.compile(
    r"https?://|(?:^|[\s(\"'])#\d+|\b(?:gh|bug|issue|ticket)[-_ #:]{0,2}\d+|\b[A-Z][A-Z0-9]{1,9}-\d+\b", re.IGNORECASE
)
_MARK = "\0"


@detector("lowered-verification")
def lowered_verification(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A check was lowered on a line that is otherwise the same. `options.steps`: rows of [before, after] expressions."""
    for _, pair in pairs_of(document):
        for before, after in options["steps"]:
            old, new = re.search(before, pair.old.text), re.search(after, pair.text)
            if old and new and not re.search(before, pair.text) and _same_but(pair, before, after):
                captures = {"was": old.group().strip(), "base_line": str(pair.old.line)}
                yield Found(pair.line, pair.line, new.group().strip(), captures)
                break


def _same_but(pair: Pair, before: str, after: str) -> bool:
    return squeeze(re.sub(before, _MARK, pair.old.text)) == squeeze(re.sub(after, _MARK, pair.text))


@detector("added-skip")
def added_skip(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """An unconditional skip was put on a security test that stood in the base. `options`: `marks` are decorators or annotations
    above a test or class, `calls` are skipping first statements, `names` replace the name of the test function."""
    base = {squeeze(line.text) for line in document.source.lines.removed}
    skips = [(kind, re.compile(options[kind])) for kind in ("marks", "calls", "names") if kind in options]
    for number in document.added_near(*(pattern for _, pattern in skips)):
        stripped = document.lines[number - 1].strip()
        kind, match = next(((k, m) for k, p in skips if (m := p.search(stripped))), ("", None))
        if match is None or squeeze(stripped) in base or _tracked(document, number):
            continue
        silenced = _skipped_test(document, number, kind)
        if silenced is not None:
            yield Found(number, number, match.group().strip(), {"test": silenced.name or "this test"})


def _tracked(document: Document, number: int) -> bool:
    """The skip names its issue, on its line or in the comment above it: that is what the rule asks for."""
    first = number
    while first > 1 and COMMENT.match(document.lines[first - 2]):
        first -= 1
    return any(_ISSUE.search(line) for line in document.lines[first - 1 : number])


@dataclass(frozen=True, slots=True)
class _Silenced:
    """What a skip takes out: the line it starts on, its name and its text."""

    start: int
    name: str
    body: str


def _skipped_test(document: Document, number: int, kind: str) -> _Silenced | None:
    """The security test that the skip on this line silences, None when it is new, conditional or not a security test."""
    if kind == "marks":
        test = _marked(document, number)
    else:
        scope = document.scope(number)
        test = _Silenced(scope.start, scope.name, scope.text) if scope else None
        if kind == "calls" and test and not _first_statement(document, test.start, number):
            return None
    if test is None or (kind != "names" and test.start in document.added):
        return None
    body = "\n".join([test.body, *(r.text for r in document.source.lines.removed)])
    return test if is_security_test(document.path, test.name, body, document.text) else None


def _marked(document: Document, number: int) -> _Silenced | None:
    """What a decorator or annotation on this line belongs to: the class or function below it."""
    for below in range(number + 1, min(number + 12, len(document.lines)) + 1):
        text = document.lines[below - 1].strip()
        if not text or text.startswith(("@", "#", "//", "*", "/*", "[", ")", '"')):
            continue
        named = re.search(r"\bclass\s+(\w+)", text)
        if named:
            return _Silenced(below, named.group(1), "\n".join(document.lines[below - 1 :]))
        scope = document.scope(below)
        return _Silenced(below, scope.name, scope.text) if scope else None
    return None


def _first_statement(document: Document, start: int, number: int) -> bool:
    """Nothing but the signature, comments and a docstring stands before this line in its function."""
    head = "\n".join(document.lines[start - 1 : number - 1])
    opened = re.split(r"[{:]\s*$|\bdo\b.*$", head, maxsplit=1, flags=re.MULTILINE)
    body = opened[1] if len(opened) > 1 else head.partition("\n")[2]
    return re.fullmatch(r"(?:\s|#[^\n]*|//[^\n]*|\"\"\".*?\"\"\")*", body, re.DOTALL) is not None
