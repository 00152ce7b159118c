"""Scripted misbehaviour, per operation, for tests of what a client does about it.

github.faults.answer("POST */reviews", 502, times=2)             # the review is not created
github.faults.reset("POST */reviews", after_effect=True)         # it is created, but nobody hears of it
gate = github.faults.hold("GET */files")                         # await gate.reached, then gate.release()
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from bot.sandbox.errors import DOCS
from bot.sandbox.journal import Exchange
from bot.sandbox.operations import Reply
from bot.sandbox.repository import Pull

DEADLINE_SECONDS = 10.0
GET_PULL = "GET /repos/{owner}/{repo}/pulls/{pull_number}"
SECONDARY = (
    "You have exceeded a secondary rate limit and have been temporarily blocked from content creation. "
    "Please retry your request again later."
)


_WITH_TOKEN = ("/repos/", "/graphql", "/installation/")


def asks_for_pull(exchange: Exchange) -> bool:
    """Whether a request is the one that tells of one pull's head, by REST or by GraphQL. A listing of pulls is another."""
    asked = exchange.operation == "POST /graphql" and b"headRefOid" in exchange.body
    return exchange.operation == GET_PULL or (asked and b"pullRequest(" in exchange.body)


class ConnectionDropped(Exception):
    """The server hangs up instead of answering."""


