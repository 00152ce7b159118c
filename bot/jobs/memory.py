"""What people told us, beside the work: `ports.Memory` on the engine's database."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from bot.jobs.database import Database, metadata
from bot.model import Dismissal, Job, Pull

T = TypeVar("T")
HOUR = 3600.0
TRUSTED_PER_HOUR, OTHERS_PER_HOUR = 200, 20  # commands on one pull
EVERYWHERE = 0  # the number of a dismissal that holds on every pull of its repository

_dismissal = sa.Table(
    "testwarden_dismissal",
    metadata,
    sa.Column("repository", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("target", sa.Text, primary_key=True),
    sa.Column("installation", sa.BigInteger, nullable=False, index=True),
    sa.Column("said_by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("accepted", sa.Boolean, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
)
_pause = sa.Table(
    "testwarden_pause",
    metadata,
    sa.Column("repository", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("installation", sa.BigInteger, nullable=False, index=True),
    sa.Column("said_by", sa.Text, nullable=False),
)
_command = sa.Table(
    "testwarden_command",
    metadata,
    sa.Column("delivery", sa.Text, primary_key=True),
    sa.Column("repository", sa.BigInteger, nullable=False),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("trusted", sa.Boolean, nullable=False),
    sa.Column("at", sa.Float, nullable=False, index=True),
)
sa.Index("testwarden_command_pull", _command.c.repository, _command.c.number)


class StoredMemory:
    """Each method is one transaction, and saying the same thing twice is saying it once. Its tables are made with the others."""

    def __init__(self, database: Database, now: Callable[[], float] = time.time) -> None:
        self._database, self._now = database, now

    async def dismissals(self, pull: Pull) -> Sequence[Dismissal]:
        here = (_dismissal.c.repository == pull.repository_id) & _dismissal.c.number.in_((EVERYWHERE, pull.number))
        rows = sa.select(_dismissal).where(here).order_by(_dismissal.c.at, _dismissal.c.target)
        found = await self._read(rows)
        return [Dismissal(row.target, row.said_by, row.reason, row.accepted, row.number, row.at) for row in found]

    async def dismiss(self, pull: Pull, dismissal: Dismissal) -> None:
        key = {"repository": pull.repository_id, "number": dismissal.number, "target": dismissal.target}
        at = dismissal.at or datetime.fromtimestamp(self._now(), UTC).date().isoformat()
        told = {"said_by": dismissal.by, "reason": dismissal.reason, "accepted": dismissal.accepted, "at": at}
        await self._replace(_dismissal, key, {**told, "installation": pull.installation})

    async def restore(self, pull: Pull, target: str) -> bool:
        here = (_dismissal.c.repository == pull.repository_id) & _dismissal.c.number.in_((EVERYWHERE, pull.number))
        forget = _dismissal.delete().where(here & (_dismissal.c.target == target))
        return await self._do(lambda connection: connection.execute(forget).rowcount > 0)

    async def pause(self, pull: Pull, by: str) -> None:
        key = {"repository": pull.repository_id, "number": pull.number}
        await self._replace(_pause, key, {"installation": pull.installation, "said_by": by})

    async def resume(self, pull: Pull) -> None:
        await self._do(lambda connection: connection.execute(_pause.delete().where(_of(_pause, pull))))

    async def paused(self, pull: Pull) -> str:
        who = sa.select(_pause.c.said_by).where(_of(_pause, pull))
        return next((str(row.said_by) for row in await self._read(who)), "")

    async def admit(self, job: Job, trusted: bool) -> bool:
        """Counted apart, so that strangers cannot use up what those have who may write."""
        at, pull = self._now(), job.pull
        alike = _of(_command, pull) & (_command.c.trusted == trusted) & (_command.c.delivery != job.delivery)
        most = TRUSTED_PER_HOUR if trusted else OTHERS_PER_HOUR
        told = {"repository": pull.repository_id, "number": pull.number, "trusted": trusted, "at": at}

        def count(connection: sa.Connection) -> bool:
            connection.execute(_command.delete().where(_command.c.at <= at - HOUR))
            before = connection.execute(sa.select(sa.func.count()).where(alike)).scalar_one()
            if before < most:
                _put(connection, _command, {"delivery": job.delivery}, told)
            return before < most

        return await self._do(count)

    async def forget(self, installation: int) -> None:
        def purge(connection: sa.Connection) -> None:
            for table in (_dismissal, _pause):
                connection.execute(table.delete().where(table.c.installation == installation))

        await self._do(purge)

    async def _replace(self, table: sa.Table, key: Mapping[str, object], told: Mapping[str, object]) -> None:
        await self._do(lambda connection: _put(connection, table, key, told))

    async def _read(self, rows: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        def statement() -> Sequence[sa.Row[Any]]:
            with self._database.single.connect() as connection:
                return connection.execute(rows).all()

        return await asyncio.to_thread(statement)

    async def _do(self, what: Callable[[sa.Connection], T]) -> T:
        def transaction() -> T:
            with self._database.drain.begin() as connection:
                return what(connection)

        return await asyncio.to_thread(transaction)


def _of(table: sa.Table, pull: Pull) -> sa.ColumnElement[bool]:
    return (table.c.repository == pull.repository_id) & (table.c.number == pull.number)


def _put(connection: sa.Connection, table: sa.Table, key: Mapping[str, object], told: Mapping[str, object]) -> None:
    """In place of what the key held. (An upsert is written differently for every database.)"""
    connection.execute(table.delete().where(*(table.c[name] == value for name, value in key.items())))
    connection.execute(table.insert().values(**key, **told))
