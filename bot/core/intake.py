"""A webhook's payload -> Job, or Ignored and why. Cheap: no token is minted and no API is asked for a delivery we ignore.

New events and actions keep coming (https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks), so
what we do not know is ignored. Reasons are a bounded set of slugs.

Nothing of ours is kept by a name and no token outlives its hour, so a repository or an account that is renamed, transferred,
added or removed changes nothing here: whatever run is waiting finds out, and the sweep finds the pulls that nobody told us of.
"""

from collections.abc import Callable, Mapping
from typing import Any

from bot.core.buttons import DISMISS_ADVICE, RERUN
from bot.core.commands import ALL_ADVICE, APP, Misuse, parse
from bot.core.payload import Odd, at, installation, name, number, one_of, our_check, pull, repository, sha
from bot.model import Cause, Command, Ignored, Job, Place, Pull

# Actions of `pull_request` that concern us. Whether drafts are reviewed, the configuration says; not even a pull that becomes a
# draft again is told off for what already stands.
_CAUSES = {
    "opened": Cause.OPENED,
    "reopened": Cause.OPENED,
    "ready_for_review": Cause.OPENED,
    "synchronize": Cause.PUSHED,
    "edited": Cause.PUSHED,  # only when the base branch changed: the diff is another one and no `synchronize` comes
    "closed": Cause.CLOSED,
}
_LEAVING = {"deleted": Cause.UNINSTALLED, "suspend": Cause.SUSPENDED}
_EVENTS = frozenset(
    "branch_protection_rule check_run check_suite commit_comment create delete fork github_app_authorization installation "
    "installation_repositories installation_target issue_comment issues label member merge_group meta milestone organization "
    "ping public pull_request pull_request_review pull_request_review_comment pull_request_review_thread push release repository "
    "star status team watch workflow_job workflow_run".split()
)
_ACTIONS = frozenset(
    "added archived assigned auto_merge_disabled auto_merge_enabled checks_requested closed completed converted_to_draft "
    "created deleted demilestoned dequeued destroyed edited enqueued labeled locked milestoned new_permissions_accepted "
    "opened privatized publicized ready_for_review removed renamed reopened requested requested_action rerequested "
    "review_request_removed review_requested suspend synchronize transferred unarchived unassigned unlabeled unlocked "
    "unsuspend".split()
)


def decide(event: str, delivery: str, payload: Mapping[str, Any], app: str = APP) -> Job | Ignored:
    """What to do about one delivery whose signature was verified. Never raises, whatever JSON the payload is.

    `app` is the App's name, as one mentions it in a comment.
    """
    try:
        if event in _READERS:
            return _READERS[event](delivery, payload)
        if event in ("issue_comment", "pull_request_review_comment"):
            return _comment(event, delivery, payload, app)
    except Odd as odd:
        return Ignored(delivery, str(odd))
    return Ignored(delivery, f"event-{event}" if event in _EVENTS else "event-unknown")


def _pull_request(delivery: str, payload: object) -> Job:
    action = _action(payload)
    if action not in _CAUSES or (action == "edited" and at(payload, "changes", "base") is None):
        raise Odd(f"action-{action}")
    cause = _CAUSES[action]
    if cause is not Cause.CLOSED and at(payload, "pull_request", "state") == "closed":
        raise Odd("closed")
    which = at(payload, "number") or at(payload, "pull_request", "number")
    return Job(delivery, pull(payload, which), cause, sha(at(payload, "pull_request", "head", "sha")))


# --- checks -------------------------------------------------------------------------------------------------------------


def _check_run(delivery: str, payload: object) -> Job:
    """Our check is to run again, or one of its buttons was pressed."""
    action = _action(payload)
    button = at(payload, "requested_action", "identifier")
    if action not in ("rerequested", "requested_action"):
        raise Odd(f"action-{action}")
    which, head = our_check(payload)
    about = pull(payload, which)
    if action == "rerequested" or button == RERUN:
        return Job(delivery, about, Cause.RERUN, head)
    if button != DISMISS_ADVICE:
        raise Odd("button-unknown")
    # At this head alone: nobody dismisses what he has not seen.
    command = Command("dismiss", ALL_ADVICE, by=_person(at(payload, "sender")))
    return Job(delivery, about, Cause.COMMAND, head, command)


