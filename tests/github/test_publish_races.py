"""The plan, performed once, whatever happens in between."""

import pytest

from bot.model import Earlier, PullRequest
from bot.ports import Gone, Later
from bot.sandbox.faults import asks_for_pull
from bot.sandbox.repository import Pull as StandInPull
from bot.sandbox.server import StandIn
from tests.github.conftest import House, unsealed
from tests.github.publishing import COMMENT, COMMENTS, PATH, REVIEWS, UPDATE, comment, perform, plan, posted


async def test_a_head_that_moved_stops_it(github: StandIn, house: House, pull: StandInPull, request_: PullRequest) -> None:
    review = plan(pull, [comment(2)])
    pull.push({PATH: "other\n"})
    with pytest.raises(Gone) as caught:
        await perform(house, request_, review)
    assert caught.value.reason == "superseded"
    assert (pull.reviews, pull.comments) == ([], [])


async def test_a_forced_push_in_the_last_moment_stops_it(
    github: StandIn, house: House, pull: StandInPull, request_: PullRequest
) -> None:
    review = plan(pull, [comment(2), comment(3)])
    earlier = await house.forge.begin(request_, Earlier())
    old = pull.head_sha
    pull.push({PATH: "other\n"}, onto=pull.base_sha)

    def stale(data: dict[str, object]) -> dict[str, object]:
        data["data"]["repository"]["pullRequest"]["headRefOid"] = old  # type: ignore[index]
        return data

    github.faults.rewrite("*", stale, when=asks_for_pull)
    with pytest.raises(Gone) as caught:
        await house.forge.publish(request_, review, earlier)
    assert caught.value.reason == "superseded"
    assert github.journal.count(REVIEWS) == 1
    assert pull.comments == []


@pytest.mark.parametrize("after_effect", [True, False])
@pytest.mark.parametrize("operation", [REVIEWS, COMMENTS])
async def test_a_lost_answer_is_looked_up_before_it_is_repeated(
    github: StandIn, house: House, pull: StandInPull, request_: PullRequest, operation: str, after_effect: bool
) -> None:
    github.faults.reset(operation, after_effect=after_effect)
    await perform(house, request_, plan(pull, [comment(2), comment(3)]))
    assert posted(pull) == ["02", "03"]
    assert len(pull.reviews) == 1
    assert [unsealed(c.body) for c in pull.comments] == [plan(pull).summary]
    assert github.faults.left == 0


@pytest.mark.parametrize("after_effect", [True, False])
async def test_a_lost_edit_is_made_again(
    github: StandIn, house: House, pull: StandInPull, request_: PullRequest, after_effect: bool
) -> None:
    await perform(house, request_, plan(pull))
    github.faults.answer(COMMENT, 502, after_effect=after_effect)
    await perform(house, request_, plan(pull, summary="Other"))
    assert [unsealed(c.body) for c in pull.comments] == [plan(pull, summary="Other").summary]


async def test_a_comment_said_before_does_not_hide_a_lost_one(
    github: StandIn, house: House, pull: StandInPull, request_: PullRequest
) -> None:
    """The plan may say a fingerprint anew; only what appeared since we looked counts as posted."""
    await perform(house, request_, plan(pull, [comment(2)]))
    github.faults.reset(REVIEWS)
    await perform(house, request_, plan(pull, [comment(2), comment(3)]))
    assert posted(pull) == ["02", "02", "03"]


@pytest.mark.parametrize("operation", [REVIEWS, COMMENTS, UPDATE])
async def test_a_limit_in_the_middle_loses_and_repeats_nothing(
    github: StandIn, house: House, pull: StandInPull, request_: PullRequest, operation: str
) -> None:
    github.faults.secondary_limit(operation)
    with pytest.raises(Later) as caught:
        await perform(house, request_, plan(pull, [comment(2)]))
    assert (caught.value.reason, caught.value.seconds) == ("secondary-rate-limit", 60.0)
    house.clock.time += 60
    said = posted(pull)
    await perform(house, request_, plan(pull, [] if said else [comment(2)]))
    assert posted(pull) == ["02"]
    assert [unsealed(c.body) for c in pull.comments] == [plan(pull).summary]
    assert [run.status for run in pull.repository.check_runs] == ["completed"]


async def test_an_answer_lost_twice_is_left_for_later(
    github: StandIn, house: House, pull: StandInPull, request_: PullRequest
) -> None:
    github.faults.answer(REVIEWS, 502, times=2)
    with pytest.raises(Later) as caught:
        await perform(house, request_, plan(pull, [comment(2)]))
    assert caught.value.reason == "answer-lost"
    assert [run.status for run in pull.repository.check_runs] == ["in_progress"]
