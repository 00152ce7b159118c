"""Diff-aware detectors of protection between threads that a pull takes away, while what it protected stays."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document, Scope
from bot.core.layout import COMMENT, indentation
from bot.core.releases import released, word
from bot.core.removed import LONGEST, Change, Pair
from bot.model import Removed

# What makes a value safe to share, in the languages' own names; `volatile` is none: it makes a write seen, and no more.
_SAFE = re.compile(
    r"\b(?:Concurrent[A-Z]\w+|CopyOnWrite\w+|\w*Blocking(?:Queue|Deque|Collection)|synchronized(?:List|Map|Set|Collection)|Atomic[A-Z]\w+|LongAdder|"
    r"\w*(?:[sS]afe|[sS]ync(?:ed|hronized)?|[lL]ocked|[lL]ocking|[cC]oncurrent)_?(?:Buffer|Writer|Map|List|Log|Queue|Slice|Set|Dict|Rand|Counter)\w*|"
    r"std::atomic\w*|_Atomic|sync\.Map|atomic\.(?:Bool|Int32|Int64|Uint32|Uint64|Pointer|Value)|thread_local!?|_Thread_local|__thread|ThreadLocal|[A-Z]+_TLS)\b"
)
_DECLARED = re.compile(
    r"(?<![\w.])(?P<name>[A-Za-z_]\w*)(?:\[[^\]]*\])?\s*(?:=(?!=)|;|\(\s*\d*\s*\)\s*;|\{)|\bvar\s+(?P<go>\w+)\s|^\s*(?P<field>\w+)\s+[\w.\[\]*]+\s*$"
)
_M = r"(?P<mutex>[&*]*[A-Za-z_$@][\w$.@>-]*?)"
_TAKES = tuple(
    map(
        re.compile,
        (
            rf"^\s*{_M}(?:\.|->)(?:R?Lock|lock|acquire|enter|[lL]ockAll)\(\)",
            r"^\s*(?:\w+(?:\.|->))*(?P<mutex>[wW]ith_?\w*[lL]ock\w*)\s*\(",
            r"^\s*(?:synchronized|lock)\s*\(\s*(?P<mutex>[\w.]+)\s*\)",
            r"^\s*(?:async\s+)?with\s+(?P<mutex>[\w.]*(?:lock|mutex)\w*)\s*:",
            r"^\s*(?P<mutex>@?\w+)\.synchronize\b",
            r"\b(?:std::)?(?:lock_guard|unique_lock|scoped_lock)\b[^;({]*[({]\s*(?P<mutex>\w+)",
            rf"\b\w*(?:mutex_lock|mtx_lock|EnterCriticalSection)\s*\(\s*{_M}\s*\)",
            rf"\bMonitor\.Enter\(\s*{_M}\b",
        ),
    )
)
_ATOMIC_STEP = re.compile(
    r"\b(?:atomic\.(?:Add|Store|Load|Swap)\w*\(\s*&?|Interlocked\.\w+\(\s*(?:ref\s+)?)(?P<name>[A-Za-z_][\w.]*)"
)
_GUARD = re.compile(
    r"\b\w*[lL]ock(?:ed|ing|_guard)?\b|[mM]utex|synchronize|\batomic\b|Atomic|Interlocked|Monitor\.|CriticalSection|[sS]emaphore|\bselect\s*\{"
)
_ABOUT_LOCKS = re.compile(r"lock|mutex|semaphore|(?<!a)sync|atomic|concurren", re.IGNORECASE)
_WAITS = re.compile(
    r"^\s*(?:(?:await\s+)?(?:[\w.]+(?:\.|->))?(?:[wW]ait|join|Join|await|wait_for|WaitOne|\w+_wait|\w+_join)\(|"
    r"<-\s*[\w.]+\s*;?$|\w+\(\s*(?:0\s*==\s*)?\w*(?:thread_join|sem_wait)\()"
)
_AWAITED = re.compile(r"\b\w*wait\w*\(\s*&?(?P<name>[A-Za-z_]\w*)\s*\)")
_LOOKS = re.compile(
    r"\b(?:if|assert\w*|expect\w*|require\w*|check\w*|memcmp|strcmp|verify)\b|\b(?:ASSERT|EXPECT|CHECK|REQUIRE)\w*\(",
    re.IGNORECASE,
)
_SHARED = re.compile(r"[A-Za-z_]\w{2,}")
_NEAR = 6  # lines below a lock that is gone in which what it protected may stand in another form
_STATEMENT = re.compile(r"^(?!\s*(?:#|//|\*|/\*|--)).*\w")


@detector("dropped-guard")
def dropped_guard(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """What kept threads apart is gone, and what it protected is still there: a lock around statements, an atomic step, or a type
    that may be shared."""
    if _ABOUT_LOCKS.search(document.path.rpartition("/")[2]):
        return
    spoken: set[str] = set()
    for change, replaced in document.replaced:
        for line, gone in (*_unmarked(document, change, replaced), *_read_bare(document, replaced), *_let_go(document, change)):
            yield _found(document, line, gone)
        for gone in change.removed:
            if COMMENT.match(gone.text):
                continue
            line, name = _left_bare(document, change, gone)
            if line and name not in spoken:
                spoken.add(name)
                yield _found(document, line, gone)


@detector("dropped-guard-order")
def dropped_guard_order(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A wait for another thread is gone, or has moved below what looks at that thread's work."""
    for change, _ in document.replaced:
        for gone in change.removed:
            line = _looks_too_early(document, change, gone) if _WAITS.match(gone.text) else 0
            if line:
                yield _found(document, line, gone)


