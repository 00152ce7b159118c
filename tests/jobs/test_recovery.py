"""Processes are killed for real; what they had accepted is run, and once."""

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path

import pytest

from bot.model import Cause, Job, Pull

PROGRAM = Path(__file__).with_name("program.py")


def job(number: int, repo: str = "plain", head: str = "a" * 40) -> Job:
    return Job(f"guid-{repo}-{number}-{head[:1]}", Pull(5, 42, "octo", repo, number), Cause.PUSHED, head)


class Process:
    """The program, running."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def accept(self, accepted: Job) -> str:
        self.process.stdin.write(json.dumps(asdict(accepted)).encode() + b"\n")
        return await self.said()

    async def said(self) -> str:
        return (await asyncio.wait_for(self.process.stdout.readline(), 30)).decode().strip()

    async def kill(self) -> None:
        self.process.kill()
        await self.process.wait()


class House:
    """One database, one trace, and any number of processes over them."""

    def __init__(self, store, path: Path) -> None:
        self.store, self.trace = store, path / "trace"

    @asynccontextmanager
    async def process(self):
        command = (sys.executable, PROGRAM, self.store.url, self.trace)
        environment = {**os.environ, "PYTHONPATH": str(PROGRAM.parents[2])}
        running = await asyncio.create_subprocess_exec(*command, stdin=-1, stdout=-1, env=environment)
        try:
            process = Process(running)
            assert await process.said() == "up"
            yield process
        finally:
            if running.returncode is None:
                running.kill()
            await running.wait()

    def lines(self) -> Counter[str]:
        return Counter(self.trace.read_text().splitlines() if self.trace.exists() else [])

    def release(self) -> None:
        self.trace.with_name("release").touch()

    def states(self) -> Counter[str]:
        return self.store.states()


@pytest.fixture
def house(store, tmp_path) -> House:
    return House(store, tmp_path)


async def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 (what another process wrote)
            await asyncio.sleep(0.02)


async def test_killed_between_the_acknowledgement_and_the_review(house):
    async with house.process() as first:
        assert await first.accept(job(1, "hold")) == "accepted"
        assert await first.accept(job(2)) == "accepted"
        await until(lambda: house.lines()["start guid-hold-1-a"] == 1 and house.states()["SUCCESS"] == 1)
        await first.kill()
    house.release()
    async with house.process():
        await until(lambda: house.lines()["end guid-hold-1-a"] == 1)
        await until(lambda: house.states() == {"SUCCESS": 2, "CANCELLED": 1})
    assert house.lines() == {
        "start guid-hold-1-a": 2,
        "end guid-hold-1-a": 1,
        "start guid-plain-2-a": 1,
        "end guid-plain-2-a": 1,
    }


async def test_killed_while_deliveries_come_in(house):
    accepted = []
    async with house.process() as first:

        async def send() -> None:
            for number in range(400):
                if await first.accept(job(number)) == "accepted":
                    accepted.append(number)

        sending = asyncio.create_task(send())
        await until(lambda: len(accepted) > 40)
        await first.kill()
        await asyncio.gather(sending, return_exceptions=True)
    in_hand = house.states()["PENDING"]
    async with house.process():
        await until(lambda: all(house.lines()[f"end guid-plain-{n}-a"] for n in accepted))
        await until(lambda: not house.states().keys() & {"PENDING", "ENQUEUED"})
    # Only what was in hand when the process died may have been run again: what it does outside is idempotent for that reason.
    twice = [n for n in accepted if house.lines()[f"end guid-plain-{n}-a"] > 1]
    assert len(twice) <= in_hand
    assert house.states()["CANCELLED"] == in_hand


async def test_a_living_process_takes_over_from_a_dead_one_and_not_from_a_living_one(house):
    async with house.process() as first, house.process():
        assert await first.accept(job(1, "hold")) == "accepted"
        await until(lambda: house.lines()["start guid-hold-1-a"] == 1)
        for number in range(2, 12):  # a second at least, and so several rounds of looking for the dead
            assert await first.accept(job(number)) == "accepted"
            await until(lambda number=number: house.lines()[f"end guid-plain-{number}-a"] == 1)
        assert house.lines()["start guid-hold-1-a"] == 1, "whoever runs it lives"
        await first.kill()
        house.release()
        await until(lambda: house.lines()["end guid-hold-1-a"] == 1)


async def test_poison_is_given_up_after_three_deaths_and_its_neighbour_is_not(house):
    deaths = 0
    async with house.process() as process:
        assert await process.accept(job(1, "hold")) == "accepted"
        await until(lambda: house.lines()["start guid-hold-1-a"] == 1)
        assert await process.accept(job(2, "die")) == "accepted"
        await asyncio.wait_for(process.process.wait(), 30)
        deaths += 1
    for _ in range(2):
        async with house.process() as process:
            await asyncio.wait_for(process.process.wait(), 30)
            deaths += 1
        house.release()
    async with house.process() as process:
        await until(lambda: house.lines()["end guid-hold-1-a"] == 1 and house.states()["ERROR"] == 1)
        assert process.process.returncode is None
        assert house.lines()["start guid-die-2-a"] == deaths == 3
        assert await process.accept(job(2, "die")) == "accepted", "the delivery of a dead letter is welcome again"


async def test_asked_to_stop_it_ends_the_run_in_hand(house):
    async with house.process() as process:
        assert await process.accept(job(1, "hold")) == "accepted"
        await until(lambda: house.lines()["start guid-hold-1-a"] == 1)
        process.process.send_signal(signal.SIGTERM)
        house.release()
        assert await asyncio.wait_for(process.process.wait(), 30) == 0
    assert house.lines() == {"start guid-hold-1-a": 1, "end guid-hold-1-a": 1}
    assert house.states() == {"SUCCESS": 1}


async def test_a_process_that_was_stopped_and_goes_on_writes_nothing_that_another_has_written(house):
    if house.store.is_file:
        pytest.skip("on one machine nobody takes a process for dead before it is")
    async with house.process() as zombie:
        assert await zombie.accept(job(1, "hold")) == "accepted"
        await until(lambda: house.lines()["start guid-hold-1-a"] == 1)
        zombie.process.send_signal(signal.SIGSTOP)
        async with house.process():
            await until(lambda: house.lines()["start guid-hold-1-a"] == 2)
            house.release()
            await until(lambda: house.lines()["end guid-hold-1-a"] == 1)
            zombie.process.send_signal(signal.SIGCONT)
            assert await zombie.accept(job(2)) == "accepted"
            await until(lambda: house.lines()["end guid-plain-2-a"] == 1)
            await until(lambda: not house.states().keys() & {"PENDING", "ENQUEUED", "DELAYED"})
    assert house.lines()["end guid-hold-1-a"] == 1


async def test_asked_to_stop_with_much_waiting_it_claims_none_of_it(house):
    async with house.process() as process:
        for number in range(9):  # one more than an installation has slots
            assert await process.accept(job(number, "hold")) == "accepted"
        await until(lambda: house.states() == {"PENDING": 8, "ENQUEUED": 1})
        for number in range(9, 40):
            assert await process.accept(job(number, "hold")) == "accepted"
        await until(lambda: house.states() == {"PENDING": 8, "ENQUEUED": 32})
        process.process.send_signal(signal.SIGTERM)
        house.release()
        assert await asyncio.wait_for(process.process.wait(), 30) == 0
    begun = sum(times for line, times in house.lines().items() if line.startswith("start"))
    assert begun == 8
    assert house.states() == {"SUCCESS": 8, "ENQUEUED": 32}
