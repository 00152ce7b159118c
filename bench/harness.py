"""What the benchmarks share: whole trees and commits as pull requests, run through the real story with a real analyst."""

import resource
import subprocess
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.analysis.limits import Limits
from bot.analysis.pool import Pool
from bot.core.languages import Languages
from bot.core.words import BINARY
from bot.model import (
    Candidate,
    Cause,
    ChangedFile,
    ConfigText,
    ConfigTexts,
    Earlier,
    Finding,
    Job,
    Kind,
    Pull,
    PullRequest,
    Reading,
    Review,
    Rulebook,
    Skipped,
    Source,
)
from bot.review import review
from bot.rulebook import load, load_languages

OUT = Path(__file__).parent / "out"
TREE_SECONDS = 3600.0  # a whole tree is no pull request: it is read to its end


@dataclass(frozen=True)
class Seen:
    """One pull request as the bot saw it: its plan, what its shadow rules would have said, and how long it took."""

    plan: Review
    shadow: tuple[Finding, ...]
    sources: tuple[Source, ...]
    seconds: float


@dataclass(frozen=True)
class Given:
    """A forge that holds one pull request: its changed files, the head's text of each, and what the binaries among them begin
    with."""

    files: Sequence[ChangedFile]
    texts: Mapping[str, str]
    binaries: Mapping[str, str]

    async def pull(self, job: Job) -> PullRequest:
        return PullRequest(job.pull, base_sha="0" * 40, base_ref="main", head_sha="1" * 40, changed_files=len(self.files))

    async def changes(self, request: PullRequest) -> tuple[Sequence[ChangedFile], Sequence[Skipped]]:
        return self.files, ()

    async def read(self, request: PullRequest, candidates: Sequence[Candidate]) -> Reading:
        wanted = {c.file.path: c.kind for c in candidates}
        texts = {path: text for path, text in self.texts.items() if path in wanted}
        opaque = [path for path in self.binaries if path in wanted]
        unread = (Skipped(path, BINARY, clouds=wanted[path] is Kind.CODE) for path in opaque)
        return Reading(texts, tuple(unread), binaries={path: self.binaries[path] for path in opaque})

    async def configuration(self, request: PullRequest) -> ConfigTexts:
        return ConfigTexts()

    async def extended(self, request: PullRequest, reference: str) -> ConfigText | None:
        return None

    async def begin(self, request: PullRequest, earlier: Earlier) -> Earlier:
        return earlier

    async def publish(self, request: PullRequest, review: Review, earlier: Earlier) -> None:
        """Nothing: the plan is the answer."""


@dataclass(frozen=True)
class Bench:
    pool: Pool
    rulebook: Rulebook
    languages: Languages

    async def look(
        self, files: Sequence[ChangedFile], texts: Mapping[str, str], binaries: Mapping[str, str] | None = None
    ) -> Seen:
        """Review these changed files; `texts` holds the head's content of each, `binaries` what the others' first bytes say."""
        begun = time.perf_counter()
        job = Job("bench", Pull(1, 1, "bench", "bench", 1), Cause.OPENED)
        outcome = await review(job, Given(files, texts, binaries or {}), self.pool, self.rulebook, self.languages, "2026-01-01")
        assert outcome.review is not None, outcome.ended
        return Seen(outcome.review, outcome.shadow, outcome.sources, time.perf_counter() - begun)


@asynccontextmanager
async def bench(rules: Path | None = None, workers: int = 2) -> AsyncIterator[Bench]:
    """A started analyst as the server has it, with the whole rulebook or the rules of one directory."""
    rulebook = load(rules)
    pool = Pool(rulebook, workers, Limits(pull_seconds=TREE_SECONDS), cache=_cache(), warm=True)
    await pool.start()
    try:
        yield Bench(pool, rulebook, load_languages())
    finally:
        await pool.close()


def _cache() -> Path:
    """Where the compiled token rules are kept from one run to the next."""
    OUT.mkdir(exist_ok=True)
    cache = OUT / "cache"
    cache.mkdir(exist_ok=True)
    return cache


def added(path: str, text: str) -> ChangedFile:
    """A file as a pull request adds it."""
    lines = text.split("\n")
    body = "\n".join("+" + line for line in (lines[:-1] if lines[-1] == "" else lines))
    count = body.count("\n") + 1 if text else 0
    return ChangedFile(path, "added", f"@@ -0,0 +1,{count} @@\n{body}" if text else None, additions=count)


def git(repo: Path, *arguments: str) -> bytes:
    """A git command on a repository (a work tree or a bare directory). Nothing of the repository is executed."""
    safe = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]
    return subprocess.run(["git", *safe, "-C", str(repo), *arguments], check=True, capture_output=True).stdout


def percentile(values: Iterable[float], share: float) -> float:
    """The nearest-rank percentile; 0 for no values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def cpu_seconds() -> tuple[float, float]:
    """The CPU this process and its finished children have used, which what else the machine does hardly touches."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime, children.ru_utime + children.ru_stime


def peak_children_mb() -> float:
    """The largest resident size any finished child has had, in MB."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
