"""What test code and product code of one pull have in common: a secret, a credential that is let in, a helper that ships.

Of the product only the pull's diff is known (core.product): places and names, and of a literal where the test holds it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.analysis.surroundings import evidence, is_about_scanning, masked_line, secret_found
from bot.core import fakes
from bot.core.layout import indentation
from bot.core.product_literals import names_secret
from bot.core.published import is_published
from bot.core.secrets_judge import entropy
from bot.model import Echo

_WORDY_FROM = 20  # characters; a shorter value of words is what two people type by chance
_LEAST_DISTINCT = 6
_LINE = 300  # characters of a line that are read
_BODY = 60  # lines of a definition
# Calls that take a secret as an argument without naming it.
_USES_SECRET = re.compile(
    r"(?:jwt|jws|hmac|fernet|cipher|sign|verif|encrypt|decrypt|login|log_in|authenticate|basic_?auth|bearer|secret|passw|token)"
    r"\w*(?:\.\w+)?\(",
    re.IGNORECASE,
)
# What makes a test helper dangerous outside tests: it lets everybody in, checks nothing, or holds a key.
_BYPASS_NAME = re.compile(
    r"(?:bypass|skip|disable|no|fake|stub|mock|dummy|allow|always|insecure|unsafe|trust|test|null|noop|permissive|anonymous|accept)"
    r"[_A-Za-z]*?(?:auth|login|permission|access|polic|verif|signature|token|cert|tls|ssl|csrf|guard|trust|user|host|key|secret|allow)"
    r"|(?:auth|login|permission|access|polic\w*|verif\w*|signature|token|cert\w*|tls|ssl|csrf|guard|trust)[_A-Za-z]*?"
    r"(?:bypass|skip|disabled?|fake|stub|mock|dummy|allow|always|insecure|unsafe|all|noop|permissive|anonymous|any)"
    r"|(?:private|secret|signing|test|fixed|dev)_?(?:key|secret|token|password)s?$|trust_?all|accept_?all|allow_?(?:all|any)",
    re.IGNORECASE,
)
_BYPASS_BODY = re.compile(
    r"BEGIN [A-Z ]*PRIVATE KEY|verify\s*=\s*False|CERT_NONE|VERIFY_NONE|InsecureSkipVerify:\s*true|rejectUnauthorized:\s*false"
    r"|NODE_TLS_REJECT_UNAUTHORIZED|checkServerTrusted|ServerCertificateCustomValidationCallback|verify_signature['\"]?\s*[:=]\s*False"
    r"|csrf\(\)\.disable|permitAll\(\)|check_hostname\s*=\s*False|curl_setopt\([^,]+,\s*CURLOPT_SSL_VERIFYPEER,\s*(?:false|0)"
)
_DEFINED = (
    r"(?:^|[\s;(])(?:def|class|func|function|fn|fun|struct|interface|trait|const|let|var|val|static|type|object|module)\s+"
    r"(?:\([^)]*\)\s*)?(?:self\.|mut\s+)?{name}\b|^\s*(?:[\w<>\[\],.?*&:@]+\s+)*{name}\s*(?:\([^;]*$|:?=(?!=)|:\s)|#\s*define\s+{name}\b"
)
_ANY_DEFINED = re.compile(
    r"^\s*(?:(?:export|default|public|private|protected|internal|static|async|final|abstract|pub|open|sealed)\s+)*"
    r"(?:def|class|func|function|fn|fun|struct|interface|trait|const|let|var|val|object|module)\s+(?:\([^)]*\)\s*)?(?:self\.)?(\w+)"
    r"|^([A-Z][A-Z0-9_]{3,})\s*=|#\s*define\s+(\w+)"
)
_CREDENTIAL_LINE = re.compile(
    r"otp|\bcode\b|token|passw|secret|\bpin\b|api_?key|credential|log_?in|auth|bearer|verify|session|user", re.IGNORECASE
)
_USES = {
    "compared": "compares it with what a caller sends",
    "header": "asks for it in a request",
    "switch": "reads it from the environment",
}
_SECRET_WORD = re.compile(r"secret|token|passw|passphrase|private|signing|jwt|hmac|encryption|api_?key|credential", re.IGNORECASE)


@detector("reused-secret")
def reused_secret(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A literal that the test uses as a secret, and that the same pull gives to a secret's name in product code; once each."""
    said: set[str] = set()
    for echo in document.source.product.echoes:
        value = document.text[echo.start : echo.end]
        if echo.use != "given" or value in said or is_about_scanning(document) or not _keeps_secrets(value):
            continue
        line = document.line_at(echo.start)
        if not _is_used(document, echo, line):
            continue
        said.add(value)
        yield secret_found(document, line, value, captures={"path": echo.path, "name": echo.name})


