"""Secrets that a search for their shape misses: the fallback of an environment lookup, and literals that decode to one."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.analysis.defaults import env_default, has_lookups
from bot.analysis.detectors import Found, detector
from bot.analysis.detectors.connections import passwords
from bot.analysis.detectors.secrets import AWS_SECRET, PAIR_LINES, is_aws_secret
from bot.analysis.detectors.structured import ENOUGH, structured
from bot.analysis.document import Document
from bot.analysis.literals import Literal, literals
from bot.analysis.surroundings import evidence, masked_line
from bot.analysis.tokens import FINDER
from bot.core.aws import ACCESS_KEY_ID, is_sample
from bot.core.discreet import beginning
from bot.core.encodings import TURNED, is_encoded, unfold
from bot.core.secrets_judge import Standing, judge
from bot.core.token_formats import spot
from bot.core.token_prefixes import has_prefix, is_live, provider_of

_ENCODED = 16  # characters from which a literal may encode a secret
_AWS = "AWS"
_AWS_VARIABLE = re.compile(r"aws.*secret", re.IGNORECASE)
_SHELL_DEFAULT = re.compile(r"\$\{(?P<variable>\w+):?[-=](?P<value>[^}\s\"']{8,400})\}")


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a literal says: as it stands (`how` empty), put together, or decoded."""

    literal: Literal
    how: str
    text: str = field(repr=False)
    variable: str = ""

    @property
    def hidden(self) -> bool:
        return bool(self.how or self.variable)


_Told = tuple[_Reading, str, str, str]  # what it is, the value, its provider


