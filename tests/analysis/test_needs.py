"""A rule is tried on a tree only where the text may hold a match of it."""

import json
from typing import Any, cast

import pytest
from ast_grep_py import Config

from bot.analysis.document import Document
from bot.analysis.engine import _ast
from bot.analysis.glance import Glance
from bot.analysis.needs import may_hold
from bot.core.examples import source_of
from bot.rulebook import load

LICENCE = "# http://www.apache.org/licenses/LICENSE-2.0\nimport subprocess\nimport unittest\n"


@pytest.mark.parametrize(
    ("rule", "there", "absent"),
    [
        ({"rule": {"pattern": "subprocess.run($$$REST)"}}, "subprocess.run(a)", LICENCE),
        ({"rule": {"kind": "string", "regex": "^[\"']https?://"}}, "get('http://a')", LICENCE),
        ({"rule": {"kind": "string", "regex": "(?i)^.?PassWord"}}, "'password'", LICENCE),
        ({"rule": {"any": [{"pattern": "f.close()"}, {"pattern": "f.flush()"}]}}, "f.flush()", LICENCE),
        ({"rule": {"all": [{"kind": "call"}, {"has": {"regex": "install"}}]}}, "run('install')", LICENCE),
        ({"rule": {"kind": "call", "inside": {"pattern": "with_lock($A)"}}}, "with_lock(f())", LICENCE),
        ({"rule": {"pattern": "$A.b"}, "constraints": {"A": {"regex": "Session|Client"}}}, "Client.b", LICENCE),
    ],
)
def test_a_text_without_what_a_match_holds_is_passed_over(rule: dict[str, Any], there: str, absent: str) -> None:
    assert may_hold(json.dumps(rule), Glance(LICENCE + there))
    assert not may_hold(json.dumps(rule), Glance(absent))


@pytest.mark.parametrize(
    "rule",
    [
        {"rule": {"kind": "call", "not": {"pattern": "guarded($A)"}}},  # must not stand there
        {"rule": {"pattern": {"context": "class A: secret = 1", "selector": "assignment"}}},  # only a part of it must
        {"rule": {"any": [{"pattern": "$A.run()"}, {"kind": "call"}]}, "constraints": {"A": {"regex": "Session"}}},  # or none
        {"rule": {"kind": "string", "regex": "[[:alpha:]]x+"}},  # Rust's own, which Python reads otherwise
        {"rule": {"kind": "string", "regex": r"\p{Greek}lpha"}},
        {"rule": {"matches": "helper"}},
    ],
)
def test_what_is_not_needed_is_not_asked_for(rule: dict[str, Any]) -> None:
    assert may_hold(json.dumps(rule), Glance("x = 1"))


def test_no_pattern_of_the_rulebook_is_kept_from_what_it_matches() -> None:
    """Each on every example in its language, whatever the example is for."""
    rules = list(load().rules.values())
    documents: dict[str, list[Document]] = {}
    for rule in rules:
        for example in rule.examples:
            documents.setdefault(example.language, []).append(Document(source_of(rule, example)))
    tried = 0
    for language, ast in {(m.language, m.ast) for rule in rules for m in rule.matchers if m.ast}:
        for document in documents.get(language, []):
            if not may_hold(ast, document.glance) and document.root is not None:
                tried += 1
                assert document.root.find(cast(Config, _ast(ast))) is None, (ast, document.text)
    assert tried > 1_000
