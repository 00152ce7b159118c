import pytest

from bot.core.config import describe, looser, parse, settle
from bot.core.config_file import File
from bot.core.in_force import at
from bot.model import Allow, Config, Problem, Status
from tests.nouns import advice, rule, rulebook

RULES = rulebook(rule(), rule("weak-skip"), advice(), rule("secret-token", code="TS-A01")).rules


def made(name: str, text: str) -> File:
    file, problems = parse(name, text.encode(), RULES)
    assert problems == ()
    assert file is not None
    return file


def settled(organisation: str = "", repository: str = "", extended: str = "") -> tuple[Config, list[tuple[str, int, str]]]:
    files = (made("org.yml", organisation), made("extended.yml", extended), made("repo.yml", repository))
    config, problems = settle(*files)
    return config, [(p.file, p.line, p.key) for p in problems]


def test_without_files_the_defaults_hold() -> None:
    assert settle(None, None, None) == (Config(), ())


def test_a_broken_file_is_no_file() -> None:
    assert parse("c.yml", b"fail_on: [", RULES)[0] is None
    file, (problem,) = parse("c.yml", b"\nfail_onn: high", RULES)
    assert file is None
    assert problem == Problem("c.yml", 2, "fail_onn", "unknown key; did you mean fail_on?")


def test_a_rule_we_do_not_know_is_a_problem_but_no_broken_file() -> None:
    text = "rules: {weak-skipp: off}\nallow:\n- {rule: other, reason: because}\npaths:\n- {path: a, rules: {x-y: off}}\n"
    text += "final: [speed, rules.z]\n"
    file, problems = parse("c.yml", text.encode(), RULES)
    assert file is not None
    assert [(p.line, p.key, p.expected) for p in problems] == [
        (1, "rules.weak-skipp", "no such rule; did you mean weak-skip?"),
        (3, "allow[0].rule", "no such rule; `testwarden rules list` has all"),
        (5, "paths[0].rules.x-y", "no such rule; `testwarden rules list` has all"),
        (6, "final[0]", "expected a key of this file, such as fail_on or rules.fetch-pipe-shell"),
        (6, "final[1]", "no such rule; `testwarden rules list` has all"),
    ]


def test_what_is_strict_is_allowed_in_named_files_only() -> None:
    text = "allow:\n- {rule: secret-token, reason: because, path: '**'}\n- {rule: secret-token, reason: because, path: a.py}\n"
    file, problems = parse("c.yml", text.encode(), RULES)
    expected = "expected to name the files, since this rule is allowed nowhere else; no effect as it is"
    assert problems == (Problem("c.yml", 2, "allow[0].path", expected),)
    assert file is not None


def test_files_merge_key_by_key_and_rule_by_rule() -> None:
    config, problems = settled(
        "fail_on: high\nrules: {weak-skip: off, adv-sleep-poll: off}\nlabels: {skip: [wip]}\n",
        "rules: {weak-skip: consideration}\nlabels: {require: [ready]}\nbase_branches: [main]\n",
        "fail_on: critical\nconsiderations: 0\n",
    )
    assert problems == []
    assert (config.fail_on, config.considerations, config.base_branches) == ("critical", 0, ("main",))
    assert config.rules == {"weak-skip": Status.CONSIDERATION, "adv-sleep-poll": Status.OFF}
    assert (config.labels_skip, config.labels_require) == (("wip",), ("ready",))
    assert config.origin == {
        "base_branches": "repo.yml",
        "considerations": "extended.yml",
        "fail_on": "extended.yml",
        "labels.require": "repo.yml",
        "labels.skip": "org.yml",
        "rules.adv-sleep-poll": "org.yml",
        "rules.weak-skip": "repo.yml",
    }


def test_allow_and_paths_add_up() -> None:
    entry = "allow:\n- {rule: weak-skip, reason: because}\npaths:\n- {path: 'a/**', fail_on: never}\n"
    config, _ = settled(entry, entry.replace("a/", "b/"))
    assert config.allow == (Allow("weak-skip", "because", origin="org.yml"), Allow("weak-skip", "because", origin="repo.yml"))
    assert [o.path for o in config.paths] == ["a/**", "b/**"]


