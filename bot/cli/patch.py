"""A patch, as `git diff` or `diff -ru` write it, -> the Change it makes.

Of a new file the patch holds all; of a modified one it holds the lines around the changes, and the rest is left blank, so that
every line has its number. Nothing is read from disk: the paths in a patch are only names.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from unidiff.errors import UnidiffParseError
from unidiff.patch import Hunk, PatchedFile, PatchSet

from bot.cli.local import LARGEST, SUBMODULE, SYMLINK, Change, LocalError
from bot.core.words import LARGE
from bot.model import Candidate, ChangedFile, Reading, Skipped

_REMEDY = "make it with `git diff BASE...HEAD`, or name two revisions with --repo, --base and --head"
_PREFIX = re.compile(r"[abciow12]/")  # a/ b/, those of diff.mnemonicPrefix, and 1/ 2/ of git diff --no-index
_MOVED = re.compile(r"^rename from (.+?)\r?\nrename to (.+?)\r?$", re.MULTILINE)  # the only unmistakable names of a pure rename
_ABSENT = "/dev/null"
_ESCAPE = re.compile(rb'\\(?:([0-7]{3})|([abtnvfr"\\]))')
_MEANS = dict(zip(b'abtnvfr"\\', b'\a\b\t\n\v\f\r"\\', strict=True))


def decode(raw: bytes) -> str:
    """A patch file's bytes as text. PowerShell's `>` writes UTF-16; bytes that are no text become U+FFFD."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace").replace("\r\n", "\n")
    return raw.decode("utf-8-sig", "replace")


def change(text: str) -> Change:
    """The change that the patch makes. Raises LocalError for anything that is no patch."""
    try:
        files = PatchSet(text)
    except (UnidiffParseError, ValueError) as error:
        what = str(error).partition(":")[0] if isinstance(error, UnidiffParseError) else "a number is out of range"
        raise LocalError(f"The patch cannot be read ({what}): {_REMEDY}.") from None
    if not files and text.strip():
        raise LocalError(f"There is no patch in the input: {_REMEDY}.")
    changed: dict[str, ChangedFile] = {}
    texts: dict[str, str] = {}
    passed: dict[str, Skipped] = {}
    for file in files:
        entry = _changed(file)
        if entry.path in changed or entry.path in passed:
            raise LocalError(f"The patch changes a file twice, as a series of commits does: {_REMEDY}.")
        if file.is_submodule or file.is_symlink:
            passed[entry.path] = Skipped(entry.path, SUBMODULE if file.is_submodule else SYMLINK, clouds=False)
            continue
        changed[entry.path] = entry
        new = _new_side(file)
        if new is not None:
            texts[entry.path] = new
    return Change("", "", tuple(changed.values()), tuple(passed.values()), lambda candidates: _reading(candidates, texts))


def _reading(candidates: Sequence[Candidate], texts: dict[str, str]) -> Reading:
    paths = [c.file.path for c in candidates]
    unread = tuple(Skipped(p, LARGE, clouds=True) for p in paths if p not in texts)
    return Reading({p: texts[p] for p in paths if p in texts}, unread)


def _changed(file: PatchedFile) -> ChangedFile:
    old, new = _names(file)
    if file.is_added_file:
        status = "added"
    elif file.is_removed_file:
        status = "removed"
    else:
        status = "modified" if old == new else "renamed"
    patch = "".join(map(str, file)) if len(file) else None
    previous = old if status == "renamed" else None
    return ChangedFile(new, status, patch, previous_path=previous, additions=file.added, deletions=file.removed)


def _names(file: PatchedFile) -> tuple[str, str]:
    """The file's old and new name; the same twice for a new or deleted file."""
    header = "".join(file.patch_info or ())
    moved = _MOVED.search(header)
    if moved:
        return unquote(moved[1]), unquote(moved[2])
    old, new = (unquote(name.removesuffix("\r")) for name in (file.source_file, file.target_file))
    if all(name == _ABSENT or _PREFIX.match(name) for name in (old, new)):
        old, new = (name if name == _ABSENT else name[2:] for name in (old, new))
    return (new if old == _ABSENT else old), (old if new == _ABSENT else new)


def unquote(name: str) -> str:
    """A path as git quotes it when it holds anything but printable ASCII (core.quotePath) -> the path."""
    if len(name) < 2 or name[0] != '"' or name[-1] != '"':
        return name
    raw = name[1:-1].encode("utf-8", "surrogateescape")

    def byte(match: re.Match[bytes]) -> bytes:
        return bytes([int(match[1], 8) & 0xFF if match[1] else _MEANS[match[2][0]]])

    return _ESCAPE.sub(byte, raw).decode("utf-8", "replace")


def _new_side(file: Sequence[Hunk]) -> str | None:
    """The new side as far as the hunks show it, blank lines between them; None when that is too long to hold."""
    lines: list[str] = []
    ends = True
    size = 0
    for hunk in file:
        gap = hunk.target_start - 1 + (hunk.target_length == 0) - len(lines)
        if gap < 0:
            raise LocalError(f"The patch cannot be read (its hunks overlap): {_REMEDY}.")
        new = list(_new_lines(hunk))
        size += gap + sum(map(len, new)) + len(new)
        if size > LARGEST:
            return None
        lines += [""] * gap + new
        ends = not _unended(hunk)
    return "\n".join(lines) + ("\n" if lines and ends else "")


def _new_lines(hunk: Hunk) -> Iterator[str]:
    for line in hunk:
        if line.is_added or line.is_context:
            yield line.value.removesuffix("\n")


def _unended(hunk: Hunk) -> bool:
    """The new side's last line has no newline: the mark stands behind an added or kept line."""
    marked = [before for before, line in pairwise(hunk) if line.line_type == "\\"]
    return any(not before.is_removed for before in marked)
