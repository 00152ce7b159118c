"""Credentials in plain sight: provider tokens that verify, and AWS key pairs."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.defaults import is_env_default
from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.analysis.surroundings import evidence, secret_found
from bot.core.aws import ACCESS_KEY_ID, account_of, is_sample
from bot.core.secrets_judge import Standing, entropy, judge
from bot.core.token_formats import Spotted, spot

AWS_SECRET = re.compile(r"(?<![A-Za-z0-9/+_-])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=_-])")
_HEX = re.compile(r"[0-9a-fA-F]+")
PAIR_LINES = 6
_PAIR_ENTROPY = 4.3
_EMULATOR = re.compile(r"localhost:4566|localstack|127\.0\.0\.1:\d{4}")


@detector("verified-token")
def verified_token(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A provider's token whose checksum or structure verifies, once for each value."""
    said: set[str] = set()
    for token in spot(document.text):
        document.conceal(token.value)
        line = document.line_at(token.start)
        if line not in document.added or token.value in said or is_env_default(document, token.start):
            continue
        judged = judge(evidence(document, token.start, token.end, body=token.body, verified=_verdict(token)))
        if token.verified and judged.standing is Standing.REAL:
            said.add(token.value)
            yield secret_found(document, line, token.value, token.format.provider)


def _verdict(token: Spotted) -> bool | None:
    """A failed check disproves only where the provider has published the check."""
    return True if token.verified else False if token.format.firm else None


@detector("aws-pair")
def aws_pair(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """An access key id and, a few lines from it, what can only be its secret."""
    secrets = [(document.line_at(m.start()), m) for m in AWS_SECRET.finditer(document.text) if is_aws_secret(m.group())]
    for key in ACCESS_KEY_ID.finditer(document.text):
        line = document.line_at(key.start())
        near = [(abs(at - line), at, m) for at, m in secrets if abs(at - line) <= PAIR_LINES]
        if not near or is_sample(key.group()):
            continue
        _, secret_line, secret = min(near, key=lambda n: (n[0], n[1] < line, n[1]))
        document.conceal(secret.group())
        anchor = next((n for n in (line, secret_line) if n in document.added), None)
        if anchor is None or any(is_env_default(document, m.start()) for m in (key, secret)):
            continue
        scope = document.scope(line)
        emulated = _EMULATOR.search(scope.text if scope else document.text) is not None
        seen = evidence(document, *secret.span(), exact=True, paired=True)
        if judge(seen).standing is Standing.REAL and not emulated:
            account = account_of(key.group())
            shown = key.group() if anchor == line else secret.group()
            captures = {"account": f"ending in {account[-4:]}" if account else "unknown"}
            yield secret_found(document, anchor, shown, "AWS", captures, also=secret.group())


def is_aws_secret(value: str) -> bool:
    """Forty characters of base64 that are random, and no commit's name."""
    return entropy(value) >= _PAIR_ENTROPY and not _HEX.fullmatch(value)
