"""What was never told is found: once, by one process, and not over and over."""

import asyncio
import time

import pytest

from bot.jobs.database import Database
from bot.jobs.heads import Heads
from bot.jobs.inbox import Inbox
from bot.jobs.queue import Queue
from bot.jobs.sweep import DAY, LEFT, MINUTE, REPOSITORIES, Pace, Sweeps
from bot.model import Cause, CheckRun, Installation, Job, OpenPull, Pull, Repository, Undelivered
from bot.ports import Gone, Later
from bot.telemetry import Metrics

PULL = Pull(5, 42, "octo", "repo", 7)
HEAD = "a" * 40


class Forge:
    """`ports.Installations`, from what a test puts into it; what is asked of it is noted."""

    def __init__(self) -> None:
        self.missing: list[Undelivered] = []
        self.there = [Installation(5, "octo")]
        self.repos = {5: [Repository(5, 42, "octo", "repo")]}
        self.pulls: dict[int, list[OpenPull]] = {}
        self.since: list[float] = []
        self.redelivered: list[int] = []
        self.looked: list[int] = []
        self.left: list[tuple[Pull, CheckRun, str]] = []
        self.refuses: Exception | None = None

    async def undelivered(self, since):
        self.since.append(since)
        if self.refuses:
            raise self.refuses
        return [m for m in self.missing if m.at >= since]

    async def redeliver(self, attempt):
        self.redelivered.append(attempt)

    async def installations(self):
        return self.there

    async def repositories(self, installation):
        return self.repos[installation]

    async def open_pulls(self, repository):
        self.looked.append(repository.id)
        if repository.name == "gone":
            raise Gone("vanished")
        if repository.name == "limited":
            raise Later("limited", 60)
        return self.pulls.get(repository.id, [])

    async def leave(self, pull, check, reason):
        self.left.append((pull, check, reason))


@pytest.fixture
def forge() -> Forge:
    return Forge()


@pytest.fixture
def database(store):
    database = Database(store.url)
    database.create()
    yield database
    database.dispose()


@pytest.fixture
async def inbox(database):
    inbox = Inbox(database)
    await inbox.start()
    yield inbox
    await inbox.stop()


@pytest.fixture
async def sweeps(database, inbox, forge):
    queue = Queue(database)
    yield Sweeps(database, inbox, Heads(database), queue, forge, Metrics(), Pace(every=300))
    queue.close()


def missing(guid: str, attempt: int, ago: float = 600) -> Undelivered:
    return Undelivered(guid, attempt, time.time() - ago, "pull_request", 5)


def open_pull(*checks: CheckRun, updated: float = 600, seen: bool = True) -> OpenPull:
    return OpenPull(PULL, HEAD, updated=time.time() - updated, checks=checks if seen else None)


async def test_what_never_came_is_asked_for_and_what_came_or_was_asked_for_is_not(sweeps, forge, inbox, database):
    await inbox.put(Job("came", PULL, Cause.PUSHED, HEAD))
    forge.missing = [missing("came", 1), missing("lost", 2), missing("old", 3, ago=2 * DAY)]
    await sweeps.deliveries()
    await sweeps.deliveries()
    assert forge.redelivered == [2, 3]
    with database.drain.begin() as connection:  # as if five minutes had gone by
        connection.exec_driver_sql("UPDATE testwarden_redelivery SET at = at - 301")
    await sweeps.deliveries()
    assert forge.redelivered == [2, 3, 2], "of the oldest, the later sweep no longer hears"
    assert time.time() - 3 * DAY - 5 < forge.since[0] < time.time() - 3 * DAY + 60
    assert forge.since[1] > time.time() - 3 * 3600


async def test_a_delivery_that_failed_here_is_welcome_again(sweeps, forge, inbox):
    await inbox.put(Job("failed", PULL, Cause.PUSHED, HEAD))
    inbox.failed("failed")
    forge.missing = [missing("failed", 4)]
    await sweeps.deliveries()
    assert forge.redelivered == [4]


async def test_a_delivery_that_always_fails_is_asked_for_a_few_times(sweeps, forge, database):
    for _ in range(10):
        forge.missing = [missing("lost", 9)]
        await sweeps.deliveries()
        with database.drain.begin() as connection:
            connection.exec_driver_sql("UPDATE testwarden_redelivery SET at = at - 86400")
    assert len(forge.redelivered) == 6


async def test_a_head_without_a_finished_check_is_looked_at_once_a_day(sweeps, forge, inbox):
    forge.pulls[42] = [open_pull(CheckRun(1, completed=False, started=time.time()))]
    await sweeps.pulls()
    await sweeps.pulls()
    (waiting,) = inbox.waiting(10)
    assert waiting.job == Job(waiting.guid, PULL, Cause.SWEEP, HEAD)
    assert forge.left == []


