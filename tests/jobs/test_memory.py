"""What people told us, kept in the database: what holds for which pull, and for how long."""

import pytest

from bot.jobs.database import Database
from bot.jobs.memory import HOUR, OTHERS_PER_HOUR, TRUSTED_PER_HOUR, StoredMemory
from bot.model import Cause, Dismissal, Job, Pull

HERE, NEXT, ELSEWHERE = Pull(5, 42, "octo", "repo", 7), Pull(5, 42, "octo", "repo", 8), Pull(6, 43, "acme", "repo", 7)
FINDING = Dismissal("00ff00ff00ff00ff", "hubot", "the host is ours", at="2026-11-22")
RULE = Dismissal("adv-sleep-poll", "hubot", "known", accepted=True, number=7, at="2026-11-23")


class Clock:
    at = 1_000_000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def memory(store, clock):
    database = Database(store.url)
    database.create()
    yield StoredMemory(database, clock)
    database.dispose()


async def test_a_finding_is_dismissed_in_its_repository_and_a_rule_on_its_pull(memory):
    for dismissal in (RULE, FINDING):
        await memory.dismiss(HERE, dismissal)
    assert await memory.dismissals(HERE) == [FINDING, RULE]
    assert await memory.dismissals(NEXT) == [FINDING]
    assert await memory.dismissals(ELSEWHERE) == []


async def test_a_repository_that_moves_keeps_what_was_said(memory):
    await memory.dismiss(HERE, FINDING)
    assert await memory.dismissals(Pull(9, 42, "acme", "renamed", 7)) == [FINDING]


async def test_the_last_word_counts(memory):
    await memory.dismiss(HERE, FINDING)
    again = Dismissal(FINDING.target, "mona", "until June", accepted=True, at="2026-12-01")
    await memory.dismiss(NEXT, again)
    assert await memory.dismissals(HERE) == [again]


async def test_a_dismissal_without_a_date_is_of_today(memory):
    await memory.dismiss(HERE, Dismissal("adv-sleep-poll", "hubot", "known", number=7))
    assert [d.at for d in await memory.dismissals(HERE)] == ["1970-01-12"]


async def test_a_dismissal_is_taken_back_once(memory):
    await memory.dismiss(HERE, FINDING)
    await memory.dismiss(HERE, RULE)
    assert await memory.restore(ELSEWHERE, FINDING.target) is False
    assert await memory.restore(NEXT, RULE.target) is False
    assert await memory.restore(NEXT, FINDING.target) is True
    assert await memory.restore(NEXT, FINDING.target) is False
    assert await memory.dismissals(HERE) == [RULE]


async def test_a_pull_is_paused_until_it_is_resumed(memory):
    for who in ("mona", "hubot"):
        await memory.pause(HERE, who)
    assert [await memory.paused(pull) for pull in (HERE, NEXT, ELSEWHERE)] == ["hubot", "", ""]
    for _ in range(2):
        await memory.resume(HERE)
    assert await memory.paused(HERE) == ""


def command(number: int, pull: Pull = HERE) -> Job:
    return Job(f"guid-{number}", pull, Cause.COMMAND)


@pytest.mark.parametrize(("trusted", "most"), [(True, TRUSTED_PER_HOUR), (False, OTHERS_PER_HOUR)])
async def test_a_pull_hears_so_many_commands_an_hour(memory, clock, trusted, most):
    assert [await memory.admit(command(n), trusted) for n in range(most + 2)] == [True] * most + [False] * 2
    assert await memory.admit(command(most - 1), trusted) is True, "a delivery that comes again counts once"
    assert await memory.admit(command(9001), not trusted) is True, "strangers use up nobody else's"
    assert await memory.admit(command(9002, NEXT), trusted) is True
    clock.at += HOUR
    assert await memory.admit(command(9003), trusted) is True


async def test_of_an_installation_that_ended_nothing_is_kept(memory):
    for pull in (HERE, ELSEWHERE):
        await memory.dismiss(pull, FINDING)
        await memory.pause(pull, "hubot")
    await memory.forget(HERE.installation)
    assert [await memory.dismissals(pull) for pull in (HERE, ELSEWHERE)] == [[], [FINDING]]
    assert [await memory.paused(pull) for pull in (HERE, ELSEWHERE)] == ["", "hubot"]
