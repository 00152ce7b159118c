"""The receiver was down for an hour: the whole server, when it is up again, reviews all that it missed, and nothing twice."""

import asyncio
import socket
from contextlib import suppress

import pytest

from bot.github import sweep
from bot.sandbox.server import StandIn
from bot.settings import load
from bot.wiring.server import server
from tests.outage import Outage


@pytest.fixture
def settings(github, store, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:  # GitHub knows one address
        port = free.getsockname()[1]
    here = {"HOST": "127.0.0.1", "PORT": str(port), "TESTWARDEN_HOME": str(tmp_path), "DATABASE_URL": store.url}
    return load(**github.environment(), **here, TESTWARDEN_WORKERS="1", TESTWARDEN_SWEEP_SECONDS="1")


@pytest.fixture
async def github():
    async with StandIn() as github:
        yield github


async def test_an_hour_without_the_receiver_is_made_up_for_once(github, settings, monkeypatch):
    monkeypatch.setattr(sweep, "PAGE", 20)
    outage = Outage(github, pulls=40)
    github.hooks.url = f"http://127.0.0.1:{settings.port}/webhook"
    async with server(settings):
        await outage.before()
    await outage.during()
    github.journal.clear()
    async with server(settings):
        with suppress(TimeoutError):
            async with asyncio.timeout(40):
                while outage.wrong():  # noqa: ASYNC110 (what a server does)
                    await asyncio.sleep(0.1)
    assert outage.wrong() == [], "nor was anything more said while the server ended"
    pages = [call.query.get("cursor") for call in github.journal.calls if call.operation == "GET /app/hook/deliveries"]
    assert len({cursor for cursor in pages if cursor}) >= 3
