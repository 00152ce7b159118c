"""Diff-aware: the block of a way out gave a resource back before it left, and now only the function's end does."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.core.holding import acquires, owned
from bot.core.layout import COMMENT, LEAVES, indentation
from bot.core.releases import cares, released, word
from bot.core.removed import Change
from bot.model import Removed

_BREAKS = re.compile(r"^\s*break\b")
_LAST_WORD = re.compile(r"^\s*\}?\s*(?:finally|ensure)\b")
_BEGINS = re.compile(r"^\s*(?:try|begin|def|do)\b")
_BLOCK = 3  # lines around the removed one that belong to its way out


@detector("way-out-dropped")
def way_out_dropped(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """On the statement that leaves; where several ways out have lost it, once, on the line that acquires the resource."""
    lost: dict[tuple[int, str], list[tuple[int, Removed]]] = defaultdict(list)
    for change, _ in document.replaced:
        for gone in change.removed:
            for name in dict.fromkeys(released(gone.text)):
                acquired, left = _left_open(document, change, gone, name)
                if acquired:
                    lost[acquired, name].append((left, gone))
    for (acquired, name), ways in sorted(lost.items()):
        line, gone = ways[0]
        first, captures = acquired if len({left for left, _ in ways}) > 1 else line, {"name": name, "from": str(acquired)}
        yield Found(first, max(line, gone.before), _short(document, first), captures, spans=True, over_cuts=True)


def _left_open(document: Document, change: Change, gone: Removed, name: str) -> tuple[int, int]:
    """The line that acquires what this way out no longer gives back, and the line that leaves; zeros when it is no such thing."""
    near = gone.before
    below = range(near, min(near + _BLOCK, len(document.lines)) + 1)
    left = next((n for n in below if document.lines[n - 1].strip()), 0)
    if change.added or not left or not LEAVES.match(document.lines[left - 1]):
        return 0, 0
    scope = document.scope(left)
    if scope is None or left == scope.start:
        return 0, 0
    numbers = range(scope.start, min(scope.end, len(document.lines)) + 1)
    mine, acquiring = word(name), acquires(name)
    holding = [n for n in numbers if mine.search(document.lines[n - 1])]
    acquired = next((n for n in reversed(holding) if n < left and acquiring.search(document.lines[n - 1])), 0)
    giving = [n for n in holding if name in released(document.lines[n - 1])]
    if (
        not acquired
        or not giving
        or mine.search(document.lines[left - 1])
        or _in_the_end(document, numbers.start, numbers.stop - 1, left)
    ):
        return 0, 0
    if any(left - _BLOCK <= n <= left for n in giving) or _after_loop(document, left, acquired, giving):
        return 0, 0
    if any(owned(document.lines, n, name, True, n in document.fresh) for n in holding):
        return 0, 0
    return acquired, left


def _in_the_end(document: Document, start: int, end: int, left: int) -> bool:
    """A block around the way out has a last word, whatever happens."""
    for n in range(left + 1, end + 1):
        last = _LAST_WORD.match(document.lines[n - 1])
        if last is None:
            continue
        depth = indentation(document.lines[n - 1])
        begins = (k for k in range(n - 1, start - 1, -1) if _BEGINS.match(document.lines[k - 1]))
        if next((k for k in begins if indentation(document.lines[k - 1]) == depth), start) < left:
            return True
    return False


def _after_loop(document: Document, left: int, acquired: int, giving: list[int]) -> bool:
    """It leaves only its loop, and what follows that gives the resource back."""
    depth = indentation(document.lines[acquired - 1])
    follows = any(n > left and indentation(document.lines[n - 1]) <= depth for n in giving)
    return follows and _BREAKS.match(document.lines[left - 1]) is not None


def _short(document: Document, line: int) -> str:
    return document.lines[line - 1].strip()[:60]


_ASSERTS = re.compile(
    r"\b(?:[Aa]ssert\w*|expect\w*|EXPECT_\w+|ASSERT_\w+|CHECK\w*|REQUIRE\w*|require)(?:\.\w+)*\s*[(!]|^\s*assert\s|\bt\.Fatal|\bshould\b"
)
_CAUGHT = re.compile(r"^\s*(?:except\b|rescue\b|\}?\s*catch\b)")
_MADE = re.compile(r"(?<![\w.$])(?P<name>[a-z_$][\w$]*)\s*(?::=|=(?!=))\s*(?:await\s+)?(?P<made>(?:new\s+)?[\w.$:>-]*\w\s*\()")


@detector("release-exposed")
def release_exposed(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A block or a deferred call owned the resource; now a plain call gives it back, behind an assertion that can fail. On the
    line that acquires it."""
    seen: set[int] = set()
    for change, _ in document.replaced:
        for gone in (g for g in change.removed if _LAST_WORD.match(g.text) or cares(g.text)):
            line, last, name = (
                _after_all(document, change, gone) if _LAST_WORD.match(gone.text) else _later(document, change, gone)
            )
            if line and last not in seen:
                seen.add(last)
                yield Found(last, last, _short(document, last), {"name": name, "from": str(line)})
        for gone in (g for g in change.removed if cares(g.text) and not COMMENT.match(g.text)):
            line, name, given = _plainly(document, change, gone)
            fails = next((n for n in range(line + 1, given) if _ASSERTS.search(document.lines[n - 1])), 0)
            if fails and line not in seen:
                seen.add(line)
                yield Found(line, given, _short(document, line), {"name": name, "from": str(line)}, spans=True, over_cuts=True)


