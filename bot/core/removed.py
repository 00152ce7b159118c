"""Which removed line an added line replaced: the pairs that diff-aware rules read.

Within one change, a block of removed lines followed by a block of added ones, lines are paired in order when they are alike.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from bot.model import Lines, Removed

ALIKE = 0.6  # measured on 7,950 test commits: below it, pairs are two unrelated lines
LONGEST = 400  # characters of a line that are compared: comparing is quadratic, and lines can be megabytes
BLOCK = 80  # lines of one change that are paired; a longer one is a rewrite


@dataclass(frozen=True, slots=True)
class Change:
    """One place where lines were removed, added or replaced. `added` are new-side line numbers, in order."""

    removed: tuple[Removed, ...]
    added: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A removed line and the added line that took its place."""

    old: Removed
    line: int
    text: str


def changes(lines: Lines) -> tuple[Change, ...]:
    """The changes that remove something, in order of the old side."""
    blocks: dict[int, list[Removed]] = {}
    for gone in lines.removed:
        blocks.setdefault(gone.before, []).append(gone)
    ordered = sorted(lines.added)
    out = []
    for before, gone_lines in sorted(blocks.items()):
        run: list[int] = []
        at = bisect_left(ordered, before)
        while at < len(ordered) and ordered[at] == before + len(run):
            run.append(ordered[at])
            at += 1
        out.append(Change(tuple(gone_lines), tuple(run)))
    return tuple(out)


def pairs(change: Change, text: Sequence[str]) -> tuple[Pair, ...]:
    """The pairs of one change; `text` are the file's new lines."""
    if len(change.removed) > BLOCK or len(change.added) > BLOCK:
        return ()
    waiting = list(change.added)
    out = []
    for old in change.removed:
        best, share = None, ALIKE
        for line in waiting:
            ratio = _alike(old.text, text[line - 1] if line <= len(text) else "")
            if ratio > share or (ratio == share and best is None):
                best, share = line, ratio
        if best is not None:
            out.append(Pair(old, best, text[best - 1]))
            waiting = [n for n in waiting if n > best]
    return tuple(out)


def _alike(old: str, new: str) -> float:
    old, new = old.strip()[:LONGEST], new.strip()[:LONGEST]
    if not old or not new:
        return 0.0
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= ALIKE else 0.0
