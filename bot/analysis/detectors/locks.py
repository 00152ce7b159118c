"""Locks that a failing test keeps, and locks that one thread takes twice: what makes the rest of a run wait for ever."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ast_grep_py import SgNode

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.analysis.grammar import GRAMMARS
from bot.core.layout import indentation
from bot.core.lexical import lex

_M = r"(?P<mutex>[&*]*[\w$.@>-]+)"
_METHOD = r"(?:\.|->)"
_TAKE = {
    "python": (rf"{_M}\.acquire\(\)", r"\bwith\s+(?P<mutex>[\w.]*(?:lock|mutex))\s*:"),
    "go": (rf"{_M}\.R?Lock\(\)",),
    "java": (rf"{_M}\.lock\(\)",),
    "kotlin": (rf"{_M}\.lock\(\)",),
    "csharp": (rf"\bMonitor\.Enter\(\s*{_M}",),
    "ruby": (rf"{_M}\.lock\b",),
    "c": (rf"\b\w*(?:mutex_lock|mtx_lock|MutexLock|EnterCriticalSection)\s*\(\s*{_M}", rf"{_M}{_METHOD}lock\(\)"),
}
_GIVE = {
    "python": (rf"{_M}\.release\(\)",),
    "go": (rf"{_M}\.R?Unlock\(\)",),
    "java": (rf"{_M}\.unlock\(\)",),
    "kotlin": (rf"{_M}\.unlock\(\)",),
    "csharp": (rf"\bMonitor\.Exit\(\s*{_M}",),
    "ruby": (rf"{_M}\.unlock\b",),
    "c": (rf"\b\w*(?:mutex_unlock|mtx_unlock|MutexUnlock|LeaveCriticalSection)\s*\(\s*{_M}", rf"{_M}{_METHOD}unlock\(\)"),
}
_TAKES = {language: tuple(map(re.compile, patterns)) for language, patterns in _TAKE.items()}
_GIVES = {language: tuple(map(re.compile, patterns)) for language, patterns in _GIVE.items()}
_FAILS = {
    "python": re.compile(r"^\s*assert\b|self\.(?:assert\w+|fail)\(|pytest\.(?:fail|skip)\("),
    "go": re.compile(r"\bt\.(?:Fatal\w*|FailNow|Skip\w*)\(|\brequire\.\w+\("),
    "java": re.compile(r"\bassert\w+\(|\bfail\(|\bverify\("),
    "kotlin": re.compile(r"\bassert\w+\(|\bfail\(|\bverify\b"),
    "csharp": re.compile(r"\bAssert\.\w+"),
    "ruby": re.compile(r"\bassert\w*[ (]|\bexpect\(|\.must_|\.should\b"),
    "c": re.compile(r"\bASSERT_\w+\(|\bQ(?:VERIFY|COMPARE)\w*\(|\bREQUIRE\(|\bfail_unless\(|\bck_assert\w*\("),
}
_GUARDED = re.compile(r"\btry\b|\bfinally\b|\bensure\b|\bdefer\b|lock_guard|unique_lock|scoped_lock|QMutexLocker|synchronize")
_REENTRANT = re.compile(r"RLock\(|ReentrantLock|recursive_mutex|RECURSIVE|Monitor\.new|QRecursiveMutex|Monitor\b(?=.*mon_enter)")
_THREADS_BARRIER = re.compile(r"std::sync::(?:\{[^}]*\b)?Barrier")
_WAITS_IN_TASK = re.compile(r"\basync\s+(?:move\s+)?\{[^{}]*\.wait\(\);")
_REACH = 300  # lines a lock is followed for
_HINT = re.compile(r"[lL]ock|acquire|release|Monitor|CriticalSection|mutex")
_CALL = re.compile(r"(?P<owner>(?:[\w$@]+(?:\.|->))+)?(?P<name>[A-Za-z_]\w*)\s*\(")
_ELSEWHERE = re.compile(r"^\s*go\b|[tT]hread|spawn|submit|Task\.Run|\basync\b|defer\b")
_NAME = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class _Held:
    """Lines between which a function holds a mutex; `safe` when a block or a deferred call will give it back. `owner` is what
    the mutex is a field of, as written, '' for a variable."""

    owner: str
    mutex: str
    first: int
    last: int
    safe: bool


@dataclass(frozen=True, slots=True)
class _Function:
    name: str
    start: int
    end: int


@detector("lock-kept-on-failure")
def lock_kept_on_failure(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A lock is taken, an assertion follows that ends the test, and only then is the lock given back."""
    fails = _FAILS.get(document.language)
    if fails is None:
        return
    code = _lines(document)
    for function in _functions(document):
        for held in _held(document, code, function):
            assertion = next((n for n in range(held.first + 1, held.last) if fails.search(code[n - 1])), None)
            if not held.safe and assertion is not None:
                quote = document.lines[held.first - 1].strip()[:60]
                said = {"mutex": held.mutex, "failing": str(assertion), "": quote}
                yield Found(held.first, held.first, quote, {**said, "how": "is kept when the assertion below it fails"})


