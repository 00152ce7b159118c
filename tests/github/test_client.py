"""What the client does about a server that is slow, silent, far away, too talkative, or not GitHub at all."""

import asyncio
import json
from typing import Any

import pytest
from aiohttp import ClientSession, web

from bot.github import client as module
from bot.github import routes
from bot.github.client import API_VERSION, Client, Wire
from bot.github.errors import Forbidden, Lost, NotFound, Refused, TooLarge, Unavailable
from bot.ports import Later
from tests.github.conftest import Anybody, Clock, Script, hang_up

WHERE = {"owner": "acme", "repo": "app", "number": "5"}
PULL = "/repos/acme/app/pulls/5/reviews"


async def test_every_request_names_the_api_version_and_who_asks(client: Client, script: Script, counts: Any) -> None:
    script.says((200, {"ok": True}))
    assert await client.get(routes.REVIEWS_PAGE, WHERE) == {"ok": True}
    (sent,) = script.headers
    assert sent["x-github-api-version"] == API_VERSION == "2022-11-28"
    assert sent["authorization"] == "token nobody"
    assert sent["user-agent"] == "testwarden"
    assert script.requests == [("GET", PULL)]
    assert counts == [("pulls/list-reviews", 200)]


@pytest.mark.parametrize(
    ("owner", "path"),
    [("..", "/repos/../app/pulls/5/reviews"), ("a/../../x?y#z", "/repos/a%2F..%2F..%2Fx%3Fy%23z/app/pulls/5/reviews")],
)
async def test_no_name_leaves_its_segment(client: Client, script: Script, owner: str, path: str) -> None:
    script.says((200, {}))
    await client.get(routes.REVIEWS_PAGE, WHERE | {"owner": owner})
    assert script.requests == [("GET", path)]


async def test_a_read_is_repeated_when_github_breaks(client: Client, script: Script, clock: Clock, counts: Any) -> None:
    script.says((502, {}), hang_up, hang_up, (200, {"n": 1}))
    assert await client.get(routes.REVIEWS_PAGE, WHERE) == {"n": 1}
    assert clock.slept == [1.0, 3.0]
    assert counts == [("pulls/list-reviews", 502), ("pulls/list-reviews", 0), ("pulls/list-reviews", 200)]


# (aiohttp sends a GET once more by itself when the connection was used before, hence two interruptions above.)


async def test_a_read_is_given_up_after_three(client: Client, script: Script) -> None:
    script.says((503, {}))
    with pytest.raises(Unavailable) as caught:
        await client.get(routes.REVIEWS_PAGE, WHERE)
    assert (caught.value.reason, caught.value.seconds) == ("github-unavailable", 30.0)
    assert len(script.requests) == 3


async def test_github_is_not_pressed_before_the_time_it_named(client: Client, script: Script) -> None:
    script.says((503, {}, {"Retry-After": "120"}))
    with pytest.raises(Unavailable) as caught:
        await client.get(routes.REVIEWS_PAGE, WHERE)
    assert (caught.value.seconds, len(script.requests)) == (120.0, 1)


@pytest.mark.parametrize("answer", [hang_up, (502, {})])
async def test_a_write_without_an_answer_is_not_repeated(client: Client, script: Script, answer: object) -> None:
    script.says(answer)
    with pytest.raises(Lost, match="issues/create-comment"):
        await client.create(routes.ISSUE_COMMENTS, WHERE, {"body": "x"})
    assert len(script.requests) == 1


async def test_a_write_that_never_left_is_repeated(session: ClientSession, clock: Clock, counts: Any) -> None:
    wire = Wire(session, "http://127.0.0.1:9", "http://127.0.0.1:9/graphql", sleep=clock.sleep, now=clock.now)
    with pytest.raises(Later) as caught:
        await Client(wire, Anybody()).create(routes.ISSUE_COMMENTS, WHERE, {"body": "x"})
    assert caught.value.reason == "github-unreachable"
    assert clock.slept == [1.0, 3.0]
    assert "nobody" not in str(caught.value)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_renamed_repository_is_followed_with_the_same_method(
    client: Client, script: Script, status: int, method: str
) -> None:
    script.says((status, {}, {"Location": f"{script.url}/repositories/2/pulls/5"}), (200, {"moved": True}))
    if method == "GET":
        assert await client.get(routes.REVIEWS_PAGE, WHERE) == {"moved": True}
    else:
        assert await client.create(routes.REVIEWS, WHERE, {"body": "x"}) == {"moved": True}
        assert json.loads(script.bodies[1]) == {"body": "x"}
    assert script.requests[1] == (method, "/repositories/2/pulls/5")


