"""The only place where rooms meet: each verb of the command line gets its object graph here."""

from collections.abc import Sequence
from pathlib import Path

from bot import rulebook
from bot.analysis.pool import Pool
from bot.cli.local import Change, LocalForge
from bot.cli.output import Watched
from bot.model import Cause, Job, Outcome, Pull, Rulebook, Scan, Source
from bot.review import review

LOCAL = Job("local", Pull(0, 0, "local", "local", 0), Cause.COMMAND)


# --- a change on this machine -------------------------------------------------------------------------------------------


async def review_locally(change: Change, workers: int, cache: Path | None = None) -> tuple[Outcome, Rulebook]:
    """Review a change without GitHub."""
    rules, languages = rulebook.load(), rulebook.load_languages()
    analyst = _OnDemand(rules, workers, cache)
    try:
        return await review(LOCAL, LocalForge(change), Watched(analyst), rules, languages), rules
    finally:
        await analyst.close()


class _OnDemand:
    """A pool that starts when there is something to read, and with no more children than that is worth: one takes as long to
    start as ten files take to read."""

    def __init__(self, rules: Rulebook, workers: int, cache: Path | None) -> None:
        self._rules, self._workers, self._cache = rules, workers, cache
        self._pool: Pool | None = None

    async def scan(self, sources: Sequence[Source]) -> Scan:
        if not sources:
            return Scan(())
        if self._pool is None:
            self._pool = Pool(self._rules, min(self._workers, 1 + len(sources) // 10), cache=self._cache)
            await self._pool.start()
        return await self._pool.scan(sources)

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.close()
