"""Which releases passed the rules' self-test: what one process has seen pass, the others on its database need not try again."""

import sqlalchemy as sa

from bot.jobs.database import Database, metadata, upsert

DAYS = 30  # a release that is started again later than this is tried again

_passed = sa.Table(
    "testwarden_self_test",
    metadata,
    sa.Column("release", sa.Text, primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
)


class Passed:
    """A release is whatever text tells it from every other. Each method blocks on the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def holds(self, release: str) -> bool:
        """Whether it passed, not long ago."""
        lately = _passed.c.at > self._database.now - DAYS * 86400
        with self._database.single.connect() as connection:
            return connection.execute(sa.select(_passed.c.at).where(_passed.c.release == release, lately)).first() is not None

    def note(self, release: str) -> None:
        """It passed just now."""
        with self._database.drain.begin() as connection:
            connection.execute(_passed.delete().where(_passed.c.at < self._database.now - DAYS * 86400))
            upsert(connection, _passed, {"release": release, "at": self._database.now}, "release")
