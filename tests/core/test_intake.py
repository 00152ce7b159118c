"""Which deliveries become jobs, and the reasons of the others."""

import copy
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.intake import decide
from bot.model import Cause, Command, Ignored, Job, Place, Pull

HEAD = "0123456789abcdef0123456789abcdef01234567"
PULL = Pull(installation=991, repository_id=77, owner="acme", repo="api", number=7)
REPOSITORY = Pull(installation=991, repository_id=77, owner="acme", repo="api", number=0)
PERSON = {"login": "mona", "type": "User"}
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


def comment(body: object, user: dict = PERSON, **more) -> dict:
    issue = {"number": 7, "state": "open", "pull_request": {"url": "x"}, "user": {"login": "ann"}}
    said = {"id": 41, "body": body, "user": user, "performed_via_github_app": None, **more.pop("comment", {})}
    return {**copy.deepcopy(BASE), "action": "created", "sender": user, "issue": issue, "comment": said, **more}


def line_comment(body: object, answers: object = None, **more) -> dict:
    made = comment(body, **more)
    if answers is not None:
        made["comment"]["in_reply_to_id"] = answers
    return {**made, "issue": None, "pull_request": {"number": 7, "state": "open"}}


def button(identifier: object, **more) -> dict:
    return {**check_run(action="requested_action"), "requested_action": {"identifier": identifier}, "sender": PERSON, **more}


def merge_group(action: str = "checks_requested") -> dict:
    group = {"head_sha": HEAD, "head_ref": f"refs/heads/gh-readonly-queue/main/pr-7-{HEAD}", "base_sha": "f" * 40}
    return {**copy.deepcopy(BASE), "action": action, "merge_group": group}


@pytest.mark.parametrize(
    ("action", "cause"),
    [
        ("opened", Cause.OPENED),
        ("reopened", Cause.OPENED),
        ("ready_for_review", Cause.OPENED),
        ("synchronize", Cause.PUSHED),
        ("closed", Cause.CLOSED),
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


def test_all_checks_of_a_fork_again_names_no_pull():
    assert decide("check_suite", "guid", check_suite()) == Job("guid", REPOSITORY, Cause.RERUN, HEAD)


def test_a_button_of_our_check():
    assert decide("check_run", "guid", button("re-run")) == Job("guid", PULL, Cause.RERUN, HEAD)
    dismiss = Command("dismiss", "considerations", by="mona")
    assert decide("check_run", "guid", button("dismiss-advice")) == Job("guid", PULL, Cause.COMMAND, HEAD, dismiss)


def test_a_merge_queue_asks_for_its_check():
    assert decide("merge_group", "guid", merge_group()) == Job("guid", REPOSITORY, Cause.MERGE_GROUP, HEAD)


@pytest.mark.parametrize(("action", "cause"), [("deleted", Cause.UNINSTALLED), ("suspend", Cause.SUSPENDED)])
def test_an_installation_that_goes_takes_its_work_along(action, cause):
    payload = {"action": action, "installation": {"id": 991, "account": {"login": "acme"}}, "sender": PERSON}
    assert decide("installation", "guid", payload) == Job("guid", Pull(991, 0, "", "", 0), cause)


# --- commands -----------------------------------------------------------------------------------------------------------


def test_a_command_in_the_conversation():
    asked = Command("dismiss", "fetch-pipe-shell", "the host is ours", by="mona", place=Place(41))
    job = decide("issue_comment", "guid", comment("/testwarden dismiss fetch-pipe-shell the host is ours\r\nthanks"))
    assert job == Job("guid", PULL, Cause.COMMAND, command=asked)


def test_a_command_in_a_thread():
    asked = Command("dismiss", reason="the host is ours", accepted=True, by="mona", place=Place(41, 40))
    job = decide("pull_request_review_comment", "guid", line_comment("/ar the host is ours", 40))
    assert job == Job("guid", PULL, Cause.COMMAND, command=asked)


def test_a_command_on_a_line():
    job = decide("pull_request_review_comment", "guid", line_comment("/testwarden pause"))
    assert job == Job("guid", PULL, Cause.COMMAND, command=Command("pause", by="mona", place=Place(41, 41)))
    assert decide("pull_request_review_comment", "guid", line_comment("/open")) == Ignored("guid", "no-command")


def test_a_mention_is_of_the_app_as_it_is_registered():
    said = comment("@testwarden-acme review")
    assert decide("issue_comment", "guid", said) == Ignored("guid", "no-command")
    job = decide("issue_comment", "guid", said, "testwarden-acme")
    assert job == Job("guid", PULL, Cause.COMMAND, command=Command("review", by="mona", place=Place(41)))


def test_what_is_meant_as_a_command_is_answered():
    said = "It is written `/testwarden explain RULE`."
    job = decide("issue_comment", "guid", comment("/testwarden explain"))
    assert job == Job("guid", PULL, Cause.COMMAND, command=Command("", misuse=said, by="mona", place=Place(41)))
    short = decide("pull_request_review_comment", "guid", line_comment("/fp", 40))
    meant = Command("dismiss", misuse="Say why: `/fp REASON`.", by="mona", place=Place(41, 40))
    assert short == Job("guid", PULL, Cause.COMMAND, command=meant)


ROBOT = {"login": "dependabot[bot]", "type": "Bot"}


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (comment("Looks good."), "no-command"),
        (comment("> /testwarden pause"), "no-command"),
        (comment("```\n/testwarden pause\n```"), "no-command"),
        (comment("thanks\n/testwarden pause"), "no-command"),
        (comment("/fp wrong"), "no-command"),
        (comment(None), "no-command"),
        (comment("/testwarden pause", ROBOT), "not-a-person"),
        (comment("/testwarden pause", sender=ROBOT), "not-a-person"),
        (comment("/testwarden pause", {"login": "ghost"}), "not-a-person"),
        (comment("/testwarden pause", comment={"performed_via_github_app": {"id": 5}}), "not-a-person"),
        (comment("/testwarden pause", action="edited"), "action-edited"),
        (comment("/testwarden pause", action="deleted"), "action-deleted"),
        (comment("/testwarden pause", issue={"number": 7, "state": "open"}), "not-a-pull"),
        (comment("/testwarden pause", comment={"id": "41"}), "malformed"),
        (comment("/testwarden pause", {"login": "@everyone", "type": "User"}), "malformed"),
        (comment("/testwarden pause", installation=None), "no-installation"),
    ],
)
def test_comments_that_ask_for_nothing(payload, reason):
    assert decide("issue_comment", "guid", payload) == Ignored("guid", reason)


