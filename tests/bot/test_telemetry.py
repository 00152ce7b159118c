"""What the logs and metrics show, and above all what they do not."""

import io
import json
import logging

import pytest
import structlog

from bot import telemetry
from bot.core.specimens import github_token
from bot.model import (
    Cause,
    Check,
    Conclusion,
    Confidence,
    Finding,
    Job,
    Outcome,
    Pull,
    Review,
    Severity,
    Side,
    Skipped,
    Tier,
    Verdict,
)
from bot.telemetry import REDACTED, Metrics, Redactor, configure, describe, logger, slug

JOB = Job("guid-1", Pull(5, 42, "octo", "repo", 7), Cause.PUSHED, "a" * 40)
PEM = "\n".join(["-----BEGIN RSA PRIVATE " + "KEY-----", "MIIEpAIBAAKCAQEA", "c2VjcmV0", "-----END RSA PRIVATE KEY-----"])
JWT = ".".join(["ey" + "JhbGciOiJSUzI1NiJ9", "eyJpc3MiOiJJdjIzIn0", "c2lnbmF0dXJlLXNpZ25hdHVyZQ"])


@pytest.fixture
def lines():
    """Logs of one test, as read back from what would be standard error."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    stream = io.StringIO()
    configure("INFO", ["correct horse", "correct"], stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:], level = before
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_line_says_which_delivery_pull_and_head(lines):
    with telemetry.about(JOB):
        logger.info("reviewed", ended="reviewed", files=3)
    logger.info("idle")
    inside, outside = lines()
    assert inside.pop("timestamp").endswith("Z")
    assert inside == {
        "event": "reviewed",
        "level": "info",
        "logger": "testwarden",
        "delivery": "guid-1",
        "installation": 5,
        "pull": "42#7",
        "head": "a" * 40,
        "ended": "reviewed",
        "files": 3,
    }
    assert "delivery" not in outside


@pytest.mark.parametrize(
    "secret",
    [
        github_token(),
        "ghs_" + "123456_" + JWT,
        "github_pat_" + "11ABCDEFG0" * 4,
        JWT,
        PEM,
        PEM.replace("\n", "\\n"),
        PEM[:60],
        "correct horse",
    ],
)
@pytest.mark.parametrize("where", ["event", "value", "nested", "key", "object", "library", "exception"])
def test_no_secret_passes_the_door(lines, secret, where):
    class Holder:
        def __repr__(self) -> str:
            return f"<{secret}>"

    if where == "event":
        logger.info(f"got {secret}!")
    elif where == "value":
        logger.info("got", value=secret)
    elif where == "nested":
        logger.info("got", value={"headers": [("Authorization", f"Bearer {secret}")]})
    elif where == "key":
        logger.info("got", **{secret: 1})
    elif where == "object":
        logger.info("got", value=Holder())
    elif where == "library":
        logging.getLogger("aiohttp.server").error("bad answer: %s", secret)
    else:
        try:
            raise ValueError(secret)
        except ValueError:
            logger.exception("failed")
    (line,) = lines()
    text = json.dumps(line, ensure_ascii=False)
    for piece in {secret, *secret.replace("\\n", "\n").split("\n")}:
        assert piece not in text
    assert ("ValueError" if where == "exception" else REDACTED) in text


def test_a_password_in_an_address_is_taken_out():
    assert Redactor().text("postgresql://user:hunter2@db/jobs") == f"postgresql://{REDACTED}@db/jobs"
    assert Redactor().text("see https://example.com/a:b@c") == "see https://example.com/a:b@c"


def test_ordinary_text_passes_unchanged():
    text = "ghost_town eyJust a word, 016d3efa39 -----BEGIN CERTIFICATE-----"
    assert Redactor(["", " "]).text(text) == text


def test_an_exception_is_its_type_and_its_places_never_its_message():
    try:
        try:
            int("text of a pull request")
        except ValueError as cause:
            raise RuntimeError("more of it") from cause
    except RuntimeError as error:
        described = describe(error)
    assert described["error"] == "RuntimeError < ValueError"
    (place,) = described["at"]
    assert place.startswith("bot/test_telemetry.py:")
    assert place.endswith(" test_an_exception_is_its_type_and_its_places_never_its_message")


def test_a_libraries_traceback_is_described_too(lines):
    try:
        raise KeyError("text of a pull request")
    except KeyError:
        logging.getLogger("asyncio").error("Task exception was never retrieved", exc_info=True)
    (line,) = lines()
    assert (line["event"], line["error"]) == ("Task exception was never retrieved", "KeyError")
    assert "text of a pull request" not in json.dumps(line)


def test_libraries_are_quiet_and_dbos_uses_our_door(lines):
    logging.getLogger("dbos").info("console address")
    logging.getLogger("dbos").warning("lost the database")
    assert [line["event"] for line in lines()] == ["lost the database"]


def test_a_long_value_is_cut(lines):
    logger.info("got", value="x" * 10_000)
    assert len(lines()[0]["value"]) == telemetry.VALUE_LIMIT


def sample(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def test_a_review_is_counted_by_ending_verdict_rule_and_reason():
    finding = Finding(
        rule="tls-off-nonlocal",
        title="",
        tier=Tier.DEFECT,
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        cwe=(),
        path="tests/a.py",
        line=1,
        end_line=1,
        side=Side.RIGHT,
        quote="",
        what="",
        why="",
        fix="",
        fingerprint="f",
    )
    skipped = (Skipped("tests/big.json", "larger than 3 MB", True), Skipped("tests/x.py", "larger than 5 MB", True))
    review = Review("a" * 40, Verdict(Conclusion.DEFECTS), (), "", Check("failure", "", ""), (finding,), skipped)
    metrics = Metrics()
    metrics.reviewed(Outcome(JOB, "reviewed", review, shadow=(finding, finding), ungrounded=(finding,)), 0.2)
    metrics.reviewed(Outcome(JOB, "closed"), 0.1)
    assert sample(metrics, "testwarden_reviews_total", ended="reviewed") == 1
    assert sample(metrics, "testwarden_reviews_total", ended="closed") == 1
    assert sample(metrics, "testwarden_verdicts_total", verdict="defects") == 1
    assert sample(metrics, "testwarden_findings_total", rule="tls-off-nonlocal", tier="defect") == 1
    assert sample(metrics, "testwarden_findings_total", rule="tls-off-nonlocal", tier="shadow") == 2
    assert sample(metrics, "testwarden_ungrounded_total", rule="tls-off-nonlocal") == 1
    assert sample(metrics, "testwarden_skipped_files_total", reason="larger-than") == 2
    assert sample(metrics, "testwarden_review_seconds_count") == 2


def test_deliveries_requests_retries_and_depth():
    metrics = Metrics()
    metrics.delivered("pull_request", "accepted", 0.002)
    metrics.delivered("made_up", "ignored", 0.002)
    metrics.ignored("unknown-event")
    metrics.requested("pulls/get", 200)
    metrics.requested("pulls/get", 0)
    metrics.put_off("rate limited, again in 30 s")
    metrics.gave_up("ValueError")
    metrics.depth(4)
    assert sample(metrics, "testwarden_deliveries_total", event="pull_request", outcome="accepted") == 1
    assert sample(metrics, "testwarden_deliveries_total", event="other", outcome="ignored") == 1
    assert sample(metrics, "testwarden_ignored_total", reason="unknown-event") == 1
    assert sample(metrics, "testwarden_api_requests_total", operation="pulls/get", status="2xx") == 1
    assert sample(metrics, "testwarden_api_requests_total", operation="pulls/get", status="none") == 1
    assert sample(metrics, "testwarden_retries_total", reason="rate-limited") == 1
    assert sample(metrics, "testwarden_dead_letters_total", reason="valueerror") == 1
    assert sample(metrics, "testwarden_inbox_depth") == 4
    assert b"testwarden_webhook_seconds_bucket" in metrics.render()


def test_labels_are_bounded_whatever_comes():
    metrics = Metrics()
    for n in range(5000):
        metrics.ignored("reason" + "a" * n)
        metrics.delivered(f"event-{n}", "ignored", 0)
    text = metrics.render().decode()
    assert sum(line.startswith("testwarden_ignored_total") for line in text.splitlines()) == 65
    assert sum(line.startswith("testwarden_deliveries_total") for line in text.splitlines()) == 1


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("larger than 3 MB", "larger-than"),
        ("not valid UTF-8", "not-valid-utf"),
        ("analysis ran out of time (20 s)", "analysis-ran-out-of-time"),
        ("no-patch", "no-patch"),
        ("`tests/evil.py` does not parse", "other"),
        ("", "other"),
    ],
)
def test_a_reason_becomes_a_slug_without_particulars(reason, expected):
    assert slug(reason) == expected


def test_what_installations_have_used_is_asked_for_at_each_look():
    metrics = Metrics()
    assert "testwarden_budget_used{" not in metrics.render().decode()
    metrics.budgets = lambda: [(7, 30.0, {"comments-hour": 0.5, "quota-core": 1.0})]
    shown = metrics.render().decode()
    for line in (
        'testwarden_budget_used{installation="7",limit="comments-hour"} 0.5',
        'testwarden_budget_used{installation="7",limit="quota-core"} 1.0',
        'testwarden_blocked_seconds{installation="7"} 30.0',
    ):
        assert line in shown.splitlines()
    metrics.budgets = lambda: []
    assert 'installation="7"' not in metrics.render().decode()
