"""Two processes at one job say everything once."""

import pytest

from bot.model import PullRequest
from bot.ports import Later
from bot.sandbox.faults import SECONDARY, asks_for_pull
from bot.sandbox.repository import Pull as StandInPull
from bot.sandbox.server import StandIn
from tests.github.conftest import House
from tests.github.publishing import COMMENTS, comment, plan, posted


async def test_two_processes_at_one_job_say_everything_once(
    github: StandIn, house: House, pull: StandInPull, request_: PullRequest
) -> None:
    """Both have read what stands before either has written."""
    review = plan(pull, [comment(2), comment(3)])
    first, second = [await house.forge.begin(request_, (await house.forge.read(request_, [])).earlier) for _ in range(2)]
    await house.forge.publish(request_, review, first)
    before = len(github.journal.writes)
    await house.forge.publish(request_, review, second)
    assert github.journal.writes[before:] == []
    assert posted(pull) == ["02", "03"]
    assert len(pull.comments) == 1
    assert [(run.status, run.conclusion) for run in pull.repository.check_runs] == [("completed", "failure")]


async def test_what_another_process_left_unsaid_is_said(
    github: StandIn, house: House, pull: StandInPull, request_: PullRequest
) -> None:
    """It died between its writes: after its comments, before its summary."""
    stale = await house.forge.begin(request_, (await house.forge.read(request_, [])).earlier)
    github.faults.answer(COMMENTS, 403, SECONDARY)
    with pytest.raises(Later):
        await house.forge.publish(request_, plan(pull, [comment(2)]), stale)
    house.clock.time += 60
    await house.forge.publish(request_, plan(pull, [comment(2), comment(3)]), stale)
    assert posted(pull) == ["02", "03"]
    assert len(pull.reviews) == 2
    assert len(pull.comments) == 1


async def test_a_check_that_the_last_look_does_not_show_is_still_ours(
    github: StandIn, house: House, pull: StandInPull, request_: PullRequest
) -> None:
    """The server that answers may not have heard of it yet."""
    earlier = await house.forge.begin(request_, (await house.forge.read(request_, [])).earlier)

    def behind(data: dict[str, object]) -> dict[str, object]:
        data["data"]["repository"]["head"] = None  # type: ignore[index]
        return data

    github.faults.rewrite("*", behind, when=asks_for_pull)
    await house.forge.publish(request_, plan(pull, [comment(2)]), earlier)
    assert [(run.status, run.conclusion) for run in pull.repository.check_runs] == [("completed", "failure")]


async def test_the_last_look_at_a_large_talk_is_made_in_small_pages(
    github: StandIn, house: House, pull: StandInPull, request_: PullRequest
) -> None:
    earlier = await house.forge.begin(request_, (await house.forge.read(request_, [])).earlier)
    github.faults.answer("*", 502, times=3, when=asks_for_pull)
    await house.forge.publish(request_, plan(pull, [comment(2)]), earlier)
    assert posted(pull) == ["02"]
    assert b"reviewThreads(first:20)" in github.journal.matching("POST /graphql")[-1].body
