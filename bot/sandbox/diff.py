"""Differences between two commits, written the way GitHub's file list shows them: hunks of three context lines, no headers."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from bot.sandbox.git import SUBMODULE, Entry

CONTEXT = 3
# A file beyond these is listed without its patch (docs.github.com: "Repository limits").
MAX_LINES, MAX_BYTES = 20_000, 500_000
RENAME_SIMILARITY = 0.5

_HEADING = re.compile(rb"[A-Za-z_$]")
_HEADING_BYTES = 80

Opcode = tuple[str, int, int, int, int]


@dataclass(frozen=True)
class Line:
    """One line of a hunk. `tag` is ' ', '+' or '-'; the number of the side it is absent from is None."""

    tag: str
    text: str
    old: int | None
    new: int | None
    unterminated: bool = False


@dataclass(frozen=True)
class Hunk:
    header: str
    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        rows = [self.header]
        for line in self.lines:
            rows.append(line.tag + line.text)
            if line.unterminated:
                rows.append("\\ No newline at end of file")
        return "\n".join(rows)


@dataclass(frozen=True)
class FileDiff:
    """One changed file. `patch` is None where GitHub sends none: binary, too large, pure rename, mode change."""

    path: str
    status: Literal["added", "removed", "modified", "renamed"]
    before: Entry | None
    after: Entry | None
    previous_path: str | None = None
    additions: int = 0
    deletions: int = 0
    hunks: tuple[Hunk, ...] = ()
    withheld: bool = False

    @property
    def patch(self) -> str | None:
        return None if self.withheld or not self.hunks else "\n".join(hunk.text for hunk in self.hunks)

    def without_patch(self) -> "FileDiff":
        return replace(self, withheld=True)

    @property
    def sha(self) -> str:
        """The blob the list names: the new side's, and for a removed file the old one's."""
        shown = self.after or self.before
        assert shown is not None
        return shown.sha


def split(data: bytes) -> list[bytes]:
    """Lines with their ends, broken at `\\n` alone, as git and GitHub count them."""
    return [row for row in re.split(rb"(?<=\n)", data) if row]


def is_binary(data: bytes) -> bool:
    """Git's rule: a NUL among the first 8,000 bytes."""
    return b"\0" in data[:8000]


