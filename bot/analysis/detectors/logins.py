"""Passwords in code that logs in to a host somebody runs."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from bot.analysis.defaults import is_env_default
from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.analysis.leads import finditer
from bot.analysis.surroundings import answers_itself, evidence, masked_line
from bot.core.hosts import host_of, is_loopback, is_remote
from bot.core.peers import hosts
from bot.core.secrets_judge import is_random, judge
from bot.core.token_formats import spot

_VALUE = r"[\"'`](?P<value>[!#-&(-Z^_a-z|}~]{8,200})[\"'`]"  # one word, and no pattern
_PASSWORD = (
    re.compile(rf"\b(?:\w{{1,40}}_)?(?:password|passwd|passphrase|pwd)\b[\"']?\s*(?:=>?|:)\s*{_VALUE}", re.I),
    re.compile(rf"\bauth\s*[=:]\s*[(\[{{]?\s*[\"'][^\"'\n]{{1,100}}[\"']\s*,\s*{_VALUE}"),
    re.compile(rf"(?:fill|fill_in)\b[^\n]{{0,40}}pass[^\n,]{{0,40}},\s*(?:with:\s*)?{_VALUE}", re.I),
    re.compile(rf"pass[^\n]{{0,60}}\.(?:type|send_keys|sendKeys|setValue|fill)\(\s*{_VALUE}", re.I),
    re.compile(
        r"(?:basic_?auth|SetBasicAuth|NetworkCredential|UsernamePasswordCredentials|\.login|\.authenticate|\.sign_?in|setPassword)\s*\("
        rf"\s*(?:[\"'][^\"'\n]{{1,100}}[\"']\s*,\s*)?{_VALUE}",
        re.I,
    ),
)  # fmt: skip
_QUOTE = re.compile(r"[\"'`]")
_AROUND = 10  # lines beside a value that no function holds
_LINE = 2_000  # characters of a line that are looked at
_ENOUGH = 5  # points: the host, the login beside it, and a value that nobody typed at random
_HOST_GIVEN = re.compile(
    r"(?:(?:host|hostname|server|url|endpoint)\b[\"']?\s*(?:=>?|:=|:)\s*[\"'`]"
    r"|(?:home|site|base|origin|portal|root|app)\b[\"']?\s*(?:=>?|:=|:)\s*[\"'`](?=https?://))(?P<host>[^\"'`\s]{4,260})[\"'`]",
    re.I,
)


@detector("login-password")
def login_password(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A literal password beside a remote host, in a file that does not answer its own requests."""
    said: set[str] = set()
    for line, start, end in _passwords(document):
        value = document.text[start:end]
        if value in said or not is_random(value) or any(spot(value)) or is_env_default(document, start):
            continue
        host = _host(document, line)
        seen = evidence(document, start, end, host=host, paired=True)
        if host and judge(seen).score >= _ENOUGH and not seen.scanner and not answers_itself(document):
            said.add(value)
            secret = document.secret(value, host)
            yield Found(line, line, f"{secret.shown}…", {"host": host}, masked_line(document, line, value), secret=secret)


def _passwords(document: Document) -> Iterator[tuple[int, int, int]]:
    """(line, start, end) of the literals on added lines that stand where a password goes."""
    for line in document.added_near(*_PASSWORD):
        text, begin = document.lines[line - 1], document.line_start(line)
        if _QUOTE.search(text):
            for match in (m for expression in _PASSWORD for m in expression.finditer(text, 0, _LINE)):
                yield line, begin + match.start("value"), begin + match.end("value")


def _host(document: Document, line: int) -> str:
    """The remote host that the enclosing test speaks to, else one that the file names; '' when a local one is named too."""
    scope = document.scope(line)
    around = "\n".join(document.lines[max(0, line - 1 - _AROUND) : line + _AROUND])
    return _remote_host(scope.text if scope else around, document.text)


@lru_cache(maxsize=16)
def _remote_host(inside: str, whole: str) -> str:
    for named in ([*hosts(inside), *_given(inside)], _given(whole)):
        if any(is_loopback(h) for h in named):
            return ""
        if remote := next((h for h in named if is_remote(h)), ""):
            return remote
    return ""


@lru_cache(maxsize=16)
def _given(text: str) -> tuple[str, ...]:
    """The hosts that a text gives to a variable, a key or a parameter for hosts."""
    return tuple(dict.fromkeys(host_of(m["host"]) for m in finditer(_HOST_GIVEN, text)))
