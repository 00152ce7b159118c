"""The room's front door: accept jobs, run them, say how it is going, stop in order."""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

from dbos import DBOS, DBOSConfig
from sqlalchemy.exc import DBAPIError

from bot.jobs.database import Database
from bot.jobs.dead import DeadLetters
from bot.jobs.drainer import SETTLE_SECONDS, Drainer
from bot.jobs.heads import Heads
from bot.jobs.inbox import Inbox
from bot.jobs.lease import Lease
from bot.jobs.liveness import Liveness
from bot.jobs.passed import Passed
from bot.jobs.queue import APPLICATION, REVIEWS, SERIALIZER, SLOTS, SUSPECTS, VERSION, Queue
from bot.jobs.sweep import Pace, Sweeps
from bot.jobs.workflow import PATIENCE, Patience, Reviews
from bot.model import Job
from bot.ports import Installations
from bot.telemetry import Metrics, describe, logger

PACE = Pace()
POLLING, POLLING_SHARED = 0.1, 0.25  # seconds: what a run waits for an idle worker at most; a server is asked less often
DRAIN_SECONDS = 25  # what a stopping process gives the runs in hand; process managers commonly kill after 30


class StoreError(Exception):
    """The database cannot be used; the message says why."""


class Jobs:
    """Durable work in this process. What `accept` has taken is run at least once and ends once, whatever dies in between.

    One per process.
    """

    def __init__(
        self,
        database: Database,
        liveness: Liveness | Lease,
        queue: Queue,
        reviews: Reviews | None,
        inbox: Inbox,
        metrics: Metrics,
        settle: float,
    ) -> None:
        self._database, self._liveness, self._queue = database, liveness, queue
        self._reviews, self._inbox, self._metrics = reviews, inbox, metrics
        self.passed = Passed(database)
        self._drainer = Drainer(database, inbox, queue, metrics.depth, settle)
        inbox.arrived = self._drainer.wake
        self._helpers: list[asyncio.Task[None]] = []
        self._claims: list[threading.Event] = []

    @classmethod
    async def start(
        cls,
        url: str,
        run: Callable[[Job], Awaitable[str]] | None,
        metrics: Metrics,
        lease_seconds: float = 30,
        patience: Patience = PATIENCE,
        installations: Installations | None = None,
        pace: Pace = PACE,
        settle: float = SETTLE_SECONDS,
        slots: int = SLOTS,
    ) -> "Jobs":
        """Take up what earlier processes left, then whatever comes. Without `run` this process only receives, and some other
        process on the same database runs, `slots` jobs at a time. Raises StoreError when the database cannot be used."""
        try:
            database = Database(url)
            queue = await asyncio.to_thread(_prepare, database)
            if run:
                await asyncio.to_thread(queue.register, POLLING_SHARED if database.shared else POLLING, slots)
            liveness = await asyncio.to_thread(_liveness, database, lease_seconds)
            inbox = Inbox(database)
            await inbox.start()
        except (OSError, DBAPIError) as error:
            raise StoreError(_why(error)) from None
        reviews = Reviews(run, queue, Heads(database), inbox, metrics, liveness, patience) if run else None
        jobs = cls(database, liveness, queue, reviews, inbox, metrics, settle)
        if reviews:
            reviews.register()
            jobs._launch()
        jobs._drainer.start()
        jobs._helpers.append(asyncio.create_task(jobs._rescue(lease_seconds / 3), name="rescuer"))
        if installations:
            sweeps = Sweeps(database, inbox, Heads(database), queue, installations, metrics, pace)
            jobs._helpers.append(asyncio.create_task(sweeps.run(), name="sweeps"))
        return jobs

    def _launch(self) -> None:
        logging.getLogger("dbos").addFilter(_told_already)
        engine = DBOS(
            config=DBOSConfig(
                name=APPLICATION,
                system_database_url=self._database.url,
                system_database_engine=self._database.engine,
                executor_id=self._liveness.name,  # never the default "local": a twin would run again what this process runs
                application_version=VERSION,
                serializer=SERIALIZER,
                log_level="WARNING",  # below, it prints the database's address and an invitation to its console
                run_migrations=False,
            )
        )
        DBOS.listen_queues([REVIEWS, SUSPECTS])
        self._claims = engine.background_thread_stop_events  # a list that grows when it is launched
        DBOS.launch()  # in the running loop: the runs share it, and what they use

    async def accept(self, job: Job) -> bool:
        """Store the job durably; False when its delivery was taken before. Raises inbox.Unavailable."""
        return await self._inbox.put(job)

    async def troubles(self) -> list[str]:
        """Why this process should not get work now; empty when it should."""
        said = [] if self._drainer.running else ["deliveries are not turned into runs"]
        if self._liveness.lost:
            said.append("the lease ran out")
        try:
            async with asyncio.timeout(5):
                self._metrics.depth(await self._inbox.probe())
        except Exception as error:
            logger.warning("the store does not answer", **describe(error))
            said.append("the store does not answer")
        return said

    async def _rescue(self, pause: float) -> None:
        while True:
            try:
                count = await asyncio.to_thread(self._queue.rescue, self._liveness.alive)
                if count:
                    logger.warning("took up what a dead process was running", jobs=count)
                self._metrics.jobs(await asyncio.to_thread(self._queue.counts))
            except Exception as error:
                logger.error("what dead processes left is not looked after", **describe(error))
            await asyncio.sleep(pause)

    async def finish(self) -> None:
        """End the runs in hand and claim no other; what is accepted meanwhile is stored for whoever comes next."""
        for stop in self._claims:
            stop.set()
        if self._reviews:
            await self._reviews.finish(DRAIN_SECONDS)

    async def stop(self) -> None:
        """`finish`, write down what was accepted, let go of everything. No `accept` may follow."""
        await self.finish()
        for helper in self._helpers:
            helper.cancel()
        await asyncio.gather(*self._helpers, return_exceptions=True)
        await self._inbox.stop()
        await self._drainer.stop()
        if self._reviews:
            await self._destroy(self._reviews)
        self._queue.close()
        self._liveness.close()
        self._database.dispose()

    async def _destroy(self, reviews: Reviews) -> None:
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1) as thread:
            await loop.run_in_executor(thread, partial(DBOS.destroy, destroy_registry=True))
        loop.set_default_executor(ThreadPoolExecutor())  # the engine had put its own there, which is shut down now
        reviews.close()