def _check_suite(delivery: str, payload: object) -> Job:
    """ "Re-run all checks". GitHub sends it to the App that owns the suite, with the open pulls of this repository's branches;
    a fork's are found by the check that we left there."""
    action = _action(payload)
    if action != "rerequested":
        raise Odd(f"action-{action}")
    head = sha(at(payload, "check_suite", "head_sha"))
    pulls = at(payload, "check_suite", "pull_requests")
    here = at(payload, "repository", "id")
    for one in pulls if isinstance(pulls, list) else []:
        if at(one, "head", "sha") == head and at(one, "base", "repo", "id") == here:
            return Job(delivery, pull(payload, at(one, "number")), Cause.RERUN, head)
    return Job(delivery, repository(payload), Cause.RERUN, head)


def _merge_group(delivery: str, payload: object) -> Job:
    """A queue waits until every required check of the group's commit has reported."""
    action = _action(payload)
    if action != "checks_requested":
        raise Odd(f"action-{action}")
    return Job(delivery, repository(payload), Cause.MERGE_GROUP, sha(at(payload, "merge_group", "head_sha")))


# --- people -------------------------------------------------------------------------------------------------------------


def _comment(event: str, delivery: str, payload: object, app: str) -> Job:
    """A command, when a person gives one in a new comment. Who edits a comment gives none: it may not be the one who wrote it."""
    action = _action(payload)
    if action != "created":
        raise Odd(f"action-{action}")
    on_diff = event == "pull_request_review_comment"
    about = at(payload, "pull_request" if on_diff else "issue")
    if not on_diff and at(about, "pull_request") is None:
        raise Odd("not-a-pull")
    if at(payload, "comment", "performed_via_github_app") is not None:
        raise Odd("not-a-person")
    by = _person(at(payload, "comment", "user"), at(payload, "sender"))
    place = _place(payload, on_diff)
    body = at(payload, "comment", "body")
    asked = parse(body, app, in_thread=place.is_answer) if isinstance(body, str) else None
    if asked is None:
        raise Odd("no-command")
    if isinstance(asked, Misuse):
        command = Command(asked.verb, misuse=asked.say, by=by, place=place)
    else:
        command = Command(asked.verb, asked.target, asked.reason, asked.accepted, by=by, place=place)
    return Job(delivery, pull(payload, at(about, "number")), Cause.COMMAND, command=command)


def _place(payload: object, on_diff: bool) -> Place:
    """GitHub names the first comment of a thread in all that answer it, so threads are one deep."""
    comment = number(at(payload, "comment", "id"))
    first = at(payload, "comment", "in_reply_to_id")
    return Place(comment, (comment if first is None else number(first)) if on_diff else None)


def _person(*accounts: object) -> str:
    """The login of whoever did it. No App is a person, least of all ourselves."""
    if any(at(account, "type") != "User" for account in accounts):
        raise Odd("not-a-person")
    return name(at(accounts[0], "login"))


def _installation(delivery: str, payload: object) -> Job:
    action = _action(payload)
    if action not in _LEAVING:
        raise Odd(f"action-{action}")
    return Job(delivery, Pull(installation(payload), 0, "", "", 0), _LEAVING[action])


def _nothing(_: str, payload: object) -> Job:
    raise Odd(f"action-{_action(payload)}")


def _action(payload: object) -> str:
    return one_of(at(payload, "action"), _ACTIONS)


_READERS: Mapping[str, Callable[[str, object], Job]] = {
    "pull_request": _pull_request,
    "check_run": _check_run,
    "check_suite": _check_suite,
    "merge_group": _merge_group,
    "installation": _installation,
    "installation_repositories": _nothing,
    "installation_target": _nothing,
    "repository": _nothing,
}
