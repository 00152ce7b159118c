"""Deliveries on disk before they are acknowledged. Many arriving at once share one transaction; a GUID is accepted once."""

import asyncio
import json
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import sqlalchemy as sa

from bot.jobs.database import Database, delivery, insert_new
from bot.jobs.ticket import dump, key, load
from bot.model import Cause, Job, Pull
from bot.telemetry import describe, logger

ROOM = 10_000  # deliveries waiting for the disk; more are refused, and GitHub shows them as failed
BATCH = 256
_ORDER = 7_236_811_501_424  # arbitrary, ours: who writes deliveries, one process at a time
_PROBE = Job("probe", Pull(0, 0, "", "", 0), Cause.SWEEP)


class Unavailable(Exception):
    """The delivery could not be stored: there is no room, or the disk refuses. The sender has to come again."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A stored job and its place in the order of arrival. `job` is None when what is stored cannot be read any more."""

    seq: int
    guid: str
    job: Job | None


class Inbox:
    """The request path. `put` returns when the delivery is on disk; `arrived` is called after each batch."""

    def __init__(self, database: Database, room: int = ROOM) -> None:
        self.arrived: Callable[[], None] = lambda: None
        self._database = database
        self._waiting: asyncio.Queue[tuple[Job, asyncio.Future[bool]]] = asyncio.Queue(room)
        self._thread = ThreadPoolExecutor(1, "inbox")  # its own thread: a busy pool elsewhere delays no acknowledgement
        self._writer: asyncio.Task[None] | None = None
        self._refused = False

    async def start(self) -> None:
        """Write once and take it back, so that a store that refuses is known now, and the first delivery finds it warm."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._try)
        self._writer = asyncio.create_task(self._write(), name="inbox")

    async def stop(self) -> None:
        """Write down what still waits, then stop."""
        await self._waiting.join()
        if self._writer:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
        self._thread.shutdown()

    async def put(self, job: Job) -> bool:
        """Store the delivery; False when this GUID is already stored and has not failed. Raises Unavailable."""
        written: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        try:
            self._waiting.put_nowait((job, written))
        except asyncio.QueueFull:
            raise Unavailable("the inbox is full") from None
        return await written

    async def probe(self) -> int:
        """How many deliveries wait for a run; raises what the store says. After a write that failed, another is tried: nobody
        else may, while we are not ready. In the inbox's own thread, which is never busy for long."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._probe)

    def _probe(self) -> int:
        if self._refused:
            self._try()
            self._refused = False
        return self.depth()

    def _try(self) -> None:
        """Write as a delivery is written, to its end: a full disk is not noticed before the commit."""
        job = replace(_PROBE, delivery=f"probe-{uuid.uuid4()}")
        self._store([job], drained_at=time.time())  # no run is made from it, should we die now
        with self._database.inbox.begin() as connection:
            connection.execute(delivery.delete().where(delivery.c.guid == job.delivery))

    async def _write(self) -> None:
        while True:
            batch = [await self._waiting.get()]
            while len(batch) < BATCH and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            await self._settle(batch)
            for _ in batch:
                self._waiting.task_done()

    async def _settle(self, batch: Sequence[tuple[Job, "asyncio.Future[bool]"]]) -> None:
        jobs: dict[str, Job] = {}
        for job, _ in batch:
            jobs.setdefault(job.delivery, job)
        try:
            new = await asyncio.get_running_loop().run_in_executor(self._thread, self._store, list(jobs.values()))
        except Exception as error:
            self._refused = True
            logger.error("deliveries not stored", deliveries=len(batch), **describe(error))
            for _, written in batch:
                if not written.done():
                    written.set_exception(Unavailable("the inbox cannot be written"))
            return
        self._refused = False
        for job, written in batch:
            if not written.done():
                written.set_result(job.delivery in new)
            new.discard(job.delivery)  # the same GUID twice in one batch was one delivery and one repetition
        self.arrived()

    def _store(self, jobs: Sequence[Job], drained_at: float | None = None) -> set[str]:
        try:
            return self._insert(jobs, drained_at)
        except sa.exc.DBAPIError as error:
            if not error.connection_invalidated:
                raise
            return self._insert(jobs, drained_at)  # a server that was away for a moment costs no delivery; twice is once

    def _insert(self, jobs: Sequence[Job], drained_at: float | None) -> set[str]:
        all_alike = {"received_at": time.time(), "drained_at": drained_at, "failed": False}
        rows = [{"guid": j.delivery, "pull": key(j.pull), "job": json.dumps(dump(j)), **all_alike} for j in jobs]
        with self._database.inbox.begin() as connection:
            if self._database.shared:  # so that the order of the sequence is the order in which others see the rows
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ORDER)))
            # GitHub redelivers under the same GUID: one that failed may come again, and then takes a new place in the order.
            guids = [j.delivery for j in jobs]
            connection.execute(delivery.delete().where(delivery.c.guid.in_(guids), delivery.c.failed))
            stored = connection.execute(insert_new(connection, delivery).returning(delivery.c.guid), rows)
            return set(stored.scalars())

    # --- for the drainer, called in its thread ------------------------------------------------------------------------

    def waiting(self, limit: int, connection: sa.Connection | None = None) -> list[Delivery]:
        """The oldest deliveries that no run was made from yet, installation by installation in turn, so that a burst keeps
        nobody else waiting; each installation's in the order of their arrival. Those that are read through a connection are
        this process's until its transaction is over."""
        if connection is None:
            with self._database.inbox.connect() as reading:
                return self.waiting(limit, reading)
        turn = sa.func.row_number().over(partition_by=self._database.until_colon(delivery.c.pull), order_by=delivery.c.seq)
        ranked = sa.select(delivery.c.seq, turn.label("turn")).where(delivery.c.drained_at.is_(None)).subquery()
        chosen = sa.select(ranked.c.seq).order_by(ranked.c.turn, ranked.c.seq).limit(limit)
        waiting = delivery.c.seq.in_(chosen.scalar_subquery()) & delivery.c.drained_at.is_(None)
        rows = sa.select(delivery.c.seq, delivery.c.guid, delivery.c.job).where(waiting).order_by(delivery.c.seq)
        found = connection.execute(rows.with_for_update(skip_locked=True)).all()
        return [Delivery(row.seq, row.guid, _job(row.job)) for row in found]

    def drained(self, seqs: Sequence[int], connection: sa.Connection | None = None) -> None:
        if connection is None:
            with self._database.inbox.begin() as writing:
                return self.drained(seqs, writing)
        connection.execute(delivery.update().where(delivery.c.seq.in_(seqs)).values(drained_at=time.time()))
        return None

    def failed(self, guid: str) -> None:
        """The delivery's job was given up: the same GUID is welcome again."""
        with self._database.inbox.begin() as connection:
            connection.execute(delivery.update().where(delivery.c.guid == guid).values(failed=True))

    def known(self, guids: Sequence[str]) -> set[str]:
        """Which of these deliveries are stored and have not failed."""
        found: set[str] = set()
        with self._database.inbox.connect() as connection:
            for start in range(0, len(guids), BATCH):
                these = delivery.c.guid.in_(guids[start : start + BATCH])
                found.update(connection.execute(sa.select(delivery.c.guid).where(these, ~delivery.c.failed)).scalars())
        return found

    def expire(self, before: float) -> int:
        """Forget the deliveries that runs were made from before a time (epoch); the number of the oldest that is kept."""
        with self._database.inbox.begin() as connection:
            connection.execute(delivery.delete().where(delivery.c.drained_at < before))
            return int(connection.execute(sa.select(sa.func.coalesce(sa.func.min(delivery.c.seq), 0))).scalar_one())

    def depth(self) -> int:
        """Deliveries that no run was made from yet."""
        with self._database.inbox.connect() as connection:
            found = connection.execute(sa.select(sa.func.count()).where(delivery.c.drained_at.is_(None)))
            return int(found.scalar_one())


def _job(text: str) -> Job | None:
    try:
        return load(Job, json.loads(text))
    except (KeyError, TypeError, ValueError):
        return None
