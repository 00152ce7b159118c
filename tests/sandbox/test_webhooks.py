"""Deliveries: signed as GitHub signs, sent once, logged, redelivered under the same GUID."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from bot.sandbox import payloads
from bot.sandbox.repository import Pull
from bot.sandbox.webhooks import signature
from tests.sandbox.conftest import Client

DELIVERIES = "/app/hook/deliveries"


@dataclass
class Receiver:
    """What an app's server would be: keeps what it got, answers as told."""

    url: str = ""
    status: int = 202
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()

    async def take(request: web.Request) -> web.Response:
        made.got.append((dict(request.headers), await request.read()))
        return web.Response(status=made.status, text="taken")

    application = web.Application()
    application.router.add_post("/webhook", take)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhook"
    yield made
    await runner.cleanup()


def test_githubs_own_vector() -> None:
    """docs.github.com, "Validating webhook deliveries"."""
    expected = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert signature("It's a Secret to Everybody", b"Hello, World!") == expected


async def test_a_delivery_is_signed_over_its_raw_body(client: Client, pull: Pull, receiver: Receiver) -> None:
    delivery = await client.github.deliver(payloads.pull_request(pull, "opened"), to=receiver.url)
    ((headers, body),) = receiver.got
    secret = client.github.app.webhook_secret.encode()
    assert headers["X-Hub-Signature-256"] == "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
    assert (headers["X-GitHub-Event"], headers["X-GitHub-Delivery"]) == ("pull_request", delivery.guid)
    assert headers["User-Agent"].startswith("GitHub-Hookshot/")
    payload = json.loads(body)
    assert (payload["action"], payload["pull_request"]["head"]["sha"]) == ("opened", pull.head_sha)
    assert (delivery.status_code, delivery.status, delivery.answer, delivery.outcome) == (202, "OK", "taken", "success")


async def test_the_log_is_read_by_the_app_alone(client: Client, pull: Pull, receiver: Receiver) -> None:
    await client.github.deliver(payloads.pull_request(pull, "opened"), to=receiver.url)
    assert (await client("GET", DELIVERIES)).status == 401
    (item,) = (await client("GET", DELIVERIES, token=client.jwt())).json
    assert (item["event"], item["action"], item["status"], item["repository_id"]) == (
        "pull_request",
        "opened",
        "OK",
        pull.repository.id,
    )
    whole = (await client("GET", f"{DELIVERIES}/{item['id']}", token=client.jwt())).json
    assert whole["request"]["payload"]["number"] == 1
    assert whole["request"]["headers"]["X-GitHub-Event"] == "pull_request"


async def test_a_lost_delivery_is_redelivered_under_its_guid(client: Client, pull: Pull, receiver: Receiver) -> None:
    client.github.hooks.url, client.github.hooks.lose = receiver.url, 1
    lost = await client.github.deliver(payloads.pull_request(pull, "opened"))
    assert (receiver.got, lost.status_code, lost.outcome) == ([], 0, "unreached")
    answer = await client("POST", f"{DELIVERIES}/{lost.id}/attempts", {}, token=client.jwt())
    await client.github.hooks.settle()
    assert (answer.status, len(receiver.got)) == (202, 1)
    again, first = (await client("GET", DELIVERIES, token=client.jwt())).json
    assert (again["guid"], again["redelivery"], again["status"]) == (first["guid"], True, "OK")
    assert again["id"] != first["id"]


async def test_the_failure_filter_misses_what_met_no_server(client: Client, pull: Pull, receiver: Receiver) -> None:
    client.github.hooks.url, client.github.hooks.lose = receiver.url, 1
    event = payloads.pull_request(pull, "opened")
    await client.github.deliver(event)
    receiver.status = 503
    failed = await client.github.deliver(event)
    assert failed.status == "Invalid HTTP Response: 503"
    listed = (await client("GET", f"{DELIVERIES}?status=failure", token=client.jwt())).json
    assert [it["id"] for it in listed] == [failed.id]


async def test_a_server_that_is_not_there(client: Client, pull: Pull, unused_port: int) -> None:
    delivery = await client.github.deliver(payloads.pull_request(pull, "opened"), to=f"http://127.0.0.1:{unused_port}/webhook")
    assert (delivery.status, delivery.status_code) == ("failed to connect to host", 0)


async def test_the_log_is_paged_by_cursor(client: Client, pull: Pull, receiver: Receiver) -> None:
    event = payloads.pull_request(pull, "opened")
    made = [(await client.github.deliver(event, to=receiver.url)).id for _ in range(5)]
    seen: list[int] = []
    path = f"{DELIVERIES}?per_page=2"
    while path:
        answer = await client("GET", path, token=client.jwt())
        seen += [it["id"] for it in answer.json]
        link = answer.headers.get("Link", "")
        path = link[1 : link.index(">")] if link else ""
    assert seen == made[::-1]


async def test_writes_echo_as_webhooks_only_when_asked(client: Client, pull: Pull, receiver: Receiver) -> None:
    client.github.hooks.url = receiver.url
    await client("POST", "/repos/acme/rocket/issues/1/comments", {"body": "One."})
    await client.github.hooks.settle()
    assert receiver.got == []
    client.github.hooks.echoes = True
    await client("POST", "/repos/acme/rocket/issues/1/comments", {"body": "Two."})
    await client("POST", "/repos/acme/rocket/pulls/1/reviews", {"event": "COMMENT", "body": "Looked."})
    await client("POST", "/repos/acme/rocket/check-runs", {"name": "x", "head_sha": pull.head_sha})
    await client.github.hooks.settle()
    events = sorted((headers["X-GitHub-Event"], json.loads(body)["sender"]["login"]) for headers, body in receiver.got)
    assert events == [
        ("check_run", "testwarden[bot]"),
        ("issue_comment", "testwarden[bot]"),
        ("pull_request_review", "testwarden[bot]"),
    ]


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
