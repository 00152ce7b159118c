"""URLs and tokens that are a permission by themselves: webhooks, signed links, sessions that an issuer signed."""

import re
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.analysis.surroundings import answers_itself, evidence, masked_line, secret_found
from bot.core import jwt
from bot.core.hosts import host_of
from bot.core.secrets_judge import Standing, judge

_UUID = "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_HEX32 = "[0-9a-f]{32}"
_REST = r"[^\s\"'<>]{0,900}?"
_URLS = {
    "Slack webhook": r"hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/\w{8,12}/\w{8,20}/(?P<key>[A-Za-z0-9]{22,48})",
    "Discord webhook": r"(?:(?:ptb|canary)\.)?discord(?:app)?\.com/api(?:/v\d+)?/webhooks/\d{17,20}/(?P<key>[\w-]{60,80})",
    "Teams webhook": rf"[a-z0-9-]+\.webhook\.office\.com/webhookb2/{_UUID}@{_UUID}/IncomingWebhook/(?P<key>{_HEX32})/{_UUID}",
    "Power Automate trigger": rf"[a-z0-9.-]+\.(?:logic\.azure|api\.powerplatform)\.com{_REST}[?&]sig=(?P<key>[\w%-]{{40,60}})",
    "Azure storage link": rf"[a-z0-9]+\.(?:blob|queue|table|file)\.core\.windows\.net/{_REST}[?&]sig=(?P<key>[\w%/+=]{{40,120}})",
    "S3 link": rf"[a-z0-9.-]+\.amazonaws\.com/{_REST}X-Amz-Signature=(?P<key>[0-9a-f]{{64}})",
    "Google Chat webhook": r"chat\.googleapis\.com/v1/spaces/[\w-]+/messages\?key=[\w-]+&token=(?P<key>[\w%-]{40,100})",
    "IFTTT webhook": r"maker\.ifttt\.com/(?:use|trigger/\w+(?:/json)?/with/key)/(?P<key>[A-Za-z0-9_-]{22,43})",
    "Sentry DSN with its secret": r"[0-9a-f]{32}:(?P<key>[0-9a-f]{32})@[\w.-]*sentry\.io/\d+",
    "Telegram bot URL": r"api\.telegram\.org/bot(?P<key>\d{8,10}:[A-Za-z0-9_-]{35})",
}  # fmt: skip
_CAPABILITIES = {name: re.compile(rf"https://{rest}(?![\w-])", re.ASCII) for name, rest in _URLS.items()}
_SAS_END = re.compile(r"[?&]se=(\d{4}-\d\d-\d\d)")
_S3_TIMES = re.compile(r"X-Amz-Date=(\d{8}T\d{6}Z).*?X-Amz-Expires=(\d{1,7})|X-Amz-Expires=(\d{1,7}).*?X-Amz-Date=(\d{8}T\d{6}Z)")
# A file with keys of its own checks tokens against those, not against the issuer's.
_OWN_KEYS = re.compile(r"BEGIN (?:RSA )?PUBLIC KEY|\"kty\"|'kty'|jwks|JWKS|generate_private_key|generateKeyPair|GenerateKey\(")


@detector("capability-url")
def capability_url(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A URL whose last part is the permission to use it, and that has not ended."""
    said: set[str] = set()
    for name, pattern in _CAPABILITIES.items():
        for match in pattern.finditer(document.text):
            key = match["key"]
            line = document.line_at(match.start("key"))
            host = host_of(match.group())
            start, end = match.span("key")
            seen = evidence(document, start, end, body=key, exact=True, host=host)
            if _ended(match.group()) or judge(seen).standing is not Standing.REAL or answers_itself(document):
                continue
            secret = document.secret(key, name)
            if line in document.added and key not in said:
                said.add(key)
                yield Found(line, line, host, {"what": name}, masked_line(document, line, key), secret=secret)


def _ended(url: str) -> bool:
    """The link names a time after which it opens nothing, and that time is over."""
    now = time.time()
    if sas := _SAS_END.search(url):
        return _stamp(sas[1], "%Y-%m-%d") < now
    if s3 := _S3_TIMES.search(url):
        return _stamp(s3[1] or s3[4], "%Y%m%dT%H%M%SZ") + int(s3[2] or s3[3]) < now
    return "X-Amz-Signature" in url


def _stamp(text: str, form: str) -> float:
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return 0.0


@detector("live-jwt")
def live_jwt(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A token that an issuer somebody runs has signed, and that has not ended."""
    own = _OWN_KEYS.search(document.text) is not None
    said: set[str] = set()
    for token in jwt.find(document.text):
        if token.is_crafted() or token.expired(time.time()) or not token.issuer:
            continue
        known: dict[str, Any] = {
            "body": token.signature,
            "exact": True,
            "host": token.issuer,
            **({"asserted": True} if own else {}),
        }
        if judge(evidence(document, token.start, token.end, **known)).standing is not Standing.REAL:
            continue
        document.conceal(token.value)
        line = document.line_at(token.start)
        if line in document.added and token.value not in said:
            said.add(token.value)
            ends = "it has no end" if token.lifetime is None else "it has not ended"
            yield secret_found(document, line, token.value, token.issuer, {"issuer": token.issuer, "ends": ends})
