"""A job on its way through the queue: what to do, which try this is, and the run's name. Stored as JSON, never pickled."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from enum import Enum
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from bot.model import Cause, Job, Pull

T = TypeVar("T")
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


def key(pull: Pull) -> str:
    """What makes two jobs be about the same pull, whatever its repository is called today."""
    return f"{pull.installation}:{pull.repository_id}:{pull.number}"


def dump(value: Ticket | Job) -> dict[str, Any]:
    """Plain data: what `load` reads, and JSON can hold."""
    return asdict(value)


def load(kind: type[T], data: object) -> T:
    """The value that `dump` made plain. Fields that are missing take their default, so that what an older version has stored can
    be read. Raises KeyError, TypeError or ValueError for what is no such value."""
    revived: T = _revive(kind, data)
    return revived


def _revive(kind: Any, data: object) -> Any:
    if isinstance(kind, type) and is_dataclass(kind):
        if not isinstance(data, Mapping):
            raise TypeError(f"no {kind}")
        unknown = data.keys() - {f.name for f in fields(kind)}
        if unknown:
            raise KeyError(*sorted(unknown)[:1])
        hints = _hints(kind)
        return kind(**{name: _revive(hints[name], value) for name, value in data.items()})
    if get_origin(kind) in (Union, UnionType):
        (inner,) = (k for k in get_args(kind) if k is not NoneType)
        return None if data is None else _revive(inner, data)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(data)
    if type(data) is not kind:
        raise TypeError(f"expected {kind}")
    return data


@lru_cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
