"""One run of a job: look, then be done, come back later, try again, or give up where everybody can see it."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from dbos import DBOS
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.jobs import fence
from bot.jobs.heads import Heads
from bot.jobs.inbox import Inbox
from bot.jobs.lease import Lease
from bot.jobs.liveness import Liveness
from bot.jobs.queue import WORKFLOW, Queue
from bot.jobs.ticket import Ticket, key, load
from bot.jobs.watch import Interrupted, Overtaken, Watch
from bot.model import Job
from bot.ports import Later
from bot.telemetry import Metrics, about, describe, logger

T = TypeVar("T")
SUPERSEDED, HANDED_ON = "superseded", "handed-on"
DIED = "its process died"
AWAY = "database-away"
HAND_ON_SECONDS = 3
LET_GO_SECONDS = 3  # what a look is given that is interrupted by the end of its process


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a job is tried: after `pauses[n]` seconds following the n-th failure, at most `tries` times; put off by the
    forge at most `waits` times: of `shortest` seconds at least, then of twice as many each time, up to `longest`, so that a forge
    that is down or a budget that is spent costs no job within a day."""

    tries: int = 3
    pauses: tuple[float, ...] = (10, 60)
    waits: int = 150
    shortest: float = 1
    longest: float = 600

    def least(self, waits: int) -> float:
        """Seconds to wait at least, after so many waits."""
        return min(self.shortest * 2.0 ** min(waits, 32), self.longest)


PATIENCE = Patience()


class GaveUp(Exception):
    """A dead letter: the workflow ends as ERROR, and the same delivery is welcome again."""


