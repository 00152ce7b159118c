"""app.yml against the code: each permission asked for is used, each event subscribed is one we decide about."""

from pathlib import Path

import yaml

from bot.core.intake import _READERS, decide
from bot.sandbox.people import EVENTS, PERMISSIONS

ROOT = Path(__file__).parents[2]
MANIFEST = yaml.safe_load((ROOT / "app.yml").read_text())

COMMENTS = {"issue_comment", "pull_request_review_comment"}
# docs.github.com/en/webhooks/webhook-events-and-payloads: about the App's own installation every App is told, and about a
# repository we need not be.
UNSUBSCRIBED = {"installation", "installation_repositories", "installation_target", "repository"}


def test_every_subscribed_event_is_known_to_intake() -> None:
    for event in MANIFEST["default_events"]:
        ignored = decide(event, "d", {"action": "labeled", "installation": {"id": 1}})
        assert getattr(ignored, "reason", "") != "event-unknown", event


def test_no_permission_to_write_contents_is_asked() -> None:
    assert MANIFEST["default_permissions"]["contents"] == "read"


def test_the_stand_in_grants_what_the_manifest_asks_and_no_more() -> None:
    assert MANIFEST["default_permissions"] == PERMISSIONS
    assert set(MANIFEST["default_events"]) <= set(EVENTS)


def test_every_event_that_makes_a_job_is_subscribed_to_or_sent_to_every_app() -> None:
    assert set(_READERS) | COMMENTS == set(MANIFEST["default_events"]) | UNSUBSCRIBED


def test_merge_queues_are_readable_because_github_refuses_merge_group_without() -> None:
    if "merge_group" in MANIFEST["default_events"]:
        assert MANIFEST["default_permissions"]["merge_queues"] == "read"


def test_issues_are_readable_because_github_refuses_issue_comment_without() -> None:
    if "issue_comment" in MANIFEST["default_events"]:
        assert MANIFEST["default_permissions"]["issues"] == "read"
