"""The stand-in itself: a small GitHub on loopback, for the sandbox and for every test.

    async with StandIn() as github:
        repository = github.repository("acme/rocket", {"src/app.py": "print('hi')\\n"})
        pull = repository.open_pull({"tests/test_app.py": "def test(): ...\\n"}, author="mona")
        bot = start_the_bot(github.environment())
        await github.deliver(payloads.pull_request(pull, "opened"), to=bot.webhook_url)
        ...
        assert [comment.body for comment in pull.comments] == [...]
        assert github.journal.count("POST */reviews") == 1

State is read and changed directly (`github.world`, `repository`, `pull`); `github.faults` scripts misbehaviour, `github.journal`
remembers every request, `github.hooks` every delivery.
"""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from bot.sandbox.dispatch import Dispatcher
from bot.sandbox.faults import ConnectionDropped, Faults
from bot.sandbox.git import Content
from bot.sandbox.journal import Exchange, Journal, Observer
from bot.sandbox.pages import Pages
from bot.sandbox.payloads import Event
from bot.sandbox.people import App
from bot.sandbox.repository import Pull, Repository
from bot.sandbox.sample import populate
from bot.sandbox.state import World
from bot.sandbox.webhooks import Delivery, Hookshot

MAX_BODY = 64 * 1024 * 1024
OBSERVERS: list[Observer] = []
"""Called after every exchange of every stand-in in this process; the contract tests listen here."""


class StandIn:
    """A GitHub that listens on `host`:`port` (0: any free one) between `start` and `close`.

    `enterprise`: lies below `/api/v3`, as on GitHub Enterprise Server. `echoes`: writes through the API send webhooks, too.
    """

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0, enterprise: bool = False, echoes: bool = False) -> None:
        self.world = World()
        self.hooks = Hookshot(self.world)
        self.hooks.echoes = echoes
        self.faults = Faults()
        self.latency = 0.0  # seconds before each answer
        self.journal = Journal()
        self.pages = Pages(self.world, self.hooks)
        self._host, self._port = host, port
        self._dispatcher = Dispatcher(self.world, self.hooks, self.faults, "/api/v3" if enterprise else "")
        self._runner: web.AppRunner | None = None

    # --- life -----------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        application = web.Application(client_max_size=MAX_BODY)
        self.pages.add_routes(application)
        application.router.add_route("*", "/{tail:.*}", self._serve)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.world.web = f"http://{self._host}:{self._port}"
        self.world.url = self.world.web + self._dispatcher.prefix

    async def close(self) -> None:
        await self.hooks.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    # --- where it is, and how to call it --------------------------------------------------------------------------------

    @property
    def app(self) -> App:
        return self.world.app

    @property
    def url(self) -> str:
        """The REST root; what GITHUB_API_URL is set to."""
        return self.world.url

    @property
    def web_url(self) -> str:
        """The root of the pages for people."""
        return self.world.web

    @property
    def graphql_url(self) -> str:
        return f"{self.web_url}/api/graphql" if self._dispatcher.prefix else f"{self.web_url}/graphql"

    def environment(self) -> dict[str, str]:
        """The settings with which the bot talks to this stand-in."""
        return {
            "GITHUB_APP_ID": str(self.app.id),
            "GITHUB_CLIENT_ID": self.app.client_id,
            "GITHUB_PRIVATE_KEY": self.app.private_key,
            "GITHUB_WEBHOOK_SECRET": self.app.webhook_secret,
            "GITHUB_API_URL": self.url,
            "GITHUB_GRAPHQL_URL": self.graphql_url,
        }

    # --- shortcuts ------------------------------------------------------------------------------------------------------

    def repository(self, full_name: str, files: Mapping[str, Content] | None = None, *, private: bool = False) -> Repository:
        return self.world.repository(full_name, files, private=private)

    def load_sample(self) -> Pull:
        """The sandbox's own repository and pull request; its page then offers the commit that answers the review."""
        self.pages.sample = populate(self.world)
        return self.pages.sample.pull

    async def deliver(self, event: Event, *, to: str = "", guid: str = "") -> Delivery:
        """Send a webhook and return the attempt with the receiver's answer; `to` defaults to `hooks.url`."""
        return await self.hooks.deliver(event, to=to, guid=guid)

    # --- serving --------------------------------------------------------------------------------------------------------

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        exchange = Exchange(request.method, request.rel_url.raw_path, dict(request.query), request.headers.copy(), body)
        self.journal.add(exchange)
        if self.latency:
            await asyncio.sleep(self.latency)
        try:
            reply = await self._dispatcher.serve(exchange)
        except ConnectionDropped:
            _hang_up(request)
            return web.Response(status=500)
        exchange.status, exchange.answer, exchange.answer_type = reply.status, reply.raw or b"", reply.content_type
        for observer in OBSERVERS:
            observer(exchange)
        bodyless = reply.status in (204, 304)
        headers: dict[str, Any] = {**reply.headers} if bodyless else {"Content-Type": reply.content_type, **reply.headers}
        return web.Response(status=reply.status, headers=headers, body=None if bodyless else reply.raw)


def _hang_up(request: web.Request) -> None:
    """Cut the connection with nothing sent; what aiohttp writes afterwards goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
