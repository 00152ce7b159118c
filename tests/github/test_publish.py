"""The plan, performed once, whatever GitHub does in between."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.core import words
from bot.core.markdown import mark, marks
from bot.github import publish
from bot.model import Check, Comment, Conclusion, Earlier, PullRequest, Review, Side, Spoken, Verdict
from bot.ports import Gone, Later
from bot.sandbox.faults import SECONDARY, asks_for_pull
from bot.sandbox.journal import Exchange
from bot.sandbox.repository import Pull as StandInPull
from bot.sandbox.server import StandIn
from tests.github.conftest import House, sealed, unsealed

REVIEWS, COMMENTS, COMMENT = "POST */pulls/*/reviews", "POST */issues/*/comments", "PATCH */issues/comments/*"
UPDATE = "PATCH */check-runs/*"
PATH = "tests/test_a.py"
CLEAN = Check("success", "Title", "Summary")


@pytest.fixture
def pull(github: StandIn) -> StandInPull:
    return github.repository("acme/rocket").open_pull({PATH: "".join(f"{n}\n" for n in range(40))})


@pytest.fixture
async def request_(house: House, pull: StandInPull) -> PullRequest:
    return await house.forge.pull(house.job(pull))


def comment(line: int, *, start: int | None = None, path: str = PATH) -> Comment:
    name = f"{line:02}"
    return Comment(path, line, start, Side.RIGHT, f"**Bad** {name}\n\n{mark('finding', fp=name)}", name)


def plan(pull: StandInPull, comments: Sequence[Comment] = (), summary: str = "Two defects.", **changes: object) -> Review:
    made = Review(
        head_sha=pull.head_sha,
        verdict=Verdict(Conclusion.DEFECTS),
        comments=tuple(comments),
        summary=f"{summary}\n\n{mark('summary')}",
        check=Check("failure", "Title", "Summary"),
        findings=(),
        body="The body.",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


async def perform(house: House, request: PullRequest, review: Review) -> Earlier:
    """Read what stands, begin, publish, as the story does; what stood is returned."""
    earlier = await house.forge.begin(request, (await house.forge.read(request, [])).earlier)
    await house.forge.publish(request, review, earlier)
    return earlier


def posted(pull: StandInPull) -> list[str]:
    return sorted(m.fields["fp"] for _, c in pull.review_comments for m in marks(c.body) if "fp" in m.fields)


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


# --- refusals -------------------------------------------------------------------------------------------------------------


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


# --- races and losses -------------------------------------------------------------------------------------------------------


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


# --- comments whose finding is gone, and back -----------------------------------------------------------------------------


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


# --- somebody else at the same job ----------------------------------------------------------------------------------------


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
