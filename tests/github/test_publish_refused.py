"""What GitHub refuses of a plan costs nothing else of it."""

from dataclasses import replace

import pytest

from bot.core import words
from bot.core.markdown import marks
from bot.github import publish
from bot.model import PullRequest
from bot.ports import Gone
from bot.sandbox.repository import Pull as StandInPull
from bot.sandbox.server import StandIn
from tests.github.conftest import House, unsealed
from tests.github.publishing import COMMENTS, PATH, REVIEWS, comment, perform, plan, posted


async def test_one_bad_comment_does_not_cost_the_others(
    github: StandIn, house: House, pull: StandInPull, request_: PullRequest
) -> None:
    good = [comment(n) for n in range(1, 30)]
    bad = comment(99)
    review = plan(pull, [*good[:11], bad, *good[11:]])
    await perform(house, request_, review)
    assert posted(pull) == sorted(c.fingerprint for c in good)
    assert github.journal.count(REVIEWS) <= 11
    (summary,) = pull.comments
    assert summary.body.startswith(review.summary)
    assert words.UNPLACED in summary.body
    assert "**Bad** 99" in summary.body
    assert f"`{PATH}:99`" in summary.body
    assert [(m.kind, m.fields) for m in marks(unsealed(summary.body))][1:] == [("unplaced", {"head": pull.head_sha, "fp": "99"})]
    bodies = {r.body for r in pull.reviews}
    assert "The body." not in bodies
    assert all("new security defect" in body for body in bodies)


async def test_what_was_refused_is_not_tried_again_at_the_same_head(
    github: StandIn, house: House, pull: StandInPull, request_: PullRequest
) -> None:
    await perform(house, request_, plan(pull, [comment(2), comment(99)]))
    github.journal.clear()
    await perform(house, request_, plan(pull, [comment(99)]))
    assert not github.journal.writes
    pull.push({PATH: "".join(f"{n}\n" for n in range(120))})
    request = await house.forge.pull(house.job(pull))
    await perform(house, request, plan(pull, [comment(99)]))
    assert posted(pull) == ["02", "99"]
    assert [unsealed(c.body) for c in pull.comments] == [plan(pull).summary]


async def test_the_search_for_bad_comments_ends(
    github: StandIn, house: House, pull: StandInPull, request_: PullRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "ATTEMPTS", 3)
    comments = [comment(1), comment(98), comment(2), comment(99)]
    await perform(house, request_, plan(pull, comments))
    assert github.journal.count(REVIEWS) == 3
    (summary,) = pull.comments
    said = set(posted(pull)) | set(marks(unsealed(summary.body))[-1].fields["fp"].split(","))
    assert said == {c.fingerprint for c in comments}


async def test_all_that_was_refused_fits_into_the_summary(house: House, pull: StandInPull, request_: PullRequest) -> None:
    long = [replace(comment(n), body=f"**Bad** {n}\n" + "x" * 9000) for n in range(90, 99)]
    await perform(house, request_, plan(pull, long))
    (summary,) = pull.comments
    assert len(summary.body) <= publish.BODY_LIMIT
    assert marks(unsealed(summary.body))[-1].fields["fp"] == "90,91,92,93,94,95,96,97,98"


async def test_a_pending_review_of_ours_is_removed(
    github: StandIn, house: House, pull: StandInPull, request_: PullRequest
) -> None:
    pull.add_review(github.app.bot, "forgotten", "PENDING", pull.head_sha, github.app)
    await perform(house, request_, plan(pull, [comment(2), comment(3)]))
    assert [(r.state, r.body) for r in pull.reviews] == [("COMMENTED", "The body.")]
    assert posted(pull) == ["02", "03"]


async def test_a_pending_review_that_stays_is_not_fought(
    github: StandIn, house: House, pull: StandInPull, request_: PullRequest
) -> None:
    error = {"message": "Unprocessable Entity", "errors": ["User can only have one pending review per pull request"]}
    github.faults.answer(REVIEWS, 422, error, times=50)
    await perform(house, request_, plan(pull, [comment(2)]))
    assert github.journal.count(REVIEWS) == 2
    assert "**Bad** 02" in pull.comments[0].body


@pytest.mark.parametrize("known", [True, False])
async def test_a_locked_conversation_leaves_the_check(
    github: StandIn, house: House, pull: StandInPull, request_: PullRequest, known: bool
) -> None:
    pull.locked = True
    request = replace(request_, locked=known)
    await perform(house, request, plan(pull, [comment(2)]))
    assert (pull.reviews, pull.comments) == ([], [])
    assert [(run.conclusion, run.title) for run in pull.repository.check_runs] == [("failure", "Title")]
    github.journal.clear()
    await perform(house, replace(request, locked=True), plan(pull, [comment(2)]))
    assert [e.operation for e in github.journal] == ["POST /graphql"]


async def test_a_lock_in_the_last_moment(github: StandIn, house: House, pull: StandInPull, request_: PullRequest) -> None:
    gate = github.faults
    gate.answer(COMMENTS, 403, "Unable to create comment because issue is locked.")
    await perform(house, request_, plan(pull, [comment(2)]))
    assert posted(pull) == ["02"]
    assert [run.conclusion for run in pull.repository.check_runs] == ["failure"]


async def test_reading_rights_alone_still_make_a_check(github: StandIn, house: House, pull: StandInPull) -> None:
    installation = github.world.installation_of("acme")
    assert installation is not None
    installation.permissions["pull_requests"] = "read"
    request = await house.forge.pull(house.job(pull))
    await perform(house, request, plan(pull, [comment(2)]))
    assert [run.conclusion for run in pull.repository.check_runs] == ["failure"]


async def test_no_rights_to_say_anything(github: StandIn, house: House, pull: StandInPull) -> None:
    installation = github.world.installation_of("acme")
    assert installation is not None
    installation.permissions["pull_requests"] = "read"
    del installation.permissions["checks"]
    request = await house.forge.pull(house.job(pull))
    with pytest.raises(Gone) as caught:
        await perform(house, request, plan(pull, [comment(2)]))
    assert caught.value.reason == "forbidden"
