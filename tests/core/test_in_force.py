from dataclasses import replace

import pytest

from bot.core.config import parse, settle
from bot.core.in_force import as_told, at, entry_for, excluded, holds, insisted_on, passed_over, switched_off
from bot.core.languages import covers
from bot.model import Config, Status, Tier
from tests.nouns import REQUEST, advice, finding, rule, rulebook

RULES = rulebook(rule(), rule("weak-skip"), advice(), rule("secret-token", code="TS-A01")).rules
DRAFT = replace(REQUEST, author="ann", draft=True)


def settled(text: str) -> Config:
    file, problems = parse("repo.yml", text.encode(), RULES)
    assert problems == ()
    return settle(None, None, file)[0]


@pytest.mark.parametrize(
    ("text", "labels", "reason"),
    [
        ("", (), ""),
        ("enabled: false", (), "disabled"),
        ("drafts: false", (), "draft"),
        ("base_branches: [release/*]", (), "base-branch"),
        ("base_branches: ['release/*', main]", (), ""),
        ("ignore_authors: [ANN]", (), "author"),
        ("labels: {skip: [wip]}", ("wip",), "label"),
        ("labels: {require: [ready]}", ("wip",), "label"),
        ("labels: {require: [ready]}", ("ready",), ""),
    ],
)
def test_passed_over(text: str, labels: tuple[str, ...], reason: str) -> None:
    assert passed_over(settled(text), replace(DRAFT, labels=labels)) == reason


def test_a_branch_is_matched_whole() -> None:
    request = replace(REQUEST, base_ref="feature/main")
    assert passed_over(settled("base_branches: [main]"), request) == "base-branch"
    assert passed_over(settled("base_branches: ['**']"), request) == ""


def test_a_change_on_this_machine_has_neither_branch_nor_author() -> None:
    local = replace(REQUEST, base_ref="", author="")
    assert passed_over(settled("base_branches: [main]\nignore_authors: [ann]"), local) == ""


def test_the_last_override_that_says_something_holds() -> None:
    config = settled("paths:\n- {path: 'a/**', fail_on: high, rules: {weak-skip: off}}\n- {path: 'a/b/**', fail_on: never}\n")
    assert (at(config, "a/b/t.py").fail_on, at(config, "a/b/t.py").rules["weak-skip"]) == ("never", Status.OFF)
    assert at(config, "a/t.py").fail_on == "high"
    assert at(config, "t.py") == config


def test_a_path_is_switched_off_and_on_again_below() -> None:
    config = settled(
        "paths:\n- {path: 'a/**', enabled: false}\n- {path: 'a/b/**', enabled: true}\n- {path: '**', fail_on: high}\n"
    )
    assert switched_off(config, "a/t.py") == config.paths[0]
    assert switched_off(config, "a/b/t.py") is None
    assert switched_off(config, "t.py") is None


def test_what_is_no_test() -> None:
    config = settled("tests: {exclude: ['a/**']}")
    assert excluded(config, "a/b.py")
    assert not excluded(config, "b/a.py")


@pytest.mark.parametrize(
    ("written", "said", "speaks"),
    [
        (rule(), None, Tier.DEFECT),
        (rule(), Status.CONSIDERATION, Tier.CONSIDERATION),
        (rule(), Status.OFF, None),
        (rule(status=Status.CONSIDERATION), Status.ACTIVE, Tier.DEFECT),
        (rule(status=Status.SHADOW), Status.CONSIDERATION, Tier.CONSIDERATION),
        (advice(status=Status.OFF), Status.ACTIVE, Tier.CONSIDERATION),
        (advice(status=Status.OFF), Status.CONSIDERATION, Tier.CONSIDERATION),
    ],
)
def test_a_rule_speaks_as_told_and_never_above_its_tier(written, said, speaks) -> None:
    config = Config(rules={written.id: said} if said else {})
    assert as_told(written, config).speaks_as is speaks


def test_insisting() -> None:
    config = settled("rules: {weak-skip: on}\npaths:\n- {path: 'a/**', rules: {weak-skip: consideration}}\n")
    assert insisted_on(config, "weak-skip", "t.py")
    assert not insisted_on(config, "weak-skip", "a/t.py")
    assert not insisted_on(config, "fetch-pipe-shell", "t.py")


def test_an_entry_of_allow_holds_through_its_last_day() -> None:
    config = settled("allow:\n- {rule: fetch-pipe-shell, path: 'tests/*.py', reason: our mirror, expires: 2027-01-31}\n")
    (entry,) = config.allow
    assert entry_for(config, finding()) == entry
    assert (holds(entry, "2027-01-31"), holds(entry, "2027-02-01")) == (True, False)
    assert entry_for(config, finding(path="src/tests/test_a.py")) is None
    assert entry_for(config, finding("weak-skip")) is None


def test_of_several_entries_the_longest_counts() -> None:
    entry = "- {rule: weak-skip, reason: because, expires: %s}\n"
    config = settled(
        "allow:\n" + entry % "2026-01-01" + entry % "2027-01-01" + "- {rule: weak-skip, reason: for ever, path: a.py}\n"
    )
    found = entry_for(config, finding("weak-skip"))
    assert found is not None
    assert found.expires == "2027-01-01"
    assert entry_for(config, finding("weak-skip", path="a.py")) == config.allow[2]


@pytest.mark.parametrize(("path", "heeded"), [("'**'", False), ("'*'", False), ("'**/*'", False), ("'tests/**'", True)])
def test_what_is_strict_heeds_an_entry_that_says_where(path: str, heeded: bool) -> None:
    file, _ = parse("c.yml", f"allow:\n- {{rule: secret-token, reason: because, path: {path}}}\n".encode(), RULES)
    config, _ = settle(None, None, file)
    assert (entry_for(config, finding("secret-token", strict=True)) is not None) is heeded
    assert entry_for(config, finding("secret-token")) is not None


@pytest.mark.parametrize(
    ("glob", "path", "expected"),
    [
        ("tests/*.py", "tests/a.py", True),
        ("tests/*.py", "x/tests/a.py", False),
        ("**/tests/*.py", "x/tests/a.py", True),
        ("*.snap", "deep/down/a.snap", True),
        ("a/**", "a/b/c", True),
        ("**", "any/thing", True),
        ("{a,b}/x", "b/x", True),
    ],
)
def test_covers(glob: str, path: str, expected: bool) -> None:
    assert covers(glob, path) is expected
