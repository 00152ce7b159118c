"""The whole server against the stand-in: a signed webhook goes in, a review comes out, whatever happens in between."""

import asyncio
import hashlib
import json
import socket
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest

from bot import telemetry
from bot.core.specimens import github_token
from bot.jobs.database import Database
from bot.jobs.passed import Passed
from bot.sandbox import payloads
from bot.sandbox.journal import Exchange
from bot.sandbox.repository import Pull
from bot.sandbox.server import StandIn
from bot.settings import SettingsError, load
from bot.wiring import self_test
from bot.wiring.server import Health, server

ROOT = Path(__file__).parents[2]
STARTED = 90  # seconds: a loaded machine compiles the token rules slowly


def leaky(github: StandIn) -> Pull:
    """A pull with three defects: a token whose checksum verifies, TLS without verification, a character that reorders a line."""
    lines = [
        "import requests",
        "",
        f'TOKEN = "{github_token()}"',
        "",
        "",
        "def test_status():",
        '    answer = requests.get("https://api.parcels-north.io/status", verify=False)',
        "    assert answer.status_code == 200  # ok\u202e",
    ]
    repository = github.repository("acme/rocket", {"README.md": "# rocket\n"})
    return repository.open_pull({"tests/test_status.py": "\n".join(lines) + "\n"}, author="mona")


def lines_commented(pull: Pull) -> list[int]:
    return sorted(thread.original.line or 0 for thread in pull.threads)


def conclusions(pull: Pull) -> list[str | None]:
    return [run.conclusion for run in pull.repository.runs_for(pull.head_sha)]


def for_reviews(github: StandIn) -> list[Exchange]:
    """What reviews asked. Sweeps ask what the App has, what an installation has, and for many pulls at once."""
    swept = ("GET /app/hook/", "GET /app/installations", "GET /installation/")
    asked = [exchange for exchange in github.journal.calls if not exchange.operation.startswith(swept)]
    return [exchange for exchange in asked if b"pullRequests(" not in exchange.body]


async def until(condition: Callable[[], object], seconds: float = STARTED) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 (what another process does is seen only from outside)
            await asyncio.sleep(0.02)