def _found(document: Document, line: int, gone: Removed) -> Found:
    text = document.lines[line - 1].strip()
    return Found(
        line, line, text[:60], {"was": gone.text.strip()[:60], "base_line": str(gone.line), "": text}, spans=True, over_cuts=True
    )


def _left_bare(document: Document, change: Change, gone: Removed) -> tuple[int, str]:
    """The line of the head that was protected by the removed one, and what protected it; 0 when none is."""
    if _SAFE.search(gone.text):
        return _declared_weaker(document, change, gone)
    if step := _ATOMIC_STEP.search(gone.text):
        bare = re.compile(rf"{word(step['name']).pattern}\s*(?:\+\+|--|[+-]?=(?!=))")
        instead = {n: document.lines[n - 1] for n in change.added}
        if any(map(_GUARD.search, instead.values())):
            return 0, ""
        return next((n for n, text in instead.items() if bare.search(text)), 0), step["name"]
    take = next((m for p in _TAKES if (m := p.search(gone.text))), None)
    if take is None:
        return 0, ""
    line = _survivor(document, change, gone)
    scope = document.scope(line) if line else None
    if scope is None or (line == scope.start and not change.added) or _guarded(scope, document, line, take["mutex"]):
        return 0, ""
    return line, take["mutex"]


# Words of a declaration that make its value, or its calls, safe to share.
_MODIFIER = re.compile(r"@?\b(?:synchronized|Synchronized|volatile|Volatile|_Atomic)\s+")


def _unmarked(document: Document, change: Change, replaced: tuple[Pair, ...]) -> Iterator[tuple[int, Removed]]:
    """Declarations that lost such a word and nothing else, with the line that had it."""
    if any(_GUARD.search(document.lines[n - 1]) or _MODIFIER.search(document.lines[n - 1]) for n in document.fresh):
        return
    for pair in replaced:
        if _MODIFIER.search(pair.old.text) and _same(_MODIFIER.sub("", pair.old.text), pair.text):
            yield pair.line, pair.old
    alone = next((r for r in change.removed if re.fullmatch(r"\s*@(?:Synchronized|Volatile)\s*", r.text)), None)
    if alone is not None and not change.added and alone.before <= len(document.lines):
        yield alone.before, alone


def _declared_weaker(document: Document, change: Change, gone: Removed) -> tuple[int, str]:
    """The added line that declares the same name with a type that may not be shared; better, the one that then counts with it."""
    declared = _DECLARED.search(gone.text)
    name = next(filter(None, declared.groups()), "") if declared else ""
    for n in change.added if name else ():
        text = document.lines[n - 1]
        again = _DECLARED.search(text)
        if again and name in again.groups() and not _SAFE.search(text) and not _GUARD.search(text.replace(name, "")):
            stepped = re.compile(rf"{word(name).pattern}\s*(?:\+\+|--|[+-]=)")
            return next((m for m in sorted(document.added) if m > n and stepped.search(document.lines[m - 1])), n), name
    return 0, ""


def _survivor(document: Document, change: Change, gone: Removed) -> int:
    """The first statement that stood under the lock and still stands, as it was or in another form."""
    below = [r.text for r in change.removed if r.line > gone.line and not _GUARD.search(r.text)]
    kept = {name for text in below for name in _SHARED.findall(text)}
    near = change.added or range(gone.before, min(gone.before + _NEAR, len(document.lines) + 1))
    statements = (n for n in near if _STATEMENT.search(document.lines[n - 1]))
    if not (change.added or kept):
        return next(statements, 0)
    return next((n for n in statements if kept & set(_SHARED.findall(document.lines[n - 1]))), 0)


_ATOMIC_READ = re.compile(r"\batomic\.Load\w*\(\s*&?(?P<of>[\w.]+)\s*\)|(?P<held>[\w.]+)\.(?:Load|load)\([\w:]*\)")
_ASKED = re.compile(r"\.(?:[gG]et_?|All|all_?)?(?P<name>\w+)\(\)")
_THREADS = re.compile(
    r"\bgo func|\bgo \w+\(|\bmu\b|[mM]utex|\bThread\b|Eventually|goroutine|concurren|synchroni[sz]ed|\bsync\.", re.IGNORECASE
)


