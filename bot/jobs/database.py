"""Where the work is kept: the engine's database, the inbox beside it, and the few tables of our own.

On SQLite the inbox is a file of its own, so that a delivery is never kept waiting by the engine's many small writes.
"""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

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
    """One set of SQLAlchemy engines. `engine` and `drain` reach the engine's database, `inbox` the deliveries."""

    def __init__(self, url: str) -> None:
        self.url = url
        made = sa.make_url(url)
        if made.get_backend_name() != "sqlite" or not made.database:
            raise ValueError("only sqlite:///PATH is supported")
        self.path = Path(made.database)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        inbox = self.path.with_name(f"{self.path.stem}-inbox{self.path.suffix or '.sqlite'}")
        self.engine = _sqlite(self.path, 2)  # DBOS's own: more connections only queue up for SQLite's one write lock
        self.drain = _sqlite(self.path, 2)
        self.inbox = _sqlite(inbox, 2)

    def create(self) -> None:
        """Make the tables that are missing."""
        metadata.create_all(self.engine)
        inbox_metadata.create_all(self.inbox)
        # An inbox that was lost, or left out of a backup, must not count from 1 again below the heads we know.
        with self.engine.connect() as connection:
            last = connection.execute(sa.select(sa.func.coalesce(sa.func.max(pull_head.c.seq), 0))).scalar_one()
        begin = "INSERT INTO sqlite_sequence (name, seq) SELECT :name, :seq WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence)"
        with self.inbox.begin() as connection:
            connection.execute(sa.text(begin), {"name": delivery.name, "seq": last})

    def dispose(self) -> None:
        for engine in (self.engine, self.drain, self.inbox):
            engine.dispose()


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
