import json

import pytest

from bot.core.config_file import File, read
from bot.core.config_schema import SCHEMA, check

EVERYTHING = """\
extends: acme/settings:testwarden/strict.yml
enabled: true
drafts: false
base_branches: [main, release/*]
ignore_authors: ['renovate[bot]']
labels: {skip: [wip], require: [ready]}
tests: {include: ['qa/**'], exclude: ['**/vendor/**']}
rules: {adv-sleep-poll: off, fetch-pipe-shell: consideration, weak-skip: on}
fail_on: never
max_comments: 0
considerations: 20
allow:
  - {rule: fetch-pipe-shell, path: ci/*.sh, reason: our own mirror, expires: 2027-01-31}
dismissals: {by_author: true, need: maintain}
paths:
  - {path: 'services/**', enabled: true, fail_on: high, rules: {weak-skip: off}}
final: [fail_on, rules.weak-skip]
"""


def complaints(text: str) -> list[tuple[int, str, str]]:
    file = read("c.yml", text.encode())
    assert isinstance(file, File)
    return [(p.line, p.key, p.expected) for p in check(file)]


def test_everything_that_may_be_said() -> None:
    assert complaints(EVERYTHING) == []
    file = read("c.yml", EVERYTHING.encode())
    assert isinstance(file, File)
    assert set(file.values) == set(SCHEMA["properties"])


@pytest.mark.parametrize(
    ("text", "line", "key", "expected"),
    [
        ("fail-on: high", 1, "fail-on", "unknown key; did you mean fail_on?"),
        ("x: 1", 1, "x", "unknown key; expected one of enabled, drafts,"),
        ("\nenabled: yes", 2, "enabled", "expected true or false, found text"),
        ("enabled:", 1, "enabled", "expected true or false, found nothing"),
        ("enabled: 1", 1, "enabled", "expected true or false, found a number"),
        ("max_comments: true", 1, "max_comments", "expected a number, found true or false"),
        ("max_comments: 31", 1, "max_comments", "expected a number from 0 to 30"),
        ("fail_on: severe", 1, "fail_on", "expected one of critical, high, medium, note, never"),
        ("rules: {weak-skip: maybe}", 1, "rules.weak-skip", "expected one of off, consideration, on"),
        ("rules: {weak-skip: false}", 1, "rules.weak-skip", "expected one of off, consideration, on"),
        ("rules:\n  Weak Skip: off", 2, "rules.Weak Skip", "expected such as fetch-pipe-shell"),
        ("rules: [weak-skip]", 1, "rules", "expected keys and values, found a list"),
        ("base_branches: main", 1, "base_branches", "expected a list, found text"),
        ("base_branches:\n- main\n- ''", 3, "base_branches[1]", "expected 1 to 200 characters"),
        ("tests: {include: ['{a,b']}", 1, "tests.include[0]", "expected such as services/**/tests/*.py"),
        ("tests: {include: ['../up']}", 1, "tests.include[0]", "expected such as"),
        ("tests: {include: ['/abs']}", 1, "tests.include[0]", "expected such as"),
        ("tests: {include: ['*a*a*a*a*a*a*a*a*a*a*a*a*a']}", 1, "tests.include[0]", "expected such as"),
        ("allow:\n- rule: weak-skip", 2, "allow[0].reason", "expected, and missing; add it"),
        ("allow:\n- {rule: weak-skip, reason: no}", 2, "allow[0].reason", "expected 3 to 200 characters"),
        ("allow:\n- {rule: weak-skip, reason: because, expires: soon}", 2, "allow[0].expires", "expected such as 2027-01-31"),
        (
            "allow:\n- {rule: weak-skip, reason: because, expires: 20270131}",
            2,
            "allow[0].expires",
            "expected text, found a number",
        ),
        ("paths:\n- fail_on: high", 2, "paths[0].path", "expected, and missing; add it"),
        ("paths:\n- path: a\n  drafts: true", 3, "paths[0].drafts", "unknown key; expected one of path, enabled, fail_on, rules"),
        ("extends: https://evil.example/x", 1, "extends", "expected such as acme/settings:testwarden/strict.yml"),
        ("ignore_authors: [" + "a, " * 201 + "]", 1, "ignore_authors", "expected at most 200 entries"),
    ],
)
def test_what_may_not_is_located(text: str, line: int, key: str, expected: str) -> None:
    ((found_line, found_key, found),) = complaints(text)
    assert (found_line, found_key) == (line, key)
    assert found.startswith(expected)


def test_all_problems_are_told_at_once_in_the_order_of_the_lines() -> None:
    assert [line for line, _, _ in complaints("b: 1\nenabled: no\na: 1\n")] == [1, 2, 3]


def test_the_schema_is_one_that_others_can_read() -> None:
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"

    def described(schema: dict[str, object]) -> bool:
        inner = schema.get("properties", {})
        assert isinstance(inner, dict)
        return all(("description" in s or name == "path") and described(s) for name, s in inner.items())

    assert described(SCHEMA)
