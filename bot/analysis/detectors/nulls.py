"""Detectors of what is dereferenced though it may be null: a check that a pull takes away or lets pass, a result used before its
error is asked about or in spite of it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.core.releases import word
from bot.core.removed import LONGEST, Change
from bot.model import Removed, Side

_NAME = r"[A-Za-z_$][\w$]*"
_PATH = rf"{_NAME}(?:(?:\.|->){_NAME})*"
_NULL = r"(?:nil|null|NULL|nullptr|None|undefined)\b"
_READS = (
    r"(?:mem(?:cmp|cpy|move|chr)|str(?:n?cmp|n?cpy|len|n?cat|n?casecmp|chr|str|dup)"
    r"|f(?:close|read|write|gets|puts|printf|getc|eof|seek)|closedir|readdir|puts)"
)
_COMMENT = re.compile(r"^\s*(?:#(?!\[)|//|\*[\s/]|/\*|--)")
# A line that asks whether something is null, and does so for that thing alone.
_CHECKS = tuple(
    map(
        re.compile,
        (
            rf"^\s*(?:\}}?\s*else\s+)?if\b\s*\(?\s*(?P<name>{_PATH})\s*(?:===?|!==?)\s*{_NULL}\s*\)?\s*(?:\{{|:)?",
            rf"^\s*if\s+(?P<name>{_PATH})\s+is\s+(?:not\s+)?None\s*:",
            rf"^\s*if\s*\(\s*!?\s*(?P<name>{_NAME})\s*\)",
            rf"^\s*(?:\w+\.)*(?:assert|require|Assert|Assertions|s|suite|t)\w*(?:\(\))?[.:]+\w*(?:[nN]ot_?(?:Nil|Null|None))\w*\(\s*(?:t\w*\s*,\s*)?(?P<name>{_PATH})\s*[,)]",
            rf"^\s*(?:assertNotNull|assert_not_nil|refute_nil|assert_non_null|assertIsNotNone|checkNotNull|requireNonNull)\(?\s*(?P<name>{_PATH})\s*[,)]?",
            rf"^\s*assert\w*\s*\(?\s*(?P<name>{_PATH})\s*(?:!=|is\s+not)\s*{_NULL}\s*\)?\s*;?\s*(?:,.*)?$",
            rf"^\s*\w*(?:ASSERT|EXPECT|REQUIRE|CHECK)\w*\(\s*(?P<name>{_PATH})\s*(?:!=|,)\s*{_NULL}",
            rf"^\s*(?:g_assert_nonnull|g_assert|tt_assert|tt_ptr_op|abort_unless|fail_unless|cl_assert|ck_assert\w*|ASSERT_NOT_NULL|TEST_ASSERT_NOT_NULL|CU_ASSERT_PTR_NOT_NULL\w*"
            rf"|ovs_assert|mu_assert|cr_assert\w*|munit_assert\w*|UT_ASSERT\w*|VERIFY3P|VERIFY|ASSERT|assert_ptr_not_equal)\s*\(\s*(?P<name>{_PATH})\s*(?:(?:!=|,\s*!=\s*,|,)\s*{_NULL}[^;]*)?\)?\s*\)\s*;",
        ),
    )
)
_FATAL = re.compile(
    r"^\s*(?:return\b|throw\b|raise\b|panic\(|(?:[\w.]+\.)?(?:Fatal|FailNow|Skip)\w*\(|abort\(|_?exit\(|goto\b|continue\b|break\b|die\b)"
)
_FATAL_ERROR = re.compile(r"\brequire\.(?:NoError|Nil)\(|\bRequire\(\)\.NoError\(|^\s*if\s+err\s*!=\s*nil")
_GIVES = re.compile(
    rf"^\s*(?:(?:var|let|const|auto|final|[\w<>*]+)\s+)?\*?(?P<name>{_NAME})(?:\s*,\s*\w+)?\s*:?=\s*(?P<value>[^=].*?);?\s*$"
)
_MADE = re.compile(r":?=\s*(?:new\b|&[A-Z\w.]+\{|make\(|\[|\{|['\"\d])")
_IF = re.compile(r"^\s*(?:\}?\s*else\s+)?if\b")
_MOST = 100  # checks that one pull takes away in one file; more are a rewrite
_NEAR = 8  # lines below the place of a check in which what it stood before is found


@detector("dropped-null-guard")
def dropped_null_guard(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """The line that asked whether a value is null is gone or no longer leaves, nothing else in the function asks, and what stood
    behind it still dereferences the value; the finding stands there, or on the removed line when that is out of the change."""
    gone = [(c, r, name) for c, _ in document.replaced for r in c.removed if (name := checked(r.text))][:_MOST]
    if not gone:
        return
    still = {checked(document.lines[n - 1]) for n in document.added if n <= len(document.lines)}
    for change, removed, name in gone:
        yield from (_passes if name in still else _unasked)(document, change, removed, name)


def checked(text: str) -> str:
    """What this line asks whether it is null; empty when it asks nothing of the kind."""
    if len(text) > LONGEST or _COMMENT.match(text):
        return ""
    return next((m["name"] for p in _CHECKS if (m := p.search(text))), "")


def _unasked(document: Document, change: Change, gone: Removed, name: str) -> Iterator[Found]:
    near = change.added[0] if change.added else gone.before
    scope = document.scope(min(max(1, near), len(document.lines)))
    if scope is None or near == scope.start:
        return
    inlined = _inlined(document, change, gone, name)
    if inlined:
        yield _found(document, inlined, inlined, document.lines[inlined - 1].strip(), gone)
        return
    above = range(max(scope.start, near - _NEAR), near)
    held = [n for n in range(scope.start, near) if _held(document.lines[n - 1], name)]
    asserted = re.search(r"[nN]ot_?(?:Nil|Null|None)\w*\(|assert", gone.text) is not None
    if asserted and any(_FATAL_ERROR.search(document.lines[n - 1]) for n in above):
        return
    if any(_asks(document.lines[n - 1], name) for n in range(scope.start, min(scope.end, len(document.lines)) + 1)) or not held:
        return
    if any(re.search(rf"{word(name).pattern}\s*{_MADE.pattern}", document.lines[n - 1]) for n in held):
        return
    use = _used(document, range(near, min(scope.end, near + _NEAR, len(document.lines)) + 1), name)
    if use:
        yield _found(document, min(near, use), use, name, gone) if use in document.added else _gone(gone, name)


def _held(text: str, name: str) -> bool:
    return word(name.split(".")[0].split("->")[0]).search(text) is not None


def _asks(text: str, name: str) -> bool:
    """The line looks at the value as a condition of some kind."""
    own = word(name).pattern
    asks = (
        rf"(?:{own}\s*(?:[!=]==?|is\b|\?)|!\s*{own}(?!\s*(?:\.|->|\())|(?:if|while)\s*\(?\s*{own}\s*(?:\)|&&|\{{|and\b|:)|"
        rf"&&\s*{own}\s*[)&]|[nN]ot_?(?:[nN]il|[nN]ull|[nN]one)\w*\([^)]*{own})"
    )
    return re.search(asks, text) is not None


def _dereferences(name: str) -> re.Pattern[str]:
    own = word(name).pattern
    reads = rf"\b{_READS}\s*\([^;]*{own}(?!\s*->)"
    return re.compile(rf"{own}\s*(?:\.(?!\w+\s*:?=[^=]*\bnew\b)\w|->|!!)|(?:^\s*|[(=,]\s*)\*{own}|{reads}")


def _used(document: Document, lines: Iterable[int], name: str) -> int:
    """The first of the lines that dereferences the name, before anything gives it another value; 0 when none does."""
    uses, gives = _dereferences(name), re.compile(rf"{word(name).pattern}(?:\s*,\s*\w+)?\s*:?=(?!=)")
    for n in lines:
        text = document.lines[n - 1]
        if _COMMENT.match(text):
            continue
        if uses.search(text):
            return n
        if gives.search(text):
            return 0
    return 0


def _inlined(document: Document, change: Change, gone: Removed, name: str) -> int:
    """The added line that goes on with what the name held without giving it a name: what was `o := find()` is `find().x` now."""
    above = [r.text for r in change.removed if gone.line - 4 <= r.line < gone.line]
    values = [m["value"] for text in above if (m := _GIVES.match(text)) and m["name"] == name and m["value"].endswith(")")]
    return next(
        (n for n in change.added for v in values if re.search(re.escape(v) + r"\s*(?:\.|->)\w", document.lines[n - 1])), 0
    )


def _passes(document: Document, change: Change, gone: Removed, name: str) -> Iterator[Found]:
    """The check stands, what left the function behind it does not, and the value is used below."""
    left = [r for r in change.removed if gone.line < r.line <= gone.line + 5 and _FATAL.search(r.text)]
    again = [n for n in change.added if _IF.match(document.lines[n - 1]) and checked(document.lines[n - 1]) == name]
    if not left or not again or any(_FATAL.search(re.sub(r"^.*?\)\s*\{?", "", document.lines[n - 1])) for n in change.added):
        return
    line = again[0]
    after = document.lines[line : line + 4]
    if any(_FATAL.search(text) or re.match(r"^\s*\}?\s*else\b", text) for text in after):
        return
    scope = document.scope(line)
    end = min(scope.end, line + 2 * _NEAR) if scope else line + _NEAR
    handed = re.compile(rf"[(,]\s*{word(name).pattern}\s*[,)]|{_dereferences(name).pattern}|{word(name).pattern}\[")
    if any(handed.search(text) for text in document.lines[line:end]):
        yield _found(document, line, line, name, gone)


def _found(document: Document, first: int, last: int, quote: str, gone: Removed) -> Found:
    said = {"name": quote[:60], "was": gone.text.strip()[:60], "base_line": str(gone.line)}
    line = last if last in document.added else first
    return Found(line, line, quote if quote in document.lines[line - 1] else document.lines[line - 1].strip()[:60], said)


def _gone(gone: Removed, name: str) -> Found:
    text = gone.text.strip()
    return Found(gone.line, gone.line, name, {"name": name, "was": text[:60], "base_line": str(gone.line)}, text, side=Side.LEFT)


_RESULT = re.compile(rf"^\s*(?:var\s+)?(?P<name>{_NAME}),\s*(?P<error>\w*[eE]rr\w*)\s*:?=\s*\S.*\)\s*$")
_IN_SPITE = re.compile(
    rf"^\s*(?:\}}\s*else\s+)?if\s+(?P<name>{_NAME}),\s*(?P<error>\w*[eE]rr\w*)\s*:?=\s*[^;]*;\s*(?P=error)\s*!=\s*nil\s*\{{\s*$"
)
_EITHER = re.compile(
    r"^\s*(?:\}\s*else\s+)?if\b(?:[^;{]*;)?\s*"
    r"(?:(?P<error>\w*[eE]rr)\s*!=\s*nil\s*\|\|[^&{]*|[^&{]*\|\|\s*(?P<error_>\w*[eE]rr)\s*!=\s*nil\s*)\{\s*$"
)
_NULL_BRANCH = re.compile(
    rf"^\s*(?:\}}?\s*else\s+)?if\b\s*\(?(?:[^&{{}}]*\|\|)?\s*(?:!\s*(?P<name>{_NAME})|(?P<name_>{_NAME})\s*===?\s*{_NULL})\s*\)\s*\{{?\s*$"
)


@detector("null-in-branch")
def null_in_branch(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """What a branch is taken for is dereferenced in it: the value that is null there, the result of the call that failed, or an
    error that another part of the condition may have stood in for. In Go, also a result on the line before its error is asked
    about."""
    go = document.language == "go"
    for line in _lines_to_read(document):
        text, below = document.lines[line - 1], document.lines[line]
        if _COMMENT.match(below):
            continue
        name = ""
        if go:
            if either := _EITHER.match(text):
                error = either["error"] or either["error_"]
                name = error if re.search(rf"{word(error).pattern}\.Error\(\)", below) else ""
            elif spite := _IN_SPITE.match(text):
                name = spite["name"] if re.search(rf"{word(spite['name']).pattern}\.\(", below) else ""
            elif (result := _RESULT.match(text)) and _too_early(below, result["name"], result["error"]):
                name = result["name"]
        elif (branch := _NULL_BRANCH.match(text)) and not re.search(r"\|\|[^|]*&&|&&", text):
            name = branch["name"] or branch["name_"]
            name = name if _dereferences(name).search(below) and not _asks(below, name) else ""
        if name and name != "_":
            quoted = line + 1 if line + 1 in document.added else line
            if name in document.lines[quoted - 1]:
                yield Found(quoted, quoted, name, {"name": name})


def _too_early(below: str, name: str, error: str) -> bool:
    """The line right below the call uses the result, and does not look at its error: as its first word, or anywhere when it does
    not name the error at all."""
    own = word(name).pattern
    if re.search(rf"^\s*(?:defer\s+)?{own}\.\w+(?:\.\w+)*\(", below):
        return True
    return not word(error).search(below) and re.search(rf"(?<![.&\"]){own}\.(?!\w+\s*=[^=])\w", below) is not None


def _lines_to_read(document: Document) -> list[int]:
    """The added lines and those above added ones, each with a line below it."""
    lines = {n for m in document.added for n in (m - 1, m)}
    return sorted(
        n for n in lines if 1 <= n < len(document.lines) and len(document.lines[n - 1]) + len(document.lines[n]) < LONGEST
    )
