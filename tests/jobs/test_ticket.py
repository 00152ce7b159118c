"""What is stored about a job is read back as it was, and what is no job is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.jobs.ticket import Ticket, dump, key, load
from bot.model import Cause, Command, Job, Place, Pull

JOB = Job("guid", Pull(5, 42, "octo", "repo", 7), Cause.PUSHED, "a" * 40)


@given(st.from_type(Ticket))
def test_a_ticket_survives_its_storage(ticket):
    assert load(Ticket, json.loads(json.dumps(dump(ticket)))) == ticket


def test_a_command_survives_its_storage():
    asked = Job("guid", JOB.pull, Cause.COMMAND, None, Command("dismiss", "tls-off", "it's ours", by="ann", place=Place(9, 8)))
    assert load(Job, json.loads(json.dumps(dump(asked)))) == asked


def test_what_an_older_version_stored_can_be_read():
    old = dump(JOB)
    del old["head"]
    assert load(Job, old) == Job("guid", JOB.pull, Cause.PUSHED)


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"job": None},
        {"job": {"pull": {}}, "run": "x", "tracked": True},
        {"job": dump(JOB), "run": 7, "tracked": True},
        {"job": dump(JOB), "run": "x", "tracked": 1},
        {"job": {**dump(JOB), "cause": "invented"}, "run": "x", "tracked": True},
        {"job": {**dump(JOB), "later": 1}, "run": "x", "tracked": True},
        {"job": {**dump(JOB), "pull": {**dump(JOB)["pull"], "number": "7"}}, "run": "x", "tracked": True},
    ],
)
def test_what_is_no_ticket_is_refused(data):
    with pytest.raises((KeyError, TypeError, ValueError)):
        load(Ticket, data)


def test_a_renamed_repository_is_the_same_pull():
    assert key(Pull(5, 42, "octo", "new-name", 7)) == key(JOB.pull)
    assert key(Pull(5, 42, "octo", "repo", 8)) != key(JOB.pull)


def test_each_further_attempt_has_an_id_of_its_own_and_counts_what_it_is():
    first = Ticket(JOB, "review:1", tracked=True)
    attempts = [first, first.failed(), first.failed().put_off(), first.failed().put_off().handed_on()]
    assert [t.id for t in attempts] == [f"review:1:{n}" for n in range(4)]
    assert [(t.tries, t.waits) for t in attempts] == [(0, 0), (1, 0), (1, 1), (1, 1)]
    assert first.at_current_head().job.head is None
    assert first.at_current_head().id == "review:1:1"


@pytest.mark.parametrize(
    ("cause", "priority"), [(Cause.COMMAND, 1), (Cause.RERUN, 1), (Cause.OPENED, 10), (Cause.PUSHED, 10), (Cause.SWEEP, 50)]
)
def test_what_somebody_waits_for_comes_first(cause, priority):
    assert Ticket(Job("guid", JOB.pull, cause), "run", tracked=False).priority == priority