class Reviews:
    """The workflow and what it stands on. `run` does one job and says how it ended; it may be repeated at any point, so what
    it does outside must be idempotent."""

    def __init__(
        self,
        run: Callable[[Job], Awaitable[str]],
        queue: Queue,
        heads: Heads,
        inbox: Inbox,
        metrics: Metrics,
        liveness: Liveness | Lease,
        patience: Patience = PATIENCE,
    ) -> None:
        self._run, self._queue, self._heads, self._inbox, self._liveness = run, queue, heads, inbox, liveness
        self._metrics, self._patience = metrics, patience
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._threads = ThreadPoolExecutor(1, "reviews")
        self._watch = Watch(heads.overtaken, self._threads)
        self._active = 0  # runs between their start and their end
        self._idle = asyncio.Event()
        self._idle.set()
        self._stopping = False

    def register(self) -> None:
        """Make the workflow known to the engine, under a name that queued work refers to. Before the engine is launched."""

        # No steps: nobody resumes a workflow, a run that died has a further try. Its result is stored: how it ended, and nothing
        # that a pull request wrote.
        @DBOS.workflow(name=WORKFLOW)
        async def review(data: dict[str, Any]) -> str:
            ticket = load(Ticket, data)
            self._active += 1
            self._idle.clear()
            try:
                with about(ticket.job):
                    return await self._review(ticket)
            finally:
                self._active -= 1
                if not self._active:
                    self._idle.set()

    async def finish(self, seconds: float) -> None:
        """Let the runs in hand end, for so long. Those that have not ended shortly before are interrupted and handed on to
        another process, as is what the engine claims in this moment. Asked again, it waits no second time."""
        if not self._stopping:
            self._stopping = True
            if await self._idles(max(0.0, seconds - LET_GO_SECONDS)):
                return
            logger.warning("stopping with runs in hand", runs=self._active)
            self._watch.interrupt()
        await self._idles(LET_GO_SECONDS)

    async def _idles(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._idle.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        self._threads.shutdown()

    async def _review(self, ticket: Ticket) -> str:
        if self._stopping:
            await self._keep(lambda t: self._queue.enqueue(t, delay=HAND_ON_SECONDS), ticket.handed_on())
            return HANDED_ON
        if ticket.tries >= self._patience.tries:
            await self._give_up(ticket, DIED)
        if ticket.tracked and not await self._keep(self._heads.begin, ticket):
            return SUPERSEDED
        try:
            seen = await self._watch.over(ticket, self._look(ticket))
        except Overtaken:
            return SUPERSEDED
        except Interrupted:
            await self._succeed(ticket, ticket.handed_on(), HAND_ON_SECONDS)
            return HANDED_ON
        if "later" in seen:
            return await self._put_off(ticket, str(seen["reason"]), float(seen["later"]))
        if "failed" in seen:
            return await self._try_again(ticket, str(seen["failed"]))
        ended = str(seen["ended"])
        if ended == SUPERSEDED and ticket.tracked and ticket.job.head and await self._keep(self._heads.put_off, ticket):
            # The forge knows a newer head than the newest we were told of: that delivery came before this one, or never will.
            await self._keep(lambda t: self._queue.enqueue(t, delay=self._patience.shortest), ticket.at_current_head())
            return ended
        if ticket.tracked:
            await self._keep(self._heads.settle, ticket)
        return ended

    async def _look(self, ticket: Ticket) -> dict[str, Any]:
        """Do the job, alone on its pull in this process: a run that was just superseded is let go of first."""
        turn = self._turns.setdefault(key(ticket.job.pull), asyncio.Lock())
        async with turn:
            try:
                with fence.inside(self._liveness):
                    return {"ended": await self._run(ticket.job)}
            except Later as later:
                return {"later": later.seconds, "reason": later.reason}
            except (OperationalError, InterfaceError, PoolTimeout) as error:  # not the job's fault: it costs no try
                logger.error("the database refuses", **describe(error))
                return {"later": self._patience.shortest, "reason": AWAY}
            except Exception as error:
                logger.warning("a try failed", tries=ticket.tries + 1, **describe(error))
                return {"failed": type(error).__name__}

    async def _put_off(self, ticket: Ticket, reason: str, seconds: float) -> str:
        """A successor that starts later, so that waiting holds no slot."""
        successor = ticket.put_off()
        if successor.waits > self._patience.waits:
            await self._give_up(ticket, reason)
        seconds = max(seconds, self._patience.least(ticket.waits))
        self._metrics.put_off(reason)
        logger.info("put off", reason=reason, seconds=seconds)
        await self._succeed(ticket, successor, seconds)
        return "later"

    async def _try_again(self, ticket: Ticket, error: str) -> str:
        successor = ticket.failed()
        if successor.tries >= self._patience.tries:
            await self._give_up(ticket, error)
        self._metrics.put_off(error)
        pauses = self._patience.pauses
        await self._succeed(ticket, successor, pauses[min(ticket.tries, len(pauses) - 1)])
        return "failed"

    async def _succeed(self, ticket: Ticket, successor: Ticket, seconds: float) -> None:
        await self._keep(lambda t: self._queue.enqueue(t, delay=seconds), successor)
        if ticket.tracked:
            await self._keep(self._heads.put_off, ticket)

    async def _give_up(self, ticket: Ticket, reason: str) -> None:
        await self._keep(lambda t: self._inbox.failed(t.job.delivery), ticket)
        if ticket.tracked:
            await self._keep(self._heads.settle, ticket)
        self._metrics.gave_up(reason)
        logger.error("given up", reason=reason, tries=ticket.tries, waits=ticket.waits)
        raise GaveUp(f"given up: {reason}")

    async def _keep(self, write: Callable[[Ticket], T], ticket: Ticket) -> T:
        """Write, however long the database is away: a run must not be lost because its end could not be noted."""
        pause = 0.5
        while True:
            try:
                return await asyncio.get_running_loop().run_in_executor(self._threads, write, ticket)
            except (DBAPIError, PoolTimeout) as error:
                logger.error("the database refuses", again_in=pause, **describe(error))
            await asyncio.sleep(pause)
            pause = min(pause * 2, 30)
