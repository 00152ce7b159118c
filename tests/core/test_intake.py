"""Which deliveries become jobs, and the reasons of the others."""

import copy
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.intake import decide
from bot.model import Cause, Ignored, Job, Pull

HEAD = "0123456789abcdef0123456789abcdef01234567"
PULL = Pull(installation=991, repository_id=77, owner="acme", repo="api", number=7)
BASE = {
    "installation": {"id": 991, "node_id": "x"},
    "repository": {"id": 77, "name": "api", "owner": {"login": "acme"}, "archived": False},
    "sender": {"login": "octocat", "type": "User"},
}


def pull_request(action: str, **more) -> dict:
    pull = {"number": 7, "state": "open", "draft": False, "head": {"sha": HEAD, "repo": {"id": 78}}, "base": {"repo": {"id": 77}}}
    return {**copy.deepcopy(BASE), "action": action, "number": 7, "pull_request": {**pull, **more}}


def check_run(external_id: object = f"77/7/{HEAD}", action: str = "rerequested") -> dict:
    return {
        **copy.deepcopy(BASE),
        "action": action,
        "check_run": {"external_id": external_id, "head_sha": HEAD, "pull_requests": []},
    }


def check_suite(*pulls: dict, action: str = "rerequested") -> dict:
    return {**copy.deepcopy(BASE), "action": action, "check_suite": {"head_sha": HEAD, "pull_requests": list(pulls)}}


@pytest.mark.parametrize(
    ("action", "cause"),
    [
        ("opened", Cause.OPENED),
        ("reopened", Cause.OPENED),
        ("ready_for_review", Cause.OPENED),
        ("synchronize", Cause.PUSHED),
    ],
)
def test_a_pull_request_becomes_a_job(action, cause):
    assert decide("pull_request", "guid", pull_request(action)) == Job("guid", PULL, cause, HEAD)


def test_an_edit_counts_when_the_base_branch_changed():
    payload = pull_request("edited") | {"changes": {"base": {"ref": {"from": "old"}, "sha": {"from": HEAD}}}}
    assert decide("pull_request", "guid", payload) == Job("guid", PULL, Cause.PUSHED, HEAD)
    payload["changes"] = {"title": {"from": "x"}}
    assert decide("pull_request", "guid", payload) == Ignored("guid", "action-edited")


def test_a_draft_is_reviewed():
    assert isinstance(decide("pull_request", "guid", pull_request("opened", draft=True)), Job)


def test_a_deleted_fork_is_reviewed():
    payload = pull_request("synchronize")
    payload["pull_request"]["head"]["repo"] = None
    assert isinstance(decide("pull_request", "guid", payload), Job)


def test_a_bot_may_open_a_pull():
    payload = pull_request("opened") | {"sender": {"login": "dependabot[bot]", "type": "Bot"}}
    assert isinstance(decide("pull_request", "guid", payload), Job)


def test_our_check_run_again():
    assert decide("check_run", "guid", check_run()) == Job("guid", PULL, Cause.RERUN, HEAD)


def test_all_checks_again():
    other = {"number": 9, "head": {"sha": "f" * 40}, "base": {"repo": {"id": 77}}}
    elsewhere = {"number": 9, "head": {"sha": HEAD}, "base": {"repo": {"id": 5}}}
    mine = {"number": 7, "head": {"sha": HEAD}, "base": {"repo": {"id": 77}}}
    assert decide("check_suite", "guid", check_suite(other, elsewhere, mine)) == Job("guid", PULL, Cause.RERUN, HEAD)


@pytest.mark.parametrize(
    ("event", "payload", "reason"),
    [
        ("pull_request", pull_request("closed"), "closed"),
        ("pull_request", pull_request("opened", state="closed"), "closed"),
        ("pull_request", pull_request("labeled"), "action-labeled"),
        ("pull_request", pull_request("<script>"), "action-unknown"),
        ("pull_request", pull_request("opened") | {"installation": None}, "no-installation"),
        ("pull_request", {k: v for k, v in pull_request("opened").items() if k != "installation"}, "no-installation"),
        ("pull_request", pull_request("opened") | {"repository": None}, "malformed"),
        ("pull_request", pull_request("opened") | {"number": "7"}, "malformed"),
        ("pull_request", pull_request("opened") | {"number": True}, "malformed"),
        ("pull_request", pull_request("opened") | {"number": 2**63}, "malformed"),
        ("pull_request", pull_request("opened", head={"sha": "../../x"}), "malformed"),
        ("pull_request", pull_request("opened", head=None), "malformed"),
        (
            "pull_request",
            pull_request("opened") | {"repository": {"id": 77, "name": "a/b", "owner": {"login": "x"}}},
            "malformed",
        ),
        ("pull_request", pull_request("opened") | {"repository": {"archived": True}}, "archived"),
        ("pull_request", {}, "action-unknown"),
        ("pull_request", [], "action-unknown"),
        ("pull_request", {"action": ["opened"]}, "action-unknown"),
        ("check_run", check_run(action="completed"), "action-completed"),
        ("check_run", check_run("78/7/" + HEAD), "not-our-check"),
        ("check_run", check_run("somebody's"), "not-our-check"),
        ("check_run", check_run(None), "not-our-check"),
        ("check_run", check_run(f"77/0/{HEAD}"), "malformed"),
        ("check_suite", check_suite(), "no-pull"),
        ("check_suite", check_suite(action="requested"), "action-requested"),
        ("push", BASE, "event-push"),
        ("ping", {"zen": "x"}, "event-ping"),
        ("issue_comment", BASE, "event-issue_comment"),
        ("made_up", BASE, "event-unknown"),
        ("", None, "event-unknown"),
    ],
)
def test_what_is_ignored_and_why(event, payload, reason):
    assert decide(event, "guid", payload) == Ignored("guid", reason)


KEYS = "action id number head sha base repo changes".split()
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda x: st.lists(x, max_size=3) | st.dictionaries(st.sampled_from(KEYS), x),
    max_leaves=8,
)
events = st.sampled_from(["pull_request", "check_run", "check_suite", "push", "ping", "?"])


@given(events, json)
def test_any_json_has_an_outcome(event, payload):
    outcome = decide(event, "guid", payload)
    assert isinstance(outcome, Ignored)
    assert re.fullmatch(r"[a-z_-]+", outcome.reason)


def _paths(value: object, at: tuple = ()):
    yield at
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, (*at, key))


@given(st.data(), json)
def test_any_field_may_be_odd(data, value):
    event, payload = data.draw(
        st.sampled_from(
            [("pull_request", pull_request("synchronize")), ("check_run", check_run()), ("check_suite", check_suite({}))]
        )
    )
    payload = copy.deepcopy(payload)
    *path, last = data.draw(st.sampled_from([p for p in _paths(payload) if p]))
    holder = payload
    for key in path:
        holder = holder[key]
    holder[last] = value
    outcome = decide(event, "guid", payload)
    if isinstance(outcome, Job):
        assert outcome.pull.number > 0
        assert outcome.head is not None
    else:
        assert re.fullmatch(r"[a-z_-]+", outcome.reason)
