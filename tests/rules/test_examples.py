"""Every rule file's evidence, and what every rule file must hold beside it."""

import json
import re
from dataclasses import replace

import pytest
from ast_grep_py import SgRoot

from bot.analysis.detectors import DETECTORS, load_all
from bot.analysis.engine import scan
from bot.analysis.grammar import GRAMMARS
from bot.analysis.selftest import check, found, run
from bot.core.examples import judge, source_of
from bot.core.grounding import stands
from bot.core.predicates import PREDICATES
from bot.core.specimens import expand
from bot.core.token_formats import FORMATS
from bot.model import Example, Matcher, Rule, Side
from bot.rulebook import load, load_languages

load_all()
RULEBOOK = load()
LANGUAGES = load_languages()
RULES = tuple(RULEBOOK.rules.values())
EXAMPLES = [
    pytest.param(rule, index, example, id=f"{rule.id}-{example.language}-{index}")
    for rule in RULES
    for index, example in enumerate(rule.examples)
]
MATCHERS = [pytest.param(m, id=f"{r.id}-{m.language}-{n}") for r in RULES for n, m in enumerate(r.matchers)]


@pytest.mark.parametrize(("rule", "index", "example"), EXAMPLES)
def test_example(rule: Rule, index: int, example: Example) -> None:
    """The rule speaks on exactly these lines; and with its keywords or without them, they are the same."""
    lines = found(rule, example)
    assert judge(rule, index, example, lines) is None, f"found on {lines}"
    assert found(rule, example, prefilter=False) == lines


@pytest.mark.parametrize(("rule", "index", "example"), EXAMPLES)
def test_what_leaves_the_analyst(rule: Rule, index: int, example: Example) -> None:
    """Every quote stands on its line, and no specimen of a secret is in any part of a hit."""
    source = source_of(rule, example)
    secrets = {expand(place) for place in re.findall(r"\{\{[a-z0-9-]+(?::[a-z0-9]+)?\}\}", example.code)}
    lines = source.text.split("\n")
    for hit in scan(source, RULES):
        removed = {line.line: line.text for line in source.lines.removed}
        assert stands(hit.quote, removed[hit.line] if hit.side is Side.LEFT else lines[hit.line - 1])
        assert not any(secret in repr(hit) for secret in secrets)


def test_every_predicate_and_detector_serves_a_rule() -> None:
    matchers = [m for r in RULES for m in r.matchers]
    assert {c.predicate for m in matchers for c in (*m.where, *m.unless)} == set(PREDICATES)
    assert {m.detector for m in matchers if m.detector} == set(DETECTORS)


@pytest.mark.parametrize("matcher", MATCHERS)
def test_matcher_compiles(matcher: Matcher) -> None:
    assert matcher.language in {"any", *LANGUAGES.by_name}
    if matcher.ast:
        tree = SgRoot("x", GRAMMARS[matcher.language].ast_grep).root()
        assert isinstance(tree.find_all(json.loads(matcher.ast)), list)
    if matcher.text:
        re.compile(matcher.text, re.MULTILINE)


@pytest.mark.parametrize("matcher", MATCHERS)
def test_matcher_names_what_exists(matcher: Matcher) -> None:
    assert not matcher.detector or matcher.detector in DETECTORS
    assert {c.predicate for c in (*matcher.where, *matcher.unless)} <= PREDICATES.keys()
    asked = {c.capture for c in (*matcher.where, *matcher.unless)} | {matcher.anchor, matcher.quote}
    if matcher.ast:
        assert all(f"${name}" in matcher.ast or f'"{name}"' in matcher.ast for name in asked - {None})
    if matcher.text:
        assert asked - {None} <= re.compile(matcher.text).groupindex.keys()


@pytest.mark.parametrize("matcher", MATCHERS)
def test_keywords_are_worth_asking_for(matcher: Matcher) -> None:
    """A single character stands in every file and filters nothing."""
    assert all(len(k) >= 2 for k in matcher.keywords)
    assert len(set(matcher.keywords)) == len(matcher.keywords)


def test_the_selftest_says_what_is_wrong() -> None:
    """A self-test that could not fail would prove nothing."""
    rule = RULEBOOK.rules["adv-sleep-poll"]
    flagged = next(e for e in rule.examples if e.expect and not e.gap)
    clean = next(e for e in rule.examples if not e.expect)
    cases = {
        "MISSING": Example(flagged.language, clean.code if clean.language == flagged.language else "x", expect=(1,)),
        "NOISY": Example(flagged.language, flagged.code),
        "MISPLACED": Example(flagged.language, flagged.code, expect=tuple(n + 1 for n in flagged.expect)),
        "GAP CLOSED": Example(flagged.language, flagged.code, expect=flagged.expect, gap=True),
        "ERROR KeyError: 'no-such-specimen'": Example(flagged.language, "{{no-such-specimen}}", expect=(1,)),
    }
    assert [c.outcome for c in check(replace(rule, examples=tuple(cases.values())))] == list(cases)


def test_the_whole_book_holds() -> None:
    assert run(RULEBOOK) == []


def test_every_format_of_a_token_is_looked_for() -> None:
    """A rule whose keywords miss a format would never be asked about it."""
    (matcher,) = RULEBOOK.rules["secret-token-verified"].matchers
    assert {p for form in FORMATS for p in form.prefixes} <= set(matcher.keywords)
