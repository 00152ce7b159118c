"""A webhook's payload -> Job, or Ignored and why. Cheap: no token is minted and no API is asked for a delivery we ignore.

Fields are read leniently, one by one: GitHub's own examples disagree with its schemas, and new events and actions keep coming
(https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks). Reasons are a bounded set of slugs.
"""

import re
from collections.abc import Mapping
from typing import Any

from bot.model import Cause, Ignored, Job, Pull

# Actions of `pull_request` after which the diff or the wish for a review is new. Drafts are reviewed like the rest.
_CAUSES = {
    "opened": Cause.OPENED,
    "reopened": Cause.OPENED,
    "ready_for_review": Cause.OPENED,
    "synchronize": Cause.PUSHED,
    "edited": Cause.PUSHED,  # only when the base branch changed: the diff is another one and no `synchronize` comes
}
_EVENTS = frozenset(
    "branch_protection_rule check_run check_suite commit_comment create delete fork github_app_authorization installation "
    "installation_repositories installation_target issue_comment issues label member merge_group meta milestone organization "
    "ping public pull_request pull_request_review pull_request_review_comment pull_request_review_thread push release repository "
    "star status team watch workflow_job workflow_run".split()
)
_ACTIONS = frozenset(
    "assigned auto_merge_disabled auto_merge_enabled closed completed converted_to_draft created demilestoned dequeued edited "
    "enqueued labeled locked milestoned opened ready_for_review reopened requested requested_action rerequested "
    "review_request_removed review_requested synchronize unassigned unlabeled unlocked".split()
)
_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")
_EXTERNAL_ID = re.compile(r"([0-9]{1,19})/([0-9]{1,19})/([0-9a-f]{40}(?:[0-9a-f]{24})?)")
_LARGEST = 2**63 - 1  # what the store can hold


class _Odd(Exception):
    """Why the payload makes no job. `str` of it is the reason."""


def decide(event: str, delivery: str, payload: Mapping[str, Any]) -> Job | Ignored:
    """What to do about one delivery whose signature was verified. Never raises, whatever JSON the payload is."""
    try:
        if event == "pull_request":
            return _pull_request(delivery, payload)
        if event == "check_run":
            return _check_run(delivery, payload)
        if event == "check_suite":
            return _check_suite(delivery, payload)
    except _Odd as odd:
        return Ignored(delivery, str(odd))
    return Ignored(delivery, f"event-{event}" if event in _EVENTS else "event-unknown")


def _pull_request(delivery: str, payload: object) -> Job:
    action = _action(payload)
    cause = _CAUSES.get(action)
    if action == "closed":
        raise _Odd("closed")
    if cause is None:
        raise _Odd(f"action-{action}")
    if action == "edited" and _at(payload, "changes", "base") is None:
        raise _Odd("action-edited")
    if _at(payload, "pull_request", "state") == "closed":
        raise _Odd("closed")
    number = _at(payload, "number") or _at(payload, "pull_request", "number")
    return Job(delivery, _pull(payload, number), cause, _sha(_at(payload, "pull_request", "head", "sha")))


def _check_run(delivery: str, payload: object) -> Job:
    """`pull_requests` of a check is empty for forks, so our checks carry the pull in their external_id."""
    _insist_on_rerequest(payload)
    name = _at(payload, "check_run", "external_id")
    ours = _EXTERNAL_ID.fullmatch(name) if isinstance(name, str) else None
    if ours is None or int(ours[1]) != _at(payload, "repository", "id"):
        raise _Odd("not-our-check")
    return Job(delivery, _pull(payload, int(ours[2])), Cause.RERUN, ours[3])


def _check_suite(delivery: str, payload: object) -> Job:
    """ "Re-run all checks". GitHub sends it to the App that owns the suite, with the open pulls of this repository's branches."""
    _insist_on_rerequest(payload)
    head = _at(payload, "check_suite", "head_sha")
    pulls = _at(payload, "check_suite", "pull_requests")
    here = _at(payload, "repository", "id")
    for pull in pulls if isinstance(pulls, list) else []:
        if _at(pull, "head", "sha") == head and _at(pull, "base", "repo", "id") == here:
            return Job(delivery, _pull(payload, _at(pull, "number")), Cause.RERUN, _sha(head))
    raise _Odd("no-pull")


def _insist_on_rerequest(payload: object) -> None:
    action = _action(payload)
    if action != "rerequested":
        raise _Odd(f"action-{action}")


def _action(payload: object) -> str:
    action = _at(payload, "action")
    return action if isinstance(action, str) and action in _ACTIONS else "unknown"


def _pull(payload: object, number: object) -> Pull:
    installation = _at(payload, "installation", "id")
    if installation is None:
        raise _Odd("no-installation")
    if _at(payload, "repository", "archived") is True:
        raise _Odd("archived")
    return Pull(
        installation=_id(installation),
        repository_id=_id(_at(payload, "repository", "id")),
        owner=_name(_at(payload, "repository", "owner", "login")),
        repo=_name(_at(payload, "repository", "name")),
        number=_id(number),
    )


def _at(payload: object, *keys: str) -> object:
    for key in keys:
        payload = payload.get(key) if isinstance(payload, Mapping) else None
    return payload


def _id(value: object) -> int:
    if type(value) is not int or not 0 < value <= _LARGEST:
        raise _Odd("malformed")
    return value


def _name(value: object) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise _Odd("malformed")
    return value


def _sha(value: object) -> str:
    if not isinstance(value, str) or not _SHA.fullmatch(value):
        raise _Odd("malformed")
    return value
