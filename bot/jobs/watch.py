"""Looks that a newer head has overtaken are interrupted: once a second the database is asked about all of them together."""

import asyncio
from collections.abc import Callable, Collection, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError

from bot.jobs.ticket import Ticket

T = TypeVar("T")
PAUSE = 1.0  # seconds between two questions; what is over sooner is never asked about


class Overtaken(Exception):
    """A newer head owns the pull, and what looked at the older one was interrupted."""


class Watch:
    """`overtaken` says of some tickets which are, by their ids. It blocks, and is called in one of the `threads`."""

    def __init__(self, overtaken: Callable[[Collection[Ticket]], Collection[str]], threads: Executor) -> None:
        self._overtaken, self._threads = overtaken, threads
        self._looks: dict[str, tuple[Ticket, asyncio.Task[Any]]] = {}
        self._asking: asyncio.Task[None] | None = None

    async def over(self, ticket: Ticket, look: Coroutine[Any, Any, T]) -> T:
        """What the look returns or raises; raises Overtaken, after the look has let go of everything, when it was."""
        if not ticket.tracked:
            return await look
        task = asyncio.create_task(look)
        self._looks[ticket.id] = ticket, task
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask(), name="overtaken")
        try:
            await asyncio.wait([task])
        finally:
            del self._looks[ticket.id]
            task.cancel()
        if task.cancelled():
            raise Overtaken
        return task.result()

    async def _ask(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(PAUSE)
            looks = dict(self._looks)  # those that had begun when the question was asked
            if not looks:
                return
            try:
                over = await loop.run_in_executor(self._threads, self._overtaken, [ticket for ticket, _ in looks.values()])
            except DBAPIError:
                continue  # whoever has something to write will say that the database refuses
            for id in over:
                looks[id][1].cancel()
