"""What a sweep looks at."""

from dataclasses import dataclass

from bot.model.delivery import Pull


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A webhook delivery that reached us on no attempt. `attempt` is GitHub's number of the latest one, `at` its time (epoch)."""

    guid: str
    attempt: int
    at: float
    event: str
    installation: int | None = None


@dataclass(frozen=True, slots=True)
class Installation:
    id: int
    account: str
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository that an installation gave us."""

    installation: int
    id: int
    owner: str
    name: str
    archived: bool = False


@dataclass(frozen=True, slots=True)
class CheckRun:
    """A check run of ours, of one pull's head. `started` is 0 where GitHub names no time."""

    id: int
    completed: bool
    started: float = 0.0


@dataclass(frozen=True, slots=True)
class OpenPull:
    """An open pull and what our checks say at its head. `checks` None: the installation does not let us see checks."""

    pull: Pull
    head: str
    draft: bool = False
    updated: float = 0.0
    checks: tuple[CheckRun, ...] | None = ()

    @property
    def reviewed(self) -> bool:
        """A check of ours has come to its end at this head. (Where we see none, we cannot tell that it has not.)"""
        return self.checks is None or any(check.completed for check in self.checks)
