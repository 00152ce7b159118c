"""A job on its way through the queue: what to do, which try this is, and the run's name. Stored as JSON, never pickled."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from bot.model import Cause, Command, Job, Place, Pull

COMMAND, PUSH, SWEEP = 1, 10, 50  # priorities inside one installation: the smaller number is served first


@dataclass(frozen=True, slots=True)
class Ticket:
    """`run` names the run over all its attempts; `attempt` counts them. Of these, `tries` failed or died with their process
    and `waits` were put off by the forge. A `tracked` run stands for its pull's newest head and ends when a newer one comes."""

    job: Job
    run: str
    tracked: bool
    attempt: int = 0
    tries: int = 0
    waits: int = 0

    @property
    def id(self) -> str:
        """The workflow's id: the same attempt enqueued twice is one workflow."""
        return f"{self.run}:{self.attempt}"

    @property
    def priority(self) -> int:
        return {Cause.COMMAND: COMMAND, Cause.RERUN: COMMAND, Cause.SWEEP: SWEEP}.get(self.job.cause, PUSH)

    def failed(self) -> "Ticket":
        return replace(self, attempt=self.attempt + 1, tries=self.tries + 1)

    def put_off(self) -> "Ticket":
        return replace(self, attempt=self.attempt + 1, waits=self.waits + 1)

    def handed_on(self) -> "Ticket":
        return replace(self, attempt=self.attempt + 1)

    def at_current_head(self) -> "Ticket":
        """The same run, now about whatever head the pull has."""
        return replace(self, attempt=self.attempt + 1, job=replace(self.job, head=None))

    def dump(self) -> dict[str, Any]:
        return asdict(self)


def key(pull: Pull) -> str:
    """What makes two jobs be about the same pull, whatever its repository is called today."""
    return f"{pull.installation}:{pull.repository_id}:{pull.number}"


def load(data: Mapping[str, Any]) -> Ticket:
    """The ticket that `dump` wrote. Raises KeyError, TypeError or ValueError for anything else."""
    return Ticket(**{**data, "job": load_job(data["job"])})


def load_job(data: Mapping[str, Any]) -> Job:
    pull, command = Pull(**data["pull"]), data.get("command")
    return Job(**{**data, "pull": pull, "cause": Cause(data["cause"]), "command": command and _load_command(command)})


def _load_command(data: Mapping[str, Any]) -> Command:
    place = data["place"]
    return Command(**{**data, "place": place and Place(**place)})
