"""The queue behind a small interface: enqueue, cancel, rescue. DBOS is known here, in workflow.py and in service.py alone."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer, EnqueueOptions

from bot.jobs.database import Database
from bot.jobs.ticket import Ticket, dump, load
from bot.telemetry import logger

APPLICATION = "testwarden"
VERSION = "1"  # of what is stored in the queue; the default, a hash of our source, would strand every queued job at a deploy
WORKFLOW = "review"
REVIEWS = "reviews"
SUSPECTS = "suspects"  # one at a time: a job that takes its process down a second time takes no neighbour along
SLOTS = 32  # runs at a time, of one process
SHARE = 4  # of the slots an installation has one in so many: an organisation's burst leaves room for the others
SERIALIZER = DBOSPortableJSONSerializer()  # the default is pickle: code execution for whoever can write the database
_WAITING = ["ENQUEUED", "DELAYED"]
_DEAD = ["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_SHOWN = {"ENQUEUED": "waiting", "DELAYED": "put-off", "PENDING": "running", **dict.fromkeys(_DEAD, "dead")}
_AT_ONCE = 500


class Queue:
    """Durable runs. Every method blocks on the database: call it in a thread."""

    def __init__(self, database: Database) -> None:
        DBOS.migrate(database.url)
        self._database = database
        self._compare_clocks()
        self._client = DBOSClient(system_database_engine=database.drain, application_name=APPLICATION, serializer=SERIALIZER)

    def register(self, polling_seconds: float, slots: int = SLOTS) -> None:
        """Declare the queues; a worker started afterwards listens at once. The suspects can wait a second. What is declared last
        holds for every process."""
        self._client.register_queue(
            REVIEWS,
            worker_concurrency=slots,
            partition_worker_concurrency=max(1, slots // SHARE),
            polling_interval_sec=polling_seconds,
        )
        self._client.register_queue(SUSPECTS, worker_concurrency=1, polling_interval_sec=1)

    def enqueue(self, ticket: Ticket, delay: float | None = None, connection: sa.Connection | None = None) -> None:
        """Make the ticket a run, at once or after `delay` seconds, inside the caller's transaction when it brings one.
        Enqueuing the same ticket again does nothing."""
        options = EnqueueOptions(workflow_name=WORKFLOW, queue_name=REVIEWS, workflow_id=ticket.id, app_version=VERSION)
        if ticket.tries >= 2:
            options["queue_name"] = SUSPECTS
        else:
            options["queue_partition_key"] = str(ticket.job.pull.installation)
        options["priority"] = ticket.priority
        if delay is not None:
            options["delay_seconds"] = delay - self._ahead
        if connection is None:
            self._client.enqueue(options, dump(ticket))
        else:
            self._client.enqueue_in_transaction(connection, options, dump(ticket))

    def cancel(self, run: str) -> None:
        """End every attempt of the run that has not begun. (One that looks now ends by itself, see jobs/watch: the engine would
        complain that it could not note the outcome of what others had ended.)"""
        attempts = self._client.list_workflows(workflow_id_prefix=f"{run}:", status=_WAITING, load_input=False, load_output=False)
        self._client.cancel_workflows([a.workflow_id for a in attempts])

    def rescue(self, alive: Callable[[str], bool]) -> int:
        """Give what processes no longer `alive` were running to whoever comes next, as a further try; how many there were.

        The engine itself only resumes what a process of the same name left. The further try is enqueued before the old one is
        ended, under a name of its own, so that dying in between, or two rescuers at once, neither lose nor double it.
        """
        self._compare_clocks()
        found = self._client.list_workflows(status="PENDING", name=WORKFLOW, load_output=False)
        dead = {name for name in {w.executor_id for w in found} if name and not alive(name)}
        stranded = [w for w in found if w.executor_id in dead]
        for workflow in stranded:
            try:
                ticket = load(Ticket, workflow.input["args"][0] if workflow.input else None)
            except (KeyError, TypeError, ValueError):
                logger.error("a stranded job cannot be read", workflow=workflow.workflow_id)
            else:
                self.enqueue(ticket.failed())
        self._client.cancel_workflows([w.workflow_id for w in stranded])
        return len(stranded)

    def counts(self) -> Mapping[str, int]:
        """How many jobs wait, are put off, run, are dead. (The engine's tables are documented for such questions:
        docs.dbos.dev/explanations/system-tables.)"""
        table = sa.table("workflow_status", sa.column("status"), sa.column("name"), schema=self._database.schema)
        asked = (table.c.name == WORKFLOW) & table.c.status.in_(list(_SHOWN))
        rows = sa.select(table.c.status, sa.func.count()).where(asked).group_by(table.c.status)
        counts = dict.fromkeys(_SHOWN.values(), 0)
        with self._database.drain.connect() as connection:
            for status, count in connection.execute(rows):
                counts[_SHOWN[status]] += count
        return counts

    def dead(self, most: int) -> Iterator[tuple[str, Ticket, str, float]]:
        """The jobs that were given up, the last first: id, ticket, reason, time."""
        for w in self._client.list_workflows(status=_DEAD, name=WORKFLOW, limit=most, sort_desc=True):
            try:
                ticket = load(Ticket, w.input["args"][0] if w.input else None)
            except (KeyError, TypeError, ValueError):
                logger.error("a dead letter cannot be read", workflow=w.workflow_id)
                continue
            reason = str(w.error).removeprefix("given up: ") if w.error else "unknown"
            yield w.workflow_id, ticket, reason, (w.completed_at or w.updated_at or 0) / 1000

    def forget(self, workflow: str) -> None:
        self._client.delete_workflows([workflow])

    def expire(self, before: float, dead_before: float) -> int:
        """Delete what ended before a time (epoch), dead letters before an earlier one; how many there were."""
        deleted = 0
        for statuses, end in ((["SUCCESS", "CANCELLED"], before), (_DEAD, dead_before)):
            until = datetime.fromtimestamp(end, UTC).isoformat()
            while found := self._client.list_workflows(
                status=statuses, completed_before=until, limit=_AT_ONCE, load_input=False, load_output=False
            ):
                self._client.delete_workflows([w.workflow_id for w in found])
                deleted += len(found)
        return deleted

    def _compare_clocks(self) -> None:
        """The engine reckons by each machine's own clock: what a wrong one puts off for a minute must not wait for an hour."""
        with self._database.drain.connect() as connection:
            self._ahead = time.time() - connection.execute(sa.select(self._database.now)).scalar_one()

    def close(self) -> None:
        self._client.destroy()