@pytest.mark.parametrize("location", ["http://127.0.0.1:1/x", "//evil.example/x", "https://evil.example/repos", ""])
async def test_a_token_is_not_taken_to_another_host(client: Client, script: Script, location: str) -> None:
    script.says((302, {}, {"Location": location}))
    with pytest.raises(Refused, match="redirected away"):
        await client.get(routes.REVIEWS_PAGE, WHERE)
    assert len(script.requests) == 1


async def test_redirects_end(client: Client, script: Script) -> None:
    script.says((301, {}, {"Location": "/round"}))
    with pytest.raises(Refused, match="too many redirects"):
        await client.get(routes.REVIEWS_PAGE, WHERE)
    assert len(script.requests) == 3


async def test_an_endless_answer_is_cut(client: Client, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REST_LIMIT", 100_000)

    async def pour(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        for _ in range(100):
            await response.write(b" " * 10_000)
        return response

    script.says(pour)
    with pytest.raises(TooLarge, match="100000"):
        await client.get(routes.REVIEWS_PAGE, WHERE)


@pytest.mark.parametrize("body", [b"<html>captive portal</html>", b'{"half": '])
async def test_an_answer_that_is_no_json_is_not_githubs(client: Client, script: Script, body: bytes) -> None:
    async def garble(request: web.Request) -> web.StreamResponse:
        return web.Response(body=body, content_type="application/json")

    script.says(garble)
    with pytest.raises(Unavailable) as caught:
        await client.get(routes.REVIEWS_PAGE, WHERE)
    assert caught.value.reason == "github-garbled"


async def test_a_page_of_another_kind_is_not_githubs(client: Client, script: Script) -> None:
    async def garble(request: web.Request) -> web.StreamResponse:
        return web.Response(text="<html>captive portal</html>", content_type="text/html")

    script.says(garble)
    with pytest.raises(Unavailable) as caught:
        await client.get(routes.REVIEWS_PAGE, WHERE)
    assert caught.value.reason == "github-garbled"


async def test_one_stray_byte_does_not_cost_the_answer(client: Client, script: Script) -> None:
    async def latin(request: web.Request) -> web.StreamResponse:
        return web.Response(body='{"name": "M\u00fcnchen"}'.encode("latin-1"), content_type="application/json")

    script.says(latin)
    assert await client.get(routes.REVIEWS_PAGE, WHERE) == {"name": "M\ufffdnchen"}


async def test_raw_bytes_arrive_as_they_are(client: Client, script: Script) -> None:
    async def blob(request: web.Request) -> web.StreamResponse:
        assert request.headers["accept"] == "application/vnd.github.v3.raw+json"
        return web.Response(body=b"\xff\xfe\r\n\0", content_type="application/vnd.github.raw+json", charset="utf-8")

    script.says(blob)
    assert await client.raw(routes.BLOB, WHERE | {"sha": "a" * 40}) == b"\xff\xfe\r\n\0"


async def test_a_blob_beyond_three_megabytes_is_not_held(client: Client, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RAW_LIMIT", 1000)

    async def blob(request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"x" * 1001)

    script.says(blob)
    with pytest.raises(TooLarge):
        await client.raw(routes.BLOB, WHERE | {"sha": "a" * 40})


async def test_graphql_is_read_again_but_part_of_an_answer_is_none(client: Client, script: Script, counts: Any) -> None:
    script.says((502, {}), (200, {"data": {"repository": None}}))
    assert await client.graphql_data("query{x}", {}) == {"repository": None}
    assert counts == [("graphql", 502), ("graphql", 200)]
    script.says((200, {"data": {"x": 1}, "errors": [{"type": "FORBIDDEN", "message": "no"}]}))
    with pytest.raises(Forbidden):
        await client.graphql_data("query{x}", {})


async def test_graphql_limit_names_its_reset(client: Client, script: Script, clock: Clock) -> None:
    headers = {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": f"{clock.time + 500:.0f}"}
    script.says((200, {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}, headers))
    with pytest.raises(Later) as caught:
        await client.graphql_data("query{x}", {})
    assert (caught.value.reason, caught.value.seconds) == ("rate-limit", 501.0)


async def test_what_is_not_there_is_said_once(client: Client, script: Script) -> None:
    script.says((404, {"message": "Not Found"}))
    with pytest.raises(NotFound):
        await client.get(routes.REVIEWS_PAGE, WHERE)
    assert len(script.requests) == 1


async def test_only_so_many_requests_at_a_time(script: Script, session: ClientSession, clock: Clock) -> None:
    here = most = 0

    async def slow(request: web.Request) -> web.StreamResponse:
        nonlocal here, most
        here += 1
        most = max(most, here)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        here -= 1
        return web.json_response({})

    script.says(slow)
    wire = Wire(session, script.url, f"{script.url}/graphql", sleep=clock.sleep, now=clock.now, concurrency=2)
    await asyncio.gather(*(Client(wire, Anybody()).get(routes.REVIEWS_PAGE, WHERE) for _ in range(12)))
    assert most <= 2
    assert len(script.requests) == 12


async def test_comments_of_one_installation_keep_their_distance(client: Client, wire: Wire, script: Script, clock: Clock) -> None:
    script.says((201, {"id": 1}))
    for _ in range(22):
        await client.create(routes.ISSUE_COMMENTS, WHERE, {"body": "x"})
    assert clock.slept == [1.0, 1.0]
    await client.create(routes.CHECK_RUNS, WHERE, {"name": "x"})
    await Client(wire, Anybody(), installation=8).create(routes.ISSUE_COMMENTS, WHERE, {"body": "x"})
    assert clock.slept == [1.0, 1.0]


async def test_an_instance_without_limits_is_not_paced(script: Script, session: ClientSession, clock: Clock) -> None:
    script.says((201, {"id": 1}))
    wire = Wire(session, script.url, f"{script.url}/graphql", sleep=clock.sleep, now=clock.now, content_gap=0.0)
    for _ in range(50):
        await Client(wire, Anybody(), installation=7).create(routes.ISSUE_COMMENTS, WHERE, {"body": "x"})
    assert clock.slept == []


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/repos/a/b/pulls/1/reviews?page=1", "pulls/list-reviews"),
        ("GET", "/repos/a/b/pulls/1/files?per_page=50&page=2", "pulls/list-files"),
        ("POST", "/repos/a/b/pulls/1/reviews", "pulls/create-review"),
        ("POST", "/app/installations/3/access_tokens", "apps/create-installation-access-token"),
        ("GET", "/repos/a/b/compare/x...y?per_page=1&page=2", "repos/compare-commits"),
        ("GET", "/repos/a/b/git/blobs/abc", "git/get-blob"),
        ("PUT", "/repos/a/b/pulls/1", "other"),
        ("GET", "/anything", "other"),
    ],
)
def test_operations_have_githubs_names(method: str, path: str, name: str) -> None:
    assert routes.operation(method, path) == name


async def test_what_keeps_a_run_from_writing_keeps_nothing_from_being_read(client: Client, script: Script) -> None:
    def refuse() -> None:
        raise Later("lease-lost", 1)

    client._wire.before_write = refuse
    script.says((200, {}))
    await client.get(routes.REVIEWS_PAGE, WHERE)
    for write in (client.create, client.update):
        with pytest.raises(Later, match="lease-lost"):
            await write(routes.REVIEWS, WHERE, {})
    with pytest.raises(Later, match="lease-lost"):
        await client.remove(routes.REVIEW, WHERE | {"review": "1"})
    assert script.requests == [("GET", PULL)]
