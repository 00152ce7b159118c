from dataclasses import replace

import pytest

from bot.core.compose import MOST_COMMENTS, compose
from bot.core.markdown import Mark, marks
from bot.model import (
    Annotation,
    Conclusion,
    Confidence,
    Config,
    Delta,
    Earlier,
    Finding,
    Notice,
    Override,
    Problem,
    Review,
    Settled,
    Severity,
    Side,
    Skipped,
    Source,
    Spoken,
    Status,
    Suppressed,
    Tier,
    Verdict,
)
from tests.nouns import HEAD, PAGE, REQUEST, advice, finding, hit, plan, published, removed, rule, rulebook, source

RULES = rulebook(
    rule(), advice(), rule("leak", code="TS-A01", severity=Severity.CRITICAL, what="`{quote}` leaks", cwe=("CWE-798",))
)
ADVICE = finding("adv-sleep-poll", tier=Tier.CONSIDERATION, severity=Severity.NOTE)


def composed(
    *new: Finding, sources: tuple[Source, ...] = (source("x\nx\nx\n"),), skipped: tuple[Skipped, ...] = (), **more: object
):
    defects = tuple(f for f in new if f.tier is Tier.DEFECT)
    blind = tuple(s for s in skipped if s.clouds)
    conclusion = Conclusion.DEFECTS if defects else Conclusion.INCONCLUSIVE if blind else Conclusion.CLEAN
    delta = Delta(new, (), ())
    return compose(REQUEST, delta, Verdict(conclusion, defects, blind), sources, skipped, RULES, **more)


def told(**said: object) -> Settled:
    return Settled(Config(**said))


def remembered(review: Review) -> dict[str, str]:
    """What the summary's last line says about findings."""
    (last,) = marks(review.summary.split("\n")[-1])
    assert (last.kind, len(last.fields["seen"])) == ("summary", 16)
    return {name: value for name, value in last.fields.items() if name != "seen"}


def test_nothing_found() -> None:
    review = composed()
    assert review.head_sha == HEAD
    assert review.comments == ()
    assert review.body == ""
    assert not review.quiet
    assert review.summary.startswith("No security defects detected in the 1 changed test file.\n")
    assert remembered(review) == {}
    assert (review.check.conclusion, review.check.title) == (
        "success",
        "No security defects detected in the 1 changed test file.",
    )
    assert review.check.annotations == ()


def test_considerations_are_never_inline_and_never_annotated() -> None:
    review = composed(ADVICE)
    assert (review.comments, review.check.annotations, review.check.conclusion) == ((), (), "success")
    assert "<summary>1 consideration (advice, never part of the verdict)</summary>" in review.summary


def test_a_defect_is_said_inline_in_the_table_and_as_an_annotation() -> None:
    review = composed(finding(line=2))
    (comment,) = review.comments
    assert (comment.path, comment.line, comment.start_line, comment.side) == ("tests/test_a.py", 2, None, Side.RIGHT)
    assert comment.body.startswith("**Download piped into a shell** · `fetch-pipe-shell` · high\n\n")
    assert marks(comment.body) == (Mark("finding", {"fp": comment.fingerprint}),)
    url = f"https://github.com/acme/app/blob/{HEAD}/tests/test_a.py#L2"
    row = f"| 🟠 high | [`tests/test_a.py:2`]({url}) | Download piped into a shell · `fetch-pipe-shell` |"
    assert row in review.summary
    assert row in review.check.summary
    assert review.body == "1 new security defect on 1 line of the changed tests."
    assert review.check.conclusion == "failure"
    assert review.check.title == "1 security defect found in the changed test files (1 high)."
    assert review.check.annotations == (
        Annotation(
            "tests/test_a.py",
            2,
            2,
            "failure",
            "Download piped into a shell",
            "`x` runs what it fetched. Nothing pins it.\nFix: Pin it.\nfetch-pipe-shell",
        ),
    )


def test_what_was_said_before_is_not_said_again() -> None:
    review = compose(REQUEST, Delta((), (finding(),), ()), Verdict(Conclusion.DEFECTS, (finding(),)), [source("x\n")], (), RULES)
    assert (review.comments, review.body) == ((), "")
    assert review.summary.startswith("1 security defect found")


