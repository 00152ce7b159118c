"""Files that exist to hold credentials, added below a test folder with a value that opens something."""

import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.analysis.surroundings import evidence, masked_line
from bot.core.hosts import host_of, is_remote
from bot.core.secrets_judge import Standing, judge
from bot.core.token_formats import spot

_NPMRC = re.compile(
    r"^\s*//(?P<host>[^/\s:]+)[^\s=]*?:(?P<key>_authToken|_password|_auth)\s*=\s*[\"']?(?P<value>[^\s\"']{8,600})", re.M
)
_NETRC = re.compile(r"machine\s+(?P<host>\S+)\s+login\s+\S+\s+(?P<key>password)\s+(?P<value>\S{6,600})")
_DOCKER = re.compile(
    r"\"(?P<host>[^\"\s]{4,260})\"\s*:\s*\{[^{}]{0,400}?\"(?P<key>auth|identitytoken)\"\s*:\s*\"(?P<value>[^\"\s]{8,4000})\""
)
_PYPIRC = re.compile(r"repository\s*[:=]\s*(?P<host>https?://\S+)[^\[]{0,400}?(?P<key>password)\s*[:=]\s*(?P<value>\S{8,600})")
_KUBE = re.compile(r"^\s*(?P<key>token|password)\s*:\s*[\"']?(?P<value>[^\s\"']{8,4000})", re.M)
_SERVER = re.compile(r"^\s*server\s*:\s*[\"']?(?P<host>https?://[^\s\"']{4,260})", re.M)
_FILES = (
    (re.compile(r"(?:^|/|\.)npmrc$"), _NPMRC),
    (re.compile(r"(?:^|/)[._]?netrc$"), _NETRC),
    (re.compile(r"(?:^|/)\.?docker(?:/config\.json|cfg|config\.?json)$|docker[-_]?config\.json$"), _DOCKER),
    (re.compile(r"(?:^|/)\.?pypirc$"), _PYPIRC),
    (re.compile(r"kube[-_]?config(?:\.ya?ml)?$|(?:^|/)\.kube/config$|\.kubeconfig$"), _KUBE),
)
_ENCODED = frozenset(["_auth", "_password", "auth"])


@dataclass(frozen=True, slots=True)
class _Entry:
    key: str
    start: int
    end: int
    host: str
    value: str = field(repr=False)


@detector("credential-file")
def credential_file(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """The entries of a credential file that would be let in somewhere."""
    said: set[str] = set()
    for entry in _entries(document):
        line = document.line_at(entry.start)
        seen = evidence(document, entry.start, entry.end, value=entry.value, exact=True, paired=True, host=entry.host)
        if not is_remote(entry.host) or judge(seen).standing is not Standing.REAL or any(t.verified for t in spot(entry.value)):
            continue
        document.conceal(document.text[entry.start : entry.end])
        secret = document.secret(entry.value, entry.host)
        if line in document.added and entry.value not in said:
            said.add(entry.value)
            written = document.text[entry.start : entry.end]
            yield Found(line, line, entry.key, {"host": entry.host}, masked_line(document, line, written), secret=secret)


def _entries(document: Document) -> Iterator[_Entry]:
    expression = next((e for path, e in _FILES if path.search(document.path)), None)
    if expression is None:
        return
    server = _SERVER.search(document.text) if expression is _KUBE else None
    for match in expression.finditer(document.text):
        host = (server["host"] if server else "") if expression is _KUBE else match["host"]
        value = _decoded(match["value"]) if match["key"] in _ENCODED else match["value"]
        if value:
            yield _Entry(match["key"], *match.span("value"), host_of(host), value)


def _decoded(value: str) -> str:
    """The password inside base64 of `user:password`, or of the password alone."""
    try:
        text = b64decode(value + "=" * (-len(value) % 4)).decode()
    except ValueError:
        return ""
    return text.partition(":")[2] or text
