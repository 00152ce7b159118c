"""Deliveries over real HTTP: who is believed, what is stored, and what each wrong request is told."""

import asyncio
import hmac
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.model import Cause, Job, Pull
from bot.telemetry import Metrics
from bot.web.webhook import LARGE_AT_ONCE, LARGEST, READ_SECONDS, Webhook
from tests.web.samples import HEAD, SECRET, Full, payload, sign

JOB = Job("guid-1", Pull(5, 42, "acme", "api", 7), Cause.OPENED, HEAD)


async def test_a_signed_delivery_is_stored_then_acknowledged(server):
    assert await server.post(payload()) == (202, "Accepted.\n")
    assert server.taken == [JOB]
    assert server.count("deliveries", event="pull_request", outcome="accepted") == 1


async def test_the_same_delivery_again_is_acknowledged_and_not_stored(server):
    await server.post(payload())
    assert await server.post(payload()) == (202, "Accepted before.\n")
    assert server.taken == [JOB]
    assert server.count("deliveries", event="pull_request", outcome="duplicate") == 1


# --- who is believed ----------------------------------------------------------------------------------------------------


async def test_githubs_published_vector_is_believed(server):
    """https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries: believed, so its body is looked at."""
    vector = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert sign(b"Hello, World!") == vector
    answer = await server.post(b"Hello, World!", X_Hub_Signature_256=vector)
    assert answer == (400, "The payload is not valid JSON; send it as GitHub made it.\n")


async def test_each_configured_secret_is_believed_while_one_replaces_the_other(server):
    body = json.dumps(payload()).encode()
    for secret, status in (("new secret", 202), (SECRET, 202), ("retired", 401)):
        assert (await server.post(body, X_Hub_Signature_256=sign(body, secret)))[0] == status


@pytest.mark.parametrize(
    ("signature", "sentence"),
    [
        (sign(b"another body"), "The signature does not match; give the webhook and this server the same secret.\n"),
        ("sha256=" + "0" * 64, "The signature does not match; give the webhook and this server the same secret.\n"),
        ("", "The header X-Hub-Signature-256 is missing or malformed; set the webhook's secret.\n"),
        ("sha256=", "The header X-Hub-Signature-256 is missing or malformed; set the webhook's secret.\n"),
        ("sha1=" + hmac.new(SECRET.encode(), json.dumps(payload()).encode(), "sha1").hexdigest(), None),
        (sign(json.dumps(payload()).encode()).upper(), None),
        (sign(json.dumps(payload()).encode())[7:], None),
        ("sha256=é", None),
    ],
)
async def test_any_other_signature_is_refused(server, signature, sentence):
    status, text = await server.post(payload(), X_Hub_Signature_256=signature)
    assert status == 401
    assert text == sentence or (
        sentence is None and text == "The header X-Hub-Signature-256 is missing or malformed; set the webhook's secret.\n"
    )
    assert server.taken == []


async def test_a_sha1_signature_alone_is_refused(server):
    body = json.dumps(payload()).encode()
    sha1 = "sha1=" + hmac.new(SECRET.encode(), body, "sha1").hexdigest()
    assert (await server.post(body, without=("X-Hub-Signature-256",), X_Hub_Signature=sha1))[0] == 401
    assert server.count("deliveries", event="pull_request", outcome="unsigned") == 1


def test_it_does_not_start_without_a_secret():
    for secrets in ([], [""], ["good", ""]):
        with pytest.raises(ValueError, match="a webhook needs a secret"):
            Webhook(secrets, lambda job: None, Metrics(), Full)


# --- what is refused ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body", [b"", b"{", b"not json", b"\xff\xfe", b'{"a": "\xff"}', b"[" * 100_000, b'{"a":' * 50_000], ids=lambda b: repr(b[:12])
)
async def test_malformed_json_is_said_so_plainly(server, body):
    assert await server.post(body) == (400, "The payload is not valid JSON; send it as GitHub made it.\n")
    assert server.count("deliveries", event="pull_request", outcome="malformed") == 1


