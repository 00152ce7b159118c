"""What is wrong in a configuration file that the pull itself writes -> what to say about it, on its lines where GitHub can."""

from collections.abc import Iterable, Sequence

from bot.core.diff import PatchError, read
from bot.core.naming import digest
from bot.model import ChangedFile, Lines, Notice, Problem

MOST = 10  # a file that is wrong in more places is wrong in kind


def announce(problems: Sequence[Problem], changed: Iterable[ChangedFile]) -> tuple[Notice, ...]:
    """The first problems of each file that is among the pull's changes; of another, its base is to blame."""
    about = {problem.file for problem in problems}
    lines = {file.path: _lines(file) for file in changed if file.path in about and file.status != "removed"}
    return tuple(
        Notice(
            problem,
            digest("config", problem.file, problem.key, problem.expected),
            problem.line in lines[problem.file].commentable,
        )
        for problem in problems
        if problem.file in lines
    )[:MOST]


def _lines(file: ChangedFile) -> Lines:
    try:
        return read(file.patch or "")
    except PatchError:
        return Lines()
