"""How a review thread is tied to the diff: the hunk it shows, and where its line goes when a new head is pushed."""

from collections.abc import Mapping
from dataclasses import replace

from bot.sandbox.diff import FileDiff, Hunk, Line, opcodes, split
from bot.sandbox.git import Entry
from bot.sandbox.talk import Anchor, Thread


def number_on(line: Line, side: str) -> int | None:
    """The line's number on that side of the diff, None where the side does not show it."""
    return line.old if side == "LEFT" else line.new


def find(file: FileDiff, side: str, number: int) -> tuple[int, Hunk, int] | None:
    """The hunk (its index and itself) that shows that line, and the line's index in it."""
    for index, hunk in enumerate(file.hunks):
        for offset, line in enumerate(hunk.lines):
            if (
                number_on(line, side) == number
                and not (side == "LEFT" and line.tag == "+")
                and not (side == "RIGHT" and line.tag == "-")
            ):
                return index, hunk, offset
    return None


def position(file: FileDiff, anchor: Anchor) -> int | None:
    """GitHub's legacy `position`: rows below the first hunk header, later headers and end-of-file notes counted."""
    if anchor.line is None:
        return None
    rows = 0
    for number, hunk in enumerate(file.hunks):
        rows += 1 if number else 0
        for line in hunk.lines:
            rows += 1
            if number_on(line, anchor.side) == anchor.line and line.tag != ("+" if anchor.side == "LEFT" else "-"):
                return rows
            rows += line.unterminated
    return None


def hunk_above(file: FileDiff, anchor: Anchor) -> str:
    """The part of the hunk down to the anchor's line, which GitHub prints above a comment."""
    place = find(file, anchor.side, anchor.line) if anchor.line is not None else None
    if place is None:
        return file.hunks[0].text if file.hunks else ""
    _, hunk, offset = place
    return Hunk(hunk.header, hunk.lines[: offset + 1]).text


def follow(thread: Thread, before: Mapping[str, Entry], after: Mapping[str, Entry], head: str, files: list[FileDiff]) -> None:
    """Carry a thread over a push: an untouched line that the new diff still shows keeps it, any other outdates it."""
    if thread.now is None:
        return
    moved = _moved(thread.now, before, after)
    file = next((file for file in files if file.path == thread.now.path), None)
    shown = moved is not None and file is not None and (moved.line is None or find(file, moved.side, moved.line) is not None)
    thread.now = moved if shown else None
    if shown:
        thread.commit = head


def _moved(anchor: Anchor, before: Mapping[str, Entry], after: Mapping[str, Entry]) -> Anchor | None:
    if anchor.path not in before or anchor.path not in after:
        return anchor if anchor.side == "LEFT" else None
    if anchor.line is None or anchor.side == "LEFT":
        return anchor
    codes = opcodes(split(before[anchor.path].data), split(after[anchor.path].data))
    line = _mapped(anchor.line, codes)
    start = None if anchor.start_line is None else _mapped(anchor.start_line, codes)
    if line is None or (anchor.start_line is not None and start is None):
        return None
    return replace(anchor, line=line, start_line=start)


def _mapped(number: int, codes: list[tuple[str, int, int, int, int]]) -> int | None:
    for tag, a, b, c, _ in codes:
        if tag == "equal" and a < number <= b:
            return number - a + c
    return None
