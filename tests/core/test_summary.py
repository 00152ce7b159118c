from dataclasses import replace

from bot.core.summary import SHOWN_BLIND, SHOWN_DEFECTS, Look, check_text, choose, summary
from bot.model import Conclusion, Finding, Kind, Secret, Severity, Skipped, Suppressed, Tier, Verdict
from tests.nouns import HEAD, PAGE, advice, finding, rule, rulebook, source

RULES = rulebook(rule(), advice())


def told(rule: str, line: int, rank: int = 50, path: str = "tests/test_a.py") -> Finding:
    return finding(rule, line, tier=Tier.CONSIDERATION, severity=Severity.NOTE, rank=rank, path=path)


def look(*findings: Finding, **more: object) -> Look:
    defects = tuple(f for f in findings if f.tier is Tier.DEFECT)
    verdict = Verdict(Conclusion.DEFECTS if defects else Conclusion.CLEAN, defects)
    given: dict[str, object] = {"verdict": verdict, "sources": (source("x\n"),), "skipped": (), "pull_page": PAGE, **more}
    return Look(findings=findings, rulebook=RULES, head_sha=HEAD, **given)  # type: ignore[arg-type]


def test_the_whole_text_when_nothing_was_found() -> None:
    assert summary(look(), "<!-- testwarden:summary -->") == (
        "No security defects detected in the 1 changed test file.\n\n"
        "<details><summary>What was looked at</summary>\n\n"
        "1 of 1 changed test file analysed, 2 added lines · "
        "head `ccccccc` · rulebook `0123456789ab` (2 rules) · config: defaults\n\n"
        "- `tests/test_a.py`\n\n"
        "</details>\n\n"
        "<sub>Only test code is reviewed, by rules; the same commit always gets the same review."
        " · commands: `/testwarden dismiss ID REASON`, `/testwarden help`</sub>\n\n"
        "<!-- testwarden:summary -->"
    )


def test_each_rule_has_its_turn_before_any_has_two() -> None:
    many = [told("a", n, rank=1) for n in range(1, 9)] + [told("b", 3, rank=2), told("c", 2, rank=3)]
    assert [(f.rule, f.line) for f in choose(many)] == [("a", 1), ("a", 2), ("a", 3), ("b", 3), ("c", 2)]


def test_considerations_are_ranked_and_the_rest_counted() -> None:
    text = summary(look(*(told(f"r{n}", n, rank=9 - n) for n in range(1, 8))), "")
    assert "<summary>7 considerations (advice, never part of the verdict)</summary>" in text
    assert "*And 2 more, not shown.*" in text
    assert [line.partition("#L")[2][0] for line in text.split("\n") if line.startswith("| [")] == ["7", "6", "5", "4", "3"]


def test_a_span_shows_both_its_lines() -> None:
    span = finding("r", 57, end_line=76, tier=Tier.CONSIDERATION)
    assert "[`test_a.py:57–76`](" in summary(look(span), "")
    assert "#L57-L76)" in summary(look(span), "")


def test_a_file_is_named_in_full_when_another_has_its_name_or_nothing_links_to_it() -> None:
    here = told("r", 1)
    assert "| [`test_a.py:1`](" in summary(look(here), "")
    assert "| [`tests/test_a.py:1`](" in summary(look(here, sources=(source("x"), source("x", "more/test_a.py"))), "")
    assert "| `tests/test_a.py:1` |" in summary(look(here, pull_page=""), "")


def test_a_value_that_stands_in_several_places_is_known_by_its_hash() -> None:
    def leak(line: int, hash: str, **more: object) -> Finding:
        return finding("r", line, fingerprint=f"{line:016}", secret=Secret("GitHub", "ghp_", 40, hash), **more)

    one, two, three = (leak(n, "a" * 16, path=path) for n, path in ((1, "tests/test_a.py"), (2, "tests/test_a.py"), (1, "b.py")))
    rows = summary(look(one, two, three, leak(9, "b" * 16), pull_page=""), "").split("\n")
    said = {row.split("`")[1]: row.partition("<br>")[2].partition(" |")[0] for row in rows if row.startswith("| 🟠")}
    other = "The same value stands at `{}` and in 1 more place."
    assert said == {
        "b.py:1": other.format("tests/test_a.py:1"),
        "tests/test_a.py:1": other.format("tests/test_a.py:2"),
        "tests/test_a.py:2": other.format("tests/test_a.py:1"),
        "tests/test_a.py:9": "",
    }
    unkeyed = [replace(f, secret=Secret("GitHub", "ghp_", 40)) for f in (one, two)]
    assert "same value" not in summary(look(*unkeyed), "")


def test_long_tables_end_with_a_count() -> None:
    text = check_text(look(*(finding(line=n) for n in range(1, SHOWN_DEFECTS + 4))))
    assert text.count("| 🟠 high |") == SHOWN_DEFECTS
    assert "*And 3 more: see the annotations of the check.*" in text


def test_files_are_counted_once() -> None:
    skipped = (
        Skipped("tests/test_a.py", "timed out", True),
        Skipped("t/b.py", "binary", True),
        Skipped("c.md", "no test", False),
    )
    seen = look(skipped=skipped)
    assert (seen.files, seen.analysed) == (2, ())


def test_what_is_no_test_file_counts_when_something_was_found_in_it() -> None:
    make = replace(source("x\n", "Makefile"), kind=Kind.BUILD)
    passed = (Skipped("Makefile", "not a test file", clouds=False),)
    quiet = look(sources=(make,), skipped=passed)
    assert (quiet.files, quiet.analysed) == (0, ())
    found = look(finding(path="Makefile"), sources=(make,), skipped=passed)
    assert (found.files, found.analysed) == (1, (make,))


def test_what_was_not_looked_at_is_listed_to_a_bound() -> None:
    blind = tuple(Skipped(f"t/{n:02}.py", "timed out", True) for n in range(13))
    text = check_text(look(verdict=Verdict(Conclusion.INCONCLUSIVE, (), blind), skipped=blind))
    assert text.count(": timed out\n") == SHOWN_BLIND
    assert "- *And 3 more, not shown.*" in text
    assert text.startswith("Could not review 13 of 14 test files (timed out); no security defects detected in the other 1.")


def test_what_was_kept_back_is_listed_with_its_reason() -> None:
    kept = Suppressed(finding(), "nosec, on the base branch", "no reason given")
    refused = Suppressed(finding(line=2), "testwarden: allow, added by this pull", "`@boss` said so |")
    text = summary(look(suppressed=(kept,), refused=(refused,)), "")
    assert "<summary>1 finding kept back, 1 said all the same</summary>" in text
    assert "| `fetch-pipe-shell` | nosec, on the base branch | `no reason given` |" in text
    assert "| `` `@boss` said so \\| `` (no effect: this rule heeds only" in text


def test_a_huge_summary_keeps_its_verdict_and_its_marker() -> None:
    big = [finding(line=n, what="x" * 4000, fingerprint=f"{n:016x}") for n in range(1, 60)]
    text = summary(look(*big, listed=frozenset(f.fingerprint for f in big)), "<!-- testwarden:summary -->")
    assert len(text) <= 60_000
    assert text.startswith("59 security defects found")
    assert text.endswith("<!-- testwarden:summary -->")
    assert "*Cut here" in text
