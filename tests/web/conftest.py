"""A server on loopback, with everything behind it replaced by what a test wants to see."""

from collections.abc import AsyncIterator
from dataclasses import replace
from types import MappingProxyType

import aiohttp
import pytest
from aiohttp import web

from bot.model import Measured, Rulebook
from bot.rulebook import parse
from bot.web.app import application
from bot.web.webhook import Webhook
from tests.web.samples import RULE, SECRET, Full, Server


@pytest.fixture
def rulebook() -> Rulebook:
    rule = replace(parse("tls-off.yml", RULE), measured=Measured(480, 2, "2026-11-22", "0a1b2c3"))
    strict = parse("leak.yml", RULE.replace(b"id: tls-off", b"id: leak").replace(b"TS-D01", b"TS-A01"))
    return Rulebook(MappingProxyType({"leak": strict, "tls-off": rule}), "digest123456")


@pytest.fixture
async def server(rulebook) -> AsyncIterator[Server]:
    server = Server()

    async def troubles() -> list[str]:
        return server.troubles

    webhook = Webhook(["new secret", SECRET], server.accept, server.metrics, Full)
    runner = web.AppRunner(application(webhook, troubles, rulebook, server.metrics), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = "http://{}:{}".format(*runner.addresses[0][:2])
    async with aiohttp.ClientSession() as server.session:
        yield server
    await runner.cleanup()
