"""The check run: begun once, completed once, annotations never sent twice."""

from dataclasses import replace

import pytest

from bot.github import checks
from bot.model import Annotation, Check, Conclusion, Earlier, PullRequest, Review, Verdict
from bot.ports import Gone, Later
from bot.sandbox.faults import SECONDARY
from bot.sandbox.repository import Pull as StandInPull
from bot.sandbox.server import StandIn
from tests.github.conftest import House

CREATE, UPDATE = "POST */check-runs", "PATCH */check-runs/*"
CHECK = Check("success", "Title", "Summary")


def annotated(count: int) -> Check:
    return replace(CHECK, annotations=tuple(Annotation("tests/test_a.py", 1, 1, "warning", f"t{n}", "m") for n in range(count)))


@pytest.fixture
def pull(github: StandIn) -> StandInPull:
    return github.repository("acme/rocket").open_pull({"tests/test_a.py": "a\n"})


@pytest.fixture
async def request_(house: House, pull: StandInPull) -> PullRequest:
    return await house.forge.pull(house.job(pull))


def plan(pull: StandInPull, check: Check = CHECK) -> Review:
    return Review(pull.head_sha, Verdict(Conclusion.CLEAN), (), "", check, (), quiet=True)


async def look(house: House, request: PullRequest) -> Earlier:
    return (await house.forge.read(request, [])).earlier


async def test_begun_and_completed(house: House, pull: StandInPull, request_: PullRequest) -> None:
    earlier = await house.forge.begin(request_, Earlier())
    (run,) = pull.repository.check_runs
    assert earlier == Earlier(check_id=run.id, check_status="in_progress")
    assert (run.status, run.head_sha) == ("in_progress", pull.head_sha)
    await house.forge.publish(request_, plan(pull), earlier)
    assert (run.status, run.conclusion, run.title, run.summary) == ("completed", "success", "Title", "Summary")


async def test_one_that_stands_is_used_again(github: StandIn, house: House, pull: StandInPull, request_: PullRequest) -> None:
    first = await house.forge.begin(request_, Earlier())
    assert await house.forge.begin(request_, await look(house, request_)) == first
    await house.forge.publish(request_, plan(pull), first)
    done = await look(house, request_)
    github.journal.clear()
    assert await house.forge.begin(request_, done) == done
    await house.forge.publish(request_, plan(pull), done)
    assert len(github.journal) == 0


@pytest.mark.parametrize(("count", "batches"), [(0, [0]), (1, [1]), (50, [50]), (51, [50, 1]), (120, [50, 50, 20])])
async def test_annotations_go_in_batches_of_fifty(
    github: StandIn, house: House, pull: StandInPull, request_: PullRequest, count: int, batches: list[int]
) -> None:
    earlier = await house.forge.begin(request_, Earlier())
    await house.forge.publish(request_, plan(pull, annotated(count)), earlier)
    sent = [e.json for e in github.journal.matching(UPDATE)]
    assert [len(s["output"].get("annotations", [])) for s in sent] == batches
    assert [s["status"] for s in sent] == ["in_progress"] * (len(batches) - 1) + ["completed"]
    (run,) = pull.repository.check_runs
    assert [a.title for a in run.annotations] == [f"t{n}" for n in range(count)]


async def test_another_verdict_for_the_same_head_is_another_run(house: House, pull: StandInPull, request_: PullRequest) -> None:
    await house.forge.publish(request_, plan(pull, annotated(2)), await house.forge.begin(request_, Earlier()))
    other = replace(annotated(3), conclusion="failure")
    await house.forge.publish(request_, plan(pull, other), await house.forge.begin(request_, await look(house, request_)))
    assert [(run.conclusion, len(run.annotations)) for run in pull.repository.check_runs] == [("success", 2), ("failure", 3)]


async def test_a_run_without_annotations_is_gone_on_with(
    github: StandIn, house: House, pull: StandInPull, request_: PullRequest
) -> None:
    earlier = await house.forge.begin(request_, Earlier())
    github.faults.secondary_limit(UPDATE)
    with pytest.raises(Later):
        await house.forge.publish(request_, plan(pull, annotated(60)), earlier)
    house.clock.time += 60
    again = await look(house, request_)
    assert again == earlier
    await house.forge.publish(request_, plan(pull, annotated(60)), again)
    assert [(run.status, len(run.annotations)) for run in pull.repository.check_runs] == [("completed", 60)]


async def test_a_run_with_some_annotations_is_left_for_a_new_one(
    github: StandIn, house: House, pull: StandInPull, request_: PullRequest
) -> None:
    earlier = await house.forge.begin(request_, Earlier())
    github.faults.answer(UPDATE, 403, SECONDARY, skip=1)
    with pytest.raises(Later):
        await house.forge.publish(request_, plan(pull, annotated(60)), earlier)
    house.clock.time += 60
    again = await house.forge.begin(request_, await look(house, request_))
    await house.forge.publish(request_, plan(pull, annotated(60)), again)
    assert [(run.status, len(run.annotations)) for run in pull.repository.check_runs] == [("in_progress", 50), ("completed", 60)]


