"""Rules can be read without their evidence, by whoever only applies them."""

from dataclasses import replace

import pytest

from bot.rulebook import RulebookError, load, parse, rules_directory


def test_without_evidence_every_rule_is_the_same_but_for_it() -> None:
    whole, bare = load(), load(evidence=False)
    assert dict(bare.rules) == {name: replace(rule, examples=()) for name, rule in whole.rules.items()}
    assert bare.digest == whole.digest


def test_what_follows_the_evidence_is_read() -> None:
    raw = next(rules_directory().rglob("weak-skip.yml")).read_bytes()
    head, examples, tail = raw.partition(b"\nexamples:\n")
    assert examples
    assert parse("a.yml", head + examples + b"# a remark\n\n" + tail + b"\nrank: 7\n", evidence=False).rank == 7
    with pytest.raises(RulebookError, match="examples"):
        parse("a.yml", head + b"\nexamples: {}\n")
