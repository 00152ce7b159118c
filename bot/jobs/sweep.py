"""What no delivery tells: deliveries that never came, heads nobody reviewed, checks nobody ends, rows nobody needs.

Each kind of sweep is one process's at a time: whoever finds it due takes it, by the database's clock.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.jobs.database import Database, insert_new, metadata, upsert
from bot.jobs.heads import Heads, State
from bot.jobs.inbox import Inbox
from bot.jobs.queue import Queue
from bot.model import Cause, Installation, Job, OpenPull
from bot.ports import Gone, Installations, Later
from bot.telemetry import Metrics, describe, logger

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
GITHUB_KEEPS = 3 * DAY  # deliveries: docs.github.com/en/webhooks/testing-and-troubleshooting-webhooks/redelivering-webhooks
ASKED_AT_MOST = 6  # times we ask for one delivery again: at once, then after 5, 10, 20, 40 and 80 minutes
AT_ONCE = 500  # deliveries asked for in one sweep
REPOSITORIES = 100  # looked at in one sweep of an installation; the next sweep goes on where this one ended
RECENT = DAY  # since a pull changed: whoever installs us is not answered on every pull that was ever left open
LEFT = "Testwarden was interrupted and did not come back to this commit: choose Re-run, or push, to have it reviewed."

_turn = sa.Table(
    "testwarden_turn",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("due", sa.Float, nullable=False),
    sa.Column("cursor", sa.Float, nullable=False),
)
_asked = sa.Table(
    "testwarden_redelivery",
    metadata,
    sa.Column("guid", sa.Text, primary_key=True),
    sa.Column("times", sa.Integer, nullable=False),
    sa.Column("at", sa.Float, nullable=False, index=True),
)


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: between sweeps; how long a pull is left to its own delivery; after how long a check in progress is nobody's."""

    every: float = 300
    grace: float = MINUTE
    stale: float = 15 * MINUTE