@pytest.mark.parametrize(
    ("event", "payload", "reason"),
    [
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
        ("check_run", button("launch"), "button-unknown"),
        ("check_run", button(None), "button-unknown"),
        ("check_run", button("dismiss-advice", sender={"login": "x[bot]", "type": "Bot"}), "not-a-person"),
        ("check_suite", check_suite() | {"check_suite": {"head_sha": "x"}}, "malformed"),
        ("check_suite", check_suite(action="requested"), "action-requested"),
        ("push", BASE, "event-push"),
        ("ping", {"zen": "x"}, "event-ping"),
        ("issue_comment", BASE, "action-unknown"),
        ("merge_group", merge_group("destroyed"), "action-destroyed"),
        ("installation", BASE | {"action": "created"}, "action-created"),
        ("installation", BASE | {"action": "unsuspend"}, "action-unsuspend"),
        ("installation", {"action": "deleted"}, "no-installation"),
        ("installation_repositories", BASE | {"action": "removed"}, "action-removed"),
        ("installation_target", BASE | {"action": "renamed"}, "action-renamed"),
        ("repository", BASE | {"action": "transferred"}, "action-transferred"),
        ("pull_request_review", BASE | {"action": "submitted"}, "event-pull_request_review"),
        ("made_up", BASE, "event-unknown"),
        ("", None, "event-unknown"),
    ],
)
def test_what_is_ignored_and_why(event, payload, reason):
    assert decide(event, "guid", payload) == Ignored("guid", reason)


KEYS = "action id number head sha base repo changes comment body user".split()
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda x: st.lists(x, max_size=3) | st.dictionaries(st.sampled_from(KEYS), x),
    max_leaves=8,
)
EVENTS = "pull_request check_run check_suite issue_comment pull_request_review_comment merge_group installation repository push"
events = st.sampled_from([*EVENTS.split(), "ping", "?"])


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
            [
                ("pull_request", pull_request("synchronize")),
                ("check_run", check_run()),
                ("check_run", button("dismiss-advice")),
                ("check_suite", check_suite({})),
                ("issue_comment", comment("/testwarden pause")),
                ("pull_request_review_comment", line_comment("/fp no", 40)),
                ("merge_group", merge_group()),
            ]
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
        assert outcome.pull.number > 0 or outcome.cause in (Cause.RERUN, Cause.MERGE_GROUP)
        assert (outcome.head is None) is (outcome.command is not None and outcome.command.place is not None)
    else:
        assert re.fullmatch(r"[a-z_-]+", outcome.reason)