async def get(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return response.status, await response.text()


async def becomes(url: str, holds: Callable[[int, str], bool], seconds: float = STARTED) -> None:
    """Ask until the answer's status and text are as they should be."""
    async with asyncio.timeout(seconds):
        while not holds(*await get(url)):  # noqa: ASYNC110 (a server's state is seen only by asking)
            await asyncio.sleep(0.05)


# --- in this process ----------------------------------------------------------------------------------------------------


async def test_a_delivery_becomes_a_review_and_the_second_says_nothing_new(github, environment, home, tmp_path, log):
    pull = leaky(github)
    settings = load(**environment)
    telemetry.configure("INFO", settings.secrets, log)
    runs: list[object] = []
    async with server(settings, docs=True, ended=runs.append) as address:
        for times in (1, 2):
            delivery = await github.deliver(payloads.pull_request(pull, "opened"), to=f"{address}/webhook")
            assert (delivery.status_code, delivery.answer) == (202, "Accepted.\n")
            await until(lambda times=times: len(runs) == times)
            assert lines_commented(pull) == [3, 7, 8]
            assert conclusions(pull) == ["failure"]
            (summary,) = pull.comments
            assert summary.body.strip("*").startswith("3 security defects found in the changed test files (1 critical, ")
            if times == 1:
                assert len(for_reviews(github)) <= 8
                github.journal.clear()
        assert github.journal.writes == []
        assert f"{address}/rules/" in pull.threads[0].comments[0].body
        metrics = (await get(f"{address}/metrics"))[1]
    assert 'testwarden_reviews_total{ended="reviewed"} 2.0' in metrics
    assert 'testwarden_verdicts_total{verdict="defects"} 2.0' in metrics
    owner = github.world.installation_of("acme").id
    assert f'testwarden_budget_used{{installation="{owner}",limit="quota-graphql"}} ' in metrics
    assert f'testwarden_blocked_seconds{{installation="{owner}"}} 0.0' in metrics
    said = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [line["verdict"] for line in said if line["event"] == "run over"] == ["defects", "defects"]
    assert {line["delivery"] for line in said if line["event"] == "run over"} == {d.guid for d in github.hooks.log}
    # The secrets are where they were put, and nowhere else.
    kept = b"".join(file.read_bytes() for folder in (tmp_path, home) for file in folder.rglob("*") if file.is_file())
    key = github.app.private_key.split("\n")[1]
    digest = hashlib.sha256(github_token().encode()).hexdigest()[:16]
    for secret in (github_token(), digest, github.app.webhook_secret, key, *github.world.tokens):
        assert secret.encode() not in kept
        assert secret not in log.getvalue()
        assert secret not in metrics
    assert github.journal.containing(github_token()) == github.journal.containing(digest) == []


async def test_it_takes_deliveries_while_the_analyst_is_starting(github, environment, monkeypatch):
    from bot.wiring import server as module

    release = asyncio.Event()
    start = module.Pool.start

    async def slow(pool):
        await release.wait()
        await start(pool)

    monkeypatch.setattr(module.Pool, "start", slow)
    pull, ended = leaky(github), asyncio.Event()
    event = payloads.pull_request(pull, "opened")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"

    async def run() -> None:
        async with server(load(**{**environment, "PORT": str(port)}), ended=lambda _: ended.set()):
            await ended.wait()

    running = asyncio.create_task(run())
    async with asyncio.timeout(STARTED):
        while (delivery := await github.deliver(event, to=f"{address}/webhook")).status_code != 202:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert delivery.answer == "Accepted.\n"
    status, text = await get(f"{address}/readyz")
    assert (status, json.loads(text)["reasons"][0]) == (503, "the analyst is not running")
    release.set()
    await running
    assert conclusions(pull) == ["failure"]


async def test_health_tells_why_not(monkeypatch, tmp_path):
    passed = Passed(Database(f"sqlite:///{tmp_path}/jobs.sqlite"))
    health = Health()
    assert await health.troubles() == ["the rules' self-test is still running"]

    async def two(_: Passed) -> list[str]:
        return ["tls-off", "leak"]

    said: list[list[str]] = []

    async def broken_once(_: Passed) -> list[str]:
        said.append(await health.troubles())
        if len(said) == 1:
            raise RuntimeError("it ended with -11")
        return []

    monkeypatch.setattr(self_test, "failing", two)
    await health.self_test(passed)
    assert await health.troubles() == [
        "rule tls-off fails its self-test; see `testwarden rules test tls-off`",
        "rule leak fails its self-test; see `testwarden rules test leak`",
    ]
    monkeypatch.setattr(self_test, "failing", broken_once)
    monkeypatch.setattr("bot.wiring.server.AGAIN", 0)
    await health.self_test(passed)
    assert said[1] == ["the rules' self-test did not run"]
    health.stopping = True
    assert await health.troubles() == ["stopping"]


async def test_a_taken_port_is_said_in_one_sentence(environment):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(SettingsError) as refusal:
            async with server(load(**{**environment, "PORT": str(port)})):
                pass
    assert str(refusal.value) == f"PORT {port} is in use: set it to a free port, or stop what listens there."


async def test_a_database_that_cannot_be_opened_is_said_in_one_sentence(environment, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError) as refusal:
        async with server(load(**{**environment, "DATABASE_URL": f"sqlite:///{tmp_path}/file/jobs.sqlite"}), worker=False):
            pass
    assert str(refusal.value) == (
        "DATABASE_URL cannot be used (File exists): set it to sqlite:///PATH in a folder that can be written, or to a PostgreSQL "
        "database that `testwarden migrate` has prepared."
    )
