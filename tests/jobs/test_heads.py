"""Many deliveries about one pull, and the runs that they are worth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.jobs.heads import Head, State, decide
from bot.jobs.inbox import Delivery
from bot.model import Cause, Job, Pull

PULL = Pull(5, 42, "octo", "repo", 7)


def arrival(seq: int, head: str | None, cause: Cause = Cause.PUSHED) -> Delivery:
    return Delivery(seq, f"guid-{seq}", Job(f"guid-{seq}", PULL, cause, head))


def known(head: str, state: State, seq: int = 0) -> Head:
    return Head("5:42:7", seq, head, "review:before", state)


def looks(before: Head | None, *arrivals: Delivery) -> tuple[list[str | None], str | None]:
    asked, newest, _ = decide(before, arrivals)
    return [t.job.head for t in asked], newest.job.head if newest else None


def test_of_several_pushes_the_last_counts():
    assert looks(None, arrival(1, "a"), arrival(2, "b"), arrival(3, "c")) == ([], "c")


def test_a_head_that_comes_back_is_looked_at_again_under_a_name_of_its_own():
    _, first, _ = decide(None, [arrival(1, "a")])
    _, third, _ = decide(known("b", State.QUEUED, 2), [arrival(3, "a")])
    assert first.job.head == third.job.head == "a"
    assert first.id != third.id


def test_a_push_and_its_undoing_in_one_batch_leave_the_waiting_run_alone():
    assert looks(known("a", State.QUEUED), arrival(1, "b"), arrival(2, "a")) == ([], None)


@pytest.mark.parametrize(
    ("state", "cause", "looked_at"),
    [
        (State.QUEUED, Cause.PUSHED, False),
        (State.QUEUED, Cause.SWEEP, False),
        (State.RUNNING, Cause.PUSHED, True),  # its base may have changed since the run began
        (State.RUNNING, Cause.SWEEP, False),
        (State.SETTLED, Cause.OPENED, True),  # reopened after a run that found it closed
        (State.SETTLED, Cause.SWEEP, True),
    ],
)
def test_the_same_head_again(state, cause, looked_at):
    assert looks(known("a", state), arrival(1, "a", cause)) == ([], "a" if looked_at else None)


def test_a_closed_pull_is_not_looked_at():
    closed = arrival(2, "b", Cause.CLOSED)
    assert decide(known("a", State.QUEUED), [arrival(1, "b"), closed]) == ([], None, True)
    assert decide(None, [closed]) == ([], None, True)
    assert decide(known("a", State.QUEUED, seq=3), [closed]) == ([], None, False), "reopened since"


def test_a_pull_that_is_reopened_is_looked_at():
    reopened = arrival(3, "b", Cause.OPENED)
    asked, newest, closed = decide(known("a", State.QUEUED), [arrival(2, "b", Cause.CLOSED), reopened])
    assert (asked, newest.job, closed) == ([], reopened.job, False)


def test_what_somebody_asked_for_always_runs_beside_the_head():
    asked = (arrival(1, None, Cause.COMMAND), arrival(2, "a", Cause.RERUN), arrival(3, "a", Cause.RERUN))
    assert looks(known("a", State.QUEUED), *asked, arrival(4, "b")) == ([None, "a", "a"], "b")
    tickets, newest, _ = decide(None, [*asked, arrival(4, "b")])
    assert [t.tracked for t in tickets] == [False] * 3
    assert newest.tracked
    assert len({t.id for t in (*tickets, newest)}) == 4


def test_a_delivery_older_than_what_we_know_changes_nothing():
    assert looks(known("b", State.SETTLED, seq=9), arrival(8, "a")) == ([], None)


def test_draining_the_same_deliveries_again_names_the_same_runs():
    arrivals = [arrival(1, None, Cause.COMMAND), arrival(2, "b")]
    asked, newest, _ = decide(None, arrivals)
    again, nothing, _ = decide(known("b", State.QUEUED, seq=2), arrivals)
    assert [t.id for t in again] == [t.id for t in asked]
    assert newest
    assert nothing is None


def test_an_unreadable_delivery_is_passed_over():
    assert looks(None, Delivery(1, "guid-1", None), arrival(2, "b")) == ([], "b")


heads = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(list(State))), min_size=1, max_size=30)


@given(heads)
def test_whatever_comes_the_last_head_is_queued_or_was_already(pushes):
    """One push at a time, with its run in any state when the next one comes: the pull's head never goes without a run."""
    before: Head | None = None
    for seq, (head, state) in enumerate(pushes, 1):
        _, newest, _ = decide(before, [arrival(seq, head)])
        if newest:
            before = Head("5:42:7", seq, newest.job.head or "", newest.run, State.QUEUED)
        assert before
        assert (before.head, before.state) == (head, State.QUEUED)
        before = Head(before.pull, before.seq, before.head, before.run, state)
