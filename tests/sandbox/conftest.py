"""A running stand-in and a small client that speaks to it over real HTTP."""

import json
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import jwt
import pytest

from bot.core.manifest import PERMISSIONS
from bot.sandbox import StandIn
from bot.sandbox.people import Installation
from bot.sandbox.repository import Pull, Repository


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw)


@dataclass
class Client:
    """Calls the stand-in as the app (`jwt`) or as an installation (`token`, minted with all that is granted)."""

    github: StandIn
    session: aiohttp.ClientSession
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def jwt(
        self, *, iat: int = -60, exp: int = 540, iss: str | None = None, key: str | None = None, algorithm: str = "RS256"
    ) -> str:
        now = int(time.time())
        claims = {"iat": now + iat, "exp": now + exp, "iss": iss or self.github.app.client_id}
        return jwt.encode(claims, key or self.github.app.private_key, algorithm)

    async def __call__(self, method: str, path: str, body: Any = None, *, token: str | None = None, **headers: str) -> Answer:
        authorization = {"Authorization": f"Bearer {self.token if token is None else token}"}
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        url = path if path.startswith("http") else self.github.url + path
        sent = {**authorization, **self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        async with self.session.request(method, url, data=data, headers=sent, allow_redirects=False) as response:
            return Answer(response.status, response.headers.copy(), await response.read())

    async def graphql(self, query: str, **variables: Any) -> Any:
        answer = await self("POST", self.github.graphql_url, {"query": query, "variables": variables})
        assert answer.status == 200
        return answer.json

    def allow(self, **permissions: str) -> None:
        """From now on hold exactly these permissions, and metadata."""
        installation = next(iter(self.github.world.installations.values()))
        self.token = self.github.world.mint(installation, {"metadata": "read", **permissions}, None).value


@pytest.fixture
async def github() -> AsyncIterator[StandIn]:
    async with StandIn() as standin:
        yield standin


@pytest.fixture
def repository(github: StandIn) -> Repository:
    return github.repository("acme/rocket", {"src/engine.py": "".join(f"line {n}\n" for n in range(1, 41))})


@pytest.fixture
def pull(repository: Repository) -> Pull:
    """Adds a test file of four lines, and changes line 20 of a file of forty."""
    engine = repository.resolve("main").files["src/engine.py"].data.replace(b"line 20\n", b"line twenty\n")  # type: ignore[union-attr]
    added = "import engine\n\ndef test_engine():\n    assert engine\n"
    return repository.open_pull({"tests/test_engine.py": added, "src/engine.py": engine}, title="Test the engine")


@pytest.fixture
def installation(github: StandIn, repository: Repository) -> Installation:
    found = github.world.installation_of("acme")
    assert found is not None
    return found


@pytest.fixture
async def client(github: StandIn, installation: Installation) -> AsyncIterator[Client]:
    token = github.world.mint(installation, PERMISSIONS, None)
    async with aiohttp.ClientSession() as session:
        yield Client(github, session, token.value)