@detector("lock-taken-twice")
def lock_taken_twice(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """While a function holds a mutex it calls another of the same file that takes it as well."""
    if document.language not in _TAKES or _REENTRANT.search(document.text):
        return
    code = _lines(document)
    functions = _functions(document)
    takes: dict[str, set[str]] = {}
    for function in functions:
        takes.setdefault(function.name, {held.mutex for held in _held(document, code, function)})
    for function in functions:
        for held in _held(document, code, function):
            for line in range(held.first + 1, held.last + 1):
                called = _takes_it_too(code[line - 1], held, function.name, takes)
                if called:
                    said = {"mutex": held.mutex, "": called, "how": f"takes a lock that is held since line {held.first}"}
                    yield Found(line, line, called, said)


def _takes_it_too(text: str, held: _Held, within: str, takes: Mapping[str, set[str]]) -> str:
    """The function called on this line, of the same owner, that takes the mutex; '' for none, and for one that runs elsewhere."""
    if _ELSEWHERE.search(text):
        return ""
    for call in _CALL.finditer(text):
        same = (call["owner"] or "").rstrip(".->") == held.owner
        if same and call["name"] != within and held.mutex in takes.get(call["name"], ()):
            return str(call["name"])
    return ""


_LET_GO = re.compile(r"\blet\s+_\s*(?::[^=\n]+)?=\s*(?P<taken>[^;{}\n]{1,120}?\.(?P<way>lock|read|write)\(\))")


@detector("lock-let-go")
def lock_let_go(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Rust drops at once what is bound to `_`, a lock's guard too (https://doc.rust-lang.org/std/sync/struct.MutexGuard.html)."""
    for match in _LET_GO.finditer(lex(document.text, "rust").code):
        if match["way"] == "lock" or "RwLock" in document.text:
            line = document.line_at(match.start())
            how = "gives the lock back on this very line: `_` keeps nothing"
            yield Found(line, line, match["taken"], {"how": how, "": match.group()})


@detector("blocking-barrier")
def blocking_barrier(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A thread's barrier inside tasks of an asynchronous runtime: a waiting task blocks the worker the others need."""
    text = document.text
    if not _THREADS_BARRIER.search(text) or "tokio::sync::Barrier" in text:
        return
    for match in re.finditer(r"\bBarrier::new\(", text):
        line = document.line_at(match.start())
        if (scope := document.scope(line)) and _WAITS_IN_TASK.search(scope.text):
            yield Found(
                line, line, "Barrier::new", {"mutex": "", "": match.group(), "how": "blocks the runtime's own worker threads"}
            )


def _lines(document: Document) -> list[str]:
    return lex(document.text, document.language).code.split("\n")


def _functions(document: Document) -> list[_Function]:
    grammar = GRAMMARS[document.language]
    if document.root is None:
        return []
    nodes = document.root.find_all({"rule": {"any": [{"kind": kind} for kind in grammar.scopes]}})
    return [_Function(_function_name(node), *document.extent(node)) for node in nodes]


def _function_name(node: SgNode) -> str:
    name = node.field("name") or node.field("declarator")
    found = _NAME.findall(name.text().split("(")[0]) if name else []
    return found[-1] if found else ""


def _held(document: Document, code: list[str], function: _Function) -> Iterator[_Held]:
    takes, gives = _TAKES[document.language], _GIVES[document.language]
    asked = [n for n in range(function.start, min(function.end, len(code)) + 1) if _HINT.search(code[n - 1])]
    given: dict[tuple[str, str], list[int]] = defaultdict(list)
    for line in asked:
        for freed_mutex in _named(gives, code[line - 1]):
            given[freed_mutex].append(line)
    for line in asked:
        last = min(function.end, len(code), line + _REACH)
        for owner, mutex in _named(takes, code[line - 1]):
            if document.language == "python" and "with" in code[line - 1]:
                yield _Held(owner, mutex, line, _block_end(code, line, last), safe=True)
                continue
            later = given[owner, mutex]
            freed = later[bisect_right(later, line)] if bisect_right(later, line) < len(later) else last + 1
            if freed <= last:
                deferred = "defer" in code[freed - 1]
                around = "\n".join(code[max(function.start, line - 1) - 1 : line + 2])
                yield _Held(owner, mutex, line, last if deferred else freed, safe=deferred or bool(_GUARDED.search(around)))


def _named(patterns: tuple[re.Pattern[str], ...], text: str) -> list[tuple[str, str]]:
    """The owners and names of the mutexes that these patterns find on a line."""
    found = [match["mutex"].lstrip("&*@$") for pattern in patterns for match in pattern.finditer(text)]
    return [(re.sub(r"(?:\.|->)?[A-Za-z_]\w*$", "", mutex), _last(mutex)) for mutex in found]


def _block_end(code: list[str], line: int, end: int) -> int:
    """The last line of the indented block that a `with` on this line opens."""
    indent = indentation(code[line - 1])
    for below in range(line + 1, min(end, len(code)) + 1):
        text = code[below - 1]
        if text.strip() and indentation(text) <= indent:
            return below - 1
    return end


def _last(dotted: str) -> str:
    found = _NAME.findall(dotted)
    return found[-1] if found else ""
