"""What a text must hold so that an ast-grep rule can match in it: asked before the text is parsed and its tree is walked."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from bot.analysis.glance import Glance
from bot.analysis.leads import may_match

_WORD = re.compile(r"(?<![\w$])[A-Za-z_]\w{2,}")  # of a pattern: every name in it but those of captures stands in what it matches
_CAPTURE = re.compile(r"(?<!\$)\$([A-Z_][A-Z0-9_]*)")
_AROUND = ("has", "inside", "precedes", "follows")
_RUST_ONLY = re.compile(r"\[\[|\[:|&&|~~|--|\\[pPzux]")  # what Python reads in another way


def may_hold(ast: str, glance: Glance) -> bool:
    """False: no node of the text matches the rule."""
    whole = _parsed(ast)
    rule, constraints = whole["rule"], whole.get("constraints", {})
    return _may(rule, glance) and all(_may(constraints[name], glance) for name in _captured(rule) if name in constraints)


def _may(rule: Mapping[str, Any], glance: Glance) -> bool:
    pattern, regex = rule.get("pattern"), _regex(rule["regex"]) if "regex" in rule else None
    return (
        (not isinstance(pattern, str) or all(map(glance.may_hold, _words(pattern))))
        and (regex is None or may_match(regex, glance))
        and all(_may(rule[name], glance) for name in _AROUND if name in rule)
        and all(_may(part, glance) for part in rule.get("all", ()))
        and ("any" not in rule or any(_may(part, glance) for part in rule["any"]))
    )


def _captured(rule: Mapping[str, Any]) -> set[str]:
    """What every match captures; a constraint on anything else may have nothing to say."""
    pattern = rule.get("pattern")
    captured = set(_CAPTURE.findall(pattern) if isinstance(pattern, str) else ())
    alternatives = [_captured(part) for part in rule.get("any", ())]
    return captured.union(*map(_captured, rule.get("all", ())), set.intersection(*alternatives) if alternatives else ())


@lru_cache(maxsize=4096)
def _parsed(ast: str) -> dict[str, Any]:
    rule: dict[str, Any] = json.loads(ast)
    return rule


@lru_cache(maxsize=4096)
def _words(pattern: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_WORD.findall(pattern)))


@lru_cache(maxsize=4096)
def _regex(regex: str) -> re.Pattern[str] | None:
    """Rust's expression, where Python reads the same in it."""
    try:
        return None if _RUST_ONLY.search(regex) else re.compile(regex)
    except re.error:
        return None
