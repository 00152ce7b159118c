"""What a payload claims opens nothing: not another installation's repository, and no address but GitHub's."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import ClientSession, TraceConfig, TraceRequestStartParams

from bot.github.errors import Refused
from bot.model import Place, Pull
from bot.ports import Gone
from bot.sandbox.repository import Pull as StandInPull
from bot.sandbox.repository import Repository
from bot.sandbox.server import StandIn
from tests.github.conftest import PIPED, House

EVIL = "https://evil.example/steal"
SECRET = "their own business"


@pytest.fixture
def ours(github: StandIn) -> StandInPull:
    return github.repository("acme/rocket").open_pull({"tests/test_a.py": f"def test():\n    run('{PIPED}')\n"})


@pytest.fixture(params=[True, False], ids=["private", "public"])
def theirs(github: StandIn, request: pytest.FixtureRequest) -> StandInPull:
    repository = github.repository("umbrella/secret", {".github/testwarden.yml": SECRET}, private=request.param)
    return repository.open_pull({"tests/test_b.py": SECRET})


@pytest.fixture
def asked_hosts() -> list[str]:
    return []


@pytest.fixture
async def session(asked_hosts: list[str]) -> AsyncIterator[ClientSession]:
    """As everywhere, and every address that is asked is remembered."""
    trace = TraceConfig()

    async def note(_: ClientSession, __: Any, params: TraceRequestStartParams) -> None:
        asked_hosts.append(str(params.url.origin()))

    trace.on_request_start.append(note)
    async with ClientSession(trace_configs=[trace]) as made:
        yield made


def nothing_was_given_away(github: StandIn) -> bool:
    return not any(SECRET.encode() in exchange.answer for exchange in github.journal)


# --- another installation's repository ----------------------------------------------------------------------------------


async def test_a_repository_of_another_installation_gets_no_token(
    github: StandIn, house: House, ours: StandInPull, theirs: StandInPull
) -> None:
    """A signed payload would have to lie: our installation, their repository."""
    claimed = replace(house.job(theirs).pull, installation=house.job(ours).pull.installation)
    outcome = await house.look(theirs, replace(house.job(theirs), pull=claimed))
    assert outcome.ended == "uninstalled"
    assert {e.operation for e in github.journal} == {
        "POST /app/installations/{installation_id}/access_tokens",
        "GET /app/installations/{installation_id}",
    }
    assert not any(e.status == 201 for e in github.journal)


async def test_a_token_for_our_repository_opens_none_of_theirs(
    github: StandIn, house: House, ours: StandInPull, theirs: StandInPull
) -> None:
    """Our installation, our repository's id, the names of theirs."""
    name = house.job(theirs).pull
    claimed = replace(house.job(ours).pull, owner=name.owner, repo=name.repo, number=name.number)
    outcome = await house.look(theirs, replace(house.job(theirs), pull=claimed))
    assert outcome.ended == "vanished"
    assert nothing_was_given_away(github)
    assert not github.journal.writes


async def test_their_repository_under_our_id_is_not_taken_for_ours(github: StandIn, house: House, ours: StandInPull) -> None:
    """GitHub shows a public repository to any token: then its id gives it away."""
    sister = github.repository("acme/sister").open_pull({"tests/test_b.py": SECRET})
    installation = github.world.installation_of("acme")
    assert installation is not None
    for token in github.world.tokens.values():
        token.repositories = None
    name = house.job(sister).pull
    claimed = replace(name, repository_id=house.job(ours).pull.repository_id)
    outcome = await house.look(sister, replace(house.job(sister), pull=claimed))
    assert outcome.ended == "vanished"
    assert not github.journal.writes


async def test_an_installation_that_is_not_ours(github: StandIn, house: House, ours: StandInPull) -> None:
    claimed = replace(house.job(ours).pull, installation=4711)
    assert (await house.look(ours, replace(house.job(ours), pull=claimed))).ended == "uninstalled"


