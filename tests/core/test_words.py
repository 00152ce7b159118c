from typing import Any

import pytest

from bot.core import words, words_summary
from bot.core.markdown import one_line
from bot.model import Comment, Conclusion, Confidence, Severity, Side, Skipped, Status, Tier, Verdict
from tests.nouns import advice, finding, hit, rule


def test_phrase_puts_captures_into_code() -> None:
    said = words.phrase(hit(quote="curl `x` | sh", captures={"HOST": "@octo\nsecond"}), rule(), "f" * 16, "e" * 16)
    assert said.what == "``curl `x` | sh`` runs whatever `@octo` serves."
    assert said.fix == "download to a file, check a pinned SHA-256, then run it"
    assert (said.fingerprint, said.twin, said.quote) == ("f" * 16, "e" * 16, "curl `x` | sh")
    assert (said.tier, said.severity, said.strict) == (Tier.DEFECT, Severity.HIGH, False)
    assert (said.line, said.end_line, said.side) == (1, 1, Side.RIGHT)


def test_phrase_of_a_demoted_rule_is_a_note() -> None:
    said = words.phrase(hit(), rule(status=Status.CONSIDERATION), "f")
    assert (said.tier, said.severity) == (Tier.CONSIDERATION, Severity.NOTE)


def test_phrase_of_a_rule_that_heeds_no_comment_is_strict() -> None:
    assert [words.phrase(hit(), rule(code=c), "f").strict for c in ("TS-A01", "TS-F01", "TS-I02", "TS-J01")] == [
        True,
        False,
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("template", "values", "said"),
    [
        ("`{a} = {b}` is it", {"a": "x", "b": "`1`"}, "`` x = `1` `` is it"),
        ("{A} is it", {"A": "word"}, "`word` is it"),
        ("{a} is it", {"a": "a plain word"}, "a plain word is it"),
        ("{a} is it", {"a": "<b>@u"}, "`<b>@u` is it"),
        ("{missing} and `{missing}`", {}, "`…` and `…`"),
        ("a\n  b", {}, "a b"),
        ("{A}", {"A": "{b}", "b": "no"}, "`{b}`"),
        ("line {n} of", {"n": "12"}, "line 12 of"),
        ("set {} and {0!r}", {}, "set {} and {0!r}"),
    ],
)
def test_fill(template: str, values: dict[str, str], said: str) -> None:
    assert words.fill(template, values) == said


def test_a_long_capture_is_cut() -> None:
    assert words.fill("{a}", {"a": "x" * 300}) == f"`{'x' * 79}…`"
    assert words.fill("`{a} {a}`", {"a": "x" * 300}) == f"`{'x' * 159}…`"


def test_the_three_sentences() -> None:
    blind = (Skipped("a", "larger than 3 MB", True), Skipped("b", "timed out", True), Skipped("c", "*odd*", True))
    two = (finding(severity=Severity.CRITICAL), finding(line=2))
    assert words.clean(6) == "No security defects detected in the 6 changed test files."
    assert words.clean(1) == "No security defects detected in the 1 changed test file."
    assert words.defects(two) == "2 security defects found in the changed test files (1 critical, 1 high)."
    assert words.defects(two[1:]) == "1 security defect found in the changed test files (1 high)."
    assert words.unread(blind[:1], 6) == (
        "Could not review 1 of 6 test files (larger than 3 MB); no security defects detected in the other 5."
    )
    assert words.unread(blind, 3, one_line) == (
        "Could not review 3 of 3 test files (larger than 3 MB, timed out, and 1 more); no other test file was found."
    )
    assert words.also_unread(blind[2:], 3) == "Could not review 1 of 3 test files (`*odd*`)."


def test_headline_follows_the_conclusion() -> None:
    blind = (Skipped("a", "timed out", True),)
    assert words.headline(Verdict(Conclusion.CLEAN), 2) == words.clean(2)
    assert words.headline(Verdict(Conclusion.DEFECTS, (finding(),), blind), 2) == words.defects((finding(),))
    assert words.headline(Verdict(Conclusion.INCONCLUSIVE, (), blind), 2) == words.unread(blind, 2)


def test_inline_says_what_why_fix_and_how_to_allow_it() -> None:
    assert words.inline(finding(), (), "") == (
        "**Download piped into a shell** · `fetch-pipe-shell` · high\n\n"
        "`x` runs what it fetched. Nothing pins it.\n\n"
        "**Fix:** Pin it.\n\n"
        "<sub>CWE-494 · ID `0000000` · to keep it, answer `/fp REASON` or `/ar REASON`, "
        "or write `testwarden: allow fetch-pipe-shell REASON` here</sub>"
    )


def test_inline_links_the_rule_names_others_and_asks_when_unsure() -> None:
    unsure = finding(confidence=Confidence.MEDIUM, strict=True)
    assert words.inline(unsure, (finding("other-rule"),), "https://docs.test/rules/x") == (
        "**Download piped into a shell** · `fetch-pipe-shell` · high · please confirm\n\n"
        "`x` runs what it fetched. Nothing pins it.\n\n"
        "**Fix:** Pin it.\n\n"
        "Also on this line: `other-rule`.\n\n"
        "<sub>[why](https://docs.test/rules/x) · CWE-494 · ID `0000000` · to keep it, answer `/fp REASON` or `/ar REASON`</sub>"
    )


@pytest.mark.parametrize(
    ("text", "whole"),
    [("a b", "A b."), ("`x` is", "`x` is."), ("Is it?", "Is it?"), ("Done.", "Done."), ("", "")],
)
def test_sentence(text: str, whole: str) -> None:
    assert words.sentence(text) == whole


def comment(**more: Any) -> Comment:
    return Comment("t.py", 1, None, Side.RIGHT, "", "a", **more)


def test_counts_read_well() -> None:
    one, two = comment(), comment(also=("b",))
    assert words.review([one]) == "1 new security defect on 1 line of the changed tests."
    assert words.review([one, two]) == "3 new security defects on 2 lines of the changed tests."
    wrong = "1 problem in the configuration that this pull writes."
    assert words.review([comment(notice=True)]) == wrong
    assert words.review([one, comment(notice=True)]) == f"1 new security defect on 1 line of the changed tests. {wrong}"
    assert words.review([]) == ""
    assert words_summary.considerations(1) == "1 consideration (advice, never part of the verdict)"
    assert words_summary.kept_back(2, 1) == "2 findings kept back, 1 said all the same"
    assert words_summary.scope(1, 1, 1, "c" * 40, "0123456789ab", 67, "config: defaults") == (
        "1 of 1 changed test file analysed, 1 added line · head `ccccccc` · rulebook `0123456789ab` (67 rules) · config: defaults"
    )
    assert words_summary.scope(1, 2, 3, "", "0123456789ab", 1, "").startswith(
        "1 of 2 changed test files analysed, 3 added lines · a local change ·"
    )


def test_advice_never_has_a_severity() -> None:
    assert words.phrase(hit("adv-sleep-poll"), advice(severity=Severity.HIGH), "f").severity is Severity.NOTE
