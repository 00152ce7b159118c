"""Diff-aware detector of a security test that passes whatever the product does. It reads the lines the pull removes."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.analysis.weakening import ASSERTING, COMMENT, guards, squeeze
from bot.model import Removed

_LEAVES = re.compile(r"^(?P<indent>\s*)return\s*;?\s*$")
_REFUSED, _ACCEPTED = re.compile(r"\b4\d\d\b"), re.compile(r"\b2\d\d\b")
_ALL = r"(?:Base)?Exception|StandardError|Throwable|Error|_|e(?:rr(?:or)?|x)?"
_SWALLOWS = re.compile(
    rf"^\s*\}}?\s*(?:except(?:\s+(?:{_ALL})(?:\s+as\s+\w+)?)?\s*:|rescue(?:\s+(?:{_ALL}))?(?:\s*=>\s*\w+)?"
    rf"|catch\s*(?:\(\s*(?:final\s+)?(?:\\?(?:{_ALL}))(?:\s+\$?\w+)?\s*\))?\s*\{{)\s*(?P<rest>pass|\}}|;)?\s*$"
)
_NOTHING = re.compile(r"^\s*(?:pass|nil|\}|end)\s*;?\s*$")


@detector("vacuous-assertion")
def vacuous_assertion(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """In a security test, an assertion was replaced by one that cannot fail, commented out, or left behind a `return`.
    `options.vacuous`: expressions."""
    for change, _ in document.replaced:
        gone = [r for r in change.removed if ASSERTING.search(r.text) and not COMMENT.match(r.text)]
        if not gone:
            continue
        for number in change.added:
            found = _weakened(document, number, gone, options["vacuous"])
            scope = document.scope(number) if found else None
            if found and scope is not None and guards(document, scope, change, refusing=True):
                yield Found(number, number, found["quote"], found)
    if not document.whole:
        yield from _left_behind(document)
        yield from _swallowing(document)


def _swallowing(document: Document) -> Iterator[Found]:
    """A block that catches everything was put around a call that was expected to be refused."""
    for number in sorted(document.added):
        text = document.lines[number - 1] if number <= len(document.lines) else ""
        after = document.lines[number] if number < len(document.lines) else ""
        swallows = _SWALLOWS.match(text)
        scope = document.scope(number) if swallows and (swallows["rest"] or _NOTHING.match(after)) else None
        if scope is None or scope.start in document.added:
            continue
        gone = [r for r in document.source.lines.removed if scope.start < r.before <= number and ASSERTING.search(r.text)]
        asserts = any(scope.start <= n <= scope.end and ASSERTING.search(document.lines[n - 1]) for n in document.added)
        if gone and not asserts and guards(document, scope, refusing=True):
            captures = {"quote": text.strip(), "was": gone[0].text.strip(), "how": "lets every failure pass"}
            yield Found(number, number, captures["quote"], captures)


def _weakened(document: Document, number: int, gone: list[Removed], vacuous: list[str]) -> dict[str, str] | None:
    text = document.lines[number - 1]
    return _silenced(text, gone) or _admitting(text, gone) or _emptied(document, number, gone, vacuous)


def _admitting(text: str, gone: list[Removed]) -> dict[str, str] | None:
    """One refusing status became a choice between it and an accepting one."""
    for was in gone:
        refused = _REFUSED.search(was.text)
        if refused and refused.group() in text and _ACCEPTED.search(text) and not _ACCEPTED.search(was.text):
            return {"quote": text.strip(), "was": was.text.strip(), "how": "lets a success pass as well"}
    return None


def _left_behind(document: Document) -> Iterator[Found]:
    """A bare `return` was put before the assertions of a security test that stood in the base."""
    for number in sorted(document.added):
        leaves = _LEAVES.match(document.lines[number - 1]) if number <= len(document.lines) else None
        scope = document.scope(number) if leaves else None
        if leaves is None or scope is None or scope.start in document.added:
            continue
        body = range(scope.start + 1, min(scope.end, len(document.lines)) + 1)
        first = next((document.lines[n - 1] for n in body if document.lines[n - 1].strip()), "")
        after = [document.lines[n - 1].strip() for n in body if n > number and n not in document.added]
        was = next((text for text in after if ASSERTING.search(text) and not COMMENT.match(text)), "")
        if was and len(first) - len(first.lstrip()) == len(leaves["indent"]) and guards(document, scope):
            how = "ends the test before its assertions"
            yield Found(number, number, "return", {"quote": "return", "was": was, "how": how})


def _silenced(text: str, gone: list[Removed]) -> dict[str, str] | None:
    """An assertion that is a comment now."""
    code = COMMENT.sub("", text).strip()
    if code == text.strip():
        return None
    was = next((r for r in gone if squeeze(code) == squeeze(r.text)), None)
    return {"quote": code, "was": was.text.strip(), "how": "is commented out"} if was else None


def _emptied(document: Document, number: int, gone: list[Removed], vacuous: list[str]) -> dict[str, str] | None:
    """An assertion that cannot fail; one that goes on in the next line may."""
    text = document.lines[number - 1]
    match = next((m for v in vacuous if (m := re.search(v, text))), None)
    continued = number < len(document.lines) and document.lines[number].lstrip().startswith((".", "?."))
    if match is None or continued:
        return None
    return {"quote": match.group().strip(), "was": gone[0].text.strip(), "how": "cannot fail"}
