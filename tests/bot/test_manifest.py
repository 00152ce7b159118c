"""app.yml against the code: each permission asked for is used, each event subscribed is one we decide about."""

from pathlib import Path

import yaml

from bot.core.intake import decide

ROOT = Path(__file__).parents[2]
MANIFEST = yaml.safe_load((ROOT / "app.yml").read_text())


def test_every_subscribed_event_is_known_to_intake() -> None:
    for event in MANIFEST["default_events"]:
        ignored = decide(event, "d", {"action": "labeled", "installation": {"id": 1}})
        assert getattr(ignored, "reason", "") != "event-unknown", event


def test_no_permission_to_write_contents_is_asked() -> None:
    assert MANIFEST["default_permissions"]["contents"] == "read"


def test_issues_are_readable_because_github_refuses_issue_comment_without() -> None:
    if "issue_comment" in MANIFEST["default_events"]:
        assert MANIFEST["default_permissions"]["issues"] == "read"
