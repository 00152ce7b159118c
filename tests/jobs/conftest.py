"""Both places where work is kept, for the tests that hold on either."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bot.jobs.service import Jobs
from bot.telemetry import Metrics
from tests.jobs.world import HASTE, World


class Store:
    """A database of one test's own. `query` reads it past the code under test."""

    def __init__(self, url: str, path: Path | None = None) -> None:
        self.url, self._path = url, path

    @property
    def is_file(self) -> bool:
        return self._path is not None

    def query(self, sql: str) -> list[tuple]:
        """`{engine}` stands for where the engine's tables are."""
        if self._path:
            with sqlite3.connect(self._path) as connection:
                return connection.execute(sql.format(engine="main")).fetchall()
        with psycopg.connect(self.url) as connection:
            return connection.execute(sql.format(engine="dbos")).fetchall()

    def change(self, sql: str) -> None:
        """Where the deliveries are."""
        if self._path:
            with sqlite3.connect(self._path.with_name("jobs-inbox.sqlite")) as connection:
                connection.execute(sql)
            return
        with psycopg.connect(self.url) as connection:
            connection.execute(sql)

    def everything(self) -> str:
        """All that is stored, as text."""
        if self._path:
            files = [p for p in self._path.parent.iterdir() if p.is_file()]
            return "".join(file.read_bytes().decode("latin-1") for file in files)
        with psycopg.connect(self.url) as connection:
            tables = connection.execute(
                "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables "
                "WHERE schemaname IN ('public', 'dbos')"
            ).fetchall()
            return "\n".join(r[0] for (t,) in tables for r in connection.execute(f"SELECT x::text FROM {t} x").fetchall())

    def states(self) -> Counter[str]:
        return Counter(row[0] for row in self.query("SELECT status FROM {engine}.workflow_status"))


@pytest.fixture(params=["sqlite", "postgres"])
def store(request, tmp_path) -> Iterator[Store]:
    if request.param == "sqlite":
        yield Store(f"sqlite:///{tmp_path}/jobs.sqlite", tmp_path / "jobs.sqlite")
        return
    yield Store(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def world():
    return World()


@pytest.fixture
async def jobs(world, store):
    jobs = await Jobs.start(store.url, world.run, Metrics(), patience=HASTE, settle=0)
    yield jobs
    await jobs.stop()
