"""Comments of ours whose finding is gone, and comes back."""

from dataclasses import replace

import pytest

from bot.core.markdown import mark
from bot.model import PullRequest, Spoken
from bot.ports import Later
from bot.sandbox.faults import SECONDARY
from bot.sandbox.journal import Exchange
from bot.sandbox.repository import Pull as StandInPull
from bot.sandbox.server import StandIn
from tests.github.conftest import House, unsealed
from tests.github.publishing import CLEAN, REVIEWS, comment, perform, plan, posted


def gone(spoken: Spoken) -> Spoken:
    return replace(spoken, body=f"Gone.\n\n{mark('fixed', fp=spoken.fingerprint)}")


async def said_and_retired(house: House, pull: StandInPull, request: PullRequest) -> None:
    await perform(house, request, plan(pull, [comment(2)]))
    spoken = (await house.forge.read(request, [])).earlier.spoken
    await perform(house, request, plan(pull, retire=tuple(gone(s) for s in spoken)))


async def test_a_retired_comment_is_folded_away(house: House, pull: StandInPull, request_: PullRequest) -> None:
    await said_and_retired(house, pull, request_)
    ((_, said),) = pull.review_comments
    assert (unsealed(said.body), said.minimized) == (f"Gone.\n\n{mark('fixed', fp='02')}", "resolved")
    earlier = (await house.forge.read(request_, [])).earlier
    assert earlier.spoken == ()
    assert [(s.fingerprint, s.line, s.resolved) for s in earlier.retired] == [("02", 2, False)]


@pytest.mark.parametrize("fault", ["forbidden", "lost", "limited", "broken"])
async def test_folding_away_is_as_good_as_can_be_done(
    github: StandIn, house: House, pull: StandInPull, request_: PullRequest, fault: str
) -> None:
    def minimizing(exchange: Exchange) -> bool:
        return b"minimizeComment" in exchange.body

    errors = {"errors": [{"type": "FORBIDDEN", "message": "Resource not accessible by integration"}], "data": {"c0": None}}
    match fault:
        case "forbidden":
            github.faults.answer("POST /graphql", 200, errors, when=minimizing)
        case "lost":
            github.faults.answer("POST /graphql", 502, times=3, when=minimizing)
        case "limited":
            github.faults.answer("POST /graphql", 403, SECONDARY, when=minimizing)
        case "broken":
            github.faults.answer("POST /graphql", 200, b"<html>", when=minimizing)
    await perform(house, request_, plan(pull, [comment(2)]))
    spoken = (await house.forge.read(request_, [])).earlier.spoken
    if fault == "limited":  # the check that follows is put off with everything else
        with pytest.raises(Later):
            await perform(house, request_, plan(pull, check=CLEAN, retire=tuple(gone(s) for s in spoken)))
    else:
        await perform(house, request_, plan(pull, check=CLEAN, retire=tuple(gone(s) for s in spoken)))
        assert pull.repository.check_runs[-1].conclusion == "success"
    assert [unsealed(c.body) for _, c in pull.review_comments] == [f"Gone.\n\n{mark('fixed', fp='02')}"]
    assert github.faults.left == 0


async def test_a_finding_that_is_back_in_its_place_is_said_by_its_old_comment(
    github: StandIn, house: House, pull: StandInPull, request_: PullRequest
) -> None:
    await said_and_retired(house, pull, request_)
    await perform(house, request_, plan(pull, [comment(2), comment(3)]))
    assert posted(pull) == ["02", "03"]
    ((_, old), (_, new)) = pull.review_comments
    assert (unsealed(old.body), old.minimized) == (comment(2).body, None)
    assert unsealed(new.body) == comment(3).body
    assert len(pull.reviews) == 2
    assert [s.fingerprint for s in (await house.forge.read(request_, [])).earlier.spoken] == ["02", "03"]


async def test_where_nothing_else_is_new_nobody_is_notified(
    github: StandIn, house: House, pull: StandInPull, request_: PullRequest
) -> None:
    await said_and_retired(house, pull, request_)
    before = github.journal.count(REVIEWS)
    await perform(house, request_, plan(pull, [comment(2)]))
    assert github.journal.count(REVIEWS) == before
    assert posted(pull) == ["02"]


@pytest.mark.parametrize("touched", ["answered", "resolved", "moved", "outdated", "deleted"])
async def test_a_comment_that_somebody_touched_stays_as_it_is(
    house: House, pull: StandInPull, request_: PullRequest, touched: str
) -> None:
    await said_and_retired(house, pull, request_)
    thread = pull.threads[0]
    line = 2
    match touched:
        case "answered":
            pull.reply(thread, "mona", "thanks")
        case "resolved":
            thread.resolved_by = pull.author
        case "moved":
            thread.now = replace(thread.original, line=4)
        case "outdated":
            thread.now = None
        case "deleted":
            pull.threads.clear()
    before = [unsealed(c.body) for _, c in pull.review_comments]
    await perform(house, request_, plan(pull, [comment(line)]))
    after = [unsealed(c.body) for _, c in pull.review_comments]
    assert after == [*before, comment(line).body]
