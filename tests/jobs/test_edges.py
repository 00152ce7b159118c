"""What a server stands on is gone, full or wrong for a while: what was accepted is run, once, and what is not is said."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from bot.jobs.database import Database
from bot.jobs.inbox import Unavailable
from bot.jobs.queue import Queue
from bot.jobs.service import Jobs
from bot.jobs.ticket import Ticket
from bot.jobs.workflow import PATIENCE
from bot.model import Cause, Job, Pull
from bot.ports import Later
from bot.telemetry import Metrics


def job(number: int) -> Job:
    return Job(f"guid-{number}", Pull(5, 42, "octo", "repo", number), Cause.OPENED, "a" * 40)


class Runs:
    """What was run to its end; a run waits until `go`, and then for what `before` raises."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.go = asyncio.Event()
        self.go.set()
        self.before: Callable[[], None] = lambda: None

    async def run(self, job: Job) -> str:
        self.begun.append(job.delivery)
        await self.go.wait()
        self.before()
        self.ended.append(job.delivery)
        return "reviewed"


@pytest.fixture
async def runs() -> Runs:
    return Runs()


async def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 (other threads' transactions)
            await asyncio.sleep(0.05)


async def takes(jobs: Jobs, what: Job) -> bool:
    """Send it until it is taken, as GitHub is made to; whether it was new then."""
    async with asyncio.timeout(60):
        while True:
            try:
                return await jobs.accept(what)
            except Unavailable:
                await asyncio.sleep(0.1)


# --- the database -------------------------------------------------------------------------------------------------------


async def test_a_database_that_was_gone_has_lost_nothing_when_it_is_back(postgres_server, postgres_url, runs):
    runs.go.clear()
    jobs = await Jobs.start(postgres_url, runs.run, Metrics(), lease_seconds=2, settle=0)
    try:
        assert await jobs.accept(job(1)) is True
        await until(lambda: runs.begun == ["guid-1"])
        postgres_server.stop()
        try:
            with pytest.raises(Unavailable):
                await jobs.accept(job(2))
            assert "the store does not answer" in await jobs.troubles()
            runs.go.set()
            await until(lambda: runs.ended == ["guid-1"])
        finally:
            postgres_server.start()
        assert await takes(jobs, job(2)) is True
        await until(lambda: set(runs.ended) == {"guid-1", "guid-2"})
        await until(lambda: jobs._queue.counts() == {"waiting": 0, "put-off": 0, "running": 0, "dead": 0})
        assert runs.ended.count("guid-2") == 1
    finally:
        await jobs.stop()


def full(engine: sa.Engine) -> Callable[[], None]:
    """Let the file grow no more; what is returned lets it."""
    most = [1]  # SQLite makes as many of them as the file has

    @event.listens_for(engine, "begin")
    def limit(connection: sa.Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {most[0]}")

    def grow() -> None:
        most[0] = 1_000_000

    return grow


async def test_a_full_disk_is_said_and_what_was_taken_is_run_when_there_is_room(runs, tmp_path):
    jobs = await Jobs.start(f"sqlite:///{tmp_path}/jobs.sqlite", runs.run, Metrics(), settle=0)
    try:
        grow = full(jobs._database.inbox)
        answers: list[bool | BaseException] = [await jobs.accept(job(number)) for number in range(3)]
        rest = (jobs.accept(job(number)) for number in range(3, 2000))
        answers += await asyncio.gather(*rest, return_exceptions=True)
        taken = [f"guid-{number}" for number, answer in enumerate(answers) if answer is True]
        assert {type(answer) for answer in answers} == {bool, Unavailable}
        grow()
        assert await jobs.accept(job(2000)) is True
        assert await jobs.troubles() == []
        await until(lambda: len(runs.ended) == len(taken) + 1)
        assert sorted(runs.ended) == sorted([*taken, "guid-2000"])
    finally:
        await jobs.stop()


async def test_what_was_taken_waits_while_no_run_can_be_stored(runs, tmp_path):
    jobs = await Jobs.start(f"sqlite:///{tmp_path}/jobs.sqlite", runs.run, Metrics(), settle=0)
    try:
        grow = full(jobs._database.drain)
        for number in range(60):
            assert await jobs.accept(job(number)) is True

        def drain() -> None:
            while True:
                jobs._drainer.drain()

        with pytest.raises(sa.exc.OperationalError, match="full"):
            await asyncio.to_thread(drain)
        grow()
        await until(lambda: len(runs.ended) == 60)
        assert len(set(runs.ended)) == 60
    finally:
        await jobs.stop()


# --- the forge, and the time --------------------------------------------------------------------------------------------


async def test_a_forge_that_is_down_for_ten_minutes_costs_no_job(store, runs, monkeypatch):
    """Ten minutes by a clock that goes on by as much as each job is put off."""
    now = 0.0
    enqueue = Queue.enqueue

    def soon(queue: Queue, ticket: Ticket, delay: float | None = None, connection: sa.Connection | None = None) -> None:
        nonlocal now
        now += delay or 0.0
        enqueue(queue, ticket, None, connection)

    def down() -> None:
        if now < 600:
            raise Later("github-unreachable", 30)

    monkeypatch.setattr(Queue, "enqueue", soon)
    runs.before = down
    jobs = await Jobs.start(store.url, runs.run, Metrics(), settle=0)
    try:
        await jobs.accept(job(1))
        await until(lambda: runs.ended == ["guid-1"])
        assert 600 <= now < 1200
        assert jobs._queue.counts()["dead"] == 0
    finally:
        await jobs.stop()


def test_a_day_without_the_forge_costs_no_job_and_few_requests():
    waits = [PATIENCE.least(n) for n in range(PATIENCE.waits)]
    assert sum(waits) > 24 * 3600 - 3600
    assert waits[:11] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600]


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_machine_whose_clock_is_wrong_puts_off_as_long_as_any_other(store, monkeypatch, hours):
    database = Database(store.url)
    database.create()
    ticket = Ticket(job(1), "review:1", tracked=False)
    right = time.time
    with monkeypatch.context() as wrong:
        wrong.setattr(time, "time", lambda: right() + hours * 3600)
        queue = Queue(database)
        queue.enqueue(ticket, 60)
        queue.enqueue(replace(ticket, attempt=1), 2)
    queue.close()
    until = sorted(row[0] / 1000 - right() for row in store.query("SELECT delay_until_epoch_ms FROM {engine}.workflow_status"))
    database.dispose()
    assert -30 < until[0] < 3
    assert 30 < until[1] < 61