def migrate(url: str) -> None:
    """Make every table that is missing, or bring the engine's up to date. Raises StoreError when the database cannot be used."""
    with opened(url):
        pass


@contextmanager
def opened(url: str) -> Iterator[DeadLetters]:
    """The store, for an operator. Raises StoreError when the database cannot be used."""
    try:
        database = Database(url)
        try:
            queue = _prepare(database)
            try:
                yield DeadLetters(database, queue)
            finally:
                queue.close()
        finally:
            database.dispose()
    except (OSError, DBAPIError) as error:
        raise StoreError(_why(error)) from None


def _why(error: Exception) -> str:
    said = error.strerror if isinstance(error, OSError) else None
    return said or str(getattr(error, "orig", None) or type(error).__name__).strip().split("\n")[0]


def _liveness(database: Database, lease_seconds: float) -> Liveness | Lease:
    """On one machine the system knows who is dead, at once; where many machines share a database, only time tells."""
    if database.path is None:
        return Lease(database, lease_seconds)
    return Liveness(database.path.with_name(f"{database.path.stem}-processes"))


def _prepare(database: Database) -> Queue:
    database.create()
    return Queue(database)


_TOLD = (
    "was cancelled during execution",
    "Asyncio task cancelled",
    "Workflow already exists in queue",
    "outcome was not recorded",  # of a run that began just as it was cancelled, or that another process has taken over
    "(psycopg.OperationalError)",  # several times a second and with the server's address, while the database is away
    "Notification listener error",
)


def _told_already(record: logging.LogRecord) -> bool:
    """Drop what the engine logs about a run that was given up, superseded or rescued twice: we said it ourselves, with the
    reason, and without what the job holds."""
    expected = ("GaveUp", "DBOSWorkflowCancelledError", "DBOSAwaitedWorkflowCancelledError")
    error = record.exc_info[0] if record.exc_info else None
    return (error is None or error.__name__ not in expected) and not any(told in str(record.msg) for told in _TOLD)
