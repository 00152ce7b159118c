"""Real jobs on a real engine in this process, and the work they do: what was run, and a script of what happens at it."""

import asyncio
from collections.abc import Callable

from bot.jobs.workflow import Patience
from bot.model import Cause, Job, Pull

HASTE = Patience(tries=3, pauses=(0, 0), waits=2, shortest=0.01)


def job(guid: str, head: str | None = "a", number: int = 7, cause: Cause = Cause.PUSHED, installation: int = 5) -> Job:
    return Job(guid, Pull(installation, 42, "octo", "repo", number), cause, head)


class World:
    """The work itself: what was run, in order, and a script of what happens at it. Whoever waits is told of each change."""

    def __init__(self) -> None:
        self.ran: list[Job] = []
        self.ended: list[str] = []
        self.interrupted: list[str] = []
        self.script: Callable[[Job], object] = lambda _: "reviewed"
        self._changed = asyncio.Condition()

    async def run(self, job: Job) -> str:
        await self._note(self.ran, job)
        result = self.script(job)
        try:
            if asyncio.iscoroutine(result):
                result = await result
        except asyncio.CancelledError:
            await self._note(self.interrupted, job.delivery)
            raise
        await self._note(self.ended, job.delivery)
        return str(result)

    async def _note(self, notes: list, value: object) -> None:
        async with self._changed:
            notes.append(value)
            self._changed.notify_all()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with self._changed, asyncio.timeout(20):
            await self._changed.wait_for(condition)


async def settled(store, expected: dict[str, int]) -> None:
    """Until the engine has noted these outcomes."""
    async with asyncio.timeout(20):
        while store.states() != expected:  # noqa: ASYNC110
            await asyncio.sleep(0.02)  # another thread's transaction: there is no event to wait for
