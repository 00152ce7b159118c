"""Passwords in connection URLs and strings that lead to a host somebody runs."""

import re
from collections.abc import Iterator, Mapping
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
    r"[A-Za-z][A-Za-z0-9+.-]{1,20}://(?P<user>[^\s:/@\"'<>`]{0,100}):(?P<password>[^\s/@\"'<>`]{1,200})@"
    r"(?P<host>[^\s\"'<>`/?#,;)\\]{1,260})"
)
_JDBC = re.compile(
    r"jdbc:[a-z0-9]{2,20}(?::[a-z0-9]{2,20})?://(?P<host>[^\s\"'/?;]{1,260})[^\s\"']{0,300}?[?&;](?:password|pwd)="
    r"(?P<password>[^\s\"'&;]{1,200})",
    re.IGNORECASE,
)
_KEYED = re.compile(
    r"(?:server|data source|host|hostname|address)\s*=\s*(?:tcp:)?(?P<host>[A-Za-z0-9.:-]{4,260})[^\"'\n]{0,200}?[; ,]\s*"
    r"(?:password|pwd)\s*=\s*(?P<password>[^\s\"';]{1,200})",
    re.IGNORECASE,
)
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


@detector("connection-password")
def connection_password(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A password in a URL or connection string that leads to a host somebody runs."""
    said: set[str] = set()
    for expression in (_URL, _JDBC, _KEYED):
        for match in expression.finditer(document.text):
            password, host = unquote(match["password"]), host_of(match["host"])
            user = unquote(match.groupdict().get("user") or "")
            if not is_remote(host) or not _may_be_password(match["password"], password, user):
                continue
            line = document.line_at(match.start("password"))
            paired = bool(user) or expression is not _URL
            seen = evidence(document, *match.span("password"), value=password, host=host, paired=paired)
            if _only_parsed(document, line) or judge(seen).standing is Standing.FAKE:
                continue
            document.conceal(match["password"])
            if line in document.added and password not in said:
                said.add(password)
                yield Found(line, line, match["host"], {"host": host}, identity=masked_line(document, line, match["password"]))


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
