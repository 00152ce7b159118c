"""The newest head we were told of, per pull, and which run stands for it: what makes many pushes one review."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from bot.jobs.database import Database, pull_head, upsert
from bot.jobs.inbox import Delivery
from bot.jobs.ticket import Ticket, key
from bot.model import Cause, Job, Pull


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


_ASKED = frozenset([Cause.COMMAND, Cause.RERUN, Cause.MERGE_GROUP, Cause.UNINSTALLED])
_LEFT = frozenset([Cause.CLOSED, Cause.SUSPENDED])


def decide(known: Head | None, arrivals: Sequence[Delivery]) -> tuple[list[Ticket], Ticket | None, bool]:
    """The deliveries of one pull, in order -> the runs somebody asked for, the run for its newest head, if it needs one, and
    whether the pull was closed, so that what waits to look at it need not.

    Of several pushes only the last counts. The head that a run is already queued for is no news; one that a run has begun to
    look at, or has settled, is looked at again: what the delivery tells may have changed since.
    """
    asked: list[Ticket] = []
    newest: Ticket | None = None
    closed = False
    for arrival in arrivals:
        job = arrival.job
        if job is None:
            continue
        if job.cause in _ASKED or (job.head is None and job.cause not in _LEFT):
            asked.append(Ticket(job, _run(job, arrival.seq), tracked=False))
        elif job.cause not in _LEFT and (known is None or arrival.seq > known.seq):
            newest, closed = Ticket(job, _run(job, arrival.seq), tracked=True), False
        elif job.cause is Cause.CLOSED and (known is None or arrival.seq > known.seq):
            newest, closed = None, True
    if newest and known and newest.job.head == known.head and _no_news(known.state, newest.job.cause):
        newest = None
    return asked, newest, closed


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
        found = sa.select(pull_head).where(pull_head.c.pull.in_(pulls)).order_by(pull_head.c.pull)
        rows = connection.execute(found.with_for_update())
        return {row.pull: Head(row.pull, row.seq, row.head, row.run, State(row.state)) for row in rows}

    @staticmethod
    def waiting(connection: sa.Connection, installation: int) -> list[Head]:
        """What waits to be looked at in an installation."""
        theirs = pull_head.c.pull.startswith(f"{installation}:", autoescape=True) & (pull_head.c.state == State.QUEUED)
        rows = connection.execute(sa.select(pull_head).where(theirs))
        return [Head(row.pull, row.seq, row.head, row.run, State(row.state)) for row in rows]

    @staticmethod
    def let_go(connection: sa.Connection, head: Head) -> None:
        """The run that stands for the head will not look at it."""
        mine = (pull_head.c.pull == head.pull) & (pull_head.c.run == head.run)
        connection.execute(pull_head.update().where(mine).values(state=State.SETTLED))

    @staticmethod
    def reclaim(connection: sa.Connection, ticket: Ticket) -> bool:
        """A run that was given up will look again; False when a newer head owns the pull."""
        mine = (pull_head.c.pull == key(ticket.job.pull)) & (pull_head.c.run == ticket.run)
        return connection.execute(pull_head.update().where(mine).values(state=State.QUEUED)).rowcount > 0

    @staticmethod
    def replace(connection: sa.Connection, ticket: Ticket, seq: int) -> bool:
        """False when another process knows a newer one by now."""
        values = {"pull": key(ticket.job.pull), "seq": seq, "head": ticket.job.head, "run": ticket.run, "state": State.QUEUED}
        return upsert(connection, pull_head, values, "pull", lambda new: pull_head.c.seq < new.seq)

    def overtaken(self, tickets: Collection[Ticket]) -> set[str]:
        """The ids of those that a run for another, newer head has taken the pull from."""
        found = sa.select(pull_head).where(pull_head.c.pull.in_({key(t.job.pull) for t in tickets}))
        with self._database.single.connect() as connection:
            known = {row.pull: row for row in connection.execute(found)}
        there = ((t, known[key(t.job.pull)]) for t in tickets if key(t.job.pull) in known)
        return {t.id for t, row in there if row.run != t.run and row.head != t.job.head}

    def state(self, pull: Pull) -> State | None:
        """Of the newest head we were told of; None when we were told of none."""
        with self._database.single.connect() as connection:
            found = connection.execute(sa.select(pull_head.c.state).where(pull_head.c.pull == key(pull))).scalar()
        return State(found) if found else None

    def expire(self, seq: int) -> int:
        """Forget pulls that nobody has told us of since that delivery; how many there were."""
        old = (pull_head.c.seq < seq) & (pull_head.c.state == State.SETTLED)
        with self._database.drain.begin() as connection:
            return connection.execute(pull_head.delete().where(old)).rowcount

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
        with self._database.single.begin() as connection:
            return connection.execute(pull_head.update().where(mine).values(state=state)).rowcount > 0
