"""GitHub's refusals are read as documented: status, headers and words together."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.github.errors import Forbidden, Invalid, Locked, NotFound, Refused, Unauthorized, Unavailable, classify, from_graphql
from bot.ports import Gone, Later

NOW = 1_800_000_000.0
BLOCKED = "You have exceeded a secondary rate limit and have been temporarily blocked from content creation."


def said(status: int, message: str = "", errors: Any = None, **headers: str) -> Exception:
    body = {"message": message} | ({} if errors is None else {"errors": errors})
    return classify(status, {name.replace("_", "-"): value for name, value in headers.items()}, json.dumps(body).encode(), NOW)


@pytest.mark.parametrize(
    ("error", "reason", "seconds"),
    [
        (said(403, BLOCKED, retry_after="72", x_ratelimit_remaining="4000"), "rate-limit", 72.0),
        (said(403, BLOCKED, x_ratelimit_remaining="4000"), "secondary-rate-limit", 60.0),
        (said(403, "API rate limit exceeded", x_ratelimit_remaining="0", x_ratelimit_reset="1800000600"), "rate-limit", 601.0),
        (said(429, "", x_ratelimit_remaining="0", x_ratelimit_reset="1800000005"), "rate-limit", 6.0),
        (said(429, "Too many requests"), "secondary-rate-limit", 60.0),
        (said(403, "", retry_after="5"), "rate-limit", 5.0),
        (said(429, "", retry_after="0"), "rate-limit", 1.0),
        (said(429, "", retry_after="Sun, 22 Nov 2026 13:00:00 GMT"), "secondary-rate-limit", 60.0),
        (said(403, "API rate limit exceeded", x_ratelimit_remaining="0", x_ratelimit_reset="12"), "rate-limit", 1.0),
        (said(403, "API rate limit exceeded", x_ratelimit_remaining="0"), "rate-limit", 60.0),
        (said(422, "Validation failed, or the endpoint has been spammed."), "secondary-rate-limit", 60.0),
        (said(403, "`acme` has an IP allow list enabled, and your IP address is not permitted"), "ip-allow-list", 3600.0),
        (said(502, "Server Error"), "github-unavailable", 30.0),
        (said(503, "", retry_after="120"), "github-unavailable", 120.0),
    ],
)
def test_come_back_later(error: Exception, reason: str, seconds: float) -> None:
    assert isinstance(error, Later)
    assert (error.reason, error.seconds) == (reason, seconds)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (said(403, "This installation has been suspended"), "suspended"),
        (said(403, "Repository was archived so is read-only."), "archived"),
        (said(403, "Repository access blocked"), "blocked"),
        (said(451, "Repository access blocked"), "blocked"),
    ],
)
def test_nothing_to_do_any_more(error: Exception, reason: str) -> None:
    assert isinstance(error, Gone)
    assert error.reason == reason


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (said(401, "Bad credentials"), Unauthorized),
        (said(404, "Not Found"), NotFound),
        (said(410, "This issue was deleted"), NotFound),
        (said(403, "Unable to create comment because issue is locked."), Locked),
        (said(422, "Unprocessable Entity", ["lock prevents review"]), Locked),
        (said(422, "Unprocessable Entity", ["Line could not be resolved"]), Invalid),
        (said(400, "Problems parsing JSON"), Refused),
        (said(403, "Resource not accessible by integration", x_ratelimit_remaining="0"), Forbidden),
    ],
)
def test_an_answer_to_act_upon(error: Exception, kind: type[Exception]) -> None:
    assert type(error) is kind


def test_a_missing_permission_is_named() -> None:
    error = said(403, "Resource not accessible by integration", x_accepted_github_permissions="pull_requests=write")
    assert isinstance(error, Forbidden)
    assert error.accepted == "pull_requests=write"


def test_errors_may_be_strings_objects_or_both() -> None:
    error = said(422, "Validation Failed", ["Path could not be resolved", {"field": "body", "message": "is too long"}, None, 7])
    assert isinstance(error, Invalid)
    assert error.texts == ("Validation Failed", "Path could not be resolved", "body is too long")
    assert error.says("path could not")
    assert not error.says("pending review")


@given(st.integers(300, 599), st.binary(max_size=200), st.dictionaries(st.sampled_from(["retry-after"]), st.text(max_size=20)))
def test_no_answer_breaks_the_reading(status: int, body: bytes, headers: dict[str, str]) -> None:
    error = classify(status, headers, body, NOW)
    assert isinstance(error, (Refused, Later, Gone))
    if isinstance(error, Later):
        assert 1.0 <= error.seconds <= 3600.0


@pytest.mark.parametrize(
    ("errors", "kind"),
    [
        ([{"type": "FORBIDDEN", "message": "Resource not accessible by integration"}], Forbidden),
        ([{"type": "NOT_FOUND", "message": "Could not resolve to a Repository"}], NotFound),
        ([{"message": "Something went wrong while executing your query."}], Unavailable),
        ([], Unavailable),
        (["odd"], Unavailable),
    ],
)
def test_graphql_errors_come_with_200(errors: list[Any], kind: type[Exception]) -> None:
    assert type(from_graphql(errors, {}, NOW)) is kind


def test_graphql_limits() -> None:
    error = from_graphql([{"type": "RATE_LIMITED", "message": "x"}], {"x-ratelimit-reset": "1800000090"}, NOW)
    assert isinstance(error, Later)
    assert (error.reason, error.seconds) == ("rate-limit", 91.0)
    error = from_graphql([{"message": BLOCKED}], {"retry-after": "61"}, NOW)
    assert isinstance(error, Later)
    assert (error.reason, error.seconds) == ("secondary-rate-limit", 61.0)
    error = from_graphql([{"type": "FORBIDDEN", "message": "`acme` has an IP allow list enabled"}], {}, NOW)
    assert isinstance(error, Later)
    assert error.reason == "ip-allow-list"
