"""The whole server on PostgreSQL, against deliveries that are signed and yet lie: no address is asked, no repository shown,
and no secret kept in the log or in the database."""

import io
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import psycopg
import pytest
from aiohttp import web

from bot import telemetry
from bot.core.specimens import github_token
from bot.sandbox import payloads
from bot.sandbox.payloads import Event
from bot.sandbox.server import StandIn
from bot.settings import load
from bot.wiring.server import server
from tests.wiring.test_server import conclusions, get, leaky, lines_commented, until

THEIRS = "their own business"


@pytest.fixture
async def elsewhere() -> AsyncIterator[tuple[str, list[str]]]:
    """Another host, and what it was asked."""
    asked: list[str] = []

    async def note(request: web.Request) -> web.Response:
        asked.append(f"{request.method} {request.path}")
        return web.json_response({})

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", note)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}", asked
    await runner.cleanup()


def everywhere(value: Any, change: Callable[[str], str]) -> Any:
    """A JSON value with every address in it changed."""
    if isinstance(value, dict):
        return {name: everywhere(inner, change) for name, inner in value.items()}
    if isinstance(value, list):
        return [everywhere(inner, change) for inner in value]
    return change(value) if isinstance(value, str) and "://" in value else value


def rows(url: str) -> str:
    """All that a database holds, as text."""
    tables = (
        "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables "
        "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    )
    with psycopg.connect(url) as connection:
        names = [name for (name,) in connection.execute(tables).fetchall()]
        return "\n".join(row[0] for name in names for row in connection.execute(f"SELECT t::text FROM {name} t").fetchall())


async def test_signed_deliveries_that_lie(github: StandIn, environment_on_postgres, postgres_url, elsewhere, log: io.StringIO):
    other, asked = elsewhere
    ours = leaky(github)
    theirs = github.repository("umbrella/secret", {"README.md": THEIRS}, private=True).open_pull({"tests/test_b.py": THEIRS})
    settings = load(**environment_on_postgres)
    telemetry.configure("INFO", settings.secrets, log)
    runs: list[Any] = []
    async with server(settings, ended=runs.append) as address:
        # Every address in it is another host's: the one for comments, for the diff, for the token.
        told = payloads.pull_request(ours, "opened")
        lie = everywhere(told.payload, lambda _: f"{other}/steal")
        assert (await github.deliver(Event(told.name, lie), to=f"{address}/webhook")).status_code == 202
        await until(lambda: len(runs) == 1)
        assert (lines_commented(ours), conclusions(ours)) == ([3, 7, 8], ["failure"])

        # Another installation's repository, under ours: by its number, which gets no token, and by its name alone.
        github.journal.clear()
        foreign, own = (payloads.pull_request(pull, "opened").payload for pull in (theirs, ours))
        mixed = {**foreign["repository"], "id": own["repository"]["id"]}
        for repository in (foreign["repository"], mixed):
            claim = {**foreign, "installation": own["installation"], "repository": repository}
            assert (await github.deliver(Event(told.name, claim), to=f"{address}/webhook")).status_code == 202
        await until(lambda: [run.ended for run in runs[1:]] == ["uninstalled"] and github.journal.containing("umbrella"))
        assert (theirs.comments, theirs.threads, conclusions(theirs)) == ([], [], [])
        assert all(THEIRS.encode() not in exchange.answer for exchange in github.journal)
        assert [exchange.operation for exchange in github.journal.writes] == []
        metrics = (await get(f"{address}/metrics"))[1]
    assert asked == []
    kept = rows(postgres_url)
    assert '"delivery"' in kept, "the rows are looked at"
    key = github.app.private_key.split("\n")[1]
    for secret in (github_token(), github.app.webhook_secret, key, *github.world.tokens):
        for where in (kept, json.dumps(kept), log.getvalue(), metrics):
            assert secret not in where