class Sweeps:
    """`run` goes on until it is cancelled."""

    def __init__(
        self,
        database: Database,
        inbox: Inbox,
        heads: Heads,
        queue: Queue,
        installations: Installations,
        metrics: Metrics,
        pace: Pace,
    ) -> None:
        self._database, self._inbox, self._heads, self._queue = database, inbox, heads, queue
        self._installations, self._metrics, self._pace = installations, metrics, pace
        self._kinds: Sequence[tuple[str, float, Callable[[], Coroutine[Any, Any, None]]]] = (
            ("deliveries", pace.every, self.deliveries),
            ("pulls", pace.every, self.pulls),
            ("rows", DAY, self.rows),
        )

    async def run(self) -> None:
        while True:
            for name, every, sweep in self._kinds:
                try:
                    await self._turn(name, every, sweep)
                except Exception as error:
                    logger.error("sweeps wait", sweep=name, **describe(error))
            await asyncio.sleep(min(self._pace.every / 4, MINUTE))

    async def _turn(self, name: str, every: float, sweep: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Sweep, if it is due and no other process does. As long as it takes, it is kept from the others."""
        claim = max(every, MINUTE)
        if not await asyncio.to_thread(self._take, name, claim):
            return
        sweeping = asyncio.create_task(sweep())
        try:
            while not (await asyncio.wait([sweeping], timeout=claim / 3))[0]:
                await asyncio.to_thread(self._again_in, name, claim)
            await sweeping
        except (Gone, Later) as why:
            logger.warning("a sweep was cut short", sweep=name, reason=why.reason)
        except Exception as error:
            logger.error("a sweep failed", sweep=name, **describe(error))
        finally:
            sweeping.cancel()
        await asyncio.to_thread(self._again_in, name, every)

    # --- the sweeps -------------------------------------------------------------------------------------------------------

    async def deliveries(self) -> None:
        """Have GitHub send again what reached us on no attempt: it never does so by itself."""
        began = time.time()
        # An answer that failed may itself be the answer to a request of ours, at most 80 minutes after the one before.
        since = max(began - GITHUB_KEEPS, await asyncio.to_thread(self._cursor, "deliveries") - 2 * HOUR)
        missing = await self._installations.undelivered(since)
        known = await asyncio.to_thread(self._inbox.known, [m.guid for m in missing])
        asked = 0
        for one in missing:
            if asked == AT_ONCE:
                return  # the rest in the next sweep, from the same time on
            if one.guid not in known and await asyncio.to_thread(self._may_ask, one.guid):
                await self._installations.redeliver(one.attempt)
                asked += 1
        if asked:
            logger.warning("asked for deliveries again", deliveries=asked)
            self._metrics.swept("redelivered", asked)
        await asyncio.to_thread(self._move, "deliveries", began)

    async def pulls(self) -> None:
        """Review open pulls whose head has no finished check of ours, and end our checks to which nobody will come back."""
        for installation in await self._installations.installations():
            if installation.suspended:
                continue
            try:
                await self._pulls_of(installation)
            except (Gone, Later) as why:
                logger.info("an installation was not swept", installation=installation.id, reason=why.reason)

    async def rows(self) -> None:
        """Delete what nobody will ask about again."""
        now = time.time()
        deleted = await asyncio.to_thread(self._queue.expire, now - 7 * DAY, now - 30 * DAY)
        oldest = await asyncio.to_thread(self._inbox.expire, now - 30 * DAY)
        deleted += await asyncio.to_thread(self._heads.expire, oldest)
        await asyncio.to_thread(self._forget_asked, now - 2 * GITHUB_KEEPS)
        self._metrics.swept("expired", deleted)

    # --- their steps ------------------------------------------------------------------------------------------------------

    async def _pulls_of(self, installation: Installation) -> None:
        name = f"pulls:{installation.id}"
        last = await asyncio.to_thread(self._cursor, name)
        found = await self._installations.repositories(installation.id)
        repositories = sorted((r for r in found if not r.archived), key=lambda r: (r.id <= last, r.id))[:REPOSITORIES]
        for repository in repositories:
            try:
                for pull in await self._installations.open_pulls(repository):
                    await self._look(pull)
            except Gone as gone:
                logger.info("a repository was not swept", repository=repository.id, reason=gone.reason)
            await asyncio.to_thread(self._move, name, repository.id)

    async def _look(self, pull: OpenPull) -> None:
        age = time.time() - pull.updated
        if pull.checks is None or not self._pace.grace <= age <= RECENT:
            return
        state = await asyncio.to_thread(self._heads.state, pull.pull)
        if state is not None and state is not State.SETTLED:
            return  # its run will come
        if not pull.reviewed:
            day = int(time.time() // DAY)  # a head that stays without a check, as a draft does, is looked at once a day
            guid = f"sweep-{pull.pull.repository_id}-{pull.pull.number}-{pull.head[:16]}-{day}"
            if await self._inbox.put(Job(guid, pull.pull, Cause.SWEEP, pull.head)):
                self._metrics.swept("unreviewed", 1)
                return
        for check in pull.checks:
            if not check.completed and time.time() - check.started > self._pace.stale:
                await self._installations.leave(pull.pull, check, LEFT)
                self._metrics.swept("left-check", 1)

    # --- the tables: these block ------------------------------------------------------------------------------------------

    def _take(self, name: str, claim: float) -> bool:
        """Whether it is due; then it is nobody else's before the claim has run out."""
        now = self._database.now
        mine = _turn.update().where(_turn.c.name == name, _turn.c.due <= now).values(due=now + claim)
        with self._database.drain.begin() as connection:
            connection.execute(insert_new(connection, _turn).values(name=name, due=0, cursor=0))
            return connection.execute(mine).rowcount > 0

    def _again_in(self, name: str, seconds: float) -> None:
        with self._database.drain.begin() as connection:
            connection.execute(_turn.update().where(_turn.c.name == name).values(due=self._database.now + seconds))

    def _cursor(self, name: str) -> float:
        with self._database.drain.connect() as connection:
            return connection.execute(sa.select(_turn.c.cursor).where(_turn.c.name == name)).scalar() or 0.0

    def _move(self, name: str, cursor: float) -> None:
        with self._database.drain.begin() as connection:
            connection.execute(insert_new(connection, _turn).values(name=name, due=0, cursor=cursor))
            connection.execute(_turn.update().where(_turn.c.name == name).values(cursor=cursor))

    def _may_ask(self, guid: str) -> bool:
        now = time.time()
        with self._database.drain.begin() as connection:
            row = connection.execute(sa.select(_asked).where(_asked.c.guid == guid)).first()
            times = row.times if row else 0
            if row and (times >= ASKED_AT_MOST or now - row.at < 5 * MINUTE * 2 ** (times - 1)):
                return False
            return upsert(connection, _asked, {"guid": guid, "times": times + 1, "at": now}, "guid")

    def _forget_asked(self, before: float) -> None:
        with self._database.drain.begin() as connection:
            connection.execute(_asked.delete().where(_asked.c.at < before))
