"""The line as it should read: a fix that can be applied with one click, offered only where nothing about it is in doubt."""

import re

from bot.core.markdown import backticks, one_line
from bot.model import Edit

LIMIT = 200  # characters of a line that is offered; a longer one is data, or hides something at its end


def suggest(line: str, edit: Edit | None) -> str:
    """`line` after the rule's edit, '' where we offer none.

    What is put in must have exactly one place on the line; what is only taken out may stand there several times. The result
    stands in a comment as it is, so it is offered only when every character of it shows and none opens an HTML comment: such a
    line could hide something from whoever applies it, or forge a marker of ours.
    """
    if edit is None:
        return ""
    after, count = re.subn(edit.replace, edit.by, line)
    shown = after.strip(" \t")
    fits = count == 1 or (count > 1 and not edit.by)
    if not fits or after == line or not shown or "<!--" in after or one_line(shown, LIMIT) != shown:
        return ""
    return after


def block(line: str) -> str:
    """GitHub's suggestion block (docs.github.com/pull-requests, "Commenting on a pull request"); no line can end it early."""
    fence = backticks(line, 3)
    return f"{fence}suggestion\n{line}\n{fence}"


def inert(body: str) -> str:
    """A comment of ours whose suggestion can no longer be applied, because its finding is gone. GitHub may have changed its line
    ends."""
    return re.sub(r"(?m)^(`{3,})suggestion(?=\r?$)", r"\1", body)
