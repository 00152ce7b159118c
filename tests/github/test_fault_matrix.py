"""Whatever GitHub does to whichever request of a review: in the end everything is said, and nothing twice."""

from collections.abc import Callable
from datetime import UTC, datetime

import aiohttp
import pytest

from bot.core.markdown import marks
from bot.github import client as client_module
from bot.ports import Later
from bot.sandbox.faults import SECONDARY, Faults, Gate
from bot.sandbox.repository import Pull as StandInPull
from bot.sandbox.server import StandIn
from tests.github.conftest import PIPED, House, unsealed

TEST = f"def test_install():\n    run('{PIPED}')\n"
MINT = "POST */access_tokens"
OPERATIONS = {
    "mint": (MINT, 0),
    "pull": ("POST /graphql", 0),
    "files": ("GET */files", 0),
    "blobs": ("POST /graphql", 1),
    "check begun": ("POST */check-runs", 0),
    "last look": ("POST /graphql", 2),
    "review": ("POST */reviews", 0),
    "summary": ("POST */comments", 0),
    "check completed": ("PATCH */check-runs/*", 0),
}
Script = Callable[[Faults, str, int], object]
FAULTS: dict[str, Script] = {
    "500": lambda f, on, skip: f.answer(on, 500, skip=skip),
    "502 after the effect": lambda f, on, skip: f.answer(on, 502, b"<html>Bad gateway</html>", skip=skip, after_effect=True),
    "503 with a time": lambda f, on, skip: f.answer(on, 503, None, {"Retry-After": "90"}, skip=skip),
    "broken for a minute": lambda f, on, skip: f.answer(on, 502, skip=skip, times=4),
    "reset before the effect": lambda f, on, skip: f.reset(on, skip=skip, times=2),
    "reset after the effect": lambda f, on, skip: f.reset(on, skip=skip, after_effect=True),
    "401": lambda f, on, skip: f.answer(on, 401, "Bad credentials", skip=skip),
    "403 of a young token": lambda f, on, skip: f.answer(on, 403, "Resource not accessible by integration", skip=skip, times=2),
    "404": lambda f, on, skip: f.answer(on, 404, "Not Found", skip=skip),
    "secondary limit": lambda f, on, skip: f.answer(on, 403, SECONDARY, skip=skip),
    "secondary limit with a time": lambda f, on, skip: f.answer(on, 429, SECONDARY, {"Retry-After": "30"}, skip=skip),
    "half of the JSON": lambda f, on, skip: f.answer(on, 200, b'{"data": {"repository": {"na', skip=skip, after_effect=True),
    "a page for people": lambda f, on, skip: f.answer(on, 200, b"<html>Unicorn!</html>", skip=skip, after_effect=True),
}
# An App without a valid key, or without an installation, has nobody to speak for: that ends a job or waits for an operator.
FINAL = {("mint", "404"), ("mint", "403 of a young token")}


@pytest.fixture
def pull(github: StandIn, house: House, monkeypatch: pytest.MonkeyPatch) -> StandInPull:
    """Both sides go by one clock, so that an hour can pass."""
    monkeypatch.setattr(github.world, "now", lambda: datetime.fromtimestamp(house.clock.time, UTC).replace(microsecond=0))
    return github.repository("acme/rocket").open_pull({"tests/test_a.py": TEST, "tests/test_b.py": TEST})


async def until_reviewed(house: House, pull: StandInPull) -> int:
    """Come back as often as we are told to, as a job does; how often that was."""
    for tries in range(12):
        try:
            assert (await house.look(pull)).ended == "reviewed"
        except Later as later:
            house.clock.time += later.seconds
        else:
            return tries
    raise AssertionError("never reviewed")


def said_once(pull: StandInPull) -> None:
    findings = [m.fields["fp"] for _, said in pull.review_comments for m in marks(said.body) if m.kind == "finding"]
    assert len(findings) == len(set(findings)) == 2
    assert [[m.kind for m in marks(unsealed(said.body))] for said in pull.comments] == [["summary"]]
    completed = [run for run in pull.repository.check_runs if run.status == "completed"]
    assert completed
    assert all((run.conclusion, len(run.annotations)) == ("failure", 2) for run in completed)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("operation", OPERATIONS)
async def test_every_fault_at_every_request(github: StandIn, house: House, pull: StandInPull, operation: str, fault: str) -> None:
    if (operation, fault) in FINAL:
        pytest.skip("ends the job")
    on, skip = OPERATIONS[operation]
    FAULTS[fault](github.faults, on, skip)
    await until_reviewed(house, pull)
    said_once(pull)
    before = len(github.journal.writes)
    assert await until_reviewed(house, pull) == 0
    assert github.journal.writes[before:] == []
    assert github.faults.left == 0


@pytest.mark.parametrize("operation", ["pull", "files", "review", "summary", "check completed"])
async def test_an_answer_that_takes_too_long(
    github: StandIn, house: House, pull: StandInPull, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    monkeypatch.setattr(client_module, "TIMEOUT", aiohttp.ClientTimeout(total=5, sock_read=0.2))
    on, skip = OPERATIONS[operation]
    gate: Gate = github.faults.hold(on, skip=skip, after_effect=True)
    try:
        await until_reviewed(house, pull)
        said_once(pull)
    finally:
        gate.release()


@pytest.mark.parametrize("seed", range(8))
async def test_several_faults_in_one_life(github: StandIn, house: House, pull: StandInPull, seed: int) -> None:
    """A fault at every request of the first runs, another one each time."""
    names = [name for name in FAULTS if name not in ("404", "403 of a young token", "401")]
    for n, operation in enumerate(operation for operation in OPERATIONS if operation != "mint"):
        on, skip = OPERATIONS[operation]
        FAULTS[names[(seed + 3 * n) % len(names)]](github.faults, on, skip)
    await until_reviewed(house, pull)
    said_once(pull)


async def test_a_token_that_ends_in_the_middle_is_renewed(github: StandIn, house: House, pull: StandInPull) -> None:
    request = await house.forge.pull(house.job(pull))
    house.clock.time += 60
    github.world.expire_tokens()
    files, _ = await house.forge.changes(request)
    assert len(files) == 2
    assert github.journal.count(MINT) == 2
