"""Passwords in code that logs in to a host somebody runs."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.defaults import is_env_default
from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.analysis.surroundings import evidence, masked_line
from bot.core.hosts import is_loopback, is_remote
from bot.core.peers import hosts, intercepted
from bot.core.scene import Scene
from bot.core.secrets_judge import judge
from bot.core.token_formats import spot

_VALUE = r"[\"'`](?P<value>[^\"'`\n]{8,200})[\"'`]"
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
_ENOUGH = 5  # points: the host, the login beside it, and a value that nobody typed at random
_HOST_ARGUMENT = re.compile(
    r"\b(?:host|hostname|server|base_?url|endpoint|url)\b[\"']?\s*(?:=>?|:)\s*[\"'`](?P<host>[^\"'`\s]{4,260})[\"'`]", re.I
)


@detector("login-password")
def login_password(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A literal password beside a remote host, in a file that does not answer its own requests."""
    if intercepted(Scene(document.path, document.language, document.text, 1, 1, "")):
        return
    said: set[str] = set()
    for expression in _PASSWORD:
        for match in expression.finditer(document.text):
            start, end = match.span("value")
            line = document.line_at(start)
            if (
                line not in document.added
                or match["value"] in said
                or is_env_default(document, start)
                or any(spot(match["value"]))
            ):
                continue
            host = _host(document, line)
            seen = evidence(document, start, end, host=host, paired=bool(host))
            if host and judge(seen).score >= _ENOUGH and not seen.scanner:
                said.add(match["value"])
                document.conceal(match["value"])
                name = seen.name.split()[-1:] or [host]
                quote = name[0] if name[0] in document.lines[line - 1] else match["value"][:4] + "…"
                yield Found(line, line, quote, {"host": host}, masked_line(document, line, match["value"]))


def _host(document: Document, line: int) -> str:
    """The one remote host that the enclosing test speaks to, else the file; '' when a local one is named as well."""
    scope = document.scope(line)
    for text in (scope.text if scope else "", document.text):
        named = [h for h in (*hosts(text), *(m["host"] for m in _HOST_ARGUMENT.finditer(text))) if h]
        if any(is_loopback(h) for h in named):
            return ""
        if remote := next((h for h in named if is_remote(h)), ""):
            return remote
    return ""
