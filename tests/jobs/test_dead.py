"""What was given up is seen, and tried again when somebody asks for it."""

import asyncio

import pytest

from bot.jobs.dead import DeadLetters, Superseded
from bot.jobs.service import Jobs, opened
from bot.jobs.workflow import Patience
from bot.model import Cause, Job, Pull
from bot.telemetry import Metrics

HASTE = Patience(tries=1)


def job(guid: str, head: str = "a", cause: Cause = Cause.PUSHED) -> Job:
    return Job(guid, Pull(5, 42, "octo", "repo", 7), cause, head)


@pytest.fixture
async def broken():
    """Fails while it is set; otherwise what was run is in `ran`."""
    event = asyncio.Event()
    event.set()
    event.ran = []
    return event


@pytest.fixture
async def jobs(broken, store):
    async def run(job: Job) -> str:
        if broken.is_set():
            raise LookupError("text of a pull request")
        broken.ran.append(job)
        return "reviewed"

    jobs = await Jobs.start(store.url, run, Metrics(), patience=HASTE, settle=0)
    yield jobs
    await jobs.stop()


async def states(store, expected: dict[str, int]) -> None:
    async with asyncio.timeout(20):
        while store.states() != expected:  # noqa: ASYNC110 (another thread's transaction)
            await asyncio.sleep(0.02)


async def test_a_job_that_was_given_up_is_told_of_and_run_when_it_is_retried(jobs, broken, store):
    await jobs.accept(job("one"))
    await states(store, {"ERROR": 1})
    with opened(store.url) as letters:
        (letter,) = letters.all()
        assert (letter.ticket.job, letter.reason) == (job("one"), "LookupError")
        assert letter.at > 1.7e9
        broken.clear()
        letters.retry(letter.id)
        assert letters.all() == []
        await states(store, {"SUCCESS": 1})
        with pytest.raises(KeyError):
            letters.retry(letter.id)
    assert broken.ran == [job("one")]
    assert store.query("SELECT state FROM testwarden_pull") == [("settled",)]


async def test_what_fails_again_is_given_up_again(jobs, broken, store):
    await jobs.accept(job("one"))
    await states(store, {"ERROR": 1})
    with opened(store.url) as letters:
        (first,) = letters.all()
        letters.retry(first.id)
        async with asyncio.timeout(20):
            while not letters.all():  # noqa: ASYNC110 (another thread's transaction)
                await asyncio.sleep(0.02)
        assert [again.id for again in letters.all()] != [first.id]


async def test_a_newer_head_needs_no_other_try_of_the_older(jobs, broken, store):
    await jobs.accept(job("one"))
    await states(store, {"ERROR": 1})
    broken.clear()
    await jobs.accept(job("two", head="b"))
    await states(store, {"ERROR": 1, "SUCCESS": 1})
    with opened(store.url) as letters, pytest.raises(Superseded):
        letters.retry(letters.all()[0].id)
    assert [j.head for j in broken.ran] == ["b"]


async def test_they_are_counted(jobs, broken, store):
    await jobs.accept(job("one"))
    await states(store, {"ERROR": 1})
    jobs._metrics.jobs(jobs._queue.counts())
    shown = jobs._metrics.render().decode()
    for state, count in {"waiting": 0, "put-off": 0, "running": 0, "dead": 1}.items():
        assert f'testwarden_jobs{{state="{state}"}} {count}.0' in shown
    assert "_created" not in shown


async def test_a_store_that_nobody_used_yet_has_none(store):
    with opened(store.url) as letters:
        assert isinstance(letters, DeadLetters)
        assert letters.all() == []
