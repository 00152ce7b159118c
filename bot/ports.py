"""What the story needs from outside, and the two ways outside can fail it."""

from collections.abc import Sequence
from typing import Protocol

from bot.model import (
    Candidate,
    ChangedFile,
    Dismissal,
    Earlier,
    Job,
    Pull,
    PullRequest,
    Reading,
    Review,
    Scan,
    Skipped,
    Source,
)


class Gone(Exception):
    """There is nothing to review any more: closed, deleted, suspended, or a newer head owns it. Final; `reason` is a slug."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Later(Exception):
    """Not now: run the job again after `seconds` (as the forge asked, when it said). `reason` is a slug."""

    def __init__(self, reason: str, seconds: float) -> None:
        super().__init__(f"{reason}, again in {seconds:.0f} s")
        self.reason = reason
        self.seconds = seconds


class Forge(Protocol):
    """Where the pull request lives. Every method may raise Gone or Later."""

    async def pull(self, job: Job) -> PullRequest:
        """The pull at the head the job is about; waits out the race in which the event arrives before the API knows."""

    async def changes(self, request: PullRequest) -> tuple[Sequence[ChangedFile], Sequence[Skipped]]:
        """The changed files in GitHub's order, and what the listing could not show (more files than GitHub lists)."""

    async def read(self, request: PullRequest, candidates: Sequence[Candidate]) -> Reading:
        """The candidates' contents at the head, what could not be read, and what we said on this pull before."""

    async def begin(self, request: PullRequest, earlier: Earlier) -> Earlier:
        """Show that we are looking; returns `earlier` with the check's identity."""

    async def publish(self, request: PullRequest, review: Review, earlier: Earlier) -> None:
        """Perform the plan, once, whatever dies in between; says nothing when nothing changed."""


class Analyst(Protocol):
    async def scan(self, sources: Sequence[Source]) -> Scan:
        """Hits on changed lines. Never raises for what a file holds: a file that could not be analysed is in `skipped`."""


class Memory(Protocol):
    """What people told us, durably. A repository is known by its id, so nothing is lost when it is renamed."""

    async def dismissals(self, pull: Pull) -> Sequence[Dismissal]:
        """What was dismissed and holds for this pull, oldest first: findings of its repository, rules on this pull."""

    async def dismiss(self, pull: Pull, dismissal: Dismissal) -> None:
        """Keep it, in place of an earlier one of the same target."""

    async def restore(self, pull: Pull, target: str) -> bool:
        """Forget the dismissal of that target that holds for this pull; False when there is none."""

    async def pause(self, pull: Pull, by: str) -> None:
        """From now on new pushes to the pull are not looked at."""

    async def resume(self, pull: Pull) -> None:
        """New pushes are looked at again."""

    async def paused(self, pull: Pull) -> str:
        """Who paused the pull, '' when nobody did."""

    async def admit(self, job: Job) -> bool:
        """Count a command; False when the pull has had too many of late. The same delivery counts once."""
