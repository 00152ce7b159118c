"""Many at once: one organisation's burst, one pull's pushes, one delivery's repetitions."""

import asyncio

import pytest

from bot.jobs.service import Jobs
from bot.model import Cause, Job, Pull
from bot.ports import Later
from bot.telemetry import Metrics

BURST = 1500


def job(guid: str, number: int, installation: int = 5, cause: Cause = Cause.OPENED, head: str = "a") -> Job:
    return Job(guid, Pull(installation, 40 + installation, "octo", "repo", number), cause, head)


class Runs:
    """What was run, in order; whose runs are put off."""

    def __init__(self) -> None:
        self.begun: list[Job] = []
        self.refused: set[int] = set()
        self.changed = asyncio.Event()

    async def run(self, job: Job) -> str:
        self.begun.append(job)
        self.changed.set()
        if job.pull.installation in self.refused:
            raise Later("rate-limited", 600)
        await asyncio.sleep(0.2)
        return "reviewed"

    async def when(self, guid: str) -> None:
        """Until the delivery's run begins."""
        async with asyncio.timeout(60):
            while all(job.delivery != guid for job in self.begun):
                self.changed.clear()
                await self.changed.wait()


@pytest.fixture
async def runs() -> Runs:
    return Runs()


@pytest.fixture
async def jobs(store, runs):
    jobs = await Jobs.start(store.url, runs.run, Metrics())
    yield jobs
    await asyncio.to_thread(jobs._queue.cancel, "review")  # all that is left, for which nobody waits
    await jobs.stop()


async def test_of_a_burst_another_organisation_notices_nothing(jobs, runs):
    async with asyncio.timeout(60):
        await asyncio.gather(*(jobs.accept(job(f"a-{n}", n)) for n in range(BURST)))
    for n in range(3):
        await jobs.accept(job(f"b-{n}", n, installation=6))
        await runs.when(f"b-{n}")
    # In seconds, which are this machine's, see bench/load.py. In the order of their arrival B's would be behind all of A's.
    assert len(runs.begun) < BURST / 3


async def test_whoever_asks_is_served_before_what_is_pushed(jobs, runs):
    await asyncio.gather(*(jobs.accept(job(f"a-{n}", n)) for n in range(200)))
    await runs.when("a-10")
    await jobs.accept(job("ask", 900, cause=Cause.COMMAND))
    await runs.when("ask")
    assert len(runs.begun) < 200


async def test_an_organisation_that_is_limited_holds_no_slot(jobs, runs):
    runs.refused = {5}
    await asyncio.gather(*(jobs.accept(job(f"a-{n}", n)) for n in range(100)))
    await runs.when("a-0")
    await jobs.accept(job("b", 1, installation=6))
    await runs.when("b")


async def test_ten_pushes_in_three_seconds_are_one_run_of_the_newest(jobs, runs):
    for n in range(10):
        await jobs.accept(job(f"push-{n}", 7, cause=Cause.PUSHED, head=f"head-{n}"))
        await asyncio.sleep(0.3)  # the pace is what is tried
    await runs.when("push-9")
    assert [j.head for j in runs.begun] == ["head-9"]


async def test_twenty_deliveries_sent_two_hundred_times_are_twenty_runs(jobs, runs):
    for _ in range(10):
        sent = [jobs.accept(job(f"guid-{n % 20}", n % 20)) for n in range(400)]
        await asyncio.gather(*sent)
    for n in range(20):
        await runs.when(f"guid-{n}")
    assert sorted(j.delivery for j in runs.begun) == sorted(f"guid-{n}" for n in range(20))
