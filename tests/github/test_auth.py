"""Who we are: the App's JWT, and tokens minted once, narrowed to one repository, renewed in time and never shown."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.github import routes
from bot.github.auth import AppCredential, InstallationCredential, Scope, Tokens
from bot.github.client import Client, Wire
from bot.github.errors import Forbidden, Unauthorized
from bot.ports import Gone, Later
from tests.github.conftest import Clock, Script

WHERE = {"owner": "acme", "repo": "app", "number": "5"}
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
SECRET = "ghs_7_" + "a-long.opaque_value" * 30


class Mint:
    """Answers token requests and, at any other path, what the test says."""

    def __init__(self, script: Script, clock: Clock) -> None:
        self.script, self.clock = script, clock
        self.refusals: list[tuple[int, str]] = []
        self.denied: dict[str, list[tuple[int, str]]] = {}
        self.wishes: list[Any] = []
        self.granted: dict[str, str] | None = None
        self.held = {"contents": "read", "pull_requests": "write", "checks": "write", "metadata": "read"}
        script.says(self.serve)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/access_tokens"):
            self.wishes.append(json.loads(self.script.bodies[-1]))
            if self.refusals:
                status, message = self.refusals.pop(0)
                return web.json_response({"message": message}, status=status)
            until = datetime.fromtimestamp(self.clock.time + 3600, UTC)
            answer: dict[str, Any] = {"token": f"{SECRET}{len(self.wishes)}", "expires_at": until.strftime("%Y-%m-%dT%H:%M:%SZ")}
            return web.json_response(answer | ({"permissions": self.granted} if self.granted else {}), status=201)
        if request.path.startswith("/app/installations/"):
            return web.json_response({"id": 3, "permissions": self.held})
        denials = self.denied.get(request.headers["authorization"].removeprefix("token "), [])
        if denials:
            status, message = denials.pop(0)
            return web.json_response({"message": message}, status=status)
        return web.json_response({"ok": True})


@pytest.fixture
def mint(script: Script, clock: Clock) -> Mint:
    return Mint(script, clock)


@pytest.fixture
def tokens(wire: Wire, clock: Clock) -> Tokens:
    return Tokens(wire, AppCredential("Iv23example", PEM, clock.now))


@pytest.fixture
def client(wire: Wire, tokens: Tokens, clock: Clock) -> Client:
    return Client(wire, InstallationCredential(tokens, Scope(3, 42), clock.now), 3)


async def test_the_app_signs_with_rs256_for_less_than_ten_minutes(clock: Clock) -> None:
    scheme, signed = (await AppCredential("Iv23example", PEM, clock.now).authorization()).split(" ")
    assert scheme == "Bearer"
    claims = jwt.decode(signed, KEY.public_key(), algorithms=["RS256"], options={"verify_exp": False, "verify_iat": False})
    assert claims == {"iss": "Iv23example", "iat": int(clock.time) - 60, "exp": int(clock.time) + 540}


async def test_the_key_is_read_once_however_often_it_signs(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    app = AppCredential("Iv23example", PEM, clock.now)
    monkeypatch.delattr("jwt.algorithms.load_pem_private_key")
    assert (await app.authorization()).startswith("Bearer ")


async def test_a_token_opens_one_repository_for_what_is_needed(client: Client, mint: Mint, script: Script) -> None:
    assert await client.get(routes.REVIEWS_PAGE, WHERE) == {"ok": True}
    assert script.requests[0] == ("POST", "/app/installations/3/access_tokens")
    assert mint.wishes == [
        {
            "repository_ids": [42],
            "permissions": {"contents": "read", "pull_requests": "write", "checks": "write", "metadata": "read"},
        }
    ]
    assert script.headers[1]["authorization"] == f"token {SECRET}1"


async def test_many_jobs_share_one_mint(tokens: Tokens, mint: Mint) -> None:
    found = await asyncio.gather(
        *(tokens.get(Scope(3, 42)) for _ in range(20)), tokens.get(Scope(3, 43)), tokens.get(Scope(4, 42))
    )
    assert len(mint.wishes) == 3
    assert len({token.value for token in found[:20]}) == 1


async def test_a_cancelled_mint_leaves_the_next_one_free(tokens: Tokens, mint: Mint, script: Script) -> None:
    reached, held = asyncio.Event(), asyncio.Event()

    async def hold(request: web.Request) -> web.StreamResponse:
        reached.set()
        await held.wait()
        return web.json_response({})

    script.says(hold, mint.serve)
    first = asyncio.create_task(tokens.get(Scope(3, 42)))
    second = asyncio.create_task(tokens.get(Scope(3, 42)))
    async with asyncio.timeout(10):
        await reached.wait()
        first.cancel()
        held.set()
        assert (await second).value == f"{SECRET}1"


async def test_a_token_is_renewed_five_minutes_before_its_end(tokens: Tokens, mint: Mint, clock: Clock) -> None:
    first = await tokens.get(Scope(3, 42))
    clock.time += 3299
    assert await tokens.get(Scope(3, 42)) == first
    clock.time += 2
    assert (await tokens.get(Scope(3, 42))).value == f"{SECRET}2"


@pytest.mark.parametrize("denial", [(401, "Bad credentials"), (403, "Resource not accessible by integration")])
async def test_a_young_token_is_given_time(client: Client, mint: Mint, clock: Clock, denial: tuple[int, str]) -> None:
    mint.denied[f"{SECRET}1"] = [denial] * 3
    assert await client.get(routes.REVIEWS_PAGE, WHERE) == {"ok": True}
    assert clock.slept == [1.0, 2.0, 3.0]
    assert len(mint.wishes) == 1


async def test_a_young_token_is_not_given_for_ever(client: Client, mint: Mint, clock: Clock) -> None:
    mint.denied[f"{SECRET}1"] = [(401, "Bad credentials")] * 9
    with pytest.raises(Unauthorized):
        await client.get(routes.REVIEWS_PAGE, WHERE)
    assert clock.slept == [1.0, 2.0, 3.0]


async def test_an_old_token_is_replaced_once(client: Client, mint: Mint, clock: Clock) -> None:
    await client.get(routes.REVIEWS_PAGE, WHERE)
    clock.time += 600
    mint.denied[f"{SECRET}1"] = [(401, "Bad credentials")] * 9
    assert await client.get(routes.REVIEWS_PAGE, WHERE) == {"ok": True}
    assert len(mint.wishes) == 2


async def test_an_old_token_lacks_what_it_lacks(client: Client, mint: Mint, clock: Clock) -> None:
    await client.get(routes.REVIEWS_PAGE, WHERE)
    clock.time += 600
    mint.denied[f"{SECRET}1"] = [(403, "Resource not accessible by integration")] * 9
    with pytest.raises(Forbidden):
        await client.get(routes.REVIEWS_PAGE, WHERE)
    assert clock.slept == []


@pytest.mark.parametrize(
    ("refusal", "kind", "reason"),
    [
        ((404, "Not Found"), Gone, "uninstalled"),
        ((403, "This installation has been suspended"), Gone, "suspended"),
        ((401, "A JSON web token could not be decoded"), Later, "app-not-authorized"),
        ((403, "You have exceeded a secondary rate limit"), Later, "secondary-rate-limit"),
        ((403, "Something else"), Gone, "forbidden"),
    ],
)
async def test_why_there_may_be_no_token(
    tokens: Tokens, mint: Mint, refusal: tuple[int, str], kind: type[Gone] | type[Later], reason: str
) -> None:
    mint.refusals = [refusal]
    with pytest.raises(kind) as caught:
        await tokens.get(Scope(3, 42))
    assert caught.value.reason == reason


async def test_a_permission_not_granted_yet_is_done_without(tokens: Tokens, mint: Mint, clock: Clock) -> None:
    mint.refusals = [(422, "The permissions requested are not granted to this installation.")]
    mint.held = {"contents": "read", "pull_requests": "write", "metadata": "read"}
    credential = InstallationCredential(tokens, Scope(3, 42), clock.now)
    assert not await credential.may("checks", "write")
    assert await credential.may("pull_requests", "write")
    assert mint.wishes[1]["permissions"] == mint.held


@pytest.mark.parametrize(
    ("held", "reason"),
    [
        ({"contents": "read", "pull_requests": "write", "checks": "write", "metadata": "read"}, "uninstalled"),
        ({"metadata": "read", "checks": "write"}, "forbidden"),
    ],
)
async def test_a_foreign_repository_or_no_access_at_all(tokens: Tokens, mint: Mint, held: dict[str, str], reason: str) -> None:
    mint.refusals = [(422, "There is at least one repository that does not exist")]
    mint.held = held
    with pytest.raises(Gone) as caught:
        await tokens.get(Scope(3, 42))
    assert caught.value.reason == reason
    assert len(mint.wishes) == 1


async def test_the_token_says_what_it_may(tokens: Tokens, mint: Mint, clock: Clock) -> None:
    mint.granted = {"checks": "read", "pull_requests": "admin"}
    credential = InstallationCredential(tokens, Scope(3, 42), clock.now)
    may: Callable[[str, str], Any] = credential.may
    assert [await may("checks", "read"), await may("checks", "write"), await may("pull_requests", "write")] == [True, False, True]


async def test_no_token_is_ever_shown(client: Client, tokens: Tokens, mint: Mint) -> None:
    token = await tokens.get(Scope(3, 42))
    assert SECRET not in repr(token)
    mint.denied[token.value] = [(400, "odd")]
    with pytest.raises(Exception, match="400: odd") as caught:
        await client.get(routes.REVIEWS_PAGE, WHERE)
    shown = f"{caught.value!r} {caught.value} {vars(caught.value)} {caught.value.__context__!r}"
    assert SECRET not in shown