def _read_bare(document: Document, replaced: tuple[Pair, ...]) -> Iterator[tuple[int, Removed]]:
    """Lines on which an atomic read, or the call of an object that reads under its own lock, has become a plain one."""
    for pair in replaced:
        old, new = pair.old.text, pair.text
        if len(old) > LONGEST or len(new) > LONGEST:
            continue
        if _ATOMIC_READ.search(old) and _same(_ATOMIC_READ.sub(lambda m: m["of"] or m["held"], old), new):
            yield pair.line, pair.old
            continue
        asked = [m for m in _ASKED.finditer(old) if len(m["name"]) > 2]
        plain = next((m for m in asked if _same(f"{old[: m.start()]}.{m['name']}{old[m.end() :]}".lower(), new.lower())), None)
        if plain is not None and document.language != "ruby" and document.search(_THREADS):
            yield pair.line, pair.old


def _let_go(document: Document, change: Change) -> Iterator[tuple[int, Removed]]:
    """The first statement that a lock no longer covers, since the lock is given back further up now, or the statement stands
    further down."""
    for gone in change.removed:
        if (moved := _moved_out(document, gone)) and not _GUARD.search(gone.text):
            yield moved, gone
            return
        if not _GIVES.search(gone.text) or "defer" in gone.text:
            continue
        scope = document.scope(min(gone.before, len(document.lines)))
        start = scope.start if scope else gone.before
        now = next(
            (n for n in range(gone.before - 1, start, -1) if n in document.added and _same(document.lines[n - 1], gone.text)), 0
        )
        bare = range(now + 1, gone.before) if now else range(0)
        if any(any(p.search(document.lines[n - 1]) for p in _TAKES) for n in bare):
            continue
        line = next((n for n in bare if _STATEMENT.search(document.lines[n - 1])), 0)
        if line:
            yield line, gone


def _moved_out(document: Document, gone: Removed) -> int:
    """Where the statement stands now, in the same function, when a lock that stood below it is given back in between."""
    scope = document.scope(min(gone.before, len(document.lines))) if len(gone.text.strip()) > _SHORT else None
    below = range(gone.before, min(gone.before + _NEAR, scope.end, len(document.lines)) + 1) if scope else ()
    now = next((n for n in below if n in document.added and _same(document.lines[n - 1], gone.text)), 0)
    between = [document.lines[n - 1] for n in range(gone.before, now) if n not in document.added]
    given = [text for text in between if _GIVES.search(text) and "defer" not in text]
    return now if given and not any(any(p.search(text) for p in _TAKES) for text in between) else 0


_SHORT = 4  # characters of a line that stands in many places
_GIVES = re.compile(r"[uU]nlock|\brelease\(|Monitor\.Exit|LeaveCriticalSection")
_BLOCK = re.compile(r"^\s*(?:synchronized|lock|(?:async\s+)?with)\b|\.synchronize\b")


def _guarded(scope: Scope, document: Document, line: int, mutex: str) -> bool:
    """The same lock in the function, or anything the pull adds, still keeps threads apart when this line runs."""
    added = {n: document.lines[n - 1] for n in document.added if n <= len(document.lines)}
    late = {n for n, text in added.items() if line < n <= scope.end and any(p.search(text) for p in _TAKES)}
    if any(_GUARD.search(text) for n, text in added.items() if n not in late and not (late and _GIVES.search(text))):
        return True
    above = range(scope.start, line)
    takes = [n for n in above if any((m := p.search(document.lines[n - 1])) and m["mutex"] == mutex for p in _TAKES)]
    return any(_reaches(document, n, line) for n in takes)


def _reaches(document: Document, take: int, line: int) -> bool:
    """The lock taken on the one line is still held on the other."""
    between = [document.lines[n - 1] for n in range(take + 1, line)]
    depth = indentation(document.lines[take - 1])
    if _BLOCK.search(document.lines[take - 1]):
        inside = [text for text in (*between, document.lines[line - 1]) if text.strip() and text.strip() != "{"]
        return all(indentation(text) > depth for text in inside)
    if "_guard" in document.lines[take - 1] or "_lock<" in document.lines[take - 1]:
        return all(indentation(text) >= depth for text in between if text.strip())
    return not any(_GIVES.search(text) and "defer" not in text for text in between)


def _looks_too_early(document: Document, change: Change, gone: Removed) -> int:
    """The line that looks before the wait, which has moved down inside the function, or that looks at what was waited for, which
    nothing waits for any more; 0 when there is none."""
    near = change.added[0] if change.added else gone.before
    scope = document.scope(near)
    if scope is None or near == scope.start:
        return 0
    rest = range(near, min(scope.end, len(document.lines)) + 1)
    waits = [n for n in rest if _WAITS.match(document.lines[n - 1])]
    later = next((n for n in waits if n in document.added and _same(document.lines[n - 1], gone.text)), 0)
    looks = (n for n in rest if n < (later or scope.end) and _LOOKS.search(document.lines[n - 1]) and n not in waits)
    if later:
        return next(looks, 0)
    awaited = _AWAITED.search(gone.text)
    if awaited is None or waits or any(_WAITS.match(document.lines[n - 1]) for n in document.added if n <= len(document.lines)):
        return 0
    mine = word(awaited["name"])
    uses = (n for n in rest if n < scope.end and mine.search(document.lines[n - 1]))
    return next((n for n in uses if awaited["name"] not in released(document.lines[n - 1])), 0)


def _same(one: str, other: str) -> bool:
    return "".join(one.split()) == "".join(other.split())
