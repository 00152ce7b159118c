"""Whether what a run is about to write is still its to write: the last look before each write, which nothing outside can make."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from bot.jobs.lease import Lease
from bot.jobs.liveness import Liveness
from bot.ports import Later

LOST = "lease-lost"
_held: ContextVar[Callable[[], bool] | None] = ContextVar("held", default=None)


@contextmanager
def inside(liveness: Liveness | Lease) -> Iterator[None]:
    """What is done inside is this process's for as long as its lease does not run out, not even for a moment: a process that was
    stopped, or cut off, and goes on does not know who has its jobs now."""
    epoch = liveness.epoch
    token = _held.set(lambda: not liveness.lost and liveness.epoch == epoch)
    try:
        yield
    finally:
        _held.reset(token)


def check() -> None:
    """Return when the run that this is called in may write, or when there is none. Raises Later otherwise: whoever has the job
    now has its next attempt, and if nobody has, that will be made."""
    held = _held.get()
    if held is not None and not held():
        raise Later(LOST, 1)
