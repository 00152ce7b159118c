"""What a server does about a job: two organisations, one analyst."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import pytest

from bot.analysis import child
from bot.analysis.pool import Pool
from bot.core.specimens import github_token
from bot.github.forge import GitHubForge
from bot.model import Candidate, ChangedFile, Dismissal, Outcome, Pull, PullRequest, Reading
from bot.ports import Memory
from bot.rulebook import load, load_languages
from bot.telemetry import Metrics
from bot.wiring.work import Work
from tests.bot.test_review import JOB, Forge

MASTER = "the webhook's secret"
LINE = f'TOKEN = "{github_token()}"'


class Leaky(Forge):
    """A forge with one pull, that adds a token."""

    dialogue = None

    def __init__(self) -> None:
        super().__init__(files=(ChangedFile("tests/test_a.py", "added", f"@@ -0,0 +1 @@\n+{LINE}", additions=1),))

    async def read(self, request: PullRequest, candidates: Sequence[Candidate]) -> Reading:
        return Reading({c.file.path: f"{LINE}\n" for c in candidates})


class Forgetful:
    """A memory of nothing."""

    async def paused(self, pull: Pull) -> str:
        return ""

    async def dismissals(self, pull: Pull) -> tuple[Dismissal, ...]:
        return ()


async def test_one_value_has_another_hash_in_each_organisation_and_no_child_learns_our_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rules, outcomes, sent = load(), list[Outcome](), bytearray()

    def frame(message: object) -> bytes:
        sent.extend(whole(message))
        return whole(message)

    whole = child.frame
    monkeypatch.setattr(child, "frame", frame)
    pool = Pool(rules)
    await pool.start()
    try:
        work = Work(cast(GitHubForge, Leaky()), pool, cast(Memory, Forgetful()), rules, load_languages(), "", MASTER)
        run = work.counted(Metrics(), outcomes.append)
        for installation in (1, 2, 1):
            await run(replace(JOB, pull=replace(JOB.pull, installation=installation)))
    finally:
        await pool.close()
    one, two, again = ([f.secret.hash for f in o.review.findings if f.secret] for o in outcomes if o.review)
    assert len(one) == 1
    assert one == again != two
    assert all(len(hash) == 16 for hash in one + two)
    assert github_token().encode() in sent  # so this does see what a child is told
    assert MASTER.encode() not in sent
