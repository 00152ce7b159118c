"""Where the work is kept, SQLite files or one PostgreSQL database: the engine's tables, the inbox, and the few of our own.

On SQLite the inbox is a file of its own, so that a delivery is never kept waiting by the engine's many small writes.
"""

import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite

RESTED = 2.0  # seconds after which a connection is asked whether it still stands, before it is used
_MIGRATION = 7_236_811_501_423  # arbitrary, ours: who makes tables, one process at a time
metadata = sa.MetaData()
inbox_metadata = sa.MetaData()

delivery = sa.Table(
    "testwarden_delivery",
    inbox_metadata,
    sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("guid", sa.Text, nullable=False, unique=True),
    sa.Column("pull", sa.Text, nullable=False),
    sa.Column("job", sa.Text, nullable=False),
    sa.Column("received_at", sa.Float, nullable=False),
    sa.Column("drained_at", sa.Float),
    sa.Column("failed", sa.Boolean, nullable=False, default=False),
    sqlite_autoincrement=True,  # a sequence number is never used twice, not even after old rows are gone
)
sa.Index(
    "testwarden_delivery_waiting",
    delivery.c.seq,
    sqlite_where=delivery.c.drained_at.is_(None),
    postgresql_where=delivery.c.drained_at.is_(None),
)

