"""Fake or real? A value is judged from its form and its surroundings alone; no provider is ever asked.

One veto makes it a fake; else the signals add up. Precision over recall: a wrong "revoke your key" costs trust for good.
"""

import math
import re
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from bot.core import fakes
from bot.core.hosts import is_remote
from bot.core.published import is_published

REAL_FROM = 6
UNSURE_FROM = 3
_FAKE_NAMES = frozenset(
    "fake dummy example invalid expired wrong revoked sample mock mocked stub bogus bad placeholder nonexistent incorrect"
    " malformed".split()
)
_MEANT = re.compile(
    r"\b(?:temporary|remove (?:this )?before|my (?:own |personal )?(?:key|token|password)|real (?:key|token|one))\b", re.I
)
_HEX = re.compile(r"[0-9a-fA-F]+")
_BASE32 = re.compile(r"[A-Z2-7]+")


class Standing(StrEnum):
    REAL = "real"
    UNSURE = "unsure"
    FAKE = "fake"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A value and what is known of it.

    `verified`: its checksum or structure passes (True) or fails (False), None when its form has none. `exact`: prefix, length and
    alphabet of a provider's format. `paired`: the identifier or account it unlocks stands beside it. `host`: where it is used.
    `accepted`: a recorded answer of that host shows that it was let in. `live`, `test_mode`: the form says so. `name`: the
    variable, key or parameter it is given to. `around`: names of the enclosing test and the like. `nearby`: comments beside it.
    `asserted`: only compared, parsed or computed in the test. `known_before`: the same value stood in the file before the pull.
    `scanner`: the file is about finding secrets.
    """

    value: str = field(repr=False)
    body: str = field(default="", repr=False)
    verified: bool | None = None
    exact: bool = False
    paired: bool = False
    host: str = ""
    accepted: bool = False
    live: bool = False
    test_mode: bool = False
    name: str = ""
    around: str = ""
    nearby: str = field(default="", repr=False)
    asserted: bool = False
    known_before: bool = False
    scanner: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    standing: Standing
    score: int
    veto: str = ""


def judge(evidence: Evidence) -> Judgement:
    """REAL from 6 points, UNSURE from 3, FAKE below or by veto."""
    if veto := _veto(evidence):
        return Judgement(Standing.FAKE, 0, veto)
    score = _score(evidence)
    if score >= REAL_FROM and not (evidence.test_mode or evidence.scanner):
        return Judgement(Standing.REAL, score)
    return Judgement(Standing.UNSURE if score >= UNSURE_FROM else Standing.FAKE, score)


def entropy(value: str) -> float:
    """Shannon's, in bits per character."""
    counts = Counter(value)
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())


def is_random(value: str) -> bool:
    """The entropy reaches the floor of the value's alphabet and length."""
    if len(value) < 8:
        return False
    floor = 3.0 if _HEX.fullmatch(value) else 3.6 if _BASE32.fullmatch(value) else 4.2
    return entropy(value) >= min(floor, 0.85 * math.log2(len(value)))


def _veto(e: Evidence) -> str:
    body = e.body or e.value
    formed = e.exact or e.verified is not None
    reasons = {
        "checksum fails": e.verified is False,
        "published": is_published(e.value),
        "template": fakes.is_template(e.value),
        "patterned": fakes.is_patterned(body),
        "password hash": fakes.is_password_hash(e.value),
        "uuid": not formed and fakes.is_uuid(body),
        "hash": not formed and not e.accepted and fakes.is_hash(body),
        "words": formed and (fakes.word_share(body) >= 0.4 or (e.verified is True and fakes.has_long_word(body))),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _score(e: Evidence) -> int:
    body = e.body or e.value
    score = 6 if e.verified else 3 if e.exact else 0
    score += 1 if is_random(body) else 0
    score += 2 if e.paired else 0
    score += 2 if is_remote(e.host) else 0
    score += 2 if e.accepted else 0
    score += 2 if e.live else 0
    score += 1 if _MEANT.search(e.nearby) else 0
    score -= 3 if _FAKE_NAMES & (fakes.name_words(e.name) | fakes.name_words(e.around)) else 0
    score -= 4 if fakes.word_share(body) >= 0.4 else 0
    score -= 3 if e.asserted else 0
    score -= 2 if e.known_before else 0
    return score