def test_what_is_final_may_become_stricter_but_not_looser() -> None:
    final = "fail_on: high\nrules: {weak-skip: consideration}\nfinal: [fail_on, rules]\n"
    stricter, problems = settled(final, "fail_on: note\nrules: {weak-skip: on}\n")
    assert (stricter.fail_on, stricter.rules["weak-skip"], problems) == ("note", Status.ACTIVE, [])
    held, problems = settled(final, "fail_on: never\nrules: {weak-skip: off, fetch-pipe-shell: off}\n")
    assert (held.fail_on, dict(held.rules)) == ("high", {"weak-skip": Status.CONSIDERATION})
    assert problems == [("repo.yml", 1, "fail_on"), ("repo.yml", 2, "rules.weak-skip"), ("repo.yml", 2, "rules.fetch-pipe-shell")]


def test_an_extended_file_is_bound_too_and_binds_nobody() -> None:
    final = "fail_on: high\nfinal: [fail_on]\n"
    config, problems = settled(final, "fail_on: medium\n", "fail_on: note\nfinal: [fail_on]\nextends: a/b\n")
    assert config.fail_on == "medium"
    assert problems == [("extended.yml", 2, "final"), ("extended.yml", 3, "extends")]
    assert settled(final, "", "fail_on: never\n")[1] == [("extended.yml", 1, "fail_on")]


def test_the_organisations_file_extends_none() -> None:
    assert settled("extends: a/b\n")[1] == [("org.yml", 1, "extends")]


def test_an_override_cannot_go_round_what_is_final() -> None:
    final = "paths:\n- {path: 'pay/**', fail_on: note}\nfail_on: high\nfinal: [fail_on, enabled]\n"
    repository = "paths:\n- {path: 'pay/api/**', fail_on: medium}\n"
    repository += "- {path: '**', fail_on: note, enabled: false, rules: {weak-skip: off}}\n"
    config, problems = settled(final, repository)
    assert problems == [("repo.yml", 2, "paths[0].fail_on"), ("repo.yml", 3, "paths[1].enabled")]
    here = at(config, "pay/api/test_a.py")
    assert (here.fail_on, here.enabled, here.rules["weak-skip"]) == ("note", True, Status.OFF)


def test_allow_may_be_final() -> None:
    config, problems = settled("final: [allow]\n", "allow:\n- {rule: weak-skip, reason: because}\n")
    assert (config.allow, problems) == ((), [("repo.yml", 2, "allow[0]")])


def test_final_in_a_repository_has_no_effect_and_is_told() -> None:
    assert settled("", "final: [fail_on]\n")[1] == [("repo.yml", 1, "final")]


@pytest.mark.parametrize(
    ("key", "new", "old", "expected"),
    [
        ("enabled", False, True, True),
        ("enabled", True, False, False),
        ("drafts", False, True, True),
        ("fail_on", "high", "medium", True),
        ("fail_on", "note", "medium", False),
        ("fail_on", "never", "critical", True),
        ("max_comments", 5, 30, True),
        ("dismissals.need", "write", "admin", True),
        ("dismissals.by_author", True, False, True),
        ("dismissals.by_author", False, True, False),
        ("base_branches", ["main"], ("**",), True),
        ("base_branches", ["**"], ("main",), False),
        ("base_branches", ["main", "x"], ("main",), False),
        ("tests.include", [], ("qa/**",), True),
        ("tests.exclude", ["x"], (), True),
        ("tests.exclude", [], ("x",), False),
        ("ignore_authors", ["bot"], ("bot",), False),
        ("labels.skip", ["wip"], (), True),
        ("labels.require", ["ready"], (), True),
        ("labels.require", [], ("ready",), False),
        ("labels.require", ["ready", "x"], ("ready",), False),
        ("labels.require", ["x"], ("ready",), True),
        ("rules.weak-skip", "off", "on", True),
        ("rules.weak-skip", "on", "on", False),
    ],
)
def test_looser(key: str, new: object, old: object, expected: bool) -> None:
    assert looser(key, new, old) is expected


def test_the_settings_in_force_are_shown_with_their_origin() -> None:
    text = describe(settled("fail_on: high\nrules: {weak-skip: off}\n", "paths:\n- {path: a, enabled: false}\n")[0])
    assert "| `fail_on` | `high` | `org.yml` |" in text
    assert "| `drafts` | `true` | default |" in text
    assert "| `labels.skip` | `none` | default |" in text
    assert "| `rules.weak-skip` | `off` | `org.yml` |" in text
    assert "| `paths a` | `enabled: false` | `repo.yml` |" in text
