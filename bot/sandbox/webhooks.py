"""Webhook deliveries: signed as GitHub signs them, sent once, logged, and redelivered only when somebody asks."""

import asyncio
import hmac
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.sandbox.payloads import Event
from bot.sandbox.state import World

TIMEOUT_SECONDS = 10.0


def signature(secret: str, body: bytes, algorithm: str = "sha256") -> str:
    """The value of X-Hub-Signature-256 (or, for sha1, of the legacy header) for that body."""
    return f"{algorithm}={hmac.new(secret.encode(), body, algorithm).hexdigest()}"


@dataclass
class Delivery:
    """One attempt. `status_code` 0: no HTTP answer came (refused, timed out), which GitHub tells in `status` alone."""

    id: int
    guid: str
    event: str
    action: str | None
    url: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    delivered_at: str
    installation_id: int | None
    repository_id: int | None
    pull_number: int | None
    redelivery: bool = False
    duration: float = 0.0
    status: str = ""
    status_code: int = 0
    answer: str = field(default="", repr=False)

    @property
    def outcome(self) -> str:
        if self.status_code >= 400:
            return "failure"
        return "success" if self.status_code else "unreached"

    def item(self) -> dict[str, Any]:
        names = ("id", "guid", "delivered_at", "redelivery", "duration", "status", "status_code", "event", "action")
        shape = {name: getattr(self, name) for name in names}
        return shape | {"installation_id": self.installation_id, "repository_id": self.repository_id, "throttled_at": None}

    def full(self) -> dict[str, Any]:
        request = {"headers": dict(self.headers), "payload": json.loads(self.body)}
        return self.item() | {"url": self.url, "request": request, "response": {"headers": {}, "payload": self.answer}}


class Hookshot:
    """The sender. `url` is where the app listens; `lose` the number of coming deliveries that will reach nobody."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.url = ""
        self.lose = 0
        self.echoes = False
        self.log: list[Delivery] = []
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[Delivery]] = set()

    async def close(self) -> None:
        await self.settle()
        if self._session is not None:
            await self._session.close()

    async def settle(self) -> None:
        """Wait until every scheduled delivery has been made."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def deliver(self, event: Event, *, to: str = "", guid: str = "") -> Delivery:
        """Send an event to the app and log the attempt. Never raises for what the receiver does."""
        body = json.dumps(event.payload).encode()
        return await self._attempt(event.name, event.action, body, to or self.url, guid or str(uuid.uuid4()), redelivery=False)

    def echo(self, event: Event) -> None:
        """Deliver what an API write has caused, when `echoes` is set and somebody listens."""
        if self.echoes and self.url:
            self.schedule(event)

    def schedule(self, what: Event | Delivery) -> asyncio.Task[Delivery]:
        """Deliver, or redeliver under the same GUID, in the background; `settle` waits for it."""
        work = self.deliver(what) if isinstance(what, Event) else self.redeliver(what)
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def redeliver(self, old: Delivery) -> Delivery:
        return await self._attempt(old.event, old.action, old.body, self.url or old.url, old.guid, redelivery=True)

    def headers(self, event: str, guid: str, body: bytes) -> dict[str, str]:
        secret = self.world.app.webhook_secret
        return {
            "Accept": "*/*",
            "Content-Type": "application/json",
            "User-Agent": "GitHub-Hookshot/5a0ded1",
            "X-GitHub-Delivery": guid,
            "X-GitHub-Event": event,
            "X-GitHub-Hook-ID": str(self.world.app.id),
            "X-GitHub-Hook-Installation-Target-ID": str(self.world.app.id),
            "X-GitHub-Hook-Installation-Target-Type": "integration",
            "X-Hub-Signature": signature(secret, body, "sha1"),
            "X-Hub-Signature-256": signature(secret, body),
        }

    async def _attempt(self, event: str, action: str | None, body: bytes, url: str, guid: str, *, redelivery: bool) -> Delivery:
        payload = json.loads(body)
        made = Delivery(
            self.world.next_id(),
            guid,
            event,
            action,
            url,
            self.headers(event, guid, body),
            body,
            self.world.stamp(),
            payload.get("installation", {}).get("id"),
            payload.get("repository", {}).get("id"),
            payload.get("number") or payload.get("issue", {}).get("number") or payload.get("pull_request", {}).get("number"),
            redelivery,
        )
        self.log.append(made)
        if self.lose:
            self.lose -= 1
            made.status = "failed to connect to host"
            return made
        began = time.monotonic()
        try:
            async with self._client().post(url, data=body, headers=made.headers) as response:
                made.answer = (await response.read()).decode("utf-8", "replace")
                made.status_code = response.status
                made.status = "OK" if response.status < 400 else f"Invalid HTTP Response: {response.status}"
        except TimeoutError:
            made.status = "timed out"
        except aiohttp.ClientError:
            made.status = "failed to connect to host"
        made.duration = round(time.monotonic() - began, 3)
        return made

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS))
        return self._session
