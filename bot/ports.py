"""What the story needs from outside, and the two ways outside can fail it."""

from collections.abc import Sequence
from typing import Protocol

from bot.model import Candidate, ChangedFile, Earlier, Job, PullRequest, Reading, Review, Scan, Skipped, Source


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
