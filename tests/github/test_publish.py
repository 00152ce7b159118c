"""The plan, performed once."""

from bot.model import PullRequest, Spoken
from bot.sandbox.repository import Pull as StandInPull
from bot.sandbox.server import StandIn
from tests.github.conftest import House, sealed, unsealed
from tests.github.publishing import COMMENT, PATH, REVIEWS, comment, perform, plan


async def test_one_review_with_all_comments(github: StandIn, house: House, pull: StandInPull, request_: PullRequest) -> None:
    await perform(house, request_, plan(pull, [comment(2), comment(5, start=3)]))
    (sent,) = github.journal.matching(REVIEWS)
    assert sent.json == {
        "commit_id": pull.head_sha,
        "event": "COMMENT",
        "body": "The body.",
        "comments": [
            {"path": PATH, "body": sealed(pull, comment(2).body), "line": 2, "side": "RIGHT"},
            {
                "path": PATH,
                "body": sealed(pull, comment(5).body),
                "line": 5,
                "side": "RIGHT",
                "start_line": 3,
                "start_side": "RIGHT",
            },
        ],
    }
    assert [unsealed(c.body) for c in pull.comments] == [plan(pull).summary]


async def test_no_comments_no_review(github: StandIn, house: House, pull: StandInPull, request_: PullRequest) -> None:
    await perform(house, request_, plan(pull))
    assert github.journal.count(REVIEWS) == 0


async def test_performing_it_again_writes_nothing(
    github: StandIn, house: House, pull: StandInPull, request_: PullRequest
) -> None:
    await perform(house, request_, plan(pull, [comment(2)]))
    github.journal.clear()
    await perform(house, request_, plan(pull))
    assert [e.operation for e in github.journal] == ["POST /graphql"]


async def test_a_new_summary_is_edited_in_place(github: StandIn, house: House, pull: StandInPull, request_: PullRequest) -> None:
    await perform(house, request_, plan(pull))
    await perform(house, request_, plan(pull, summary="Other"))
    assert [unsealed(c.body) for c in pull.comments] == [plan(pull, summary="Other").summary]
    assert github.journal.count(COMMENT) == 1


async def test_a_deleted_summary_is_written_again(house: House, pull: StandInPull, request_: PullRequest) -> None:
    await perform(house, request_, plan(pull))
    earlier = await house.forge.begin(request_, (await house.forge.read(request_, [])).earlier)
    pull.comments.clear()
    await house.forge.publish(request_, plan(pull, summary="Other"), earlier)
    assert [unsealed(c.body) for c in pull.comments] == [plan(pull, summary="Other").summary]


async def test_a_quiet_plan_only_edits_what_stands(house: House, pull: StandInPull, request_: PullRequest) -> None:
    await perform(house, request_, plan(pull, quiet=True))
    assert pull.comments == []
    await perform(house, request_, plan(pull))
    await perform(house, request_, plan(pull, summary="Nothing now", quiet=True))
    assert [unsealed(c.body) for c in pull.comments] == [plan(pull, summary="Nothing now").summary]


async def test_a_retired_comment_is_edited_once(github: StandIn, house: House, pull: StandInPull, request_: PullRequest) -> None:
    await perform(house, request_, plan(pull, [comment(2), comment(3)]))
    ours = [c for _, c in pull.review_comments]
    retired = tuple(Spoken("x", c.id, c.node_id, PATH, "No longer found.") for c in ours)
    pull.threads.pop()
    await perform(house, request_, plan(pull, retire=retired))
    assert [unsealed(c.body) for _, c in pull.review_comments] == ["No longer found."]
