"""Hits -> findings with a name of their own, which stays when lines move, and when the file is renamed (the twin)."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence

from bot.core.words import phrase
from bot.model import Finding, Hit, Rulebook

LENGTH = 16


def stamp(hits: Sequence[Hit], rulebook: Rulebook) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """The findings to speak of, and those of rules that may not speak yet (shadow), both by path, line and rule.

    The name is made of the rule, the path, the normalised code with its enclosing test, and the ordinal among equals from
    the top of the file: of two equal lines in one test, the lower one takes over the name of the upper when that is removed.
    """
    spoken: list[Finding] = []
    shadow: list[Finding] = []
    seen: Counter[tuple[str, ...]] = Counter()
    for hit in sorted(hits, key=lambda h: (h.path, h.line, h.rule, h.end_line, h.identity)):
        rule = rulebook.rules[hit.rule]
        place = (hit.rule, hit.side.value, hit.path, hit.identity)
        ordinal = str(seen[place])
        seen[place] += 1
        finding = phrase(hit, rule, digest(*place, ordinal), twin=digest(hit.rule, hit.side.value, hit.identity, ordinal))
        (spoken if rule.speaks_as else shadow).append(finding)
    return tuple(spoken), tuple(shadow)


def digest(*parts: str) -> str:
    """A short stable name of some texts; where one ends and the next begins matters."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:LENGTH]
