"""A patch, or the two texts of a file, -> the lines that changed and the lines that may carry a comment.

Lines are counted by `\\n` alone, as git and GitHub do. A patch is hostile text: it is read, or PatchError says that it cannot be.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from unidiff.errors import UnidiffParseError
from unidiff.patch import Hunk, PatchSet

from bot.model import Lines, Removed

# unidiff refuses a bare patch. The headers are constants because a path may hold anything, newlines included.
_HEADERS = "--- a/file\n+++ b/file\n"
_NEW_FILE = re.compile(r"@@ -0,0 \+1(?:,([1-9][0-9]{0,6}))? @@\n")
_NO_NEWLINE = "\n\\ No newline at end of file"
_ROUNDS = 12  # each round of the search costs one pass over the lines still undecided


class PatchError(ValueError):
    """The patch cannot be read. The message never quotes it, since a patch may hold a secret."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a patch: its sign (`+`, `-` or a blank), its number on the side it stands on, and its text. With the sign `@` it
    is a hunk's header, and the text what git shows there: the line in which the function around the hunk begins."""

    sign: str
    line: int
    text: str


def read(patch: str) -> Lines:
    """What one file's patch changes, and where GitHub takes a comment (context and changed lines inside the hunks).

    Raises PatchError for anything but a sequence of complete hunks; an empty patch changes nothing.
    """
    return (_whole_file(patch) or _lines(_hunks(patch))) if patch else Lines()


def _whole_file(patch: str) -> Lines | None:
    """A new file's patch, read ten times as fast as any other; None for every other."""
    head = _NEW_FILE.match(patch)
    body = patch[head.end() :].removesuffix(_NO_NEWLINE) if head else ""
    count = body.count("\n") + 1
    if head is None or count != int(head[1] or 1) or not body.startswith("+") or body.count("\n+") != count - 1:
        return None
    numbers = frozenset(range(1, count + 1))
    return Lines(numbers, numbers, hunks=((1, count),))


def rows(patch: str) -> Iterator[Row]:
    """One file's patch line by line, for what is read from the diff alone. Raises PatchError like `read`."""
    for hunk in _hunks(patch) if patch else ():
        yield Row("@", hunk.target_start, hunk.section_header)
        for line in hunk:
            number = line.source_line_no if line.is_removed else line.target_line_no
            if number is not None:
                yield Row(line.line_type, number, line.value.removesuffix("\n"))


def _hunks(patch: str) -> Sequence[Hunk]:
    try:
        files = PatchSet(f"{_HEADERS}{patch}\n")
    except UnidiffParseError as error:
        raise PatchError(str(error).partition(":")[0]) from None
    except ValueError:
        raise PatchError("A hunk header's number is out of range") from None
    if len(files) != 1 or not files[0]:
        raise PatchError("Expected the hunks of one file")
    return files[0]


def _lines(file: Sequence[Hunk]) -> Lines:
    added: set[int] = set()
    right: set[int] = set()
    left: set[int] = set()
    spans: list[tuple[int, int]] = []
    removed: list[Removed] = []
    for hunk in file:
        # A side of length 0 is numbered by the line before it (`+0,0` in a deleted file).
        new = first = hunk.target_start + (hunk.target_length == 0)
        for line in hunk:
            if line.is_added or line.is_context:
                right.add(new)
                if line.is_added:
                    added.add(new)
                new += 1
            if line.source_line_no is not None:
                left.add(line.source_line_no)
                if line.is_removed:
                    removed.append(Removed(line.source_line_no, new, line.value.removesuffix("\n")))
        if new > first:
            spans.append((first, new - 1))
    return Lines(frozenset(added), frozenset(right), frozenset(left), tuple(spans), tuple(removed))


def rediff(before: str, after: str) -> Lines:
    """What changed between two texts of a file whose patch GitHub withheld.

    Nothing is commentable, since GitHub takes no line comment on a file that it shows no diff of. The time is bounded, about
    n log n in the number of lines: where no alignment is found in time, all lines in between count as changed.
    """
    old, new = _split(before), _split(after)
    kept = dict(_aligned(old, new))
    stays = set(kept.values())
    added = frozenset(n + 1 for n in range(len(new)) if n not in stays)
    removed: list[Removed] = []
    place = 0
    for n, text in enumerate(old):
        if n in kept:
            place = kept[n] + 1
        else:
            removed.append(Removed(n + 1, place + 1, text.removesuffix("\n")))
    return Lines(added, removed=tuple(removed))


def _split(text: str) -> list[str]:
    """The lines with their ends: a last line that gains its newline has changed, as it has for git."""
    *whole, rest = text.split("\n")
    return [line + "\n" for line in whole] + ([rest] if rest else [])


def _aligned(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Pairs of equal lines, ascending on both sides within each region: common ends first, then lines that occur once on each
    side (patience diff), then the same again between those. Chosen over difflib, which is quadratic and worse."""
    regions = [(0, len(old), 0, len(new))]
    for _ in range(_ROUNDS):
        waiting: list[tuple[int, int, int, int]] = []
        for a, b, x, y in regions:
            while a < b and x < y and old[a] == new[x]:
                yield a, x
                a, x = a + 1, x + 1
            while a < b and x < y and old[b - 1] == new[y - 1]:
                b, y = b - 1, y - 1
                yield b, y
            if a == b or x == y:
                continue
            anchors = _anchors(old[a:b], new[x:y])
            ends = [(a, x), *((a + i, x + j) for i, j in anchors), (b, y)]
            if anchors:
                waiting += [(i, k, j, m) for (i, j), (k, m) in pairwise(ends)]
        regions = waiting


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """The longest ascending run of lines that occur exactly once on both sides."""
    here, there = Counter(old), Counter(new)
    place = {text: j for j, text in enumerate(new)}
    pairs = [(i, place[text]) for i, text in enumerate(old) if here[text] == 1 and there[text] == 1]
    tails: list[int] = []  # tails[k]: the smallest new-side end of an ascending run of length k + 1, and at[k] its pair
    at: list[int] = []
    previous: list[int] = []
    for n, (_, j) in enumerate(pairs):
        k = bisect_left(tails, j)
        tails[k : k + 1] = [j]
        at[k : k + 1] = [n]
        previous.append(at[k - 1] if k else -1)
    run: list[tuple[int, int]] = []
    n = at[-1] if at else -1
    while n >= 0:
        run.append(pairs[n])
        n = previous[n]
    return run[::-1]
