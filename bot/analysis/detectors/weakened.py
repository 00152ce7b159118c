"""Diff-aware detectors: what an existing security test no longer proves. They read the lines the pull removes."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document, Scope
from bot.core.removed import Change, Pair
from bot.core.security_tests import is_security_test
from bot.model import Removed

_IGNORE = re.IGNORECASE
_STATUS_WORD = r"\b(?:Status|HTTP_[24]\d\d_|HttpStatus\.|:)?"
_IS = r"\b(?:is|assert|to_?be_?|be_)"
# Each row: what a denial looks like, and what it becomes when it is flipped. Equal text around both makes a flip.
_FLIPS: tuple[tuple[str, str], ...] = (
    (r"\b40[13]\b", r"\b20[0-6]\b"),
    (rf"{_STATUS_WORD}(?:Forbidden|Unauthorized)\b", rf"{_STATUS_WORD}(?:OK|Created|success)\b"),
    (rf"{_IS}(?:Forbidden|Unauthorized|4xxClientError)\b", rf"{_IS}(?:Ok|Successful|2xxSuccessful|Created|NoContent)\b"),
    (r"\.toThrow", r"\.not\.toThrow"),
    (r"\bassertThrows\b", r"\bassertDoesNotThrow\b"),
    (r"\b(require|assert)\.Error\b", r"\b(require|assert)\.NoError\b"),
    (r"\bassert_?raises\b", r"\bassert_?nothing_?raised\b"),
)  # fmt: skip
# A flipped truth value is a denial only where the subject is one.
_GUARD = re.compile(r"allow|valid|verif|authori[sz]|authentic|permit|permission|can_|has_?access|trusted|safe|signed", _IGNORE)
_TRUTH: tuple[tuple[str, str], ...] = (
    (r"\bassertFalse\b", r"\bassertTrue\b"),
    (r"\bassert_not\b|\brefute\b", r"\bassert\b"),
    (r"\bassert not ", r"\bassert "),
    (r"\b(?:False|false)\b", r"\b(?:True|true)\b"),
    (r"\bto(?:Be)?Falsy\b", r"\bto(?:Be)?Truthy\b"),
    (r"\bFalse\(", r"\bTrue\("),
)
_NARROW = re.compile(
    r"(?<![\w.])[\w.:]*(?:Forbidden|Unauthori[sz]ed|Denied|Invalid(?:Signature|Token)|BadSignature|SSL\w*|Permission|Csrf|Security)\w*"
)
_WIDE = re.compile(
    r"(?<![\w.])(?:java\.lang\.)?(?:Exception|BaseException|Throwable|RuntimeException|StandardError|Error)"
    r"(?:\.class)?(?=\s*[),:{]|\s*$)"
)
_EXPECTS = re.compile(r"raises|throws|rescue_?from|expectException|ToThrow|assert_raise|ThrowsA", _IGNORE)
_COMMENT = re.compile(r"^\s*(?:#|//|--|\*)\s*")
_ISSUE = re.compile(r"https?://|(?:^|[\s(\"'])#\d+|\b(?:gh|bug|issue|ticket)[-_ #:]{0,2}\d+|\b[A-Z][A-Z0-9]{1,9}-\d+\b", _IGNORE)
_MARK = "\0"


@detector("flipped-denial")
def flipped_denial(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """An assertion of denial became one of success while nothing else of the test changed."""
    for change, pair in _pairs(document):
        became = _flipped(pair.old.text, pair.text)
        scope = document.scope(pair.line) if became else None
        if scope is None or not _is_security(document, scope, change):
            continue
        if _only_assertions_changed(document, scope) and not _denied_elsewhere(document, pair.old.text):
            yield Found(pair.line, pair.line, became, {"was": pair.old.text.strip(), "base_line": str(pair.old.line)})


def _flipped(old: str, new: str) -> str:
    """The token of success that took the denial's place, '' when this is no flip."""
    guarded = _GUARD.search(old) is not None
    for denial, success in (*_FLIPS, *(_TRUTH if guarded else ())):
        said = re.search(success, new, _IGNORE)
        if said is None or re.search(denial, old, _IGNORE) is None:
            continue
        before, after = re.sub(denial, _MARK, old, flags=_IGNORE), re.sub(success, _MARK, new, flags=_IGNORE)
        if _squeeze(before) == _squeeze(after) and _squeeze(old) != _squeeze(new):
            return said.group().strip()
    return ""


def _only_assertions_changed(document: Document, scope: Scope) -> bool:
    """In this test every removed line was replaced by an added one that differs in its expectation alone."""
    for change, paired in document.replaced:
        inside = [n for n in change.added if scope.start <= n <= scope.end]
        near = scope.start <= (change.removed[0].before if change.removed else 0) <= scope.end
        if not inside and not near:
            continue
        if len(paired) != len(change.removed) or len(paired) != len(change.added):
            return False
        if not all(_flipped(p.old.text, p.text) or _squeeze(p.old.text) == _squeeze(p.text) for p in paired):
            return False
    replaced = {n for c, _ in document.replaced for n in c.added}
    return not any(scope.start <= n <= scope.end and n not in replaced for n in document.added)