@pytest.mark.parametrize("body", [[], "text", 7, None])
async def test_json_that_is_no_object_is_refused(server, body):
    assert await server.post(body) == (400, "The payload is not a JSON object; send it as GitHub made it.\n")


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "application/json5", ""])
async def test_another_content_type_is_refused_with_the_way_out(server, kind):
    answer = await server.post(payload(), Content_Type=kind) if kind else await server.post(payload(), without=("Content-Type",))
    assert answer == (415, "Set the webhook's content type to application/json.\n")


async def test_a_charset_in_the_content_type_is_fine(server):
    assert (await server.post(payload(), Content_Type="application/json; charset=utf-8"))[0] == 202


@pytest.mark.parametrize("header", ["X-GitHub-Event", "X-GitHub-Delivery"])
@pytest.mark.parametrize("value", [None, "", "a b", "x" * 101, "<b>"])
async def test_the_headers_github_sends_are_needed(server, header, value):
    answer = (
        await server.post(payload(), without=(header,))
        if value is None
        else await server.post(payload(), **{header.replace("-", "_"): value})
    )
    assert answer == (400, "The headers X-GitHub-Event and X-GitHub-Delivery are missing; send both.\n")


async def test_the_largest_payload_is_taken_and_one_byte_more_is_not(server):
    frame = json.dumps(payload(padding="")).encode()
    largest = json.dumps(payload(padding="x" * (LARGEST - len(frame)))).encode()
    assert len(largest) == LARGEST
    assert (await server.post(largest))[0] == 202
    too_large = f"The payload is larger than {LARGEST} bytes; send a smaller one.\n"
    assert await server.post(largest + b" ") == (413, too_large)
    assert server.count("deliveries", event="pull_request", outcome="too-large") == 1


async def test_a_payload_without_a_length_is_cut_at_the_same_byte(server):
    async def pieces():
        for _ in range(27):
            yield b" " * 1024 * 1024

    headers = {"X-Hub-Signature-256": sign(b""), "X-GitHub-Event": "ping", "X-GitHub-Delivery": "1"}
    async with server.session.post(f"{server.url}/webhook", data=pieces(), headers=headers) as response:
        assert response.status == 413


async def test_large_bodies_wait_for_one_another_and_small_ones_pass(server):
    """Whoever sends large bodies slowly holds a few places, and no more memory than that."""
    begun = []

    async def slow():
        begun.append(1)
        yield b" " * 1024
        await asyncio.Event().wait()

    headers = {"X-Hub-Signature-256": sign(b""), "X-GitHub-Event": "ping", "X-GitHub-Delivery": "1"}
    senders = [
        asyncio.create_task(server.session.post(f"{server.url}/webhook", data=slow(), headers=headers).__aenter__())
        for _ in range(LARGE_AT_ONCE + 2)
    ]
    while len(begun) < len(senders):  # noqa: ASYNC110 (the sender's library calls us back)
        await asyncio.sleep(0)
    assert (await server.post(payload()))[0] == 202
    for sender in senders:
        sender.cancel()
    await asyncio.gather(*senders, return_exceptions=True)


async def test_a_body_that_ends_early_is_no_error_of_ours(server):
    host, port = server.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    head = f"POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nX-Hub-Signature-256: {sign(b'')}\r\n\r\n"
    writer.write(head.encode() + b"half")
    await writer.drain()
    writer.transport.abort()
    async with asyncio.timeout(10):
        while not server.count("deliveries", event="other", outcome="cut-off"):  # noqa: ASYNC110 (the server's side of it)
            await asyncio.sleep(0.01)


async def test_what_announces_itself_as_too_large_is_refused_before_it_comes(server):
    host, port = server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = f"POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: {LARGEST + 1}\r\nX-Hub-Signature-256: {sign(b'')}\r\n\r\n"
    writer.write(head.encode())
    async with asyncio.timeout(READ_SECONDS - 1):
        assert (await reader.readline()).split()[1] == b"413"
    writer.close()