def _after_all(document: Document, change: Change, gone: Removed) -> tuple[int, int, str]:
    """A `finally` is gone, and what it gave back is given back where an assertion above, or an error that is caught
    below, keeps it from happening: the line that acquires, the line that gives back, and the name; zeros when it is not so."""
    near = min(change.added[0] if change.added else gone.before, len(document.lines))
    start, end = _around(document, near)
    for name in dict.fromkeys(n for r in change.removed if r.line > gone.line for n in released(r.text)):
        acquiring = acquires(name)
        line = next((n for n in range(near, start, -1) if acquiring.search(document.lines[n - 1])), 0)
        given = next((n for n in sorted(document.added) if line < n <= end and name in released(document.lines[n - 1])), 0)
        caught = any(_CAUGHT.match(document.lines[n - 1]) for n in range(given + 1, end + 1) if given)
        fails = caught or any(_ASSERTS.search(document.lines[n - 1]) for n in range(line + 1, given))
        if line and given and fails and not _in_the_end(document, start, end, line + 1):
            return line, given, name
    return 0, 0, ""


def _later(document: Document, change: Change, gone: Removed) -> tuple[int, int, str]:
    """What puts a block or the test's end in charge stands further down now, below a line that may leave; as above."""
    near = min(change.added[0] if change.added else gone.before, len(document.lines))
    _, end = _around(document, near)
    text = gone.text.strip()
    now = next((n for n in sorted(document.added) if near < n <= end and document.lines[n - 1].strip() == text), 0)
    between = [document.lines[n - 1] for n in range(near, now)]
    if not now or not _REGISTERS.match(text) or any(line.strip() == text for line in between):
        return 0, 0, ""
    leaves = any(LEAVES.match(line) or _ASSERTS.search(line) for line in between)
    return (near, now, next(released(text), text[:60])) if leaves else (0, 0, "")


_REGISTERS = re.compile(r"defer\b(?!.*\b(?:R?Unlock|Done|recover)\()|\w+\.Cleanup\(|(?:self|cls)\.add(?:Class)?Cleanup\(")


def _plainly(document: Document, change: Change, gone: Removed) -> tuple[int, str, int]:
    """The line that acquires, the name, and the line that gives back by a plain call; zeros when it is not so."""
    near = min(change.added[0] if change.added else gone.before, len(document.lines))
    start, end = _around(document, near)
    line, name = _acquired_bare(document, change, gone) or (0, "")
    if not line:
        name = next(released(gone.text), "")
        acquiring = acquires(name)
        line = next((n for n in range(near, start, -1) if name and acquiring.search(document.lines[n - 1])), 0)
    holding = [n for n in range(line, end + 1) if name and word(name).search(document.lines[n - 1])] if line else []
    given = next((n for n in holding if n > line and name in released(document.lines[n - 1])), 0)
    kept = any(owned(document.lines, n, name, True, True) for n in holding)
    if given not in document.fresh or kept or _in_the_end(document, start, end, line + 1):
        return 0, "", 0
    return line, name, given


def _acquired_bare(document: Document, change: Change, gone: Removed) -> tuple[int, str] | None:
    """The added line that makes under a name what the removed line made inside its block."""
    whole = "".join(gone.text.split())
    for number in change.added:
        made = _MADE.search(document.lines[number - 1])
        if made is not None and "".join(made["made"].split()) in whole and not cares(document.lines[number - 1]):
            return number, made["name"]
    return None


def _around(document: Document, line: int) -> tuple[int, int]:
    """The function around a line; where the grammar knows none, the lines around it that are no less indented."""
    scope = document.scope(line)
    if scope is not None:
        return scope.start, min(scope.end, len(document.lines))
    depth, last = indentation(document.lines[line - 1]), len(document.lines)
    below = (
        n - 1 for n in range(line + 1, last + 1) if document.lines[n - 1].strip() and indentation(document.lines[n - 1]) < depth
    )
    above = (n + 1 for n in range(line, 0, -1) if document.lines[n - 1].strip() and indentation(document.lines[n - 1]) < depth)
    return next(above, 1), next(below, last)
