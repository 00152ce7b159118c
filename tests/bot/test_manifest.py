"""app.yml against the code: each permission asked for is used, each event subscribed is one we decide about."""

from pathlib import Path
from urllib.parse import parse_qs

import yaml

from bot.core.intake import _READERS, decide
from bot.core.manifest import EVENTS, PERMISSIONS, registration
from bot.github.auth import READING, SWEEPING, WANTED
from bot.sandbox import people

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


def test_the_manifest_asks_what_the_program_and_the_stand_in_know() -> None:
    assert MANIFEST["default_permissions"] == PERMISSIONS
    assert MANIFEST["default_events"] == list(EVENTS)
    assert set(EVENTS) <= set(people.EVENTS)


def test_no_token_wants_more_than_the_manifest_asks() -> None:
    levels = {"read": 1, "write": 2}
    for wanted in (WANTED, READING, SWEEPING):
        assert all(levels[level] <= levels[PERMISSIONS[name]] for name, level in wanted.items())


def test_the_registration_fills_in_githubs_form() -> None:
    address, _, query = registration("https://bot.example:8443/webhook").partition("?")
    fields = parse_qs(query)
    assert address == "https://github.com/settings/apps/new"
    assert {name: fields.pop(name) for name in PERMISSIONS} == {name: [level] for name, level in PERMISSIONS.items()}
    assert fields.pop("events[]") == list(EVENTS)
    assert fields == {
        "name": ["testwarden"],
        "url": ["https://bot.example:8443"],
        "public": ["false"],
        "webhook_active": ["true"],
        "webhook_url": ["https://bot.example:8443/webhook"],
    }


def test_every_event_that_makes_a_job_is_subscribed_to_or_sent_to_every_app() -> None:
    assert set(_READERS) | COMMENTS == set(MANIFEST["default_events"]) | UNSUBSCRIBED


def test_merge_queues_are_readable_because_github_refuses_merge_group_without() -> None:
    if "merge_group" in MANIFEST["default_events"]:
        assert MANIFEST["default_permissions"]["merge_queues"] == "read"


def test_issues_are_readable_because_github_refuses_issue_comment_without() -> None:
    if "issue_comment" in MANIFEST["default_events"]:
        assert MANIFEST["default_permissions"]["issues"] == "read"
