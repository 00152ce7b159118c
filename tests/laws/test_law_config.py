"""What the organisation marks final, no repository can loosen; and no pull changes its own review."""

import asyncio
import json
from types import MappingProxyType
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.core.config import looser, settle
from bot.core.config_file import File
from bot.core.config_schema import SEVERITIES, STATUSES
from bot.core.in_force import at
from bot.model import ChangedFile, Config, ConfigText, ConfigTexts, Review, Status
from tests.bot.test_review import CONFIG, TEST_FILE, Analyst, Forge, tell

WORDS = st.lists(st.sampled_from(["main", "wip", "**", "qa/**"]), max_size=3, unique=True)
RULES = st.dictionaries(st.sampled_from(["weak-skip", "leak"]), st.sampled_from(STATUSES), max_size=2)
FAIL_ON = st.sampled_from([*SEVERITIES, "never"])
OVERRIDE = st.fixed_dictionaries(
    {"path": st.sampled_from(["**", "a/**", "a/b/**"])},
    optional={"enabled": st.booleans(), "fail_on": FAIL_ON, "rules": RULES},
)
FILE = st.fixed_dictionaries(
    {},
    optional={
        "enabled": st.booleans(),
        "drafts": st.booleans(),
        "base_branches": WORDS,
        "ignore_authors": WORDS,
        "labels": st.fixed_dictionaries({}, optional={"skip": WORDS, "require": WORDS}),
        "tests": st.fixed_dictionaries({}, optional={"include": WORDS, "exclude": WORDS}),
        "rules": RULES,
        "fail_on": FAIL_ON,
        "max_comments": st.integers(0, 30),
        "considerations": st.integers(0, 20),
        "dismissals": st.fixed_dictionaries({}, optional={"by_author": st.booleans()}),
        "paths": st.lists(OVERRIDE, max_size=3),
    },
)
KEYS = (
    *("enabled", "drafts", "base_branches", "ignore_authors", "labels.skip", "labels.require", "tests.include", "tests.exclude"),
    *("fail_on", "max_comments", "considerations", "dismissals.by_author"),
)
SAID = {Status.OFF: "off", Status.CONSIDERATION: "consideration", Status.ACTIVE: "on"}


def value(config: Config, key: str) -> Any:
    return SAID[config.rules.get(key[6:], Status.ACTIVE)] if key.startswith("rules.") else getattr(config, key.replace(".", "_"))


@given(
    FILE,
    FILE,
    FILE,
    st.sets(st.sampled_from([*KEYS, "labels", "tests", "rules", "rules.leak"])),
    st.sampled_from(["t.py", "a/t.py", "a/b/t.py"]),
)
def test_final_is_final(organisation, extended, repository, final, path) -> None:
    ours = File("org.yml", {**organisation, "final": sorted(final)})
    alone = at(settle(ours, None, None)[0], path)
    merged, problems = settle(ours, File("extended.yml", extended), File("repo.yml", repository))
    here = at(merged, path)
    for key in [*KEYS, "rules.leak", "rules.weak-skip"]:
        if final & {key, key.partition(".")[0]}:
            assert not looser(key, value(here, key), value(alone, key)), (key, problems)


@given(FILE, FILE)
def test_without_final_the_repository_has_the_last_word(organisation, repository) -> None:
    merged, problems = settle(File("org.yml", organisation), None, File("repo.yml", repository))
    assert {p.key for p in problems} <= {"dismissals.by_author"}
    for key in set(KEYS) - {"dismissals.by_author"}:
        outer, _, inner = key.partition(".")
        said = repository.get(outer, {}).get(inner) if inner else repository.get(outer)
        if said is not None:
            assert value(merged, key) == (tuple(said) if isinstance(said, list) else said)
    assert isinstance(merged.rules, MappingProxyType)


@given(FILE, FILE, st.booleans())
def test_only_the_organisation_lets_authors_dismiss(extended, repository, allowed) -> None:
    ours = File("org.yml", {"dismissals": {"by_author": True}}) if allowed else None
    merged, _ = settle(ours, File("extended.yml", extended), File("repo.yml", repository))
    assert allowed or not merged.dismissals_by_author


@given(FILE, FILE | st.text())
def test_no_file_of_the_pull_changes_its_own_review(repository, written) -> None:
    """But for what is wrong in the file, which is said on its lines."""
    raw = (written if isinstance(written, str) else json.dumps(written)).encode("utf-8", "replace")
    edit = ChangedFile(CONFIG, "modified", "@@ -1 +1 @@\n-x\n+y", additions=1, deletions=1)
    base = ConfigText(CONFIG, json.dumps(repository).encode())

    def look(proposed: ConfigText | None) -> Review:
        forge = Forge(files=(TEST_FILE, edit), texts=ConfigTexts(repository=base, proposed=proposed))
        plan = asyncio.run(tell(forge, Analyst())).review
        assert plan is not None
        return plan

    before, after = look(None), look(ConfigText(CONFIG, raw))
    assert (after.verdict, after.findings, after.check) == (before.verdict, before.findings, before.check)
    assert (after.suppressed, after.skipped, after.quiet) == (before.suppressed, before.skipped, before.quiet)
    assert [c for c in after.comments if not c.notice] == list(before.comments)
    assert after.summary.split("\n")[0] == before.summary.split("\n")[0]
