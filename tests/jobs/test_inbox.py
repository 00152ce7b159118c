"""A delivery is on disk before it is acknowledged, once; when it cannot be, the sender learns it."""

import asyncio
import sqlite3
from contextlib import asynccontextmanager

import pytest
import sqlalchemy as sa

from bot.jobs.database import Database
from bot.jobs.inbox import Inbox, Unavailable
from bot.model import Cause, Job, Pull


def job(number: int, guid: str | None = None) -> Job:
    return Job(guid or f"guid-{number}", Pull(5, 42, "octo", "repo", number), Cause.PUSHED, "a" * 40)


@pytest.fixture
def database(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/state/jobs.sqlite")
    database.create()
    yield database
    database.dispose()


@asynccontextmanager
async def open_inbox(database: Database, room: int = 100):
    inbox = Inbox(database, room)
    await inbox.start()
    yield inbox
    await inbox.stop()


async def test_a_delivery_is_stored_once_and_in_order(database):
    async with open_inbox(database) as inbox:
        assert [await inbox.put(job(n)) for n in (1, 2, 1, 3)] == [True, True, False, True]
        assert [(d.guid, d.job) for d in inbox.waiting(10)] == [(f"guid-{n}", job(n)) for n in (1, 2, 3)]
        assert [d.guid for d in inbox.waiting(2)] == ["guid-1", "guid-2"]
        inbox.drained([inbox.waiting(1)[0].seq])
        assert inbox.depth() == 2


async def test_many_at_once_share_a_transaction_and_one_is_new(database):
    commits = []
    async with open_inbox(database) as inbox:
        sa.event.listen(database.inbox, "commit", commits.append)
        stored = await asyncio.gather(*(inbox.put(job(n % 10)) for n in range(80)))
    assert stored == [True] * 10 + [False] * 70
    assert len(commits) == 1


async def test_it_outlives_the_process(database):
    async with open_inbox(database) as inbox:
        await inbox.put(job(1))
    async with open_inbox(database) as inbox:
        assert await inbox.put(job(1)) is False
        assert inbox.depth() == 1


async def test_a_delivery_that_failed_may_come_again_in_a_new_place(database):
    async with open_inbox(database) as inbox:
        await inbox.put(job(1))
        await inbox.put(job(2))
        seqs = [d.seq for d in inbox.waiting(10)]
        inbox.drained(seqs)
        inbox.failed("guid-1")
        assert [await inbox.put(job(n)) for n in (1, 2)] == [True, False]
        (again,) = inbox.waiting(10)
        assert again.guid == "guid-1"
        assert again.seq > max(seqs)
        assert await inbox.put(job(1)) is False


async def test_no_room_is_said_at_once(database):
    async with open_inbox(database, room=3) as inbox:
        results = await asyncio.gather(*(inbox.put(job(n)) for n in range(5)), return_exceptions=True)
        assert [r if isinstance(r, bool) else type(r) for r in results] == [True] * 3 + [Unavailable] * 2
        assert await inbox.put(job(9)) is True


async def test_a_store_that_refuses_is_said_and_heals(database):
    async with open_inbox(database) as inbox:
        with database.inbox.begin() as connection:
            connection.execute(sa.text("ALTER TABLE testwarden_delivery RENAME TO away"))
        with pytest.raises(Unavailable):
            await inbox.put(job(1))
        with pytest.raises(sa.exc.OperationalError):
            await inbox.probe()
        with database.inbox.begin() as connection:
            connection.execute(sa.text("ALTER TABLE away RENAME TO testwarden_delivery"))
        await inbox.probe()
        assert await inbox.put(job(1)) is True


async def test_a_disk_that_is_full_when_a_transaction_ends_is_noticed(database):
    """SQLite writes nothing before: what is taken back has tried nothing."""
    full = [True]

    def end(_: sa.Connection) -> None:
        if full:
            raise sa.exc.OperationalError("COMMIT", None, Exception("database or disk is full"))

    async with open_inbox(database) as inbox:
        sa.event.listen(database.inbox, "commit", end)
        with pytest.raises(Unavailable):
            await inbox.put(job(1))
        for _ in range(2):
            with pytest.raises(sa.exc.OperationalError):
                await inbox.probe()
        full.clear()
        assert await inbox.probe() == 0
        assert await inbox.put(job(1)) is True
        assert await inbox.probe() == 1


async def test_it_does_not_start_on_a_store_that_refuses_and_leaves_no_trace_on_one_that_does_not(database):
    async with open_inbox(database) as inbox:
        assert inbox.waiting(10) == []
    with database.inbox.begin() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM testwarden_delivery")).scalar() == 0
        connection.execute(sa.text("DROP TABLE testwarden_delivery"))
    with pytest.raises(sa.exc.OperationalError):
        await Inbox(database).start()


async def test_what_waits_is_written_before_it_stops(database):
    async with open_inbox(database) as inbox:
        puts = [asyncio.create_task(inbox.put(job(n))) for n in range(5)]
        await asyncio.sleep(0)
    assert [p.result() for p in puts] == [True] * 5


async def test_an_unreadable_row_is_handed_on_as_such(database):
    async with open_inbox(database) as inbox:
        await inbox.put(job(1))
        with database.inbox.begin() as connection:
            connection.execute(sa.text("UPDATE testwarden_delivery SET job = '{\"old\": 1}'"))
        assert [(d.guid, d.job) for d in inbox.waiting(1)] == [("guid-1", None)]


def test_it_is_a_file_of_its_own_synced_at_each_commit(database, tmp_path):
    assert sorted(p.name for p in (tmp_path / "state").glob("*.sqlite")) == ["jobs-inbox.sqlite", "jobs.sqlite"]
    for engine in (database.engine, database.drain, database.inbox):
        with engine.connect() as connection:
            pragmas = [
                connection.execute(sa.text(f"PRAGMA {p}")).scalar() for p in ("journal_mode", "synchronous", "foreign_keys")
            ]
            assert pragmas == ["wal", 2, 1]
            assert connection.connection.dbapi_connection.isolation_level == "IMMEDIATE"
    with sqlite3.connect(tmp_path / "state" / "jobs-inbox.sqlite") as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(testwarden_delivery)")]
    assert columns == ["seq", "guid", "pull", "job", "received_at", "drained_at", "failed"]  # no payload is kept


def test_another_database_is_refused():
    with pytest.raises(ValueError, match="only sqlite"):
        Database("mysql://u:p@db/jobs")
