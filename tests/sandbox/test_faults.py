"""Scripted faults: each happens as often, as early and as late as it was told to."""

import asyncio

import aiohttp
import pytest

from bot.sandbox.repository import Pull
from tests.sandbox.conftest import Client

PULL = "/repos/acme/rocket/pulls/1"
COMMENTS = "/repos/acme/rocket/issues/1/comments"


async def test_an_answer_instead_of_the_effect(client: Client, pull: Pull) -> None:
    client.github.faults.answer("POST */comments", 502, times=2)
    statuses = [(await client("POST", COMMENTS, {"body": "x"})).status for _ in range(3)]
    assert (statuses, len(pull.comments), client.github.faults.left) == ([502, 502, 201], 1, 0)


async def test_an_answer_after_the_effect(client: Client, pull: Pull) -> None:
    client.github.faults.answer("POST */comments", 502, b"<html>Bad Gateway</html>", after_effect=True)
    answer = await client("POST", COMMENTS, {"body": "x"})
    assert (answer.status, answer.raw, len(pull.comments)) == (502, b"<html>Bad Gateway</html>", 1)


async def test_skipping_and_choosing(client: Client, pull: Pull) -> None:
    client.github.faults.answer("POST */comments", 500, skip=1)
    client.github.faults.answer("POST */comments", 418, when=lambda exchange: b"tea" in exchange.body)
    bodies = ["one", "two", "three", "tea"]
    assert [(await client("POST", COMMENTS, {"body": it})).status for it in bodies] == [201, 500, 201, 418]


@pytest.mark.parametrize(("after_effect", "written"), [(False, 0), (True, 1)])
async def test_a_reset_before_and_after_the_effect(client: Client, pull: Pull, after_effect: bool, written: int) -> None:
    client.github.faults.reset("POST */comments", after_effect=after_effect)
    with pytest.raises(aiohttp.ClientError):
        await client("POST", COMMENTS, {"body": "x"})
    assert len(pull.comments) == written
    assert client.github.journal[-1].status == 0


@pytest.mark.parametrize(("after_effect", "written"), [(False, 0), (True, 1)])
async def test_a_slow_answer_before_and_after_the_effect(client: Client, pull: Pull, after_effect: bool, written: int) -> None:
    client.github.faults.slow("POST */comments", 1.5, after_effect=after_effect)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(client("POST", COMMENTS, {"body": "x"}), 0.5)
    assert len(pull.comments) == written
    client.github.faults.slow("POST */comments", 0.01)
    assert (await client("POST", COMMENTS, {"body": "x"})).status == 201


async def test_a_request_can_be_held(client: Client, pull: Pull) -> None:
    gate = client.github.faults.hold("POST */comments")
    waiting = asyncio.create_task(client("POST", COMMENTS, {"body": "x"}))
    await gate.reached()
    assert (waiting.done(), pull.comments) == (False, [])
    gate.release()
    assert (await waiting).status == 201


async def test_the_old_head_comes_first(client: Client, pull: Pull) -> None:
    old = pull.head_sha
    pull.push({"x": "x\n"})
    client.github.faults.old_head(pull, times=2)
    heads = [(await client("GET", PULL)).json["head"]["sha"] for _ in range(3)]
    assert heads == [old, old, pull.head_sha]


async def test_a_listing_of_pulls_does_not_use_up_the_old_head(client: Client, pull: Pull) -> None:
    pull.push({"x": "x\n"})
    client.github.faults.old_head(pull)
    of = "repository(owner:$owner,name:$repo){pullRequests(states:OPEN,first:5){nodes{headRefOid}}}"
    query = f"query($owner:String!,$repo:String!){{{of}}}"
    owner, _, repo = pull.repository.full_name.partition("/")
    listed = await client("POST", "/graphql", {"query": query, "variables": {"owner": owner, "repo": repo}})
    assert listed.json["data"]["repository"]["pullRequests"]["nodes"] == [{"headRefOid": pull.head_sha}]
    assert client.github.faults.left == 1


async def test_a_404_comes_first(client: Client, pull: Pull) -> None:
    client.github.faults.no_pull()
    assert [(await client("GET", PULL)).status for _ in range(2)] == [404, 200]


@pytest.mark.parametrize(("status", "message"), [(401, "Bad credentials"), (403, "Resource not accessible by integration")])
async def test_a_young_token(client: Client, pull: Pull, status: int, message: str) -> None:
    client.github.faults.young_token(status)
    first = await client("GET", PULL)
    assert (first.status, first.json["message"]) == (status, message)
    assert (await client("GET", PULL)).status == 200


async def test_half_an_answer(client: Client, pull: Pull) -> None:
    client.github.faults.truncate("GET */pulls/{pull_number}")
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        _ = (await client("GET", PULL)).json
    assert (await client("GET", PULL)).json["number"] == 1


@pytest.mark.parametrize(("retry_after", "status"), [(None, 403), (30, 403), (1, 429)])
async def test_the_secondary_limit(client: Client, pull: Pull, retry_after: int | None, status: int) -> None:
    client.github.faults.secondary_limit("POST */comments", retry_after=retry_after, status=status)
    answer = await client("POST", COMMENTS, {"body": "x"})
    assert (answer.status, answer.headers.get("Retry-After")) == (status, None if retry_after is None else str(retry_after))
    assert int(answer.headers["X-RateLimit-Remaining"]) > 0
    assert "secondary rate limit" in answer.json["message"]


async def test_a_rewritten_answer_leaves_the_state_alone(client: Client, pull: Pull) -> None:
    client.github.faults.rewrite("GET */pulls/{pull_number}", lambda shape: shape | {"locked": True})
    assert [(await client("GET", PULL)).json["locked"] for _ in range(2)] == [True, False]
