"""What only a look around shows: deliveries that never came, pulls that nobody reviewed, checks that nobody ends."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from bot.model import CheckRun, Installation, OpenPull
from bot.ports import Gone, Later
from bot.sandbox import payloads
from bot.sandbox.faults import Fault
from bot.sandbox.repository import Pull as StandInPull
from bot.sandbox.repository import Repository
from bot.sandbox.server import StandIn
from tests.github.conftest import House
from tests.github.test_standing import ran

TEST = "def test(): ...\n"


class Receiver:
    """Where deliveries go: what it answers, and the GUIDs that came."""

    def __init__(self) -> None:
        self.status, self.guids = 202, list[str]()

    async def hear(self, request: web.Request) -> web.Response:
        self.guids.append(request.headers["X-GitHub-Delivery"])
        return web.Response(status=self.status)


@pytest.fixture
async def receiver(github: StandIn) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/webhook", receiver.hear)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    github.hooks.url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhook"
    yield receiver
    await runner.cleanup()


@pytest.fixture
def pull(github: StandIn) -> StandInPull:
    return github.repository("acme/rocket").open_pull({"tests/test_a.py": TEST})


async def send(github: StandIn, pull: StandInPull, guid: str) -> int:
    return (await github.deliver(payloads.pull_request(pull, "opened"), guid=guid)).id


# --- deliveries ---------------------------------------------------------------------------------------------------------


async def test_what_reached_us_on_no_attempt(github: StandIn, house: House, pull: StandInPull, receiver: Receiver) -> None:
    await send(github, pull, "came")
    receiver.status = 503
    await send(github, pull, "refused")
    attempt = await send(github, pull, "refused")
    await send(github, pull, "late")
    receiver.status = 202
    await send(github, pull, "late")
    github.hooks.lose = 1
    unreached = await send(github, pull, "unreached")
    found = await house.forge.installations.undelivered(0)
    installation = github.world.installation_of("acme")
    assert installation is not None
    assert {(one.guid, one.attempt, one.event, one.installation) for one in found} == {
        ("refused", attempt, "pull_request", installation.id),
        ("unreached", unreached, "pull_request", installation.id),
    }


async def test_an_attempt_that_came_through_once_is_enough(
    github: StandIn, house: House, pull: StandInPull, receiver: Receiver
) -> None:
    await send(github, pull, "came")
    receiver.status = 503
    await send(github, pull, "came")
    assert await house.forge.installations.undelivered(0) == []


async def test_many_pages_are_read_and_no_further_than_the_watermark(
    github: StandIn, house: House, pull: StandInPull, receiver: Receiver
) -> None:
    for n in range(250):
        await send(github, pull, f"{n:03}")
    log = github.hooks.log
    for n, delivery in enumerate(log):
        delivery.delivered_at = f"2026-11-22T{10 + n // 60:02}:{n % 60:02}:00Z"
        if n % 50 == 0:
            delivery.status, delivery.status_code = "timed out", 0
    found = await house.forge.installations.undelivered(0)
    assert [one.guid for one in found] == ["000", "050", "100", "150", "200"]
    assert github.journal.count("GET /app/hook/deliveries") == 3
    since = next(one.at for one in found if one.guid == "200")
    assert [one.guid for one in await house.forge.installations.undelivered(since)] == ["200"]
    assert github.journal.count("GET /app/hook/deliveries") == 4


async def test_the_next_page_is_ours_to_say(github: StandIn, house: House, pull: StandInPull, receiver: Receiver) -> None:
    """Of the address that an answer gives for the next page only the cursor is taken."""
    for n in range(101):
        await send(github, pull, f"{n:03}")
    link = '<https://evil.example/steal?cursor=v1_{}>; rel="next"'

    def astray(reply: Any) -> Any:
        reply.headers["Link"] = link.format(github.hooks.log[0].id)
        return reply

    github.faults.add(Fault("GET /app/hook/deliveries", astray, after_effect=True))
    await house.forge.installations.undelivered(0)
    assert [dict(e.query) for e in github.journal.matching("GET /app/hook/deliveries")] == [
        {"per_page": "100"},
        {"per_page": "100", "cursor": f"v1_{github.hooks.log[0].id}"},
    ]


async def test_a_redelivery_keeps_its_guid(github: StandIn, house: House, pull: StandInPull, receiver: Receiver) -> None:
    github.hooks.lose = 1
    await send(github, pull, "lost")
    (one,) = await house.forge.installations.undelivered(0)
    await house.forge.installations.redeliver(one.attempt)
    await github.hooks.settle()
    assert receiver.guids == ["lost"]
    assert await house.forge.installations.undelivered(0) == []


async def test_a_delivery_that_github_has_forgotten_is_no_error(house: House, github: StandIn) -> None:
    await house.forge.installations.redeliver(4711)
    github.faults.answer("POST */attempts", 422, "too old")
    await house.forge.installations.redeliver(4711)


async def test_a_wrong_key_is_an_operators_business(github: StandIn, house: House) -> None:
    github.faults.answer("GET /app/hook/deliveries", 401, "A JSON web token could not be decoded", times=2)
    with pytest.raises(Later) as caught:
        await house.forge.installations.undelivered(0)
    assert caught.value.reason == "token-refused"


# --- installations and repositories -------------------------------------------------------------------------------------


async def test_everybody_who_installed_us(github: StandIn, house: House) -> None:
    for n in range(101):
        github.world.install(f"org-{n}")
    gone = github.world.installation_of("org-7")
    assert gone is not None
    gone.suspended_at = github.world.stamp()
    found = await house.forge.installations.installations()
    assert len(found) == 101
    assert [one for one in found if one.suspended] == [Installation(gone.id, "org-7", suspended=True)]


async def test_what_an_installation_lets_us_see(github: StandIn, house: House) -> None:
    repositories = [github.repository(f"acme/r{n}") for n in range(101)]
    repositories[3].archived = True
    github.repository("umbrella/secret", private=True)
    installation = github.world.installation_of("acme")
    assert installation is not None
    found = await house.forge.installations.repositories(installation.id)
    assert [(one.owner, one.name) for one in found] == [("acme", f"r{n}") for n in range(101)]
    assert [one.name for one in found if one.archived] == ["r3"]
    assert all(one.installation == installation.id for one in found)
    (wish,) = [e.json for e in github.journal.matching("POST */access_tokens")]
    assert wish == {"permissions": {"contents": "read", "pull_requests": "read", "checks": "read", "metadata": "read"}}


async def test_a_suspended_installation_lets_us_see_nothing(github: StandIn, house: House) -> None:
    installation = github.world.install("acme")
    installation.suspended_at = github.world.stamp()
    with pytest.raises(Gone) as caught:
        await house.forge.installations.repositories(installation.id)
    assert caught.value.reason == "suspended"


# --- open pulls ---------------------------------------------------------------------------------------------------------


async def opened(house: House, github: StandIn, repository: Repository) -> list[OpenPull]:
    installation = github.world.installation_of(repository.owner.login)
    assert installation is not None
    (named,) = [r for r in await house.forge.installations.repositories(installation.id) if r.id == repository.id]
    return list(await house.forge.installations.open_pulls(named))


async def test_open_pulls_the_last_updated_first(github: StandIn, house: House) -> None:
    repository = github.repository("acme/rocket")
    pulls = [repository.open_pull({f"tests/test_{n}.py": TEST}, draft=n == 1) for n in range(4)]
    for n, pull in enumerate(pulls):
        pull.updated_at = f"2026-11-22T1{n}:00:00Z"
    pulls[2].close()
    found = await opened(house, github, repository)
    assert [(one.pull.number, one.head, one.draft) for one in found] == [
        (4, pulls[3].head_sha, False),
        (2, pulls[1].head_sha, True),
        (1, pulls[0].head_sha, False),
    ]
    assert found[0].pull == house.job(pulls[3]).pull
    assert not any(one.reviewed for one in found)


async def test_fifty_pulls_cost_one_request(github: StandIn, house: House) -> None:
    repository = github.repository("acme/rocket")
    for n in range(120):
        repository.open_pull({f"tests/test_{n}.py": TEST})
    assert len(await opened(house, github, repository)) == 120
    assert github.journal.count("POST /graphql") == 3


async def test_a_head_is_reviewed_when_a_check_of_ours_has_ended_there(github: StandIn, house: House, pull: StandInPull) -> None:
    ran(pull, github, "completed", external_id=f"{pull.repository.id}/99/{pull.head_sha}")
    ran(pull, github, "completed", name="Other")
    ran(pull, github, "completed", suite=pull.repository.suite(pull.head_sha, github.world.new_app("other")))
    left = ran(pull, github, "in_progress", started_at="2026-11-22T10:00:00Z")
    (one,) = await opened(house, github, pull.repository)
    assert one.checks == (CheckRun(left.id, completed=False, started=1795341600.0),)
    assert not one.reviewed
    ran(pull, github, "completed")
    (one,) = await opened(house, github, pull.repository)
    assert one.reviewed
    pull.push({"tests/test_a.py": "new\n"})
    (one,) = await opened(house, github, pull.repository)
    assert (one.checks, one.reviewed) == ((), False)


async def test_a_reviewed_pull_is_reviewed(github: StandIn, house: House, pull: StandInPull) -> None:
    await house.look(pull)
    (one,) = await opened(house, github, pull.repository)
    assert one.reviewed


async def test_where_checks_are_not_ours_to_see_we_cannot_tell(github: StandIn, house: House, pull: StandInPull) -> None:
    installation = github.world.installation_of("acme")
    assert installation is not None
    del installation.permissions["checks"]
    (one,) = await opened(house, github, pull.repository)
    assert (one.checks, one.reviewed) == (None, True)


async def test_another_repository_under_the_same_name_is_not_looked_at(github: StandIn, house: House, pull: StandInPull) -> None:
    (named,) = await house.forge.installations.repositories(house.job(pull).pull.installation)
    pull.repository.name = "moved"
    github.repository("acme/rocket").open_pull({"tests/test_a.py": TEST})
    with pytest.raises(Gone) as caught:
        await house.forge.installations.open_pulls(named)
    assert caught.value.reason == "vanished"


# --- checks left in progress --------------------------------------------------------------------------------------------


async def test_a_check_that_nobody_is_at_ends_as_neutral(github: StandIn, house: House, pull: StandInPull) -> None:
    run = ran(pull, github, "in_progress")
    (one,) = await opened(house, github, pull.repository)
    assert one.checks
    await house.forge.installations.leave(one.pull, one.checks[0], "The bot was restarted. Push again, or re-run this check.")
    assert (run.status, run.conclusion, run.title) == ("completed", "neutral", "Not finished")
    assert run.summary == "The bot was restarted. Push again, or re-run this check."
    await house.forge.installations.leave(one.pull, CheckRun(4711, False), "x")