def test_rules_that_meet_on_a_line_share_the_most_severe_comment() -> None:
    worse = finding("leak", fingerprint="f1", severity=Severity.CRITICAL, title="token in the code")
    (comment,) = composed(finding(fingerprint="f0"), worse).comments
    assert comment.body.startswith("**Token in the code** · `leak` · critical")
    assert "Also on this line: `fetch-pipe-shell`." in comment.body
    assert (comment.fingerprint, comment.also) == ("f1", ("f0",))
    assert [m.fields["fp"] for m in marks(comment.body)] == ["f1", "f0"]


@pytest.mark.parametrize(
    ("line", "end_line", "hunks", "commentable", "anchor"),
    [
        (2, 2, ((1, 9),), range(1, 10), (None, 2)),
        (2, 5, ((1, 9),), range(1, 10), (2, 5)),
        (2, 5, ((1, 3), (4, 9)), range(1, 10), (2, 3)),
        (2, 5, ((1, 2), (4, 9)), (1, 2, 4, 5), (None, 2)),
        (2, 5, (), range(1, 10), (None, 2)),
    ],
)
def test_a_range_stays_inside_its_hunk(line, end_line, hunks, commentable, anchor) -> None:
    src = source("x\n" * 9, hunks=hunks, commentable=commentable)
    (comment,) = composed(finding(line=line, end_line=end_line), sources=(src,)).comments
    assert (comment.start_line, comment.line) == anchor


def test_a_line_that_github_cannot_anchor_is_told_in_full_in_the_summary() -> None:
    src = source("x\n" * 9, commentable=range(1, 4))
    review = composed(finding(line=7), sources=(src,))
    assert review.comments == ()
    assert "`fetch-pipe-shell`<br>`x` runs what it fetched. Nothing pins it. **Fix:** Pin it. |" in review.summary
    assert remembered(review) == {"listed": finding(line=7).fingerprint}
    assert [a.start_line for a in review.check.annotations] == [7]


def test_a_removed_line_is_commented_on_the_old_side_and_annotated_where_it_stood() -> None:
    src = source("x\n" * 9, commentable_left=frozenset([40]), removed=(removed(40, 3, "x"),))
    review = composed(finding(line=40, side=Side.LEFT), sources=(src,))
    assert [(c.line, c.start_line, c.side) for c in review.comments] == [(40, None, Side.LEFT)]
    assert [(a.start_line, a.end_line) for a in review.check.annotations] == [(3, 3)]


def test_the_most_severe_thirty_are_inline_the_rest_listed() -> None:
    many = [finding(line=n, fingerprint=f"{n:016x}") for n in range(1, 41)]
    worst = finding(line=41, fingerprint="ff", severity=Severity.CRITICAL)
    review = composed(*many, worst, sources=(source("x\n" * 50),))
    assert len(review.comments) == MOST_COMMENTS
    assert [c.line for c in review.comments] == [*range(1, 30), 41]
    (summary,) = marks(review.summary)
    assert summary.fields["listed"].split(",") == [f"{n:016x}" for n in range(30, 41)]
    assert len(review.check.annotations) == 41


def test_the_check_fails_only_at_the_threshold() -> None:
    medium = finding(severity=Severity.MEDIUM)
    assert composed(medium, settled=told(fail_on="medium")).check.conclusion == "failure"
    below = composed(medium, settled=told(fail_on="high")).check
    assert (below.conclusion, [a.level for a in below.annotations]) == ("neutral", ["warning"])
    assert composed(medium, finding(), settled=told(fail_on="high")).check.conclusion == "failure"
    assert composed(finding(), settled=told(fail_on="never")).check.conclusion == "neutral"


def test_the_threshold_may_differ_by_path() -> None:
    settled = told(fail_on="never", paths=(Override("tests/**", fail_on="high"),))
    assert composed(finding(), settled=settled).check.conclusion == "failure"
    here = composed(finding(), finding(path="qa/test_b.py", line=2), settled=settled).check
    assert [(a.path, a.level) for a in here.annotations] == [("qa/test_b.py", "warning"), ("tests/test_a.py", "failure")]


