"""A forge without GitHub: a change on this machine, reviewed by the same story, and a plan that nobody performs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.model import Candidate, ChangedFile, ConfigText, ConfigTexts, Earlier, Job, PullRequest, Reading, Review, Skipped

SUBMODULE, SYMLINK = "submodule", "symbolic link"
LARGEST = 3_000_000
NO_CONFIG = ConfigTexts()


class LocalError(Exception):
    """What the user asked for cannot be done. The message is one sentence and ends with what to do next."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be reviewed. `head` is '' where no commit is known. `read` gives the chosen files' texts, as `Forge.read`."""

    base: str
    head: str
    changed: tuple[ChangedFile, ...]
    passed: tuple[Skipped, ...]
    read: Callable[[Sequence[Candidate]], Reading]
    config: ConfigTexts = NO_CONFIG


class LocalForge:
    """`ports.Forge` over a Change. Publishing keeps the plan in `plan`."""

    def __init__(self, change: Change) -> None:
        self._change = change
        self.plan: Review | None = None

    async def pull(self, job: Job) -> PullRequest:
        count = len(self._change.changed) + len(self._change.passed)
        return PullRequest(job.pull, self._change.base, "", self._change.head, changed_files=count)

    async def configuration(self, request: PullRequest) -> ConfigTexts:
        return self._change.config

    async def extended(self, request: PullRequest, reference: str) -> ConfigText | None:
        """Another repository is not on this machine, nor is the organisation's file: they say nothing here."""
        return ConfigText(reference, b"")

    async def changes(self, request: PullRequest) -> tuple[Sequence[ChangedFile], Sequence[Skipped]]:
        return self._change.changed, self._change.passed

    async def read(self, request: PullRequest, candidates: Sequence[Candidate]) -> Reading:
        return self._change.read(candidates)

    async def begin(self, request: PullRequest, earlier: Earlier) -> Earlier:
        return earlier

    async def publish(self, request: PullRequest, review: Review, earlier: Earlier) -> None:
        self.plan = review
