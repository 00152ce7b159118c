"""Jobs in, runs out: on the real engine, in this process."""

import asyncio
import json
import time
from dataclasses import replace

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.jobs import service
from bot.jobs.service import Jobs, migrate
from bot.jobs.workflow import LET_GO_SECONDS
from bot.model import Cause, Job
from bot.ports import Later
from bot.telemetry import Metrics
from tests.jobs.world import HASTE, job, settled


def metric(jobs: Jobs, name: str, **labels: str) -> float | None:
    return jobs._metrics.registry.get_sample_value(name, labels)


async def test_a_job_is_run_with_everything_it_said(jobs, world):
    assert await jobs.accept(job("one")) is True
    await world.until(lambda: bool(world.ended))
    assert world.ran == [job("one")]


async def test_the_same_delivery_twenty_times_is_one_run(jobs, world):
    taken = await asyncio.gather(*(jobs.accept(job("one")) for _ in range(20)))
    assert sum(taken) == 1
    await jobs.accept(job("two", number=8))
    await world.until(lambda: len(world.ended) == 2)
    assert sorted(j.delivery for j in world.ran) == ["one", "two"]


async def test_two_runs_on_one_pull_never_overlap(jobs, world):
    together = most = 0

    async def count(_: Job) -> str:
        nonlocal together, most
        together, most = together + 1, max(most, together + 1)
        await asyncio.sleep(0.05)
        together -= 1
        return "reviewed"

    world.script = count
    for n in range(4):
        await jobs.accept(job(f"ask-{n}", None, cause=Cause.COMMAND))
    await world.until(lambda: len(world.ended) == 4)
    assert most == 1


async def test_put_off_it_comes_back_and_holds_no_slot_meanwhile(jobs, world, store):
    def first_later(job: Job) -> str:
        if job.delivery == "one" and len(world.ran) == 1:
            raise Later("rate-limited", 0.5)
        return "reviewed"

    world.script = first_later
    await jobs.accept(job("one"))
    await world.until(lambda: "one" in world.ended)
    assert world.ran == [job("one"), job("one")]
    await settled(store, {"SUCCESS": 2})
    assert metric(jobs, "testwarden_retries_total", reason="rate-limited") == 1
    assert metric(jobs, "testwarden_dead_letters_total", reason="rate-limited") is None


async def test_put_off_for_ever_it_is_given_up(jobs, world, store):
    def later(_: Job) -> str:
        raise Later("rate-limited", 0)

    world.script = later
    await jobs.accept(job("one"))
    await settled(store, {"SUCCESS": HASTE.waits, "ERROR": 1})
    assert len(world.ran) == HASTE.waits + 1
    assert metric(jobs, "testwarden_dead_letters_total", reason="rate-limited") == 1


async def test_what_fails_is_tried_again_then_given_up_and_may_come_again(jobs, world, store):
    def fail(job: Job) -> str:
        if job.delivery == "one" and len(world.ran) <= 3:
            raise ValueError("text of a pull request")
        return "reviewed"

    world.script = fail
    await jobs.accept(job("one"))
    await settled(store, {"SUCCESS": 2, "ERROR": 1})
    assert len(world.ran) == 3
    assert metric(jobs, "testwarden_dead_letters_total", reason="valueerror") == 1
    assert store.query("SELECT output, error FROM {engine}.workflow_output WHERE error IS NOT NULL") == [
        (None, '{"name":"GaveUp","message":"given up: ValueError","code":null}')
    ]
    assert await jobs.accept(job("one")) is True
    await world.until(lambda: world.ended == ["one"])
    assert await jobs.accept(job("one")) is False


@pytest.mark.parametrize("error", [OperationalError("SELECT", None, Exception("gone")), PoolTimeout("none free")])
async def test_a_database_that_is_away_while_it_looks_costs_no_try(world, store, error):
    def fail(_: Job) -> str:
        if len(world.ran) <= 3:
            raise error
        return "reviewed"

    world.script = fail
    jobs = await Jobs.start(store.url, world.run, Metrics(), patience=replace(HASTE, tries=1, waits=3), settle=0)
    await jobs.accept(job("one"))
    await world.until(lambda: world.ended == ["one"])
    assert metric(jobs, "testwarden_retries_total", reason="database-away") == 3
    await jobs.stop()


async def test_one_failure_is_forgiven(jobs, world):
    world.script = lambda _: 1 / 0 if len(world.ran) == 1 else "reviewed"
    await jobs.accept(job("one"))
    await world.until(lambda: world.ended == ["one"])
    assert len(world.ran) == 2


async def test_nothing_an_error_said_is_stored(jobs, world, store):
    def fail(_: Job) -> str:
        raise ValueError("a line of the pull request")

    world.script = fail
    await jobs.accept(job("one"))
    await settled(store, {"SUCCESS": 2, "ERROR": 1})
    assert "given up: ValueError" in store.everything()
    assert "a line of the pull request" not in store.everything()


async def test_what_was_asked_for_runs_though_the_head_was_reviewed(jobs, world):
    await jobs.accept(job("push"))
    await world.until(lambda: "push" in world.ended)
    await jobs.accept(job("again", cause=Cause.RERUN))
    await jobs.accept(job("ask", None, cause=Cause.COMMAND))
    await world.until(lambda: len(world.ended) == 3)


