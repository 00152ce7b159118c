"""The only place where rooms meet: each verb of the command line gets its object graph here."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from bot import rulebook
from bot.analysis.child import Process, begin, end
from bot.analysis.limits import Limits
from bot.analysis.pool import Pool
from bot.cli.local import Change, LocalForge
from bot.cli.output import Watched
from bot.core.discreet import derive
from bot.model import Cause, HashKey, Job, Outcome, Pull, Rulebook, Scan, Source
from bot.review import review

LOCAL_SECONDS = 3600.0  # a person waits and can stop; a server's queue cannot
LOCAL = Job("local", Pull(0, 0, "local", "local", 0), Cause.COMMAND)


def rule_cache(home: Path) -> Path | None:
    """Where compiled token rules are kept; None where nothing can be, and then they are compiled again by each process."""
    try:
        folder = home.expanduser() / "cache"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # RuntimeError: this user has no home
        return None
    return folder


# --- a change on this machine -------------------------------------------------------------------------------------------


async def review_locally(change: Change, workers: int, home: Path, master: str = "") -> tuple[Outcome, Rulebook]:
    """Review a change without GitHub. What is worth keeping between runs is kept under `home`. Secret values get a hash where
    there is a `master` to derive its key from."""
    with _early() as begun:
        rules, languages = rulebook.load(evidence=False), rulebook.load_languages()
        analyst = _OnDemand(rules, workers, rule_cache(home), derive(master, LOCAL.delivery) if master else None, begun)
        try:
            today = date.today().isoformat()
            return await review(LOCAL, LocalForge(change), Watched(analyst), rules, languages, today), rules
        finally:
            await analyst.close()


@contextmanager
def _early() -> Iterator[Process | None]:
    """An analyst's child that loads while we read the rules. None where none can be begun; the pool will say so if it must."""
    try:
        begun = begin()
    except OSError:
        yield None
        return
    try:
        yield begun
    finally:
        end(begun)  # a change without test files has given it nothing to do


class _OnDemand:
    """A pool that starts when there is something to read, and with no more children than that is worth: one takes as long to
    start as ten files take to read."""

    def __init__(self, rules: Rulebook, workers: int, cache: Path | None, key: HashKey | None, begun: Process | None) -> None:
        self._rules, self._workers, self._cache, self._key, self._begun = rules, workers, cache, key, begun
        self._pool: Pool | None = None

    async def scan(self, sources: Sequence[Source]) -> Scan:
        if not sources:
            return Scan(())
        if self._pool is None:
            workers = min(self._workers, 1 + len(sources) // 10)
            self._pool = Pool(self._rules, workers, Limits(pull_seconds=LOCAL_SECONDS), cache=self._cache)
            await self._pool.start(self._begun)
        return await self._pool.scan(sources, self._key)

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.close()
