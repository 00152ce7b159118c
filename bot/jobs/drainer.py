"""From deliveries to runs: off the request path, in order, one run for a pull's newest head."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa

from bot.jobs.database import Database
from bot.jobs.heads import Head, Heads, State, decide
from bot.jobs.inbox import Delivery, Inbox
from bot.jobs.queue import Queue
from bot.jobs.ticket import key
from bot.model import Cause
from bot.telemetry import describe, logger

BATCH = 32  # few, so that what comes next waits for little
_LEAVING = (Cause.SUSPENDED, Cause.UNINSTALLED)
SETTLE_SECONDS = 2.0  # what a pushed head waits for a newer one: pushes in quick succession are one review
PAUSE = 2.0  # seconds between looks when nobody wakes us: deliveries of a process that died, or a failed drain


class Drainer:
    """Wakes when the inbox calls. Dying at any point and draining the same deliveries again makes no second run."""

    def __init__(
        self,
        database: Database,
        inbox: Inbox,
        queue: Queue,
        depth: Callable[[int], None] = lambda _: None,
        settle: float = SETTLE_SECONDS,
    ) -> None:
        self._database, self._inbox, self._queue, self._depth, self._settle = database, inbox, queue, depth, settle
        self._wake = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, "drainer")
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        self._wake.set()

    def start(self) -> None:
        self._wake.set()
        self._task = asyncio.create_task(self._work(), name="drainer")

    async def stop(self) -> None:
        """Finish the batch in hand, then stop. What is left waits on disk."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await asyncio.to_thread(self._thread.shutdown)

    @property
    def running(self) -> bool:
        return self._task is not None and not self._task.done()

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._wake.clear()
            try:
                more = await loop.run_in_executor(self._thread, self.drain)
            except Exception as error:
                logger.error("deliveries wait: no run can be made from them", **describe(error))
                more = False
                await asyncio.sleep(PAUSE)
            if not more:
                try:
                    await asyncio.wait_for(self._wake.wait(), PAUSE)
                except TimeoutError:
                    continue

    def drain(self) -> bool:
        """Make runs from the oldest waiting deliveries; whether more may be waiting."""
        with self._database.drain.begin() as connection:
            # Where the inbox is in the same database, all is one transaction, and each delivery goes to one process.
            together = connection if self._database.shared else None
            deliveries = self._inbox.waiting(BATCH, together)
            superseded = self._enqueue(connection, deliveries)
            if together and deliveries:
                self._inbox.drained([d.seq for d in deliveries], together)
        if deliveries and not together:
            self._inbox.drained([d.seq for d in deliveries])
        self._depth(self._inbox.depth() if len(deliveries) == BATCH else 0)
        for run in superseded:
            self._queue.cancel(run)
        return len(deliveries) == BATCH

    def _enqueue(self, connection: sa.Connection, deliveries: list[Delivery]) -> list[str]:
        """The runs and the heads they stand for. Returns the runs that a newer head puts an end to, or that nobody waits for any
        more: the pull was closed, the App suspended or uninstalled."""
        by_pull: dict[str, list[Delivery]] = {}
        for delivery in deliveries:
            if delivery.job is None:
                logger.error("a stored delivery cannot be read", delivery=delivery.guid)
            else:
                by_pull.setdefault(key(delivery.job.pull), []).append(delivery)
        superseded: list[str] = []
        left: list[Head] = []
        known = Heads.find(connection, list(by_pull)) if by_pull else {}
        for pull, arrivals in sorted(by_pull.items()):  # the same order in every process: none waits for another in a ring
            before = known.get(pull)
            asked, newest, closed = decide(before, arrivals)
            for ticket in asked:
                self._queue.enqueue(ticket, connection=connection)
            if newest and Heads.replace(connection, newest, arrivals[-1].seq):
                delay = self._settle if newest.job.cause is Cause.PUSHED and self._settle else None
                self._queue.enqueue(newest, delay, connection)
                if before and before.state is not State.SETTLED and before.head != newest.job.head:
                    superseded.append(before.run)
            if closed and before and before.state is State.QUEUED:
                left.append(before)
        for head in (*left, *self._left_behind(connection, deliveries)):
            Heads.let_go(connection, head)
            superseded.append(head.run)
        return superseded

    @staticmethod
    def _left_behind(connection: sa.Connection, deliveries: list[Delivery]) -> list[Head]:
        """What waits in installations that were suspended or ended after we were told of it."""
        jobs = [(d.job.pull.installation, d.seq) for d in deliveries if d.job and d.job.cause in _LEAVING]
        return [head for who, seq in jobs for head in Heads.waiting(connection, who) if head.seq < seq]