def _keeps_secrets(value: str) -> bool:
    """The value could be a secret: no template, no ladder, no identifier, and words only when they are many."""
    if fakes.is_template(value) or is_published(value) or fakes.is_uuid(value) or len(set(value)) < _LEAST_DISTINCT:
        return False
    words = fakes.word_share(value) >= 0.4 or entropy(value) < 3.0 or fakes.is_patterned(value)
    return len(value) >= _WORDY_FROM or not words


def _is_used(document: Document, echo: Echo, line: int) -> bool:
    """The test gives the value to a secret's name as well, or hands it to something that signs or logs in."""
    text = document.lines[line - 1].replace(document.text[echo.start : echo.end], "")
    seen = evidence(document, echo.start, echo.end)
    if seen.name and any(names_secret(name) for name in seen.name.split()):
        return True
    return not seen.asserted and (_USES_SECRET.search(text) is not None or _SECRET_WORD.search(seen.name) is not None)


@detector("shipped-helper")
def shipped_helper(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A helper that lets in, skips a check or holds a key, and that the same pull has product code import; once each name."""
    said: set[str] = set()
    for used in document.source.product.imports:
        for line, name in _definitions(document, used.names):
            if name not in said and line in document.added and _is_bypass(document, line, name):
                said.add(name)
                yield Found(line, line, name, {"path": used.path, "": ""})


def _definitions(document: Document, names: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Where the file defines these names; everything it defines when there are none."""
    if not names:
        for number, text in enumerate(document.lines, 1):
            if number in document.added and (match := _ANY_DEFINED.match(text[:_LINE])):
                yield number, next(g for g in match.groups() if g)
        return
    for name in names:
        pattern = re.compile(_DEFINED.replace("{name}", re.escape(name)))
        found = next((n for n, text in enumerate(document.lines, 1) if name in text and pattern.search(text[:_LINE])), None)
        if found is not None:
            yield found, name


def _is_bypass(document: Document, line: int, name: str) -> bool:
    if _BYPASS_NAME.search(name):
        return True
    body = _body_of(document, line)
    return _BYPASS_BODY.search("\n".join(document.lines[line - 1 : body.stop - 1])) is not None


@detector("accepted-backdoor")
def accepted_backdoor(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A credential, header or variable of the test's that the same pull has product code ask for; once each."""
    said: set[str] = set()
    for echo in document.source.product.echoes:
        value = document.text[echo.start : echo.end]
        line = document.line_at(echo.start)
        if echo.use == "given" or value in said:
            continue
        if echo.use == "compared" and not _CREDENTIAL_LINE.search(masked_line(document, line, value)):
            continue
        said.add(value)
        captures = {"path": echo.path, "name": echo.name, "use": _USES[echo.use]}
        if echo.use == "compared":
            yield secret_found(document, line, value, captures=captures)
        else:
            yield Found(line, line, value, {**captures, "": value})


@detector("exported-weak-crypto")
def exported_weak_crypto(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Weak cryptography in a test helper that the same pull has product code import. `options.weak` is an expression."""
    weak = re.compile(options["weak"])
    for used in document.source.product.imports[:1]:
        ours = [_body_of(document, line) for line, _ in _definitions(document, used.names)]
        for number in sorted(document.added):
            text = document.lines[number - 1][:_LINE] if number <= len(document.lines) else ""
            match = weak.search(text) if any(number in lines for lines in ours) else None
            if match:
                yield Found(number, number, match.group().strip(), {"path": used.path, "": match.group()})


def _body_of(document: Document, line: int) -> range:
    """The lines of the definition that begins on a line: its scope, else all below that are indented deeper."""
    scope = document.scope(line)
    if scope and scope.start == line:
        return range(line, min(scope.end, line + _BODY) + 1)
    depth = indentation(document.lines[line - 1])
    below = takewhile(
        lambda n: not document.lines[n - 1].strip() or indentation(document.lines[n - 1]) > depth, _next(document, line)
    )
    return range(line, max(below, default=line) + 1)


def _next(document: Document, line: int) -> range:
    return range(line + 1, min(len(document.lines), line + _BODY) + 1)