def _denied_elsewhere(document: Document, denial: str) -> bool:
    """The same denial stands on an added line: the case moved to a sibling."""
    return any(_squeeze(denial) == _squeeze(document.lines[n - 1]) for n in document.added if n <= len(document.lines))


@detector("widened-exception")
def widened_exception(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A test that named the exception of a denial now accepts any exception."""
    for change, pair in _pairs(document):
        old, new = _NARROW.search(pair.old.text), _WIDE.search(pair.text)
        if old is None or new is None or not _EXPECTS.search(pair.text) or _NARROW.search(pair.text):
            continue
        scope = document.scope(pair.line)
        if scope is not None and _is_security(document, scope, change):
            yield Found(pair.line, pair.line, new.group(), {"was": old.group(), "base_line": str(pair.old.line)})


@detector("lowered-verification")
def lowered_verification(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A check was lowered on a line that is otherwise the same. `options.steps`: rows of [before, after] expressions."""
    for _, pair in _pairs(document):
        for before, after in options["steps"]:
            old, new = re.search(before, pair.old.text), re.search(after, pair.text)
            if old and new and not re.search(before, pair.text) and _same_but(pair, before, after):
                captures = {"was": old.group().strip(), "base_line": str(pair.old.line)}
                yield Found(pair.line, pair.line, new.group().strip(), captures)
                break


def _same_but(pair: Pair, before: str, after: str) -> bool:
    return _squeeze(re.sub(before, _MARK, pair.old.text)) == _squeeze(re.sub(after, _MARK, pair.text))


@detector("added-skip")
def added_skip(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """An unconditional skip was put on a security test that stood in the base. `options`: `marks` are decorators or annotations
    above a test or class, `calls` are skipping first statements, `names` replace the name of the test function."""
    base = {_squeeze(line.text) for line in document.source.lines.removed}
    skips = [(kind, re.compile(options[kind])) for kind in ("marks", "calls", "names") if kind in options]
    for number in document.added_near(*(pattern for _, pattern in skips)):
        stripped = document.lines[number - 1].strip()
        kind, match = next(((k, m) for k, p in skips if (m := p.search(stripped))), ("", None))
        if match is None or _squeeze(stripped) in base or _tracked(document, number):
            continue
        silenced = _skipped_test(document, number, kind)
        if silenced is not None:
            yield Found(number, number, match.group().strip(), {"test": silenced.name or "this test"})


def _tracked(document: Document, number: int) -> bool:
    """The skip names its issue, on its line or in the comment above it: that is what the rule asks for."""
    first = number
    while first > 1 and _COMMENT.match(document.lines[first - 2]):
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


@detector("vacuous-assertion")
def vacuous_assertion(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """In a security test, an assertion was replaced by one that cannot fail, or commented out. `options.vacuous`: expressions."""
    asserting = re.compile(r"\b(?:assert\w*|expect|should|require|refute|verify)\b", _IGNORE)
    for change, _ in document.replaced:
        gone = [r for r in change.removed if asserting.search(r.text) and not _COMMENT.match(r.text)]
        if not gone:
            continue
        for number in change.added:
            text = document.lines[number - 1]
            found = _silenced(text, gone) or _emptied(text, gone, options["vacuous"])
            scope = document.scope(number) if found else None
            if found and scope is not None and _is_security(document, scope, change):
                yield Found(number, number, found["quote"], found)


def _silenced(text: str, gone: list[Removed]) -> dict[str, str] | None:
    """An assertion that is a comment now."""
    code = _COMMENT.sub("", text).strip()
    if code == text.strip():
        return None
    was = next((r for r in gone if _squeeze(code) == _squeeze(r.text)), None)
    return {"quote": code, "was": was.text.strip(), "how": "is commented out"} if was else None


def _emptied(text: str, gone: list[Removed], vacuous: list[str]) -> dict[str, str] | None:
    """An assertion that cannot fail."""
    match = next((m for v in vacuous if (m := re.search(v, text))), None)
    return {"quote": match.group().strip(), "was": gone[0].text.strip(), "how": "cannot fail"} if match else None


def _pairs(document: Document) -> Iterator[tuple[Change, Pair]]:
    for change, replaced in document.replaced:
        for pair in replaced:
            yield change, pair


def _is_security(document: Document, scope: Scope, change: Change) -> bool:
    body = scope.text + "\n" + "\n".join(r.text for r in change.removed)
    return is_security_test(document.path, scope.name, body, document.text)


def _squeeze(text: str) -> str:
    return "".join(text.split())
