"""What the benchmarks share: whole trees and commits as pull requests, run through the real story with a real analyst."""

import resource
import subprocess
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.analysis.pool import Pool
from bot.core.fingerprint import stamp
from bot.core.languages import Languages
from bot.core.select import by_content, by_path
from bot.core.verdict import conclude

from bot.model import ChangedFile, Finding, Reading, Rulebook, Skipped, Source, Verdict
from bot.rulebook import load, load_languages


@dataclass(frozen=True)
class Seen:
    """One pull request as the bot saw it."""

    sources: tuple[Source, ...]
    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    verdict: Verdict
    seconds: float


@dataclass(frozen=True)
class Bench:
    pool: Pool
    rulebook: Rulebook
    languages: Languages

    async def look(self, files: Sequence[ChangedFile], texts: dict[str, str]) -> Seen:
        """Review these changed files; `texts` holds the head's content of each."""
        begun = time.perf_counter()
        candidates, passed = by_path(files, self.languages)
        held = {c.file.path: texts[c.file.path] for c in candidates if c.file.path in texts}
        sources, unread = by_content(candidates, Reading(texts=held), self.languages)
        scan = await self.pool.scan(sources)
        findings = stamp(scan.hits, self.rulebook)
        skipped = (*passed, *unread, *scan.skipped)
        return Seen(tuple(sources), findings, skipped, conclude(findings, skipped), time.perf_counter() - begun)


@asynccontextmanager
async def bench(workers: int = 2) -> AsyncIterator[Bench]:
    """A started analyst with the whole rulebook."""
    rulebook = load()
    pool = Pool(rulebook, workers=workers)
    await pool.start()
    try:
        yield Bench(pool, rulebook, load_languages())
    finally:
        await pool.close()


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


def peak_children_mb() -> float:
    """The largest resident size any finished child has had, in MB."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