class Gate:
    """A request that waits inside the stand-in until the test lets it go on."""

    def __init__(self) -> None:
        self._reached, self._open = asyncio.Event(), asyncio.Event()

    async def reached(self) -> None:
        """Wait until a request stands here; a TimeoutError when none comes."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            await self._reached.wait()

    def release(self) -> None:
        self._open.set()

    async def pass_through(self) -> None:
        self._reached.set()
        await self._open.wait()


@dataclass
class Fault:
    """One scripted fault: what happens to matching requests, how often, before or after they take effect."""

    pattern: str
    act: Callable[[Reply | None], Reply | None]
    times: int = 1
    skip: int = 0
    after_effect: bool = False
    gate: Gate | None = None
    seconds: float = 0.0
    when: Callable[[Exchange], bool] = field(default=lambda _: True)

    def wants(self, exchange: Exchange, after_effect: bool) -> bool:
        """Whether this is its turn; counts the request when it is one of those to skip."""
        if self.times <= 0 or after_effect is not self.after_effect:
            return False
        if not (fnmatchcase(exchange.operation, self.pattern) and self.when(exchange)):
            return False
        if self.skip:
            self.skip -= 1
            return False
        return True


def _keep(reply: Reply | None) -> Reply | None:
    return reply


def _drop(reply: Reply | None) -> Reply | None:
    raise ConnectionDropped


class Faults:
    """The script. Faults are consumed in the order they were written; `pattern` is shell-like over "METHOD /template"."""

    def __init__(self) -> None:
        self._script: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._script.append(fault)

    @property
    def left(self) -> int:
        """How many faults have not happened yet; a test may insist on 0."""
        return sum(fault.times for fault in self._script)

    async def meet(self, exchange: Exchange, reply: Reply | None = None) -> Reply | None:
        """Let the next matching fault act; `reply` None asks for those before the effect."""
        fault = next((it for it in self._script if it.wants(exchange, reply is not None)), None)
        if fault is None:
            return reply
        fault.times -= 1
        exchange.faulty = True
        if fault.gate is not None:
            await fault.gate.pass_through()
        await asyncio.sleep(fault.seconds)
        return fault.act(reply)

    # --- the kinds ------------------------------------------------------------------------------------------------------

    def answer(
        self,
        pattern: str,
        status: int,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        *,
        times: int = 1,
        skip: int = 0,
        after_effect: bool = False,
        when: Callable[[Exchange], bool] = lambda _: True,
    ) -> None:
        """Answer with this status instead. A string becomes GitHub's error body; bytes are sent as they are."""
        if body is None or isinstance(body, str):
            body = {"message": body or "Server Error", "documentation_url": DOCS, "status": str(status)}
        raw = body if isinstance(body, bytes) else None
        data = None if raw is not None else body

        def act(_: Reply | None) -> Reply:
            return Reply(data, status, dict(headers or {}), raw, "text/html" if raw is not None else Reply.content_type)

        self.add(Fault(pattern, act, times, skip, after_effect, when=when))

    def reset(self, pattern: str, *, times: int = 1, skip: int = 0, after_effect: bool = False) -> None:
        """Hang up: before the effect nothing has happened, after it the write stands and the client cannot know."""
        self.add(Fault(pattern, _drop, times, skip, after_effect))

    def hold(self, pattern: str, *, skip: int = 0, after_effect: bool = False) -> Gate:
        """Keep the next matching request waiting until the gate is released."""
        gate = Gate()
        self.add(Fault(pattern, _keep, 1, skip, after_effect, gate))
        return gate

    def slow(self, pattern: str, seconds: float, *, times: int = 1, skip: int = 0, after_effect: bool = False) -> None:
        """Take so long. What GitHub does with a request is done within ten seconds or never; an answer may be lost for longer."""
        self.add(Fault(pattern, _keep, times, skip, after_effect, seconds=seconds))

    def rewrite(
        self,
        pattern: str,
        change: Callable[[Any], Any],
        *,
        times: int = 1,
        skip: int = 0,
        when: Callable[[Exchange], bool] = lambda _: True,
    ) -> None:
        """Answer with something else than the truth: `change` gets the JSON and returns the JSON to send."""

        def act(reply: Reply | None) -> Reply | None:
            if reply is not None and reply.status < 400:
                reply.data = change(json.loads(json.dumps(reply.data)))
            return reply

        self.add(Fault(pattern, act, times, skip, after_effect=True, when=when))

    def truncate(self, pattern: str, *, times: int = 1) -> None:
        """Send half of the JSON, under a correct Content-Length."""

        def act(reply: Reply | None) -> Reply | None:
            if reply is not None:
                whole = json.dumps(reply.data).encode()
                reply.raw = whole[: len(whole) // 2]
            return reply

        self.add(Fault(pattern, act, times, after_effect=True))

    def old_head(self, pull: Pull, *, times: int = 1) -> None:
        """The race after a push: the API still shows the head before this one."""
        old = pull.heads[-2] if len(pull.heads) > 1 else pull.base_sha

        def change(data: Any) -> Any:
            if "data" in data:
                data["data"]["repository"]["pullRequest"]["headRefOid"] = old
            else:
                data["head"]["sha"] = old
            return data

        self.rewrite("*", change, times=times, when=asks_for_pull)

    def no_pull(self, *, times: int = 1) -> None:
        """The race after an event: the API does not know the pull yet."""
        told = "Could not resolve to a PullRequest with that number."
        problem = {"type": "NOT_FOUND", "path": ["repository", "pullRequest"], "message": told}

        def act(reply: Reply | None) -> Reply | None:
            if reply is not None and "data" in reply.data:
                return Reply({"data": {"repository": {"pullRequest": None}}, "errors": [problem]})
            return Reply({"message": "Not Found", "documentation_url": DOCS, "status": "404"}, 404)

        self.add(Fault("*", act, times, after_effect=True, when=asks_for_pull))

    def not_found(self, pattern: str, *, times: int = 1) -> None:
        """The race after an event: the API does not know the thing yet."""
        self.answer(pattern, 404, "Not Found", times=times)

    def young_token(self, status: int = 401, *, times: int = 1) -> None:
        """A token that has not reached every server: 401, or 403 while its permissions are still on their way."""
        message = "Bad credentials" if status == 401 else "Resource not accessible by integration"
        self.answer("*", status, message, times=times, when=lambda e: e.operation.partition(" ")[2].startswith(_WITH_TOKEN))

    def secondary_limit(self, pattern: str, *, retry_after: int | None = None, status: int = 403, times: int = 1) -> None:
        """The secondary limit: quota is left, and often nothing says for how long to wait."""
        self.answer(pattern, status, SECONDARY, {"Retry-After": str(retry_after)} if retry_after is not None else {}, times=times)
