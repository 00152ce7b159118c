"""Looks that are interrupted: by a newer head, about which the database is asked once a second, for all of them together; and by
the end of this process."""

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


class Interrupted(Exception):
    """This process is about to end, and what looked has let go."""


class Watch:
    """`overtaken` says of some tickets which are, by their ids. It blocks, and is called in one of the `threads`."""

    def __init__(self, overtaken: Callable[[Collection[Ticket]], Collection[str]], threads: Executor) -> None:
        self._overtaken, self._threads = overtaken, threads
        self._looks: dict[str, tuple[Ticket, asyncio.Task[Any]]] = {}
        self._asking: asyncio.Task[None] | None = None
        self._ending = False

    def interrupt(self) -> None:
        """End every look that goes on."""
        self._ending = True
        for _, task in self._looks.values():
            task.cancel()

    async def over(self, ticket: Ticket, look: Coroutine[Any, Any, T]) -> T:
        """What the look returns or raises; raises Overtaken or Interrupted, after the look has let go of everything, when it
        was."""
        task = asyncio.create_task(look)
        self._looks[ticket.id] = ticket, task
        if ticket.tracked and (self._asking is None or self._asking.done()):
            self._asking = asyncio.create_task(self._ask(), name="overtaken")
        try:
            await asyncio.wait([task])
        finally:
            del self._looks[ticket.id]
            task.cancel()
        if task.cancelled():
            raise Interrupted if self._ending else Overtaken
        return task.result()

    async def _ask(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(PAUSE)
            looks = {id: look for id, look in self._looks.items() if look[0].tracked}  # begun when the question is asked
            if not looks:
                return
            try:
                over = await loop.run_in_executor(self._threads, self._overtaken, [ticket for ticket, _ in looks.values()])
            except DBAPIError:
                continue  # whoever has something to write will say that the database refuses
            for id in over:
                looks[id][1].cancel()
