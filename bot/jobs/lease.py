"""Who is still alive, among processes on any machines that share one database: each says so, again and again, by its clock."""

import math
import os
import socket
import threading
import time
import uuid

import sqlalchemy as sa

from bot.jobs.database import Database, metadata, upsert
from bot.telemetry import describe, logger

_KEPT = 100  # leases: after so many, what a dead process left has been taken up, and its row is of no use

_process = sa.Table(
    "testwarden_process",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("seen", sa.Float, nullable=False),
)


class Lease:
    """This process's name in the queue, and whether another name's process lives: it was heard within `seconds`.

    `epoch` grows when this process was silent for that long: what it ran before may be another's by now. The beat has a thread
    of its own, so that nothing this process is busy with makes it look dead. Where the database was away, all were silent: the
    others are given as long as a lease to be heard again.
    """

    def __init__(self, database: Database, seconds: float) -> None:
        self.name = f"{socket.gethostname()[:60]}-{os.getpid()}-{uuid.uuid4().hex[:12]}"
        self._database, self._seconds = database, seconds
        self._heard = time.monotonic()
        self._back = -math.inf  # when we were heard again after a silence
        self.epoch = 0
        self._stop = threading.Event()
        self._beat()
        self._thread = threading.Thread(target=self._keep_on, name="lease", daemon=True)
        self._thread.start()

    @property
    def lost(self) -> bool:
        """Others may think that we are dead, and take over what we run."""
        return time.monotonic() - self._heard > self._seconds

    def alive(self, name: str) -> bool:
        if name == self.name or self.lost or time.monotonic() - self._back < self._seconds:
            return True
        known = sa.select(_process.c.name).where(_process.c.name == name, _process.c.seen > self._database.now - self._seconds)
        with self._database.lease.connect() as connection:
            return connection.execute(known).first() is not None

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        try:
            with self._database.lease.begin() as connection:
                connection.execute(_process.delete().where(_process.c.name == self.name))
        except sa.exc.DBAPIError as error:
            logger.warning("the lease runs out by itself", **describe(error))

    def _keep_on(self) -> None:
        while not self._stop.wait(self._seconds / 4):
            try:
                self._beat()
            except Exception as error:
                logger.error("the lease was not renewed", **describe(error))

    def _beat(self) -> None:
        begun = time.monotonic()
        with self._database.lease.begin() as connection:
            upsert(connection, _process, {"name": self.name, "seen": self._database.now}, "name")
            connection.execute(_process.delete().where(_process.c.seen < self._database.now - self._seconds * _KEPT))
        if begun - self._heard > self._seconds:
            self.epoch += 1
            self._back = begun
        self._heard = begun