def opcodes(old: list[bytes], new: list[bytes]) -> list[Opcode]:
    """difflib's opcodes, with the equal ends cut off first: the common case is small edits in a long file."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    middle = difflib.SequenceMatcher(None, old[start : len(old) - end], new[start : len(new) - end], autojunk=False)
    codes = [("equal", 0, start, 0, start)] if start else []
    codes += [(tag, a + start, b + start, c + start, d + start) for tag, a, b, c, d in middle.get_opcodes()]
    if end:
        codes.append(("equal", len(old) - end, len(old), len(new) - end, len(new)))
    return codes


def hunks(before: bytes, after: bytes) -> tuple[Hunk, ...]:
    old, new = split(before), split(after)
    return tuple(_hunk(group, old, new) for group in _grouped(opcodes(old, new)))


def _grouped(codes: list[Opcode]) -> list[list[Opcode]]:
    """Changes with their context; an equal stretch longer than two contexts parts two hunks."""
    groups: list[list[Opcode]] = []
    group: list[Opcode] = []
    for position, (tag, a, b, c, d) in enumerate(codes):
        if tag != "equal":
            group.append((tag, a, b, c, d))
            continue
        first, last = position == 0, position == len(codes) - 1
        if not (first or last) and b - a <= 2 * CONTEXT:
            group.append((tag, a, b, c, d))
            continue
        if not first:
            groups.append([*group, (tag, a, min(b, a + CONTEXT), c, min(d, c + CONTEXT))])
            group = []
        if not last:
            group = [(tag, max(a, b - CONTEXT), b, max(c, d - CONTEXT), d)]
    return [*groups, group] if group else groups


def _hunk(group: list[Opcode], old: list[bytes], new: list[bytes]) -> Hunk:
    first, last = group[0], group[-1]
    rows: list[Line] = []
    for tag, a, b, c, d in group:
        if tag == "equal":
            rows += [_line(" ", old[i], i + 1, i - a + c + 1) for i in range(a, b)]
        else:
            rows += [_line("-", old[i], i + 1, None) for i in range(a, b)]
            rows += [_line("+", new[j], None, j + 1) for j in range(c, d)]
    heading = next((row for row in reversed(old[: first[1]]) if _HEADING.match(row)), b"")
    tail = heading[:_HEADING_BYTES].decode("utf-8", "replace").rstrip()
    spans = f"@@ -{_span(first[1], last[2])} +{_span(first[3], last[4])} @@"
    return Hunk(f"{spans} {tail}" if tail else spans, tuple(rows))


def _line(tag: str, raw: bytes, old: int | None, new: int | None) -> Line:
    text = raw.decode("utf-8", "replace")
    return Line(tag, text.removesuffix("\n"), old, new, unterminated=not text.endswith("\n"))


def _span(start: int, end: int) -> str:
    count = end - start
    begin = start + 1 if count else start
    return str(begin) if count == 1 else f"{begin},{count}"


def compare(old: Mapping[str, Entry], new: Mapping[str, Entry]) -> list[FileDiff]:
    """All changed files in path order, renames found."""
    gone = {path: item for path, item in old.items() if path not in new}
    fresh = {path: item for path, item in new.items() if path not in old}
    found = [
        _diff(path, "modified", old[path], new[path])
        for path in old.keys() & new.keys()
        if (old[path].sha, old[path].mode) != (new[path].sha, new[path].mode)
    ]
    for path, origin in _renames(gone, fresh).items():
        found.append(_diff(path, "renamed", gone.pop(origin), fresh.pop(path), origin))
    found += [_diff(path, "added", None, item) for path, item in fresh.items()]
    found += [_diff(path, "removed", item, None) for path, item in gone.items()]
    return sorted(found, key=lambda file: file.path.encode())


def _renames(gone: Mapping[str, Entry], fresh: Mapping[str, Entry]) -> dict[str, str]:
    """New path -> old path: identical content first, then the most similar text."""
    pairs: dict[str, str] = {}
    left = dict(gone)
    for exact in (True, False):
        for path, item in fresh.items():
            if path in pairs or not item.data:
                continue
            scored = [
                (1.0 if item.sha == was.sha else 0.0 if exact else _similarity(was, item), origin) for origin, was in left.items()
            ]
            score, origin = max(scored, default=(0.0, ""))
            if score >= RENAME_SIMILARITY:
                pairs[path] = origin
                del left[origin]
    return pairs


def _similarity(one: Entry, other: Entry) -> float:
    """The share of lines in common, counted as bags: cheap, and near enough to git's score."""
    if is_binary(one.data) or is_binary(other.data):
        return 0.0
    ours, theirs = split(one.data), split(other.data)
    bag: dict[bytes, int] = {}
    for row in ours:
        bag[row] = bag.get(row, 0) + 1
    common = 0
    for row in theirs:
        if bag.get(row, 0):
            bag[row] -= 1
            common += 1
    return 2 * common / ((len(ours) + len(theirs)) or 1)


def _diff(
    path: str,
    status: Literal["added", "removed", "modified", "renamed"],
    before: Entry | None,
    after: Entry | None,
    previous_path: str | None = None,
) -> FileDiff:
    old, new = _shown(before), _shown(after)
    if is_binary(old) or is_binary(new):
        return FileDiff(path, status, before, after, previous_path)
    pieces = hunks(old, new)
    additions = sum(line.tag == "+" for hunk in pieces for line in hunk.lines)
    deletions = sum(line.tag == "-" for hunk in pieces for line in hunk.lines)
    size = sum(len(line.text) for hunk in pieces for line in hunk.lines)
    large = additions + deletions > MAX_LINES or size > MAX_BYTES
    return FileDiff(path, status, before, after, previous_path, additions, deletions, pieces, withheld=large)


def _shown(item: Entry | None) -> bytes:
    if item is None:
        return b""
    return f"Subproject commit {item.sha}\n".encode() if item.mode == SUBMODULE else item.data