# The newest head we were told of, per pull, and the run that owns it. `state`: queued | running | settled.
pull_head = sa.Table(
    "testwarden_pull",
    metadata,
    sa.Column("pull", sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("head", sa.Text, nullable=False),
    sa.Column("run", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
)


class Database:
    """One set of SQLAlchemy engines. `engine` and `drain` reach the engine's database, `inbox` the deliveries, `lease` whatever
    must not wait for the others. `single` is `drain` for a single statement, which a server takes as a transaction without being
    told of its begin and end. `shared`: many machines may reach it, and the inbox is in it."""

    def __init__(self, url: str) -> None:
        made = sa.make_url(url)
        self.shared = made.get_backend_name() == "postgresql"
        if self.shared:
            made = made.set(drivername="postgresql+psycopg")
            self.url = made.render_as_string(hide_password=False)
            self.engine = _postgres(made, 12)
            self.drain = _postgres(made, 4)
            self.single: sa.Engine = self.drain.execution_options(isolation_level="AUTOCOMMIT")
            # GitHub hangs up after 10 seconds: whoever waits longer for the disk or another writer had better say so.
            self.inbox = _postgres(made, 2, "lock_timeout=5s", "statement_timeout=8s")
            self.lease = _postgres(made, 2, "lock_timeout=2s", "statement_timeout=4s")
            return
        if made.get_backend_name() != "sqlite" or not made.database:
            raise ValueError("only sqlite:///PATH and postgresql://... are supported")
        self.url = url
        path = Path(made.database)
        path.parent.mkdir(parents=True, exist_ok=True)
        self.engine = _sqlite(path, 2)  # DBOS's own: more connections only queue up for SQLite's one write lock
        self.drain = self.single = _sqlite(path, 2)
        self.lease = _sqlite(path, 1)
        self.inbox = _sqlite(path.with_name(f"{path.stem}-inbox{path.suffix or '.sqlite'}"), 2)

    @property
    def schema(self) -> str | None:
        """Where the engine's own tables are."""
        return "dbos" if self.shared else None

    @property
    def path(self) -> Path | None:
        """The SQLite file."""
        return None if self.shared else Path(str(self.engine.url.database))

    def create(self) -> None:
        """Make the tables that are missing. Raises DBAPIError when this process may not."""
        if self.shared:
            if self._complete():
                return  # nothing to make: a process that serves needs no right to make tables
            with self.engine.begin() as connection:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION)))
                metadata.create_all(connection)
                inbox_metadata.create_all(connection)
            return
        metadata.create_all(self.engine)
        inbox_metadata.create_all(self.inbox)
        # An inbox that was lost, or left out of a backup, must not count from 1 again below the heads we know.
        with self.engine.connect() as connection:
            last = connection.execute(sa.select(sa.func.coalesce(sa.func.max(pull_head.c.seq), 0))).scalar_one()
        begin = "INSERT INTO sqlite_sequence (name, seq) SELECT :name, :seq WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence)"
        with self.inbox.begin() as connection:
            connection.execute(sa.text(begin), {"name": delivery.name, "seq": last})

    def _complete(self) -> bool:
        return metadata.tables.keys() | inbox_metadata.tables.keys() <= set(sa.inspect(self.engine).get_table_names())

    @property
    def now(self) -> sa.ColumnElement[float]:
        """The database's clock, in seconds since the epoch: the one that all processes have in common."""
        if self.shared:
            return sa.cast(sa.extract("epoch", sa.func.clock_timestamp()), sa.Float)
        return sa.literal_column("(julianday('now') - 2440587.5) * 86400.0", sa.Float())

    def until_colon(self, text: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
        """A text up to its first colon: the installation, of a pull's key."""
        if self.shared:
            return sa.func.split_part(text, ":", 1)
        return sa.func.substr(text, 1, sa.func.instr(text, ":"))

    def dispose(self) -> None:
        """Close every connection: those in use, which threads of the engine may have after it has ended, as they come back."""
        for engine in (self.engine, self.drain, self.inbox, self.lease):
            event.listen(engine, "checkin", _close)  # first, so that none comes back into a pool that nobody empties any more
            engine.dispose()


def upsert(
    connection: sa.Connection,
    table: sa.Table,
    row: Mapping[str, object],
    key: str,
    where: Callable[[Any], sa.ColumnElement[bool]] | None = None,
) -> bool:
    """Put the row in place of the one with its key; `where`, given the new row's columns, may keep that. Whether it was put."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    new = dialect.insert(table).values(**row)
    rest = {name: new.excluded[name] for name in row if name != key}
    guard = where(new.excluded) if where else None
    put = new.on_conflict_do_update(index_elements=[key], set_=rest, where=guard).returning(table.c[key])
    return connection.execute(put).first() is not None


def insert_new(connection: sa.Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """An insert that leaves alone the rows that are there."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def _close(connection: Any, record: sa.pool.ConnectionPoolEntry) -> None:
    if connection is not None:  # one that broke was closed then
        record.invalidate()


def _postgres(url: sa.URL, connections: int, *settings: str) -> sa.Engine:
    """A server that has gone is noticed within seconds, also where nobody hangs up; a process that has stopped in the middle of
    a transaction does not keep its locks."""
    arguments = {"application_name": "testwarden", "connect_timeout": 5, "tcp_user_timeout": 10_000, "keepalives_idle": 5}
    given: dict[str, Any] = {name: value for name, value in arguments.items() if name not in url.query}
    options = [f"-c {s}" for s in ("idle_in_transaction_session_timeout=20s", *settings)]
    given["options"] = " ".join([*options, str(url.query.get("options", ""))])
    engine = sa.create_engine(
        url.difference_update_query(["options"]),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=15,
        hide_parameters=True,  # an error's text must not carry a row
        connect_args=given,
    )

    @event.listens_for(engine, "checkin")
    def rest(_connection: Any, record: sa.pool.ConnectionPoolEntry) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def wake(connection: Any, record: sa.pool.ConnectionPoolEntry, _proxy: Any) -> None:
        """Before each use, as the pool itself would ask, the question is a fifth of all that a busy server hears."""
        if time.monotonic() - record.info.get("rests_since", math.inf) > RESTED:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error:
                raise sa.exc.InvalidatePoolError from None  # and the pool connects anew

    return engine


def _sqlite(path: Path, connections: int) -> sa.Engine:
    """Durable and without surprises: write-ahead log synced at each commit, write lock taken when a transaction begins."""
    engine = sa.create_engine(
        f"sqlite:///{path}",
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,  # an error's text must not carry a row
        connect_args={"timeout": 30, "check_same_thread": False, "isolation_level": "IMMEDIATE"},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine
