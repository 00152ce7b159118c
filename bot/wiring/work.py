"""What a server does about a job: `attend`, with everything the stories need from outside, timed and counted."""

import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from bot.analysis.pool import Pool
from bot.attend import Unheard, attend
from bot.core.discreet import derive
from bot.core.languages import Languages
from bot.github.forge import GitHubForge
from bot.model import HashKey, Job, Outcome, Rulebook, Scan, Source
from bot.ports import Forge, Later, Memory
from bot.respond import Desk
from bot.review import review
from bot.telemetry import Metrics, logger

Ended = Callable[[Outcome], None]


class Work:
    """`docs` is the address under which the rules' pages stand, '' when none is public. `master`: the secret from which each
    installation's hash key is derived."""

    def __init__(
        self, forge: GitHubForge, analyst: Pool, memory: Memory, rules: Rulebook, languages: Languages, docs: str, master: str
    ) -> None:
        self._analyst, self._memory, self._master = analyst, memory, master
        self._rules, self._languages, self._docs = rules, languages, docs
        told, untold = self._look(forge), self._look(Unheard(forge))
        self._desk = Desk(forge, forge.dialogue, memory, rules, told, untold, docs)

    def _look(self, forge: Forge) -> Callable[[Job], Awaitable[Outcome]]:
        async def look(job: Job) -> Outcome:
            today = datetime.now(UTC).date().isoformat()
            analyst = _Keyed(self._analyst, derive(self._master, f"installation {job.pull.installation}"))
            return await review(job, forge, analyst, self._rules, self._languages, today, self._docs, self._memory)

        return look

    def counted(self, metrics: Metrics, ended: Ended) -> Callable[[Job], Awaitable[str]]:
        """Do a job and say how it ended. `ended` hears of each."""

        async def run(job: Job) -> str:
            if not self._analyst.alive:
                raise Later("analyst-not-running", 2)
            began = time.monotonic()
            outcome = await attend(job, self._desk)
            seconds = time.monotonic() - began
            metrics.reviewed(outcome, seconds)
            _log(outcome, seconds)
            ended(outcome)
            return outcome.ended

        return run


class _Keyed:
    """The analyst under the key of one installation, so that hashes of two organisations cannot be compared."""

    def __init__(self, pool: Pool, key: HashKey) -> None:
        self._pool, self._key = pool, key

    async def scan(self, sources: Sequence[Source]) -> Scan:
        return await self._pool.scan(sources, self._key)


def _log(outcome: Outcome, seconds: float) -> None:
    said = outcome.review
    asked = {"asked": outcome.job.command.verb} if outcome.job.command else {}
    if said is None:
        logger.info("run over", ended=outcome.ended, **asked, seconds=round(seconds, 3))
        return
    logger.info(
        "run over",
        ended=outcome.ended,
        **asked,
        verdict=said.verdict.conclusion.value,
        files=len(outcome.sources),
        skipped=len(said.skipped),
        defects=len(said.verdict.defects),
        new_comments=len(said.comments),
        seconds=round(seconds, 3),
    )
