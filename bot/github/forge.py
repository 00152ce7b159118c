"""GitHub as the review sees it: `ports.Forge`, with a token for each job's repository and one HTTP session for all."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

import aiohttp

from bot.github import checks, contents, publish, pulls
from bot.github.auth import AppCredential, InstallationCredential, Tokens
from bot.github.client import CONTENT_GAP, Client, Wire
from bot.github.errors import Forbidden, Lost, NotFound, Unauthorized
from bot.model import Candidate, ChangedFile, ConfigText, ConfigTexts, Earlier, Job, Pull, PullRequest, Reading, Review, Skipped
from bot.ports import Gone, Later


class GitHubForge:
    """One for a process. `issuer` signs for the App (its client id, else its number as text), `app_id` names its check runs.

    `counted` is told the operation and status of each request, 0 when no answer came. `content_gap`: seconds between the
    comments of one installation once there are many, as github.com asks; 0 for an instance without such limits.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        api_url: str,
        graphql_url: str,
        issuer: str,
        app_id: int,
        private_key: str,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], float] = time.time,
        counted: Callable[[str, int], None] = lambda operation, status: None,
        content_gap: float = CONTENT_GAP,
    ) -> None:
        self._wire = Wire(session, api_url, graphql_url, sleep=sleep, now=now, counted=counted, content_gap=content_gap)
        self._tokens = Tokens(self._wire, AppCredential(issuer, private_key, now))
        self._app_id = app_id

    async def pull(self, job: Job) -> PullRequest:
        with _told():
            return await pulls.find(self._client(job.pull), job)

    async def configuration(self, request: PullRequest) -> ConfigTexts:
        return request.config

    async def extended(self, request: PullRequest, reference: str) -> ConfigText | None:
        return None

    async def changes(self, request: PullRequest) -> tuple[Sequence[ChangedFile], Sequence[Skipped]]:
        with _told():
            return await pulls.changes(self._client(request.pull), request)

    async def read(self, request: PullRequest, candidates: Sequence[Candidate]) -> Reading:
        with _told():
            return await contents.read(self._client(request.pull), request, candidates, await self._checks(request.pull))

    async def begin(self, request: PullRequest, earlier: Earlier) -> Earlier:
        with _told():
            app_id = await self._checks(request.pull)
            return earlier if app_id is None else await checks.begin(self._client(request.pull), request, earlier, app_id)

    async def publish(self, request: PullRequest, review: Review, earlier: Earlier) -> None:
        client = self._client(request.pull)
        try:
            with _told():
                await publish.publish(client, request, review, earlier, await self._checks(request.pull))
        except Gone:
            await checks.abandon(client, request, earlier)
            raise

    def _client(self, pull: Pull) -> Client:
        return Client(self._wire, self._credential(pull), pull.installation)

    def _credential(self, pull: Pull) -> InstallationCredential:
        return InstallationCredential(self._tokens, pull.installation, pull.repository_id, self._wire.now)

    async def _checks(self, pull: Pull) -> int | None:
        """The App's id when the installation lets us write checks."""
        return self._app_id if await self._credential(pull).may("checks", "write") else None


@contextmanager
def _told() -> Iterator[None]:
    """GitHub's answers -> the two ways in which the story may end early."""
    try:
        yield
    except NotFound:
        raise Gone("vanished") from None
    except Forbidden:
        raise Gone("forbidden") from None
    except Unauthorized:
        raise Later("token-refused", 300.0) from None
    except Lost:
        # The next run looks at what stands before it writes.
        raise Later("answer-lost", 30.0) from None
