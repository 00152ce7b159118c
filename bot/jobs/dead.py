"""Jobs that were given up: what an operator can see of them, and having them tried again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.jobs.database import Database
from bot.jobs.heads import Heads
from bot.jobs.queue import Queue
from bot.jobs.ticket import Ticket


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """`id` is what `retry` takes; `reason` is a kind of error, or what the forge put it off for; `at` is its end (epoch)."""

    id: str
    ticket: Ticket
    reason: str
    at: float


class Superseded(Exception):
    """The job needs no other try: a newer head of its pull was looked at, or waits."""


class DeadLetters:
    """Every method blocks on the database."""

    def __init__(self, database: Database, queue: Queue) -> None:
        self._database, self._queue = database, queue

    def all(self, most: int = 1000) -> Sequence[DeadLetter]:
        """Newest first."""
        return [DeadLetter(*letter) for letter in self._queue.dead(most)]

    def retry(self, id: str) -> None:
        """Try it again at once, as often as a new job. Raises KeyError for no dead letter, Superseded when nobody needs it."""
        letter = next((d for d in self.all() if d.id == id), None)
        if letter is None:
            raise KeyError(id)
        ticket = replace(letter.ticket.handed_on(), tries=0, waits=0)
        with self._database.drain.begin() as connection:
            if ticket.tracked and not Heads.reclaim(connection, ticket):
                raise Superseded(id)
            self._queue.enqueue(ticket, connection=connection)
        self._queue.forget(id)
