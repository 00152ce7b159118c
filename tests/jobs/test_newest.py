"""Of one pull's heads the newest is looked at; what looks at an older one lets go."""

import asyncio
import logging

import pytest

from bot.jobs.heads import Heads
from bot.jobs.ticket import Ticket
from bot.model import Cause, Job, Pull
from bot.ports import Later
from tests.jobs.world import job, settled


@pytest.fixture
def engine_log():
    """What the engine itself complains of."""

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage())

    said: list[str] = []
    handler = Keep(logging.WARNING)
    logging.getLogger("dbos").addHandler(handler)
    yield said
    logging.getLogger("dbos").removeHandler(handler)


async def test_pushes_that_come_together_are_one_run_of_the_newest(jobs, world):
    await asyncio.gather(*(jobs.accept(job(f"push-{n}", head=f"head-{n}")) for n in range(10)))
    await world.until(lambda: "push-9" in world.ended)
    assert [j.head for j in world.ran] == ["head-9"]


def put_off(_: Job) -> None:
    raise Later("limited", 600)


async def test_what_waits_to_look_at_a_closed_pull_is_let_go(jobs, world, store):
    world.script = put_off
    await jobs.accept(job("one"))
    await settled(store, {"SUCCESS": 1, "DELAYED": 1})
    await jobs.accept(job("two", cause=Cause.CLOSED))
    await settled(store, {"SUCCESS": 1, "CANCELLED": 1})
    world.script = lambda _: "reviewed"
    await jobs.accept(job("three", cause=Cause.OPENED))
    await world.until(lambda: world.ended == ["three"])


@pytest.mark.parametrize(("cause", "runs"), [(Cause.SUSPENDED, []), (Cause.UNINSTALLED, ["gone"])])
async def test_what_waits_in_an_installation_that_leaves_is_let_go(jobs, world, store, cause, runs):
    world.script = lambda job: "reviewed" if job.delivery == "gone" else put_off(job)
    await jobs.accept(job("theirs"))
    await jobs.accept(job("others", installation=51))
    await settled(store, {"SUCCESS": 2, "DELAYED": 2})
    await jobs.accept(Job("gone", Pull(5, 0, "", "", 0), cause))
    await settled(store, {"SUCCESS": 2 + len(runs), "DELAYED": 1, "CANCELLED": 1})
    assert world.ended == runs


async def test_a_newer_head_interrupts_the_run_of_the_older(jobs, world):
    async def forever(job: Job) -> str:
        if job.head == "a":
            await asyncio.Event().wait()
        return "reviewed"

    world.script = forever
    await jobs.accept(job("one", head="a"))
    await world.until(lambda: len(world.ran) == 1)
    await jobs.accept(job("two", head="b"))
    await world.until(lambda: "two" in world.ended)
    assert world.interrupted == ["one"]
    assert world.ended == ["two"]


async def until_known(store, head: str) -> None:
    async with asyncio.timeout(20):
        while store.query("SELECT head FROM testwarden_pull") != [(head,)]:  # noqa: ASYNC110 (another thread's transaction)
            await asyncio.sleep(0.02)


async def test_a_run_that_ends_just_as_it_is_overtaken_leaves_nothing_to_complain_of(jobs, world, store, engine_log):
    release = asyncio.Event()

    async def hold(job: Job) -> str:
        if job.head == "a":
            await release.wait()
        return "reviewed"

    world.script = hold
    await jobs.accept(job("one", head="a"))
    await world.until(lambda: len(world.ran) == 1)
    await jobs.accept(job("two", head="b"))
    await until_known(store, "b")
    release.set()
    await world.until(lambda: "two" in world.ended)
    await settled(store, {"SUCCESS": 2})
    assert engine_log == []


async def test_the_same_head_told_again_waits_for_the_look_at_it(jobs, world, store):
    release = asyncio.Event()

    async def hold(job: Job) -> str:
        if job.delivery == "one":
            await release.wait()
        return "reviewed"

    world.script = hold
    await jobs.accept(job("one"))
    await world.until(lambda: len(world.ran) == 1)
    await jobs.accept(job("again"))
    await settled(store, {"PENDING": 2})
    heads = Heads(jobs._database)
    assert heads.overtaken([Ticket(job("one"), "an older run", tracked=True)]) == set()
    assert heads.overtaken([Ticket(job("one", head="b"), "of another head", tracked=True)]) == {"of another head:0"}
    release.set()
    await world.until(lambda: world.ended == ["one", "again"])


async def test_a_head_that_comes_back_is_run_again(jobs, world):
    for guid, head in (("one", "a"), ("two", "b"), ("three", "a")):
        await jobs.accept(job(guid, head))
        await world.until(lambda guid=guid: guid in world.ended)
    assert [j.head for j in world.ran] == ["a", "b", "a"]


async def test_a_head_the_forge_knows_and_we_were_told_of_before_is_looked_at(jobs, world):
    """Deliveries out of order: the newest we were told of is not the pull's head."""
    world.script = lambda job: "superseded" if job.head else "reviewed"
    await jobs.accept(job("late", head="b"))
    await world.until(lambda: len(world.ended) == 2)
    assert [j.head for j in world.ran] == ["b", None]