@pytest.mark.parametrize("after_effect", [True, False])
@pytest.mark.parametrize("count", [0, 3])
async def test_a_lost_answer_completes_the_run_once(
    github: StandIn, house: House, pull: StandInPull, request_: PullRequest, after_effect: bool, count: int
) -> None:
    earlier = await house.forge.begin(request_, Earlier())
    github.faults.reset(UPDATE, after_effect=after_effect)
    await house.forge.publish(request_, plan(pull, annotated(count)), earlier)
    assert [(run.conclusion, len(run.annotations)) for run in pull.repository.check_runs] == [("success", count)]
    assert github.journal.count(UPDATE) == 1 + (not after_effect)
    assert house.clock.slept == [checks.SETTLE]


@pytest.mark.parametrize("after_effect", [True, False])
async def test_a_lost_answer_begins_one_run(
    github: StandIn, house: House, pull: StandInPull, request_: PullRequest, after_effect: bool
) -> None:
    github.faults.reset(CREATE, after_effect=after_effect)
    earlier = await house.forge.begin(request_, Earlier())
    assert [run.id for run in pull.repository.check_runs] == [earlier.check_id]


async def test_an_answer_lost_twice_is_left_for_later(github: StandIn, house: House, request_: PullRequest) -> None:
    github.faults.answer(CREATE, 502, times=2)
    with pytest.raises(Later) as caught:
        await house.forge.begin(request_, Earlier())
    assert caught.value.reason == "answer-lost"


async def test_a_run_that_was_deleted_is_made_again(house: House, pull: StandInPull, request_: PullRequest) -> None:
    earlier = await house.forge.begin(request_, Earlier())
    pull.repository.check_runs.clear()
    await house.forge.publish(request_, plan(pull), earlier)
    assert [run.conclusion for run in pull.repository.check_runs] == ["success"]


async def test_a_commit_unknown_to_checks_does_not_stop_the_review(
    github: StandIn, house: House, pull: StandInPull, request_: PullRequest
) -> None:
    github.faults.answer(CREATE, 422, f"No commit found for SHA: {pull.head_sha}")
    earlier = await house.forge.begin(request_, Earlier())
    assert earlier == Earlier()
    await house.forge.publish(request_, plan(pull), earlier)
    assert [run.conclusion for run in pull.repository.check_runs] == ["success"]


async def test_a_refused_annotation_does_not_cost_the_verdict(
    github: StandIn, house: House, pull: StandInPull, request_: PullRequest
) -> None:
    earlier = await house.forge.begin(request_, Earlier())
    github.faults.answer(UPDATE, 422, "Invalid request.", when=lambda exchange: b"annotations" in exchange.body)
    await house.forge.publish(request_, plan(pull, annotated(2)), earlier)
    assert [(run.conclusion, run.annotations) for run in pull.repository.check_runs] == [("success", [])]


async def test_no_permission_no_check(github: StandIn, house: House, pull: StandInPull) -> None:
    installation = github.world.installation_of("acme")
    assert installation is not None
    del installation.permissions["checks"]
    request = await house.forge.pull(house.job(pull))
    assert await house.forge.begin(request, Earlier()) == Earlier()
    await house.forge.publish(request, plan(pull), Earlier())
    assert pull.repository.check_runs == []


@pytest.mark.parametrize(("event", "reason"), [("push", "superseded"), ("close", "closed"), ("retarget", "superseded")])
async def test_a_pull_that_moved_on_leaves_no_run_in_progress(
    house: House, pull: StandInPull, request_: PullRequest, event: str, reason: str
) -> None:
    earlier = await house.forge.begin(request_, Earlier())
    pull.repository.branches["stable"] = pull.base_sha
    {"push": lambda: pull.push({"a": "b"}), "close": pull.close, "retarget": lambda: pull.retarget("stable")}[event]()
    with pytest.raises(Gone) as caught:
        await house.forge.publish(request_, plan(pull), earlier)
    assert caught.value.reason == reason
    assert [(run.status, run.conclusion) for run in pull.repository.check_runs] == [("completed", "cancelled")]


async def test_a_run_that_cannot_be_ended_does_not_hide_why(
    github: StandIn, house: House, pull: StandInPull, request_: PullRequest
) -> None:
    earlier = await house.forge.begin(request_, Earlier())
    pull.close()
    github.faults.answer(UPDATE, 502)
    with pytest.raises(Gone) as caught:
        await house.forge.publish(request_, plan(pull), earlier)
    assert caught.value.reason == "closed"
