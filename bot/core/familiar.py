"""Whether a look would be at the very same again: then it is over at once, and need not be announced."""

import hashlib
from collections.abc import Sequence

from bot.core import memo
from bot.core.naming import LENGTH
from bot.model import Earlier, Rulebook, Source


def seen(sources: Sequence[Source], rulebook: Rulebook) -> str:
    """The name of what is analysed, and with which rules; '' when nothing is."""
    if not sources:
        return ""
    name = hashlib.sha256(rulebook.digest.encode())
    for source in sources:
        lines = (_told(source.lines.added), [(r.line, r.before, r.text) for r in source.lines.removed])
        told = repr((source.path, source.kind.value, lines, source.companions, source.product, len(source.text)))
        name.update(told.encode("utf-8", "replace") + source.text.encode("utf-8", "replace"))
    return name.hexdigest()[:LENGTH]


def _told(lines: frozenset[int]) -> tuple[int, ...] | range:
    """Which lines they are, and of a run, as a new file has it, no more than its ends."""
    run = range(min(lines), max(lines) + 1) if lines else range(0)
    return run if len(run) == len(lines) else tuple(sorted(lines))


def familiar(sources: Sequence[Source], rulebook: Rulebook, earlier: Earlier) -> bool:
    """There is nothing to analyse, or our summary says that it was analysed before."""
    name = seen(sources, rulebook)
    return not name or name == memo.read(earlier.summary_body).seen
