"""What changed in one file: read from its patch, from both its texts, or told from its status."""

from bot.core.diff import PatchError, read
from bot.model import ChangedFile, Lines, Reading, Skipped

WITHHELD = "GitHub withheld the diff"


def changed_lines(file: ChangedFile, text: str, reading: Reading) -> Lines | Skipped:
    """What changed in the file. A diff that GitHub withheld is never read as "nothing changed"."""
    last = text.count("\n") + (not text.endswith("\n") and bool(text))
    if file.patch is not None:
        try:
            lines = read(file.patch)
        except PatchError:
            return Skipped(file.path, "its diff cannot be read", clouds=True)
        if max(lines.commentable, default=0) > last:
            return Skipped(file.path, "its diff and its content disagree", clouds=True)
        return lines
    if file.path in reading.rediffed:
        return reading.rediffed[file.path]
    if file.status == "added":
        return Lines(frozenset(range(1, last + 1)))
    # Renames and mode changes have no patch and no changed lines; neither has a file that git takes for binary, NUL bytes in
    # code included, and that one has changed.
    if file.additions == file.deletions == 0 and "\0" not in text:
        return Lines()
    return Skipped(file.path, WITHHELD, clouds=True)
