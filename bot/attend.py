"""Which of the two stories a job is, and the few jobs that are none."""

from collections.abc import Sequence
from dataclasses import replace

from bot.model import (
    Candidate,
    Cause,
    ChangedFile,
    ConfigText,
    ConfigTexts,
    Earlier,
    Job,
    Outcome,
    PullRequest,
    Reading,
    Review,
    Skipped,
)
from bot.ports import Forge, Gone
from bot.respond import Desk, respond

_UNASKED = frozenset([Cause.OPENED, Cause.PUSHED, Cause.SWEEP])


async def attend(job: Job, desk: Desk) -> Outcome:
    """Do the job. Raises `ports.Later` when the forge asks us to come back."""
    try:
        if job.cause is Cause.UNINSTALLED:
            await desk.memory.forget(job.pull.installation)
            return Outcome(job, "forgotten")
        if job.cause is Cause.MERGE_GROUP and job.head:
            await desk.dialogue.pass_on(job.pull, job.head)
            return Outcome(job, "passed-on")
        if not job.pull.number:
            pull = await desk.dialogue.pull_of(job.pull, job.head) if job.head else None
            if pull is None:
                return Outcome(job, "no-pull")
            job = replace(job, pull=pull)
    except Gone as gone:
        return Outcome(job, gone.reason)
    if job.command:
        return await respond(job, job.command, desk)
    if job.cause in _UNASKED and await desk.memory.paused(job.pull):
        return Outcome(job, "paused")
    return await desk.look(job)


class Unheard:
    """A forge to which nothing is said: a review through it is known to us alone."""

    def __init__(self, forge: Forge) -> None:
        self._forge = forge

    async def pull(self, job: Job) -> PullRequest:
        return await self._forge.pull(job)

    async def configuration(self, request: PullRequest) -> ConfigTexts:
        return await self._forge.configuration(request)

    async def extended(self, request: PullRequest, reference: str) -> ConfigText | None:
        return await self._forge.extended(request, reference)

    async def changes(self, request: PullRequest) -> tuple[Sequence[ChangedFile], Sequence[Skipped]]:
        return await self._forge.changes(request)

    async def read(self, request: PullRequest, candidates: Sequence[Candidate]) -> Reading:
        return await self._forge.read(request, candidates)

    async def begin(self, request: PullRequest, earlier: Earlier) -> Earlier:
        return earlier

    async def publish(self, request: PullRequest, review: Review, earlier: Earlier) -> None:
        return None