async def test_an_organisations_slots_all_taken_another_runs(jobs, world):
    release = asyncio.Event()

    async def hold(job: Job) -> str:
        if job.pull.installation == 5:
            await release.wait()
        return "reviewed"

    world.script = hold
    for n in range(40):
        await jobs.accept(job(f"burst-{n}", number=n))
    await world.until(lambda: len(world.ran) == 8)
    await jobs.accept(job("other", number=1, installation=6))
    await world.until(lambda: world.ended == ["other"])
    assert len(world.ran) == 9
    release.set()
    await world.until(lambda: len(world.ended) == 41)


async def test_of_what_waits_a_command_goes_first_and_what_a_sweep_found_last(world, store):
    release = asyncio.Event()

    async def hold(_: Job) -> str:
        await release.wait()
        return "reviewed"

    world.script = hold
    jobs = await Jobs.start(store.url, world.run, Metrics(), settle=0, slots=4)  # one at a time, of an installation
    await jobs.accept(job("first"))
    await world.until(lambda: len(world.ran) == 1)
    for number, cause in enumerate((Cause.SWEEP, Cause.PUSHED, Cause.COMMAND), 8):
        await jobs.accept(job(cause.value, number=number, cause=cause))
    await settled(store, {"PENDING": 1, "ENQUEUED": 3})
    release.set()
    await world.until(lambda: len(world.ended) == 4)
    assert world.ended == ["first", "command", "pushed", "sweep"]
    await jobs.stop()


async def test_a_worker_says_how_many_run_and_nobody_else(world, store):
    worker = await Jobs.start(store.url, world.run, Metrics(), settle=0, slots=6)
    receiver = await Jobs.start(store.url, None, Metrics(), settle=0)
    migrate(store.url)
    slots = "SELECT worker_concurrency, partition_worker_concurrency FROM {engine}.queues WHERE name = 'reviews'"
    assert store.query(slots) == [(6, 1)]
    await receiver.stop()
    await worker.stop()


async def test_it_says_what_is_wrong_and_counts_what_waits(jobs, world, store):
    assert await jobs.troubles() == []
    assert metric(jobs, "testwarden_inbox_depth") == 0
    store.change("ALTER TABLE testwarden_delivery RENAME TO away")
    assert await jobs.troubles() == ["the store does not answer"]
    store.change("ALTER TABLE away RENAME TO testwarden_delivery")
    assert await jobs.troubles() == []


async def test_a_process_without_work_receives_for_one_that_has_it(world, store):
    receiver = await Jobs.start(store.url, None, Metrics(), settle=0)
    assert await receiver.accept(job("one")) is True
    await settled(store, {"ENQUEUED": 1})
    await receiver.stop()
    worker = await Jobs.start(store.url, world.run, Metrics(), settle=0)
    await world.until(lambda: world.ended == ["one"])
    await worker.stop()


async def test_stopping_ends_what_is_in_hand_and_leaves_the_rest_to_others(world, store):
    release = asyncio.Event()

    async def hold(job: Job) -> str:
        if job.delivery == "in-hand":
            await release.wait()
        return "reviewed"

    world.script = hold
    first = await Jobs.start(store.url, world.run, Metrics(), settle=0)
    await first.accept(job("in-hand"))
    await world.until(lambda: len(world.ran) == 1)
    stopping = asyncio.create_task(first.stop())
    receiver = await Jobs.start(store.url, None, Metrics(), settle=0)
    await receiver.accept(job("rest", number=8))
    await settled(store, {"PENDING": 1, "ENQUEUED": 1})
    release.set()
    await stopping
    await receiver.stop()
    assert world.ended == ["in-hand"]
    second = await Jobs.start(store.url, world.run, Metrics(), settle=0)
    await world.until(lambda: world.ended == ["in-hand", "rest"])
    await second.stop()


@pytest.mark.parametrize("cause", [Cause.PUSHED, Cause.COMMAND])
async def test_what_does_not_end_in_time_is_handed_on_and_has_not_failed(world, store, cause, monkeypatch):
    """A process manager kills whoever takes longer: that would be a try, of which a job has three."""
    monkeypatch.setattr(service, "DRAIN_SECONDS", LET_GO_SECONDS)
    never = asyncio.Event()
    world.script = lambda _: never.wait()
    first = await Jobs.start(store.url, world.run, Metrics(), settle=0)
    await first.accept(job("slow", cause=cause))
    await world.until(lambda: len(world.ran) == 1)
    begun = time.monotonic()
    await first.finish()
    await first.stop()
    assert time.monotonic() - begun < LET_GO_SECONDS * 2
    assert (world.interrupted, store.states()) == (["slow"], {"SUCCESS": 1, "DELAYED": 1})
    rows = "{engine}.workflow_input i JOIN {engine}.workflow_status s USING (workflow_uuid)"
    ((waiting,),) = store.query(f"SELECT i.inputs FROM {rows} WHERE s.status = 'DELAYED'")
    assert json.loads(waiting)["positionalArgs"][0]["tries"] == 0
    world.script = lambda _: "reviewed"
    second = await Jobs.start(store.url, world.run, Metrics(), settle=0)
    await world.until(lambda: world.ended == ["slow"])
    await second.stop()


async def test_an_inbox_that_was_lost_does_not_make_new_pushes_old(world, tmp_path):
    url = f"sqlite:///{tmp_path}/jobs.sqlite"
    for guid, head in (("one", "a"), ("two", "b")):
        for file in tmp_path.glob("jobs-inbox*"):
            file.unlink()
        jobs = await Jobs.start(url, world.run, Metrics(), settle=0)
        await jobs.accept(job(guid, head))
        await world.until(lambda guid=guid: guid in world.ended)
        await jobs.stop()
