"""HTTP towards GitHub: bounded answers, timeouts, redirects, repeats that can do no harm, and refusals as typed exceptions.

gidgethub fills in URLs, headers and JSON. Its own reading of errors is bypassed (429 and secondary limits look like any bad
request to it), and so is its cache, which ignores whose token asked.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol
from urllib.parse import parse_qs, urljoin, urlsplit

import aiohttp
from gidgethub.abc import GitHubAPI
from gidgethub.sansio import accept_format, create_headers, format_url
from yarl import URL

from bot.github import routes
from bot.github.budget import CONTENT_GAP, Budgets
from bot.github.errors import (
    LIMITED,
    Forbidden,
    Lost,
    Refused,
    TooLarge,
    Unauthorized,
    Unavailable,
    Unsent,
    classify,
    from_graphql,
)
from bot.ports import Later

Answer = tuple[int, Mapping[str, str], bytes]

# The only version that github.com and every supported GitHub Enterprise Server know.
API_VERSION = "2022-11-28"
RAW = accept_format(media="raw")
MEGABYTE = 1_000_000
REST_LIMIT, GRAPHQL_LIMIT, RAW_LIMIT = 16 * MEGABYTE, 32 * MEGABYTE, 3 * MEGABYTE
REPEATS, REPEATED_WITHIN = (1.0, 3.0), 30.0
# GitHub gives up on a request after 10 s; what takes longer is the network.
TIMEOUT = aiohttp.ClientTimeout(total=60, connect=10, sock_read=30)


class Credential(Protocol):
    async def authorization(self) -> str:
        """The value of the Authorization header."""

    def pause(self, error: Refused, authorization: str, denials: int) -> float | None:
        """Seconds to wait before `authorization()` is worth another try after this refusal; None when it is final."""


class Wire:
    """What all clients of a process share: the session, the API's address, the clock, and how much may happen at a time.

    `counted` is told each exchange's operation id and status, 0 when there was no answer. `before_write` is asked before each
    request that may change something, and raises what keeps it from being sent. `content_gap`: seconds between the
    comments of one installation once there are many; 0 where no limit is set.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        api_url: str,
        graphql_url: str,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], float] = time.time,
        counted: Callable[[str, int], None] = lambda operation, status: None,
        before_write: Callable[[], None] = lambda: None,
        content_gap: float = CONTENT_GAP,
        concurrency: int = 60,
    ) -> None:
        self.api_url, self.graphql_url = api_url.rstrip("/"), graphql_url
        self.sleep, self.now = sleep, now
        self._session, self._counted, self.before_write = session, counted, before_write
        self._slots = asyncio.Semaphore(concurrency)
        self.budgets = Budgets(content_gap)

    def operation(self, method: str, url: str) -> str:
        return "graphql" if url == self.graphql_url else routes.operation(method, url.removeprefix(self.api_url))

    async def exchange(self, operation: str, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """One request with its redirects, which keep the method and never leave the API's host."""
        limit = GRAPHQL_LIMIT if operation == "graphql" else RAW_LIMIT if headers["accept"] == RAW else REST_LIMIT
        for _ in range(3):
            async with (
                self._slots,
                self._session.request(
                    method, URL(url, encoded=True), headers=headers, data=body, allow_redirects=False, timeout=TIMEOUT
                ) as response,
            ):
                self._counted(operation, response.status)
                if response.status in (301, 302, 307, 308):
                    url = self._redirected(url, response.headers.get("location", ""))
                    continue
                return response.status, response.headers, await _bounded(response, limit)
        raise Refused(310, ("too many redirects",))

    def unanswered(self, operation: str) -> None:
        self._counted(operation, 0)

    def _redirected(self, url: str, location: str) -> str:
        target = urljoin(url, location)
        if not location or urlsplit(target)[:2] != urlsplit(self.api_url)[:2]:
            raise Refused(310, ("redirected away from the API",))
        return target


class Client(GitHubAPI):
    """GitHub's API as one credential sees it. Raises bot.github.errors, `Later` and `Gone`, never gidgethub's exceptions."""

    def __init__(self, wire: Wire, credential: Credential, installation: int | None = None) -> None:
        super().__init__("testwarden", base_url=wire.api_url)
        self._wire, self._credential, self._budget = wire, credential, wire.budgets.of(installation)

    async def get(self, route: str, values: Mapping[str, Any]) -> Any:
        return await _understood(self.getitem(route, values))

    async def page(self, route: str, values: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], str]:
        """One page of a list that goes on by cursors, and the next page's cursor, '' after the last one.

        Of the address that GitHub gives for it only the cursor is taken: where we send our credentials, we say.
        """
        asked = self._make_request("GET", route, values, b"", accept_format())
        data, more, _ = await _understood(asked)
        if not isinstance(data, list):
            raise Unavailable("github-garbled", 60.0)
        found = parse_qs(urlsplit(more or "").query).get("cursor", [""])
        return data, found[0]

    async def create(self, route: str, values: Mapping[str, Any], data: Mapping[str, Any]) -> Any:
        return await _understood(self.post(route, values, data=data))

    async def update(self, route: str, values: Mapping[str, Any], data: Mapping[str, Any]) -> Any:
        return await _understood(self.patch(route, values, data=data))

    async def remove(self, route: str, values: Mapping[str, Any]) -> None:
        await _understood(self.delete(route, values))

    async def raw(self, route: str, values: Mapping[str, Any]) -> bytes:
        """The bytes of a blob, at most RAW_LIMIT of them. (gidgethub would decode them as UTF-8, strictly.)"""
        url = format_url(route, values, base_url=self.base_url)
        _, _, body = await self._request("GET", url, create_headers(self.requester, accept=RAW))
        return body

    async def graphql_data(self, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The `data` of a query. Part of an answer is no answer: any error raises."""
        answer = await self.create(self._wire.graphql_url, {}, {"query": query, "variables": variables})
        answer = answer if isinstance(answer, dict) else {}
        data, errors = answer.get("data"), answer.get("errors")
        if errors or not isinstance(data, dict):
            limit = self.rate_limit  # false in itself when it is used up
            reset = {} if limit is None else {"x-ratelimit-reset": f"{limit.reset_datetime.timestamp():.0f}"}
            raise self._heeded("graphql", from_graphql(errors if isinstance(errors, list) else [], reset, self._wire.now()))
        return data

    async def sleep(self, seconds: float) -> None:
        await self._wire.sleep(seconds)

    async def _request(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        operation = self._wire.operation(method, url)
        repeatable = method == "GET" or operation in routes.REPEATABLE
        resource = "graphql" if operation == "graphql" else "core"
        self._budget.check(resource, self._wire.now())
        if operation in routes.CONTENT and (wait := self._budget.content.take(self._wire.now())):
            await self.sleep(wait)
        repeats, denials = iter(REPEATS), 0
        while True:
            self._budget.check(resource, self._wire.now())
            authorization = await self._credential.authorization()
            if method != "GET":
                self._wire.before_write()
            sent = {**headers, "authorization": authorization, "x-github-api-version": API_VERSION}
            failure = await self._attempt(operation, method, url, sent, body)
            if isinstance(failure, tuple):
                return failure
            pause = None
            if isinstance(failure, Unavailable):
                if not repeatable and not isinstance(failure, Unsent):
                    raise Lost(operation)
                pause = next(repeats, None) if failure.seconds <= REPEATED_WITHIN else None
            elif isinstance(failure, (Unauthorized, Forbidden)):
                pause = self._credential.pause(failure, authorization, denials)
                denials += 1
            if pause is None:
                raise failure
            await self.sleep(pause)

    async def _attempt(
        self, operation: str, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> Answer | Exception:
        # What aiohttp's exceptions know (addresses, sometimes headers) stays here.
        resource = "graphql" if operation == "graphql" else "core"
        try:
            async with self._budget.slots:
                status, answer, data = await self._wire.exchange(operation, method, url, headers, body)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            self._wire.unanswered(operation)
            return Unsent("github-unreachable", 30.0)
        except (aiohttp.ClientError, TimeoutError, OSError):
            self._wire.unanswered(operation)
            return Unavailable("github-unreachable", 30.0)
        self._budget.heard(resource, answer, self._wire.now())
        if status >= 300:
            return self._heeded(resource, classify(status, answer, data, self._wire.now()))
        return status, answer, data if headers["accept"] == RAW else _as_utf8(data)

    def _heeded(self, resource: str, refusal: Exception) -> Exception:
        """Where the refusal is for a limit, nobody else of this installation has to find that out."""
        if isinstance(refusal, Later) and refusal.reason in LIMITED:
            return self._budget.refused(refusal, resource, self._wire.now())
        return refusal


async def _understood(asked: Awaitable[Any]) -> Any:
    """What is no JSON, or no JSON at its end, was answered by something between us and GitHub."""
    try:
        answer = await asked
    except ValueError:
        answer = ""
    if isinstance(answer, str):
        raise Unavailable("github-garbled", 60.0)
    return answer


async def _bounded(response: aiohttp.ClientResponse, limit: int) -> bytes:
    data = bytearray()
    async for chunk in response.content.iter_chunked(1 << 16):
        data += chunk
        if len(data) > limit:
            raise TooLarge(f"more than {limit} bytes")
    return bytes(data)


def _as_utf8(data: bytes) -> bytes:
    """gidgethub decodes strictly; one stray byte must not cost the whole answer."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace").encode()
    return data
