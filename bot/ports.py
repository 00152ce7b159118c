"""What the story needs from outside, and the two ways outside can fail it."""

from collections.abc import Sequence
from typing import Protocol

from bot.model import (
    Candidate,
    ChangedFile,
    CheckRun,
    ConfigText,
    ConfigTexts,
    Dismissal,
    Earlier,
    Installation,
    Job,
    OpenPull,
    Place,
    Pull,
    PullRequest,
    Reading,
    Repository,
    Review,
    Scan,
    Skipped,
    Source,
    Spoken,
    Undelivered,
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

    async def configuration(self, request: PullRequest) -> ConfigTexts:
        """The configuration files in force: the base branch's as it is now, and the organisation's (at most five minutes old)."""

    async def extended(self, request: PullRequest, reference: str) -> ConfigText | None:
        """The file that `extends: owner/repo[:path]` names. None when it is not there, belongs to another owner, is not open to
        this installation, or is private while the pull's repository is not."""

    async def changes(self, request: PullRequest) -> tuple[Sequence[ChangedFile], Sequence[Skipped]]:
        """The changed files in GitHub's order, and what the listing could not show (more files than GitHub lists)."""

    async def read(self, request: PullRequest, candidates: Sequence[Candidate]) -> Reading:
        """The candidates' contents at the head, what could not be read, and what we said on this pull before."""

    async def begin(self, request: PullRequest, earlier: Earlier) -> Earlier:
        """Show that we are looking; returns `earlier` with the check's identity."""

    async def publish(self, request: PullRequest, review: Review, earlier: Earlier) -> None:
        """Perform the plan, once, whatever dies in between; says nothing when nothing changed."""


class Dialogue(Protocol):
    """How people are talked with on a pull. Every method may raise Gone or Later, and may be repeated: nothing is said twice."""

    async def permission(self, pull: Pull, login: str) -> str:
        """What the repository lets a person do: none, read, triage, write, maintain or admin. Nobody we know of: none."""

    async def react(self, pull: Pull, place: Place, reaction: str) -> None:
        """Put eyes, +1, -1 or confused under a comment. As good as can be done: what GitHub refuses is no error."""

    async def answer(self, pull: Pull, place: Place, text: str) -> None:
        """Answer a comment where it stands, once: an answer of ours that names it is looked for first.

        In a locked conversation, and where we may not write, nothing is said.
        """

    async def thread_of(self, pull: Pull, comment_id: int) -> tuple[Spoken, ...]:
        """The findings that the first comment of a thread names, when it is ours; else nothing."""

    async def pull_of(self, repository: Pull, head: str) -> Pull | None:
        """The pull whose check of ours stands at that commit, the last one if there are several. Of `repository` the number does
        not count."""

    async def pass_on(self, pull: Pull, head: str) -> None:
        """Give a merge group its check at once, as neutral: its pulls were reviewed one by one, and the queue waits for it.
        Of `pull` only the repository counts."""


class Installations(Protocol):
    """What a sweep asks of the forge. Every method may raise Gone or Later."""

    async def undelivered(self, since: float) -> Sequence[Undelivered]:
        """The deliveries since that time (epoch) of which no attempt has reached us, oldest first. GitHub keeps three days."""

    async def redeliver(self, attempt: int) -> None:
        """Have GitHub send a delivery again, under the GUID that it had. One that GitHub has forgotten is no error."""

    async def installations(self) -> Sequence[Installation]:
        """Everybody who has installed us."""

    async def repositories(self, installation: int) -> Sequence[Repository]:
        """What an installation lets us see."""

    async def open_pulls(self, repository: Repository) -> Sequence[OpenPull]:
        """The open pulls, the last updated first, each with our checks at its head. One request for fifty."""

    async def leave(self, pull: Pull, check: CheckRun, reason: str) -> None:
        """End a check of ours as neutral: nobody is at it any more. `reason` is one sentence, and says what to do next."""


class Analyst(Protocol):
    async def scan(self, sources: Sequence[Source]) -> Scan:
        """Hits on changed lines. Never raises for what a file holds: a file that could not be analysed is in `skipped`."""


class Memory(Protocol):
    """What people told us, durably. A repository is known by its id, so nothing is lost when it is renamed."""

    async def dismissals(self, pull: Pull) -> Sequence[Dismissal]:
        """What was dismissed and holds for this pull, oldest first: findings of its repository, rules on this pull."""

    async def dismiss(self, pull: Pull, dismissal: Dismissal) -> None:
        """Keep it, in place of an earlier one of the same target; as of today, unless it says of when it is."""

    async def restore(self, pull: Pull, target: str) -> bool:
        """Forget the dismissal of that target that holds for this pull; False when there is none."""

    async def pause(self, pull: Pull, by: str) -> None:
        """From now on new pushes to the pull are not looked at."""

    async def resume(self, pull: Pull) -> None:
        """New pushes are looked at again."""

    async def paused(self, pull: Pull) -> str:
        """Who paused the pull, '' when nobody did."""

    async def admit(self, job: Job, trusted: bool) -> bool:
        """Count a command; False when the pull has had too many of late. The same delivery counts once. `trusted`: given by
        somebody who may write to the repository."""

    async def forget(self, installation: int) -> None:
        """The App was uninstalled: keep nothing of what people told us there."""
