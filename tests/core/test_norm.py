from dataclasses import replace

import pytest

from bot.core.norm import COUNTED, CUSTOM, lower
from bot.model import Config, Finding, Override, Severity, Side, Status, Tier
from tests.nouns import finding

NOTHING = Config()
USUAL = finding(elsewhere=CUSTOM)


def lowered(*findings: Finding, config: Config = NOTHING) -> list[tuple[Tier, Severity]]:
    return [(f.tier, f.severity) for f in lower(findings, config)]


CONSIDERATION, DEFECT = (Tier.CONSIDERATION, Severity.NOTE), (Tier.DEFECT, Severity.HIGH)


def test_what_the_file_does_all_the_time_is_a_consideration_that_says_so() -> None:
    (found,) = lower([USUAL], NOTHING)
    assert (found.tier, found.severity, found.fingerprint) == (*CONSIDERATION, USUAL.fingerprint)
    assert found.what == "`x` runs what it fetched; 5 untouched lines of this file do the same"


def test_a_few_times_is_no_custom() -> None:
    few = finding(elsewhere=CUSTOM - 1)
    assert lower([few], NOTHING) == (few,)


def test_the_files_of_the_pull_count_together_and_each_once() -> None:
    here, again, there = (finding(line=n, path=path, elsewhere=3) for n, path in ((1, "a"), (2, "a"), (1, "b")))
    assert lowered(here, again) == [DEFECT, DEFECT]
    found = lower([here, again, there], NOTHING)
    assert {f.tier for f in found} == {Tier.CONSIDERATION}
    assert found[0].what.endswith("; 6 untouched lines of the changed test files do the same")


def test_another_rules_lines_do_not_count() -> None:
    assert lowered(finding(elsewhere=3), finding("other-rule", path="b", elsewhere=3)) == [DEFECT, DEFECT]


def test_counting_ends_somewhere_and_says_so() -> None:
    (found,) = lower([finding(elsewhere=COUNTED)], NOTHING)
    assert "; 50 or more untouched lines" in found.what


@pytest.mark.parametrize("never", [{"strict": True}, {"side": Side.LEFT}])
def test_what_is_strict_or_removed_is_never_custom(never) -> None:
    assert lowered(replace(USUAL, **never)) == [DEFECT]


def test_a_repository_may_insist() -> None:
    assert lowered(USUAL, config=Config(rules={USUAL.rule: Status.ACTIVE})) == [DEFECT]
    assert lowered(USUAL, config=Config(paths=(Override("tests/**", rules={USUAL.rule: Status.ACTIVE}),))) == [DEFECT]
    assert lowered(USUAL, config=Config(paths=(Override("qa/**", rules={USUAL.rule: Status.ACTIVE}),))) == [CONSIDERATION]


def test_a_consideration_stays_as_it_is() -> None:
    advice = replace(USUAL, tier=Tier.CONSIDERATION, severity=Severity.NOTE)
    assert lower([advice], NOTHING) == (advice,)
