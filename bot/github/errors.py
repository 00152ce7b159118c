"""GitHub's refusals -> what they mean for us: come back later, nothing to do any more, or an answer to act upon.

GitHub says most of it in prose and headers, not in status codes
(docs.github.com/en/rest/using-the-rest-api/{troubleshooting-the-rest-api,rate-limits-for-the-rest-api}).
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from bot.ports import Gone, Later

MINUTE, HOUR = 60.0, 3600.0
LIMITED = frozenset({"rate-limit", "secondary-rate-limit"})  # the reasons of a Later by which GitHub limits us
_SECONDARY = (
    "secondary rate limit",
    "abuse detection",
    "temporarily blocked from content creation",
    "been spammed",
    "submitted too quickly",
)


class Refused(Exception):
    """GitHub understood and said no. `texts` are its words; no header of our request is in here."""

    def __init__(self, status: int, texts: tuple[str, ...]) -> None:
        super().__init__(f"{status}: {'; '.join(texts)[:300]}")
        self.status = status
        self.texts = texts

    def says(self, words: str) -> bool:
        return any(words in text.lower() for text in self.texts)


class Unauthorized(Refused):
    """401: the token is unknown, expired, or too young to be known everywhere."""


class Forbidden(Refused):
    """403: a permission is missing; `accepted` is GitHub's list of those that would do, "" when it gave none."""

    def __init__(self, status: int, texts: tuple[str, ...], accepted: str = "") -> None:
        super().__init__(status, texts)
        self.accepted = accepted


class Locked(Forbidden):
    """403, or 422 for a review: the conversation is locked, and an App is never a collaborator."""


class NotFound(Refused):
    """404 or 410: not there, or hidden from us."""


class Invalid(Refused):
    """422: the request contradicts the state of things (an anchor outside the diff, a pending review, a head that moved)."""


class TooLarge(Exception):
    """The answer is longer than we are willing to hold."""


class Unavailable(Later):
    """A repeatable request failed on each attempt, by GitHub's fault or the network's."""


class Unsent(Unavailable):
    """No connection came about, so nothing can have happened: even a write may be repeated."""


class Lost(Exception):
    """A write whose answer never came: it may have happened. Look before repeating it."""


def classify(status: int, headers: Mapping[str, str], body: bytes, now: float) -> Exception:
    """The exception for an answer of 4xx or 5xx. Pure: `now` is the time as seconds since the epoch."""
    texts = texts_of(body)
    if status in (403, 429) or (status == 422 and _mentions(texts, _SECONDARY)):
        limited = rate_limited(status, headers, texts, now)
        if limited is not None:
            return limited
    if status == 401:
        return Unauthorized(status, texts)
    if status in (404, 410):
        return NotFound(status, texts)
    if status == 403:
        return _forbidden(headers, texts)
    if status == 422 and _mentions(texts, ("lock prevents review",)):
        return Locked(status, texts)
    if status == 451:
        return Gone("blocked")
    if status >= 500:
        return Unavailable("github-unavailable", _retry_after(headers) or 30.0)
    return Invalid(status, texts) if status == 422 else Refused(status, texts)


def rate_limited(status: int, headers: Mapping[str, str], texts: tuple[str, ...], now: float) -> Later | None:
    """When to come back, in the order GitHub documents: Retry-After, then the reset of an empty quota, then a minute."""
    secondary = status == 429 or _mentions(texts, _SECONDARY)
    after = _retry_after(headers)
    if after is not None:
        return Later("rate-limit", max(1.0, after))
    if headers.get("x-ratelimit-remaining") == "0" and (secondary or _mentions(texts, ("rate limit",))):
        return Later("rate-limit", until_reset(headers, now))
    return Later("secondary-rate-limit", MINUTE) if secondary else None


def until_reset(headers: Mapping[str, str], now: float) -> float:
    """Seconds until the quota is refilled, within (0, an hour]; one more than told, since the clocks differ."""
    reset = number_in(headers, "x-ratelimit-reset")
    return MINUTE if reset is None else min(max(reset - now, 0.0) + 1.0, HOUR)


def from_graphql(errors: list[Any], headers: Mapping[str, str], now: float) -> Exception:
    """The exception for the `errors` of a GraphQL answer, which arrive with HTTP 200."""
    known = [error for error in errors if isinstance(error, dict)]
    texts = tuple(str(error.get("message", "")) for error in known)
    kinds = {str(error.get("type", "")) for error in known}
    if "RATE_LIMITED" in kinds or "RATE_LIMIT" in kinds:
        return Later("rate-limit", until_reset(headers, now))
    if _mentions(texts, _SECONDARY):
        return Later("secondary-rate-limit", _retry_after(headers) or MINUTE)
    if "FORBIDDEN" in kinds or _mentions(texts, ("ip allow list", "resource not accessible")):
        return _forbidden(headers, texts)
    if "NOT_FOUND" in kinds:
        return NotFound(404, texts)
    return Unavailable("graphql-failed", 30.0)


def texts_of(body: bytes) -> tuple[str, ...]:
    """Every sentence of an error body: `message`, then `errors`, whose entries may be strings or objects."""
    try:
        said = json.loads(body.decode("utf-8", "replace"))
    except ValueError:
        return ()
    if not isinstance(said, dict):
        return ()
    errors = said.get("errors")
    found = [said.get("message"), *(errors if isinstance(errors, list) else [errors])]
    lines = [" ".join(str(v) for v in e.values()) if isinstance(e, dict) else e for e in found]
    return tuple(line for line in lines if isinstance(line, str) and line)


def _forbidden(headers: Mapping[str, str], texts: tuple[str, ...]) -> Exception:
    if _mentions(texts, ("has been suspended",)):
        return Gone("suspended")
    if _mentions(texts, ("ip allow list",)):
        return Later("ip-allow-list", HOUR)
    if _mentions(texts, ("repository access blocked",)):
        return Gone("blocked")
    if _mentions(texts, ("was archived", "is archived")):
        return Gone("archived")
    if _mentions(texts, ("is locked", "conversation is locked")):
        return Locked(403, texts)
    return Forbidden(403, texts, headers.get("x-accepted-github-permissions", "")[:300])


def _mentions(texts: tuple[str, ...], words: tuple[str, ...]) -> bool:
    return any(word in text.lower() for text in texts for word in words)


def number_in(headers: Mapping[str, str], name: str) -> float | None:
    """The number that a header says, None when it says none."""
    value = headers.get(name)
    return float(value) if value and re.fullmatch(r"[0-9]{1,15}", value.strip()) else None


def _retry_after(headers: Mapping[str, str]) -> float | None:
    after = number_in(headers, "retry-after")
    return None if after is None else min(after, HOUR)