def test_what_is_more_than_the_comments_wanted_is_listed_in_full() -> None:
    review = composed(finding(line=1), finding(line=2), settled=told(max_comments=1))
    assert [c.line for c in review.comments] == [1]
    assert "<br>`x` runs what it fetched." in review.summary
    assert composed(finding(), settled=told(max_comments=0)).comments == ()


def test_as_many_considerations_as_wanted() -> None:
    advice = [finding("adv-sleep-poll", line=n, tier=Tier.CONSIDERATION) for n in (1, 2, 3)]
    assert "*And 1 more, not shown.*" in composed(*advice, settled=told(considerations=2)).summary
    none = composed(*advice, settled=told(considerations=0)).summary
    assert "(advice, never part of the verdict)" not in none
    assert "3 considerations not shown, as configured" in none


def test_where_the_settings_come_from_is_said() -> None:
    settled = Settled(
        Config(rules={"fetch-pipe-shell": Status.OFF}), files=("acme/.github:.github/testwarden.yml", ".testwarden.yml")
    )
    said = "config: `acme/.github:.github/testwarden.yml`, `.testwarden.yml` (1 rule changed)"
    assert said in composed(settled=settled).summary
    assert "config: defaults" in composed().summary


def test_a_problem_in_the_configuration_is_told_with_its_place() -> None:
    problem = Problem(".testwarden.yml", 3, "fail_onn", "unknown key; did you mean fail_on?")
    review = composed(settled=Settled(problems=(problem,), broken=(problem,)))
    assert "**1 problem in the configuration.** Until it is mended no verdict is clean" in review.summary
    assert "\n- `.testwarden.yml:3` `fail_onn`: unknown key; did you mean fail_on?\n" in review.summary
    assert "`.testwarden.yml:3`" in review.check.summary


def test_a_notice_stands_on_its_line_when_it_can_and_else_in_the_summary() -> None:
    problem = Problem(".testwarden.yml", 3, "fail_onn", "unknown key; did you mean fail_on?")
    placed, unplaced = Notice(problem, "0a", True), Notice(replace(problem, line=9), "0b", False)
    review = compose(REQUEST, Delta((), (), (), notices=(placed, unplaced)), Verdict(Conclusion.CLEAN), (), (), RULES)
    (comment,) = review.comments
    assert (comment.path, comment.line, comment.defects) == (".testwarden.yml", 3, 0)
    assert marks(comment.body) == (Mark("finding", {"fp": "0a"}),)
    assert review.body == "1 problem in the configuration that this pull writes."
    assert not review.quiet
    assert "- `.testwarden.yml:9` `fail_onn`" in review.summary
    assert ".testwarden.yml:3" not in review.summary


def test_a_pull_that_nobody_asked_to_review_is_quiet() -> None:
    review = composed(
        sources=(), skipped=(Skipped("tests/test_a.py", "drafts are left out by .testwarden.yml", True, wanted=True),)
    )
    assert review.quiet
    assert (review.check.conclusion, review.check.title) == (
        "neutral",
        "Could not review 1 of 1 test file (drafts are left out by .testwarden.yml); no other test file was found.",
    )
    assert "change it there, or see all settings with `/testwarden config`." in review.check.summary
    assert not composed(sources=(), skipped=(Skipped("tests/test_a.py", "timed out", True),)).quiet


def test_what_was_not_read_is_said_first_and_named() -> None:
    skipped = (Skipped("tests/huge.json", "larger than 3 MB", True), Skipped("src/a.py", "not a test file", False))
    review = composed(skipped=skipped)
    first, _, rest = review.summary.partition("\n")
    assert first == "Could not review 1 of 2 test files (larger than 3 MB); no security defects detected in the other 1."
    assert rest.startswith("\n- `tests/huge.json`: larger than 3 MB\n")
    assert "\n\nLook at these by hand; " in rest
    assert "Look at these by hand; " in review.check.summary
    assert "- 1 file: not a test file" in rest
    assert (review.check.conclusion, review.check.title) == ("neutral", first)


def test_defects_come_before_what_was_not_read() -> None:
    review = composed(finding(), skipped=(Skipped("tests/huge.json", "larger than 3 MB", True),))
    assert review.summary.split("\n")[:3] == [
        "1 security defect found in the changed test files (1 high).",
        "",
        "Could not review 1 of 2 test files (larger than 3 MB).",
    ]
    assert review.check.conclusion == "failure"


