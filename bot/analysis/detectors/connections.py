"""Passwords in connection URLs and strings that lead to a host somebody runs."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.analysis.surroundings import evidence, masked_line
from bot.core.fakes import name_words
from bot.core.hosts import host_of, is_remote
from bot.core.secrets_judge import Standing, judge
from bot.core.token_formats import spot

_URL = re.compile(
    r"://(?P<user>[^\s:/@\"'<>`]{0,100}):(?P<password>[^\s/@\"'<>`]{1,200})@"
    r"(?P<host>[^\s\"'<>`/?#,;)\\]{1,260})"
)
_JDBC = re.compile(
    r"jdbc:[a-z0-9]{2,20}(?::[a-z0-9]{2,20})?://(?P<host>[^\s\"'/?;]{1,260})[^\s\"']{0,300}?[?&;](?:password|pwd)="
    r"(?P<password>[^\s\"'&;]{1,200})",
    re.IGNORECASE,
)
# ODBC, ADO.NET and libpq: keys and values in any order in one string.
_KEY = re.compile(r"[pP](?:assword|ASSWORD|wd|WD)\s*=\s*(?P<password>[^\s\"';&]{1,200})")
_SERVER = re.compile(
    r"(?:server|data source|host|hostname|address)\s*=\s*(?:tcp:)?(?P<host>[A-Za-z0-9.:-]{4,260})", re.IGNORECASE
)
_AROUND = 300  # characters of the string a key stands in
_PARSES = re.compile(
    r"url_?parse|urlsplit|parse_?(?:url|uri|dsn|connection)|make_url|new (?:URL|URI)\(|\bURL\(|Uri\.parse|URI\.create|url\.Parse"
    r"|pgconn\.Parse|redact|mask|sanitiz|scrub|censor|obfuscat|strip_?(?:auth|cred|pass|user)|hide_?pass",
    re.IGNORECASE,
)
_ABOUT_PARSING = frozenset(
    "parse parses parser parsing redact redacts redacted mask masks masked sanitize scrub censor obfuscate hide hides strip"
    " strips normalize split escape unescape encode decode roundtrip".split()
)
_FILE_ABOUT_PARSING = _ABOUT_PARSING | frozenset("url urls uri uris dsn".split())
_VARIABLE = re.compile(r"\$\w+|%\w+%|:\w+|[^{]*\{.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Password:
    """A password in a connection URL of a text, at these offsets, and the host it opens."""

    start: int
    end: int
    host: str
    written_host: str
    paired: bool
    value: str = field(repr=False)


def passwords(text: str) -> Iterator[Password]:
    """What may be a password of a host that somebody runs, judged by its own form alone."""
    for host, user, match in _candidates(text):
        password = unquote(match["password"])
        if is_remote(host_of(host)) and _may_be_password(match["password"], password, user):
            yield Password(*match.span("password"), host_of(host), host, bool(user), password)


def _candidates(text: str) -> Iterator[tuple[str, str, re.Match[str]]]:
    """(host as written, user, match with a `password` group)."""
    for match in _URL.finditer(text) if "://" in text else ():
        yield match["host"], unquote(match["user"]), match
    for match in _JDBC.finditer(text) if "jdbc:" in text else ():
        yield match["host"], "a parameter", match
    for match in _KEY.finditer(text):
        start, end = match.span()
        left = max(text.rfind(q, max(0, start - _AROUND), start) for q in "\"'`\n")
        right = min((i for q in "\"'`\n" if (i := text.find(q, end, end + _AROUND)) >= 0), default=end)
        server = _SERVER.search(text, max(left + 1, start - _AROUND), right)
        if server:
            yield server["host"], "a key", match


@detector("connection-password")
def connection_password(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A password in a URL or connection string that leads to a host somebody runs."""
    said: set[str] = set()
    for found in passwords(document.text):
        line = document.line_at(found.start)
        seen = evidence(document, found.start, found.end, value=found.value, host=found.host, paired=found.paired)
        if _only_parsed(document, line) or judge(seen).standing is Standing.FAKE:
            continue
        written = document.text[found.start : found.end]
        document.conceal(written)
        if line in document.added and found.value not in said:
            said.add(found.value)
            secret = document.secret(found.value, found.host)
            yield Found(line, line, found.written_host, {"host": found.host}, masked_line(document, line, written), secret=secret)


def _may_be_password(written: str, password: str, user: str) -> bool:
    """Long enough to be one, not a variable, not the user's name again, and no token, which has rules of its own."""
    if len(password) < 8 or password.isdigit() or password.lower() == user.lower() or _VARIABLE.fullmatch(written):
        return False
    return next(spot(password), None) is None


def _only_parsed(document: Document, line: int) -> bool:
    """The URL is there to be taken apart or masked, not to be connected to."""
    scope = document.scope(line)
    stem = document.path.rpartition("/")[2].partition(".")[0]
    return bool(
        _PARSES.search(document.lines[line - 1])
        or (scope and _ABOUT_PARSING & name_words(scope.name))
        or _FILE_ABOUT_PARSING & name_words(stem)
    )
