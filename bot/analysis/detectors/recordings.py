"""Credentials in recorded traffic: cassettes, HAR files, stub mappings and snapshots keep whatever the recorder saw."""

import re
from base64 import b64decode
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.analysis.surroundings import evidence, masked_line
from bot.core import jwt
from bot.core.discreet import beginning
from bot.core.hosts import host_of, is_remote
from bot.core.secrets_judge import Standing, judge
from bot.core.token_formats import spot

_RECORDING_PATH = re.compile(
    r"cassettes?/|recordings?/|/vcr|__snapshots__/|/mappings/|__files/|/pacts?/|\.(?:har|snap|ambr|golden|cassette)$"
    r"|\.(?:approved|verified|received)\.\w+$",
    re.IGNORECASE,
)
_RECORDING_TEXT = re.compile(
    r"^(?:http_)?interactions:|\"(?:http_)?interactions\"\s*:|\"entries\"\s*:\s*\[|recorded_at:|\"recordedAt\""
    r"|\"requestHeaders\"|\"nock\""
    r"|^- request:|\"request\"\s*:\s*\{[^{}]{0,400}\"(?:url|uri|method)\"",
    re.MULTILINE,
)
_HINTS = ("nteractions", "entries", "recorded", "requestHeaders", '"nock"', "- request:", '"request"')
_HEAD = 200_000  # characters in which a recording shows itself
_OPEN = r"[\"'\\\[\s]*(?:-\s*)?[\"'\\]*"  # quotes, brackets and a list's dash between a name and its value
_HAR = r"(?:,\s*\\?\"value\\?\"\s*:)?"  # HAR: {"name": "Authorization", "value": "…"}
_AUTHORIZATION = re.compile(
    rf"authorization\\?[\"']?\s*:?{_HAR}\s*:?{_OPEN}(?P<name>Bearer|Basic|token|ApiKey|Digest)\s+"
    r"(?P<value>[A-Za-z0-9._~+/=-]{12,4000})",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"(?P<name>api-key|private-token|x-api-key"
    r"|x-(?!csrf|xsrf|request|cache|surrogate|idempotency|amz)[a-z-]{2,30}-(?:token|key|secret))"
    rf"\\?[\"']?\s*:?{_HAR}\s*:?{_OPEN}(?P<value>[^\s\"',\]\\<>{{}}]{{12,4000}})",
    re.IGNORECASE,
)
_FIELDS = (
    "access_token",
    "refresh_token",
    "id_token",
    "client_secret",
    "api_key",
    "apikey",
    "password",
    "passwd",
    "private_token",
)
_FIELD = re.compile(
    rf"(?P<name>{'|'.join(_FIELDS)})(?:=|\\?[\"']\s*:\s*\\?[\"'])(?P<value>[^&\s\"'\\<>]{{8,4000}})", re.IGNORECASE
)
_SESSION = re.compile(
    r"(?<![\w.-])(?P<name>(?:[\w.-]{1,40}[_.-])?(?:session|sess|sid|sessionid|session_id|auth|remember_token|jwt)|JSESSIONID"
    r"|PHPSESSID|connect\.sid)=(?P<value>[^;\s\"'&\\]{16,2000})",
)
_COOKIE_TEXT = 4_000  # characters after a Cookie header's name in which its pairs stand
_NO_PASSWORDS = frozenset(["", "x-oauth-basic", "x", "api_token", "unused"])  # beside a token in the user's place
_A_NAME = 40  # characters: what is longer is no token either
_SCHEMES = frozenset(["bearer", "basic", "token", "apikey", "digest"])
_URL = re.compile(r"https?://([^\s\"'<>/\\]{4,253})")
_URL_KEY = re.compile(r"(?:uri|url|scope|host|origin|basepath)\\?[\"']?\s*:?\s*[\"'\\\[]*\s*(?:-\s*)?[\"']?$", re.IGNORECASE)
_STATUS = re.compile(r"(?:ode|tatus(?:_?code)?)\\?[\"']?\s*:\s*\{?[\"']?\s*(?:code\\?[\"']?\s*:\s*)?([1-5]\d\d)\b", re.IGNORECASE)
_NEAR = 80  # lines of one recorded exchange around a value
_ABOVE = 10  # where no answer follows: nock writes the status above the body


@dataclass(frozen=True, slots=True)
class _Exchange:
    """What the recording says near a value: the host that was spoken to, and whether it let the caller in."""

    host: str
    accepted: bool