@pytest.mark.parametrize(
    "pull",
    [
        lambda: open_pull(CheckRun(1, completed=True)),
        lambda: open_pull(seen=False),
        lambda: open_pull(updated=MINUTE / 2),  # made in the test: a suite takes longer than that
        lambda: open_pull(updated=2 * DAY),
    ],
    ids=["reviewed", "checks-not-seen", "just-changed", "left-open-for-long"],
)
async def test_other_heads_are_not(sweeps, forge, inbox, pull):
    forge.pulls[42] = [pull()]
    await sweeps.pulls()
    assert inbox.waiting(10) == []


async def test_a_head_whose_run_will_come_is_left_to_it(sweeps, forge, inbox, database):
    values = {"p": "5:42:7", "s": 1, "h": HEAD, "r": "run", "t": "queued"}
    with database.drain.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO testwarden_pull (pull, seq, head, run, state) VALUES ('{p}', {s}, '{h}', '{r}', '{t}')".format(**values)
        )
    forge.pulls[42] = [open_pull(CheckRun(1, completed=False, started=1))]
    await sweeps.pulls()
    assert (inbox.waiting(10), forge.left) == ([], [])


async def test_a_check_nobody_comes_back_to_is_ended_with_the_reason(sweeps, forge):
    stale, new = (
        CheckRun(1, completed=False, started=time.time() - 16 * MINUTE),
        CheckRun(2, completed=False, started=time.time()),
    )
    forge.pulls[42] = [open_pull(stale, new)]
    await sweeps.pulls()
    assert forge.left == [], "the review that was just asked for ends it"
    await sweeps.pulls()
    assert forge.left == [(PULL, stale, LEFT)]


async def test_one_repository_that_is_gone_and_one_installation_that_is_limited_stop_nobody_else(sweeps, forge, inbox):
    forge.there = [Installation(4, "full"), Installation(3, "left", suspended=True), Installation(5, "octo")]
    forge.repos = {
        4: [Repository(4, 1, "full", "limited"), Repository(4, 2, "full", "next")],
        5: [Repository(5, 9, "octo", "gone"), Repository(5, 42, "octo", "repo"), Repository(5, 43, "octo", "old", archived=True)],
    }
    forge.pulls[42] = [open_pull()]
    await sweeps.pulls()
    assert forge.looked == [1, 9, 42]
    assert len(inbox.waiting(10)) == 1


async def test_many_repositories_are_looked_at_by_turns(sweeps, forge):
    forge.repos[5] = [Repository(5, n, "octo", "repo") for n in range(1, REPOSITORIES + 51)]
    await sweeps.pulls()
    await sweeps.pulls()
    assert forge.looked[:REPOSITORIES] == list(range(1, REPOSITORIES + 1))
    assert forge.looked[REPOSITORIES:] == [*range(REPOSITORIES + 1, REPOSITORIES + 51), *range(1, 51)]


async def test_each_sweep_is_one_processs_at_a_time_and_comes_again_when_due(database, inbox, forge):
    queue = Queue(database)
    both = [Sweeps(database, inbox, Heads(database), queue, forge, Metrics(), Pace(every=0.4)) for _ in range(2)]
    begun = time.monotonic()
    running = [asyncio.create_task(sweeps.run()) for sweeps in both]
    async with asyncio.timeout(20):
        while len(forge.since) < 3:  # noqa: ASYNC110 (what two loops do, by the clock)
            await asyncio.sleep(0.02)
    assert time.monotonic() - begun > 0.7
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    queue.close()


async def test_a_sweep_that_was_cut_short_comes_again(database, inbox, forge):
    queue = Queue(database)
    forge.refuses = Later("limited", 60)
    running = asyncio.create_task(Sweeps(database, inbox, Heads(database), queue, forge, Metrics(), Pace(every=0.1)).run())
    async with asyncio.timeout(20):
        while len(forge.since) < 2:  # noqa: ASYNC110 (what a loop does, by the clock)
            await asyncio.sleep(0.02)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    queue.close()


async def test_old_rows_go_and_what_is_in_use_stays(sweeps, inbox, database, store):
    for guid in ("old", "new", "waiting"):
        await inbox.put(Job(guid, PULL, Cause.PUSHED, HEAD))
    old, new, _ = inbox.waiting(10)
    inbox.drained([old.seq, new.seq])
    store.change(f"UPDATE testwarden_delivery SET drained_at = drained_at - {31 * DAY} WHERE guid = 'old'")
    with database.drain.begin() as connection:
        for pull, seq, state in (("gone", old.seq, "settled"), ("runs", old.seq, "running"), ("kept", new.seq, "settled")):
            connection.exec_driver_sql(f"INSERT INTO testwarden_pull VALUES ('{pull}', {seq}, 'h', 'r', '{state}')")
    await sweeps.rows()
    assert sorted(store.query("SELECT pull FROM testwarden_pull")) == [("kept",), ("runs",)]
    assert inbox.known(["old", "new", "waiting"]) == {"new", "waiting"}
