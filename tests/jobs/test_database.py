"""The engines on either database: what they let go of."""

import pytest
import sqlalchemy as sa

from bot.jobs.database import Database
from bot.jobs.inbox import Inbox
from tests.jobs.world import job


@pytest.mark.parametrize("which", ["engine", "drain", "inbox", "lease"])
def test_a_connection_that_comes_back_after_the_end_is_closed(store, which):
    database = Database(store.url)
    database.create()
    with getattr(database, which).connect() as connection:
        raw = connection.connection.dbapi_connection
        database.dispose()
        assert raw.cursor().execute("SELECT 1") is not None, "whoever uses it ends its work"
    with pytest.raises(Exception, match="closed"):
        raw.cursor().execute("SELECT 1")


def test_a_connection_that_has_rested_is_asked_before_it_is_used(postgres_server, postgres_url, monkeypatch):
    database = Database(postgres_url)
    for rested, stands in ((60, False), (0, True)):
        with database.drain.connect() as connection:
            connection.execute(sa.select(1))
        postgres_server.stop()
        postgres_server.start()
        monkeypatch.setattr("bot.jobs.database.RESTED", rested)
        with database.drain.connect() as connection:
            if stands:
                assert connection.execute(sa.select(1)).scalar() == 1
            else:
                with pytest.raises(sa.exc.OperationalError):
                    connection.execute(sa.select(1))
    database.dispose()


async def test_a_server_that_was_away_between_two_deliveries_costs_none(postgres_server, postgres_url):
    database = Database(postgres_url)
    inbox = Inbox(database)
    await inbox.start()
    assert await inbox.put(job("one")) is True
    postgres_server.stop()
    postgres_server.start()
    assert await inbox.put(job("two")) is True
    assert await inbox.put(job("one")) is False
    await inbox.stop()
    database.dispose()
