"""A server that answers from a script, for what a well-behaved GitHub never does; and a clock that never really waits."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from aiohttp import ClientSession, web

from bot.github.client import Client, Wire

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Clock:
    """Sleeping moves the time on and is remembered."""

    def __init__(self, start: float = 1_800_000_000.0) -> None:
        self.time = start
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


@dataclass
class Script:
    """Answers in order, the last one for ever; each a handler or (status, JSON, headers)."""

    url: str = ""
    answers: list[object] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def says(self, *answers: object) -> None:
        self.answers = list(answers)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.requests.append((request.method, request.raw_path))
        self.headers.append({k.lower(): v for k, v in request.headers.items()})
        self.bodies.append(await request.read())
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if callable(answer):
            made: web.StreamResponse = await answer(request)
            return made
        assert isinstance(answer, tuple)
        status, data, *rest = answer
        return web.json_response(data, status=status, headers=rest[0] if rest else None)


async def hang_up(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


class Anybody:
    """A credential that is never questioned."""

    async def authorization(self) -> str:
        return "token nobody"

    def pause(self, error: Exception, authorization: str, denials: int) -> float | None:
        return None


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def counts() -> list[tuple[str, int]]:
    """(operation, status) of each exchange."""
    return []


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as made:
        yield made


@pytest.fixture
async def script() -> AsyncIterator[Script]:
    script = Script()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", script.serve)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    script.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield script
    await runner.cleanup()


@pytest.fixture
def wire(script: Script, session: ClientSession, clock: Clock, counts: list[tuple[str, int]]) -> Wire:
    return Wire(
        session,
        script.url,
        f"{script.url}/graphql",
        sleep=clock.sleep,
        now=clock.now,
        counted=lambda operation, status: counts.append((operation, status)),
    )


@pytest.fixture
def client(wire: Wire) -> Client:
    return Client(wire, Anybody(), installation=7)