@detector("recorded-credential")
def recorded_credential(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """An authorization, token, session or password that a recorder kept, sent to a host somebody runs."""
    if not _is_recording(document):
        return
    log = _Log(document)
    said: set[str] = set()
    for name, start, end in sorted(set(_values(document)), key=lambda v: v[1:]):
        written = document.text[start:end]
        line = document.line_at(start)
        exchange = log.around(line)
        value = _inner(name, written)
        if value is None or value in said or not is_remote(exchange.host) or next(spot(value), None) or _has_ended(value):
            continue
        known = {"host": exchange.host, "accepted": exchange.accepted, "paired": True, "asserted": False}
        judged = judge(evidence(document, start, end, value=value, name="", **known))
        if judged.standing is Standing.FAKE:
            continue
        document.conceal(written)
        secret = document.secret(value, exchange.host)
        if line in document.added and judged.standing is Standing.REAL:
            said.add(value)
            captures = {"where": _where(name), "host": exchange.host}
            quote, identity = _quote(document, line, written, name), masked_line(document, line, written)
            yield Found(line, line, quote, captures, identity, secret=secret)


def _is_recording(document: Document) -> bool:
    head = document.text[:_HEAD]
    return bool(_RECORDING_PATH.search(document.path) or (any(h in head for h in _HINTS) and _RECORDING_TEXT.search(head)))


def _values(document: Document) -> Iterator[tuple[str, int, int]]:
    """(name, start, end) of everything that may be a credential."""
    text = document.text
    low = text.lower() if len(text.lower()) == len(text) else text  # a few letters change their length
    for expression, anchors in (
        (_AUTHORIZATION, ("authorization",)),
        (_HEADER, ("api-key", "private-token", "x-")),
        (_FIELD, _FIELDS),
    ):
        for at in _places(low, anchors):
            if match := expression.match(text, at):
                yield match["name"].lower(), *match.span("value")
    for at in _places(low, ("cookie",)):
        if not low.endswith("set-", 0, at):  # servers set sessions for strangers too
            for match in _SESSION.finditer(text, at, at + _COOKIE_TEXT):
                yield f"cookie {match['name']}", *match.span("value")


def _places(text: str, anchors: tuple[str, ...]) -> Iterator[int]:
    """Where an anchor stands: looking for plain text first is ten times faster than for an alternative without regard to case."""
    for anchor in anchors:
        at = text.find(anchor)
        while at >= 0:
            yield at
            at = text.find(anchor, at + len(anchor))


def _inner(name: str, written: str) -> str | None:
    """What the judge is asked about: the password inside Basic, else the value; None when Basic does not decode."""
    if name != "basic":
        return written
    try:
        user, colon, password = b64decode(written + "=" * (-len(written) % 4)).decode().partition(":")
    except ValueError:
        return None
    in_users_place = password in _NO_PASSWORDS or (len(password) < len(user) < _A_NAME and "@" not in user)
    inner = (user if in_users_place else password) if colon else ""
    return inner if len(inner) >= 8 and password != user else None


def _has_ended(value: str) -> bool:
    """A signed token that lives a day at most, or that anybody could have made."""
    return any(token.is_short_lived or token.is_crafted() for token in jwt.find(value))


def _where(name: str) -> str:
    if name in _SCHEMES:
        return "the Authorization header"
    return "a cookie" if name.startswith("cookie ") else "a header" if "-" in name else "a body or query"


def _quote(document: Document, line: int, value: str, name: str) -> str:
    """The scheme or the name when it stands on the value's line, else the value's first characters."""
    text = document.lines[line - 1]
    written = name.removeprefix("cookie ")
    at = text.lower().find(written.lower())
    return text[at : at + len(written)] if at >= 0 else f"{beginning(value)}…"


class _Log:
    """The requests and answers of a recording, by line."""

    def __init__(self, document: Document) -> None:
        text = document.text
        urls = [(m.start(), host_of(m[1])) for m in _URL.finditer(text)]
        keyed = [(at, host) for at, host in urls if _URL_KEY.search(text, max(0, at - 40), at)]
        self._hosts = [(document.line_at(at), host) for at, host in keyed or urls]
        answers = sorted((at, m[1]) for at in _places(text, ("ode", "tatus")) if (m := _STATUS.match(text, at)))
        self._statuses = [(document.line_at(at), status) for at, status in answers]

    def around(self, line: int) -> _Exchange:
        before = bisect_left(self._hosts, (line,))
        near = self._hosts[max(0, before - 1) : before + 2]
        host = min(near, key=lambda h: (abs(h[0] - line), h[0]))[1] if near and self._close(near, line) else ""
        place = bisect_left(self._statuses, (line,))
        answers = [status for at, status in self._statuses[place : place + 1] if at - line <= _NEAR]
        answers = answers or [status for at, status in self._statuses[max(0, place - 1) : place] if line - at <= _ABOVE]
        accepted = any(status.startswith("2") for status in answers)
        return _Exchange(host, accepted)

    @staticmethod
    def _close(near: list[tuple[int, str]], line: int) -> bool:
        return min(abs(at - line) for at, _ in near) <= _NEAR