async def test_a_store_that_refuses_is_said_with_when_to_come_again(server):
    server.storing = Full()
    async with server.session.post(
        f"{server.url}/webhook",
        data=(body := json.dumps(payload()).encode()),
        headers={
            "Content-Type": "application/json",
            "X-GitHub-Event": "pull_request",
            "X-GitHub-Delivery": "guid-1",
            "X-Hub-Signature-256": sign(body),
        },
    ) as response:
        assert (response.status, response.headers["Retry-After"]) == (503, "30")
        assert await response.text() == "The delivery could not be stored; redeliver it later.\n"
    server.storing = None
    assert (await server.post(payload()))[0] == 202


async def test_an_error_of_ours_shows_nothing_of_it(server):
    server.storing = ValueError("inner working")
    status, text = await server.post(payload())
    assert (status, text) == (500, "Something went wrong here; the log says what.\n")


async def test_reading_the_webhooks_address_is_not_allowed(server):
    status, text, headers = await server.get("/webhook")
    assert (status, text, headers["Allow"]) == (405, "Method Not Allowed.\n", "POST")


# --- what is ignored ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "body", "reason"),
    [
        ("ping", {"zen": "Keep it logically awesome.", "hook_id": 1}, "event-ping"),
        ("made_up", {"action": "opened"}, "event-unknown"),
        ("pull_request", payload("invented"), "action-unknown"),
        ("pull_request", payload("labeled"), "action-labeled"),
        ("pull_request", {k: v for k, v in payload().items() if k != "installation"}, "no-installation"),
        ("pull_request", payload(installation=None), "no-installation"),
        ("pull_request", payload(repository=None), "malformed"),
        ("pull_request", payload(pull_request=[]), "malformed"),
        ("pull_request", {}, "action-unknown"),
    ],
)
async def test_what_asks_for_nothing_is_acknowledged_with_a_counted_reason(server, event, body, reason):
    assert await server.post(body, X_GitHub_Event=event) == (202, f"Ignored: {reason}.\n")
    assert server.count("ignored", reason=reason) == 1
    assert server.taken == []


async def test_a_deleted_fork_is_no_obstacle(server):
    body = payload()
    body["pull_request"]["head"]["repo"] = None
    assert (await server.post(body))[0] == 202
    assert server.taken == [JOB]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
odd = st.dictionaries(
    st.sampled_from(["action", "number", "installation", "repository", "pull_request", "check_run", "check_suite", "changes"]),
    json_values,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(event=st.sampled_from(["pull_request", "check_run", "check_suite", "ping", "odd"]), more=odd, action=st.booleans())
async def test_whatever_github_might_send_is_answered(server, event, more, action):
    body = {**payload(), **more} if action else more
    status, text = await server.post(body, X_GitHub_Event=event)
    assert status == 202
    assert "Traceback" not in text


printable = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    event=printable, delivery=printable, signature=printable, kind=printable, body=st.binary(max_size=200), broken=st.booleans()
)
async def test_no_header_or_body_makes_an_error_of_ours(server, event, delivery, signature, kind, body, broken):
    server.storing = Full() if broken else None
    headers = {"X_GitHub_Event": event, "X_GitHub_Delivery": delivery, "Content_Type": kind}
    assert (await server.post(body, X_Hub_Signature_256=signature, **headers))[0] == 401
    assert (await server.post(body, **headers))[0] in (202, 400, 415)


raw = st.binary(max_size=80).filter(lambda text: b"\r\n\r\n" not in text)
names = st.sampled_from(
    [b"X-GitHub-Event", b"X-GitHub-Delivery", b"X-Hub-Signature-256", b"Content-Type", b"Content-Length", b"X"]
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(headers=st.lists(st.tuples(names | raw, raw), max_size=5), body=raw)
async def test_no_bytes_on_the_wire_make_an_error_of_ours(server, headers, body):
    host, port = server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    lines = b"".join(b"%b: %b\r\n" % header for header in headers)
    writer.write(b"POST /webhook HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + lines + b"\r\n" + body)
    writer.write_eof()
    async with asyncio.timeout(20):
        answer = await reader.read()
    writer.close()
    statuses = [line.split()[1] for line in answer.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]
    assert all(status.startswith(b"4") for status in statuses), answer
    assert (await server.get("/healthz"))[0] == 200
