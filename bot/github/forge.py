"""GitHub as the review sees it: `ports.Forge`, with a token for each job's repository and one HTTP session for all."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import aiohttp

from bot.github import checks, contents, publish, pulls
from bot.github.app import App, told
from bot.github.budget import CONTENT_GAP, Meter
from bot.github.client import Wire
from bot.github.config import Shared
from bot.github.dialogue import GitHubDialogue
from bot.github.seal import Seal
from bot.github.sweep import GitHubInstallations
from bot.model import Candidate, ChangedFile, ConfigText, ConfigTexts, Earlier, Job, PullRequest, Reading, Review, Skipped
from bot.ports import Gone


class GitHubForge:
    """One for a process. `issuer` signs for the App (its client id, else its number as text), `app_id` names its check runs.

    `secrets` sign what we say; the first one does, and those of all count, so that they can be rotated.
    `dialogue` and `installations` are the other two ports, on the same session, tokens and limits. `counted` is told the
    operation and status of each request, 0 when no answer came; `before_write` may raise what keeps one from being sent that may
    change something. `content_gap`: seconds between the comments of one installation
    once there are many, as github.com asks; 0 for an instance without such limits.
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
        secrets: Sequence[str],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], float] = time.time,
        counted: Callable[[str, int], None] = lambda operation, status: None,
        before_write: Callable[[], None] = lambda: None,
        content_gap: float = CONTENT_GAP,
    ) -> None:
        wire = Wire(
            session,
            api_url,
            graphql_url,
            sleep=sleep,
            now=now,
            counted=counted,
            before_write=before_write,
            content_gap=content_gap,
        )
        self._app = App(wire, issuer, private_key, app_id, Seal(secrets))
        self._shared = Shared(self._app)
        self.dialogue = GitHubDialogue(self._app)
        self.installations = GitHubInstallations(self._app)

    def meters(self) -> tuple[Meter, ...]:
        """What the installations nearest to a limit have used, at most 50 of them: for metrics, whose labels must be few."""
        return self._app.wire.budgets.meters(self._app.wire.now())

    async def pull(self, job: Job) -> PullRequest:
        with told():
            return await pulls.find(self._app.client(job.pull), job)

    async def configuration(self, request: PullRequest) -> ConfigTexts:
        with told():
            return replace(request.config, organisation=await self._shared.organisation(request.pull))

    async def extended(self, request: PullRequest, reference: str) -> ConfigText | None:
        with told():
            return await self._shared.extended(request.pull, reference, request.private)

    async def changes(self, request: PullRequest) -> tuple[Sequence[ChangedFile], Sequence[Skipped]]:
        with told(seen=True):
            return await pulls.changes(self._app.client(request.pull), request)

    async def read(self, request: PullRequest, candidates: Sequence[Candidate]) -> Reading:
        with told(seen=True):
            me = await self._app.identity(request.pull)
            return await contents.read(self._app.client(request.pull), request, candidates, me)

    async def begin(self, request: PullRequest, earlier: Earlier) -> Earlier:
        with told(seen=True):
            me = await self._app.identity(request.pull)
            return await checks.begin(self._app.client(request.pull), request, earlier, me)

    async def publish(self, request: PullRequest, review: Review, earlier: Earlier) -> None:
        client = self._app.client(request.pull)
        try:
            with told(seen=True):
                await publish.publish(client, request, review, earlier, await self._app.identity(request.pull))
        except Gone:
            await checks.abandon(client, request, earlier)
            raise