@detector("hidden-secret")
def hidden_secret(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A secret that is the fallback of an environment lookup, or that concatenation or an encoding hides."""
    found = _near_added(document)
    readings = list(_readings(document, found))
    said: set[int] = set()
    for reading, what, value, provider in (*_of_themselves(document, readings), *_aws_pairs(document, found, readings)):
        for text in (value, reading.text, reading.literal.text, *reading.literal.parts):
            if len(text) >= 8:
                document.conceal(text)
        line = _first_added(document, reading.literal)
        if line is None or line in said:
            continue
        said.add(line)
        shown = reading.variable if reading.variable in document.lines[line - 1] else ""
        digest = hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()
        identity = f"{masked_line(document, line, reading.literal.text, *reading.literal.parts)} {digest}"
        quote = shown or f"{_head(document, reading.literal, line)}…"
        secret = document.secret(value, provider)
        yield Found(line, line, quote, {"what": what, "how": _told(reading)}, identity, secret=secret)


def _readings(document: Document, found: list[Literal]) -> Iterator[_Reading]:
    looks_up = has_lookups(document)
    turned = any(map(document.glance.may_hold, TURNED))
    for literal in found:
        variable = env_default(document, literal.start) if looks_up else ""
        if literal.parts or variable:
            yield _Reading(literal, "put together" if literal.parts else "", literal.text, variable)
        if len(literal.text) >= _ENCODED and is_encoded(literal.text, turned or bool(literal.parts)):
            for how, text in unfold(literal.text):
                yield _Reading(literal, f"decoded ({how})", text, variable)
    for match in _SHELL_DEFAULT.finditer(document.text) if looks_up else ():
        yield _Reading(Literal(*match.span("value"), match["value"]), "", match["value"], match["variable"])


def _near_added(document: Document) -> list[Literal]:
    """The literals that may belong to an added line; half of a pair may stand a few lines away."""

    if document.whole:
        return literals(document)

    def near(line: int) -> bool:
        return document.touches(line - PAIR_LINES, line + PAIR_LINES)

    return [
        lit for lit in literals(document) if near(document.line_at(lit.start)) or (lit.parts and near(document.line_at(lit.end)))
    ]


def _of_themselves(document: Document, readings: list[_Reading]) -> Iterator[_Told]:
    """Readings that hold a whole secret."""
    if any(r.variable and not r.how and has_prefix(r.text) for r in readings):
        yield from _formed_defaults(document, readings)
    for reading in readings:
        for token in spot(reading.text):
            if token.verified and _real(document, reading, token.value, body=token.body, verified=True):
                yield reading, f"a token of {token.format.provider} that verifies", token.value, token.format.provider
        for found in passwords(reading.text) if reading.how else ():
            judged = judge(_evidence(document, reading, found.value, host=found.host, paired=found.paired))
            if judged.standing is not Standing.FAKE:
                yield reading, f"a connection URL with the password for {found.host}", found.value, found.host
        for key, secret in zip(ACCESS_KEY_ID.findall(reading.text), AWS_SECRET.findall(reading.text), strict=False):
            if not is_sample(key) and is_aws_secret(secret) and _real(document, reading, secret, exact=True, paired=True):
                yield reading, "an AWS access key with its secret", secret, _AWS
        if (
            _AWS_VARIABLE.search(reading.variable)
            and AWS_SECRET.fullmatch(reading.text)
            and is_aws_secret(reading.text)
            and _real(document, reading, reading.text, exact=True, paired=True)
        ):
            yield reading, "an AWS secret access key", reading.text, _AWS


def _formed_defaults(document: Document, readings: list[_Reading]) -> Iterator[_Told]:
    """Fallbacks that are a token of a provider's exact form."""
    defaults = [r for r in readings if r.variable and not r.how]
    for token, provider in structured(document):
        for reading in defaults:
            if reading.literal.start <= token.start < reading.literal.end:
                yield reading, f"a token of {provider} by its exact form", token.value, provider
    for reading in defaults:  # what stands right behind `:-` is no word of its own, and is not found in the file's text
        if (
            has_prefix(reading.text)
            and document.text[reading.literal.start - 1] in "-="
            and (provider := formed(document, reading))
        ):
            yield reading, f"a token of {provider} by its exact form", reading.text, provider


def formed(document: Document, reading: _Reading) -> str:
    """The provider whose exact form the whole reading has, when nothing speaks against it; '' else."""
    known = provider_of(reading.text)
    if known is None or not any(token.value == reading.text for token in FINDER.find(reading.text)):
        return ""
    body, live = reading.text[len(known[1]) :], is_live(known[1])
    seen = evidence(document, reading.literal.start, reading.literal.end, body=body, exact=True, live=live)
    return known[0] if judge(seen).score >= ENOUGH and not seen.scanner else ""


def _aws_pairs(document: Document, found: list[Literal], readings: list[_Reading]) -> Iterator[_Told]:
    """An id and a secret near each other, at least one of them hidden; both in plain sight are secret-aws-pair's."""
    everything = [*readings, *(_Reading(lit, "", lit.text) for lit in found if not lit.parts)]
    keys = [r for r in everything if ACCESS_KEY_ID.fullmatch(r.text) and not is_sample(r.text)]
    secrets = [r for r in everything if AWS_SECRET.fullmatch(r.text) and is_aws_secret(r.text)] if keys else []
    for key in keys:
        for secret in secrets:
            apart = abs(document.line_at(key.literal.start) - document.line_at(secret.literal.start))
            if (
                apart <= PAIR_LINES
                and (key.hidden or secret.hidden)
                and _real(document, secret, secret.text, exact=True, paired=True)
            ):
                yield secret if secret.hidden else key, "half of an AWS access key pair", secret.text, _AWS


def _real(document: Document, reading: _Reading, value: str, **known: Any) -> bool:
    return judge(_evidence(document, reading, value, **known)).standing is Standing.REAL


def _evidence(document: Document, reading: _Reading, value: str, **known: Any) -> Any:
    name = {"name": reading.variable} if reading.variable else {}
    return evidence(document, reading.literal.start, reading.literal.end, value=value, **name, **known)


def _first_added(document: Document, literal: Literal) -> int | None:
    lines = range(document.line_at(literal.start), document.line_at(literal.end) + 1)
    return next((n for n in lines if n in document.added), None)


def _head(document: Document, literal: Literal, line: int) -> str:
    """The first characters of the part of a literal that stands on a line."""
    parts = literal.parts or (literal.text,)
    return beginning(next((p for p in parts if p in document.lines[line - 1]), literal.text))


def _told(reading: _Reading) -> str:
    return f"once {reading.how}" if reading.how else "as the fallback of an environment lookup"