async def test_nobody_talks_or_asks_across_installations(
    github: StandIn, house: House, ours: StandInPull, theirs: StandInPull
) -> None:
    claimed: Pull = replace(house.job(theirs).pull, installation=house.job(ours).pull.installation)
    place = Place(theirs.comment("mona", "/testwarden help").id)
    with pytest.raises(Gone):
        await house.forge.dialogue.permission(claimed, "mona")
    with pytest.raises(Gone):
        await house.forge.dialogue.answer(claimed, place, "Here.")
    with pytest.raises(Gone):
        await house.forge.dialogue.react(claimed, place, "eyes")
    with pytest.raises(Gone):
        await house.forge.dialogue.thread_of(claimed, place.comment)
    with pytest.raises(Gone):
        await house.forge.dialogue.pass_on(claimed, theirs.head_sha)
    assert len(theirs.comments) == 1
    assert nothing_was_given_away(github)


async def test_a_comment_of_another_repository_is_out_of_reach(
    github: StandIn, house: House, ours: StandInPull, theirs: StandInPull
) -> None:
    place = Place(theirs.comment("mona", "/testwarden help").id)
    await house.forge.dialogue.react(house.job(ours).pull, place, "eyes")
    assert theirs.comments[0].reactions == []


# --- addresses ----------------------------------------------------------------------------------------------------------


def poisoned(value: Any) -> Any:
    """Every address in an answer, and every text that could become one, led astray."""
    if isinstance(value, dict):
        return {name: EVIL if name.endswith("url") else poisoned(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [poisoned(inner) for inner in value]
    return EVIL if isinstance(value, str) and value.startswith("http") else value


async def test_no_address_in_an_answer_is_ever_asked(
    github: StandIn, house: House, ours: StandInPull, asked_hosts: list[str]
) -> None:
    github.faults.rewrite("*", poisoned, times=1000)
    ours.withheld.add("tests/test_a.py")
    assert (await house.look(ours)).ended == "reviewed"
    ours.push({"tests/test_a.py": "def test():\n    pass\n"})
    assert (await house.look(ours)).ended == "reviewed"
    request = await house.forge.pull(house.job(ours))
    await house.forge.configuration(request)
    for reference in ("acme/settings:x.yml", f"{EVIL}/x", "acme/settings@evil.example:x"):
        await house.forge.extended(request, reference)
    place = Place(ours.comment("mona", "/testwarden help").id)
    await house.forge.dialogue.answer(request.pull, place, "Here.")
    await house.forge.dialogue.permission(request.pull, EVIL)
    for repository in await house.forge.installations.repositories(request.pull.installation):
        await house.forge.installations.open_pulls(repository)
    await house.forge.installations.undelivered(0)
    assert github.faults.left > 0
    assert len(asked_hosts) > 20
    assert set(asked_hosts) == {github.web_url}


@pytest.mark.parametrize(
    "name",
    [
        "@evil.example/",
        "//evil.example",
        "..",
        "../../../../evil",
        "%2e%2e",
        "rocket?x=https://evil.example",
        "rocket#",
        "rocket\\evil.example",
        "rocket\r\nHost: evil.example",
        "{+path}",
        "evil.example:80",
    ],
)
async def test_no_name_in_a_payload_becomes_an_address(
    github: StandIn, house: House, ours: StandInPull, asked_hosts: list[str], name: str
) -> None:
    job = house.job(ours)
    for pull in (replace(job.pull, owner=name), replace(job.pull, repo=name)):
        assert (await house.look(ours, replace(job, pull=pull))).ended == "vanished"
        assert await house.forge.dialogue.permission(pull, name) == "none"
    assert set(asked_hosts) == {github.web_url}
    known = {"POST /graphql", "POST /app/installations/{installation_id}/access_tokens"}
    assert {e.operation for e in github.journal if e.status < 400} == known


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_elsewhere_is_refused_with_our_token_unsent(
    github: StandIn, house: House, ours: StandInPull, asked_hosts: list[str], status: int
) -> None:
    request = await house.forge.pull(house.job(ours))
    github.faults.answer("GET */files", status, "Moved", {"Location": EVIL})
    with pytest.raises(Refused):
        await house.forge.changes(request)
    assert set(asked_hosts) == {github.web_url}


async def test_one_installations_token_is_not_anothers(github: StandIn, house: House, ours: StandInPull) -> None:
    """The same repository id under two installations: two tokens, two caches."""
    other: Repository = github.repository("umbrella/rocket")
    await house.forge.pull(house.job(ours))
    claimed = replace(house.job(ours).pull, installation=house.job(other.open_pull({"a": "b"})).pull.installation)
    with pytest.raises(Gone) as caught:
        await house.forge.pull(replace(house.job(ours), pull=claimed))
    assert caught.value.reason == "uninstalled"
