"""The engines on either database: what they let go of."""

import pytest

from bot.jobs.database import Database


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