def test_no_test_file_is_a_quiet_success() -> None:
    review = composed(sources=(), skipped=(Skipped("src/a.py", "not a test file", False),))
    assert review.quiet
    assert review.summary.startswith("No security defects detected in the 0 changed test files.")
    assert (review.check.conclusion, review.check.title) == ("success", "No test files changed.")


def test_a_comment_whose_finding_is_gone_is_retired_unless_a_human_spoke() -> None:
    (comment,) = composed(finding()).comments
    ours = Spoken(comment.fingerprint, 7, "n", comment.path, comment.body)
    answered = Spoken("02", 8, "n", comment.path, "", answered=True)
    resolved = Spoken("03", 9, "n", comment.path, "", resolved=True)
    delta = Delta((), (), (ours, answered, resolved), fixed=frozenset(["01"]))
    review = compose(REQUEST, delta, Verdict(Conclusion.CLEAN), [source("x\n")], (), RULES)
    (retired,) = review.retire
    assert retired.comment_id == 7
    assert retired.body.startswith(
        "**No longer reported** at `ccccccc`.\n\n<details><summary>what it said</summary>\n\n**Download"
    )
    assert marks(retired.body) == (Mark("fixed", {"fp": comment.fingerprint}),)
    assert "*1 reported here earlier, no longer found.*" in review.summary
    assert remembered(review) == {"fixed": "01"}


def test_a_comment_whose_finding_was_dismissed_says_who_did_it_and_why() -> None:
    (comment,) = composed(finding()).comments
    answered = Spoken(comment.fingerprint, 7, "n", comment.path, comment.body, answered=True)
    resolved = Spoken(comment.fingerprint, 8, "n", comment.path, comment.body, resolved=True)
    why = Suppressed(finding(), "dismissed by hubot", "ours, @everyone `", undo="/open")
    delta = Delta((), (), (), kept=((answered, why), (resolved, why)))
    review = compose(REQUEST, delta, Verdict(Conclusion.CLEAN), [source("x\n")], (), RULES)
    (kept,) = review.retire
    assert kept.comment_id == 7
    assert kept.body.startswith(
        "**Dismissed by hubot**: `` ours, @everyone ` ``\n\n`/open` takes that back.\n\n"
        "<details><summary>what it said</summary>\n\n**Download"
    )
    assert marks(kept.body) == (Mark("kept", {"fp": comment.fingerprint}),)


def test_rule_pages_are_linked_when_their_address_is_known() -> None:
    review = composed(finding(), docs="https://warden.test/")
    assert "[why](https://warden.test/rules/fetch-pipe-shell)" in review.comments[0].body
    assert "[`fetch-pipe-shell`](https://warden.test/rules/fetch-pipe-shell)" in review.summary
    assert "](" not in composed(finding()).comments[0].body


def test_the_walk_from_hits_to_a_plan_and_again() -> None:
    src = source("curl x | sh\ntime.sleep(1)\n")
    hits = [
        hit(line=1, quote="curl x | sh", captures={"HOST": "h.example"}),
        hit("adv-sleep-poll", line=2, quote="time.sleep(1)"),
    ]
    first = plan(hits, [src], RULES)
    assert [c.line for c in first.comments] == [1]
    again = plan(hits, [src], RULES, published(first))
    assert (again.comments, again.retire) == ((), ())
    assert (again.summary, again.check) == (first.summary, first.check)
    after = plan(hits[1:], [src], RULES, published(first))
    assert [r.comment_id for r in after.retire] == [101]
    assert "1 reported here earlier" in after.summary
    settled = plan(hits[1:], [src], RULES, published(after, published(first)))
    assert settled.retire == ()
    assert settled.summary == after.summary


def test_medium_confidence_asks() -> None:
    assert "· high · please confirm" in composed(finding(confidence=Confidence.MEDIUM)).comments[0].body


def test_no_link_without_a_pull_page() -> None:
    review = plan([hit(quote="x")], [source("x\n")], RULES, Earlier(), request=type(REQUEST)(REQUEST.pull, "", "", ""))
    assert PAGE not in review.summary
    assert "| `tests/test_a.py:1` |" in review.summary
    assert "a local change" in review.summary
