"""Hits -> findings with a name of their own, which stays when lines move, and when the file is renamed (the twin)."""

from collections import Counter
from collections.abc import Sequence

from bot.core.in_force import as_told, at
from bot.core.naming import digest
from bot.core.words import phrase
from bot.model import Config, Finding, Hit, Rulebook, Status

AS_WRITTEN = Config()


def stamp(
    hits: Sequence[Hit], rulebook: Rulebook, config: Config = AS_WRITTEN
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """The findings to speak of, and those of rules that may not speak yet (shadow), both by path, line and rule.

    The name is made of the rule, the path, the normalised code with its enclosing test, and the ordinal among equals from
    the top of the file. Where equal lines come and go, `reconcile` knows them by our comments.
    """
    spoken: list[Finding] = []
    shadow: list[Finding] = []
    seen: Counter[tuple[str, ...]] = Counter()
    here = {path: at(config, path) for path in {hit.path for hit in hits}}
    for hit in sorted(hits, key=lambda h: (h.path, h.line, h.rule, h.end_line, h.identity)):
        rule = as_told(rulebook.rules[hit.rule], here[hit.path])
        if rule.status is Status.OFF:
            continue
        place = (hit.rule, hit.side.value, hit.path, hit.identity)
        ordinal = str(seen[place])
        seen[place] += 1
        kin, twin = digest(*place), digest(hit.rule, hit.side.value, hit.identity, ordinal)
        finding = phrase(hit, rule, digest(kin, ordinal), twin, kin)
        (spoken if rule.speaks_as else shadow).append(finding)
    return tuple(spoken), tuple(shadow)
