"""The newest head we were told of, per pull, and which run stands for it: what makes many pushes one review."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.jobs.database import Database, pull_head
from bot.jobs.inbox import Delivery
from bot.jobs.ticket import Ticket, key
from bot.model import Cause, Job


class State(StrEnum):
    QUEUED = "queued"  # its run has not looked yet: news about the same head needs no other
    RUNNING = "running"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of one pull. `seq` is our own number of the delivery that said so: order by it, not by any clock."""

    pull: str
    seq: int
    head: str
    run: str
    state: State


def decide(known: Head | None, arrivals: Sequence[Delivery]) -> tuple[list[Ticket], Ticket | None]:
    """The deliveries of one pull, in order -> the runs somebody asked for, and the run for its newest head, if it needs one.

    Of several pushes only the last counts. The head that a run is already queued for is no news; one that a run has begun to
    look at, or has settled, is looked at again: what the delivery tells may have changed since.
    """
    asked: list[Ticket] = []
    newest: Ticket | None = None
    for arrival in arrivals:
        job = arrival.job
        if job is None:
            continue
        if job.cause in (Cause.COMMAND, Cause.RERUN) or job.head is None:
            asked.append(Ticket(job, _run(job, arrival.seq), tracked=False))
        elif known is None or arrival.seq > known.seq:
            newest = Ticket(job, _run(job, arrival.seq), tracked=True)
    if newest and known and newest.job.head == known.head and _no_news(known.state, newest.job.cause):
        newest = None
    return asked, newest


def _no_news(state: State, cause: Cause) -> bool:
    return state is State.QUEUED or (state is State.RUNNING and cause is Cause.SWEEP)


def _run(job: Job, seq: int) -> str:
    """The run's name: one per delivery, so that a head that comes back (A, B, A) is a run of its own."""
    where = f"{job.pull.repository_id}:{job.pull.number}"
    return f"review:{where}:{(job.head or 'current')[:12]}:{seq}:{job.delivery[:8]}"


class Heads:
    """The table behind it. `find` and `replace` belong to the drainer's transaction; the others are one statement each."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @staticmethod
    def find(connection: sa.Connection, pulls: Sequence[str]) -> dict[str, Head]:
        rows = connection.execute(sa.select(pull_head).where(pull_head.c.pull.in_(pulls)))
        return {row.pull: Head(row.pull, row.seq, row.head, row.run, State(row.state)) for row in rows}

    @staticmethod
    def replace(connection: sa.Connection, ticket: Ticket, seq: int) -> None:
        values = {"seq": seq, "head": ticket.job.head, "run": ticket.run, "state": State.QUEUED}
        row = insert(pull_head).values(pull=key(ticket.job.pull), **values)
        connection.execute(row.on_conflict_do_update(index_elements=["pull"], set_=values))

    def begin(self, ticket: Ticket) -> bool:
        """The run starts to look; False when a newer head owns the pull."""
        return self._set(ticket, State.RUNNING)

    def put_off(self, ticket: Ticket) -> bool:
        """The run will look again later; False when a newer head owns the pull."""
        return self._set(ticket, State.QUEUED)

    def settle(self, ticket: Ticket) -> bool:
        """The run is over; False when a newer head owned the pull already."""
        return self._set(ticket, State.SETTLED)

    def _set(self, ticket: Ticket, state: State) -> bool:
        mine = (pull_head.c.pull == key(ticket.job.pull)) & (pull_head.c.run == ticket.run)
        with self._database.drain.begin() as connection:
            return connection.execute(pull_head.update().where(mine).values(state=state)).rowcount > 0
