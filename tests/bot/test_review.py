"""The story, told with a forge and an analyst that only remember what they were asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from bot.model import (
    Candidate,
    Cause,
    ChangedFile,
    ConfigText,
    ConfigTexts,
    Earlier,
    Hit,
    Job,
    Kind,
    Outcome,
    PullRequest,
    Reading,
    Review,
    Scan,
    Side,
    Skipped,
    Source,
    Status,
)
from bot.ports import Gone, Later
from bot.review import review
from bot.rulebook import load_languages
from tests.nouns import REQUEST, advice, hit, published, rule, rulebook

RULES = rulebook(rule(), advice(), rule("quiet-rule", status=Status.SHADOW))
LANGUAGES = load_languages()
JOB = Job("d-1", REQUEST.pull, Cause.OPENED)
TODAY = "2026-11-22"
TEXT = "import os\ncurl x | sh\ntime.sleep(1)\n"
PATCH = "@@ -0,0 +1,3 @@\n+import os\n+curl x | sh\n+time.sleep(1)"
TEST_FILE = ChangedFile("tests/test_a.py", "added", PATCH, additions=3)
HITS = (hit(line=2, quote="curl x | sh", captures={"HOST": "h"}), hit("adv-sleep-poll", 3, "time.sleep(1)"))


@dataclass
class Forge:
    files: Sequence[ChangedFile] = (TEST_FILE,)
    unlisted: Sequence[Skipped] = ()
    earlier: Earlier = field(default_factory=Earlier)
    fails: Exception | None = None
    published: list[Review] = field(default_factory=list)
    began: int = 0
    texts: ConfigTexts = field(default_factory=ConfigTexts)
    elsewhere: ConfigText | None = None
    asked: list[str] = field(default_factory=list)

    async def pull(self, job: Job) -> PullRequest:
        return REQUEST

    async def configuration(self, request: PullRequest) -> ConfigTexts:
        return self.texts

    async def extended(self, request: PullRequest, reference: str) -> ConfigText | None:
        self.asked.append(reference)
        return self.elsewhere

    async def changes(self, request: PullRequest) -> tuple[Sequence[ChangedFile], Sequence[Skipped]]:
        return self.files, self.unlisted

    async def read(self, request: PullRequest, candidates: Sequence[Candidate]) -> Reading:
        return Reading({c.file.path: TEXT for c in candidates}, earlier=self.earlier)

    async def begin(self, request: PullRequest, earlier: Earlier) -> Earlier:
        self.began += 1
        if self.fails is not None:
            raise self.fails
        return earlier

    async def publish(self, request: PullRequest, review: Review, earlier: Earlier) -> None:
        self.published.append(review)


@dataclass
class Analyst:
    hits: tuple[Hit, ...] = HITS
    skipped: tuple[Skipped, ...] = ()
    scanned: list[str] = field(default_factory=list)

    async def scan(self, sources: Sequence[Source]) -> Scan:
        self.scanned += [s.path for s in sources]
        return Scan(self.hits, self.skipped)


async def tell(forge: Forge, analyst: Analyst) -> Outcome:
    return await review(JOB, forge, analyst, RULES, LANGUAGES, TODAY)


async def test_a_pull_gets_its_review() -> None:
    forge, analyst = Forge(), Analyst()
    outcome = await tell(forge, analyst)
    assert outcome.ended == "reviewed"
    assert forge.published == [outcome.review]
    assert analyst.scanned == ["tests/test_a.py"]
    assert outcome.review is not None
    assert outcome.review.summary.startswith("1 security defect found in the changed test files (1 high).")
    assert [(c.path, c.line) for c in outcome.review.comments] == [("tests/test_a.py", 2)]
    assert [s.path for s in outcome.sources] == ["tests/test_a.py"]


async def test_the_same_head_again_says_nothing_new() -> None:
    first = (await tell(Forge(), Analyst())).review
    assert first is not None
    again = (await tell(Forge(earlier=published(first)), Analyst())).review
    assert again is not None
    assert (again.comments, again.retire, again.summary, again.check) == ((), (), first.summary, first.check)


async def test_only_a_look_at_something_new_is_announced() -> None:
    first = Forge()
    said = (await tell(first, Analyst())).review
    assert said is not None
    again = Forge(earlier=published(said))
    await tell(again, Analyst())
    nothing = Forge(files=(ChangedFile("src/app.py", "modified", "@@ -1 +1 @@\n-a\n+b"),))
    await tell(nothing, Analyst(()))
    assert (first.began, again.began, nothing.began) == (1, 0, 0)


async def test_a_file_that_could_not_be_analysed_clouds_the_verdict() -> None:
    outcome = await tell(Forge(), Analyst((), (Skipped("tests/test_a.py", "timed out", clouds=True),)))
    assert outcome.review is not None
    assert outcome.review.check.conclusion == "neutral"
    assert outcome.review.summary.startswith("Could not review 1 of 1 test file (timed out);")


async def test_what_the_listing_could_not_show_clouds_the_verdict() -> None:
    outcome = await tell(Forge(unlisted=(Skipped("", "GitHub lists 3,000 files", clouds=True),)), Analyst(()))
    assert outcome.review is not None
    assert outcome.review.check.conclusion == "neutral"


async def test_a_finding_whose_quote_is_not_there_is_counted_not_said() -> None:
    outcome = await tell(Forge(), Analyst((hit(line=1, quote="curl x | sh"),)))
    assert outcome.review is not None
    assert (outcome.review.findings, [f.line for f in outcome.ungrounded]) == ((), [1])
    assert outcome.review.check.conclusion == "neutral"


async def test_a_rule_in_the_shadow_is_counted_not_said() -> None:
    outcome = await tell(Forge(), Analyst((hit("quiet-rule", 2, "curl x | sh"),)))
    assert outcome.review is not None
    assert (outcome.review.findings, [f.rule for f in outcome.shadow]) == ((), ["quiet-rule"])
    assert outcome.review.check.conclusion == "success"


async def test_no_test_file_is_a_quiet_success() -> None:
    forge, analyst = Forge(files=(ChangedFile("src/app.py", "modified", "@@ -1 +1 @@\n-a\n+b"),)), Analyst(())
    outcome = await tell(forge, analyst)
    assert outcome.review is not None
    assert outcome.review.quiet
    assert outcome.review.check.title == "No test files changed."


async def test_a_test_file_that_goes_is_looked_at_and_counts_for_none() -> None:
    gone = ChangedFile("tests/test_a.py", "removed", "@@ -1,2 +0,0 @@\n-def test_a():\n-    assert a")
    subject = ChangedFile("src/app.py", "modified", "@@ -1 +1 @@\n-a\n+b")
    forge, analyst = Forge(files=(gone, subject)), Analyst(())
    outcome = await tell(forge, analyst)
    assert [(s.path, s.kind) for s in outcome.sources] == [("tests/test_a.py", Kind.GONE)]
    assert outcome.review is not None
    assert outcome.review.quiet
    assert outcome.review.check.title == "No test files changed."


async def test_a_finding_in_a_test_file_that_goes_stands_on_its_old_side() -> None:
    gone = ChangedFile("tests/test_a.py", "removed", "@@ -1,2 +0,0 @@\n-def test_a():\n-    assert a")
    outcome = await tell(Forge(files=(gone,)), Analyst((hit(line=1, quote="test_a", side=Side.LEFT),)))
    assert outcome.review is not None
    assert [(c.path, c.line, c.side) for c in outcome.review.comments] == [("tests/test_a.py", 1, Side.LEFT)]
    assert outcome.review.check.conclusion == "failure"


async def test_a_pull_that_is_gone_ends_the_story() -> None:
    forge = Forge(fails=Gone("closed"))
    outcome = await tell(forge, Analyst())
    assert (outcome.ended, outcome.review, forge.published) == ("closed", None, [])


async def test_not_now_is_passed_on() -> None:
    with pytest.raises(Later, match="rate_limited, again in 30 s"):
        await tell(Forge(fails=Later("rate_limited", 30)), Analyst())


# --- the configuration --------------------------------------------------------------------------------------------------

CONFIG = ".github/testwarden.yml"


def base(text: str, proposed: str = "") -> ConfigTexts:
    said = ConfigText(CONFIG, proposed.encode()) if proposed else None
    return ConfigTexts(repository=ConfigText(CONFIG, text.encode()), proposed=said)


async def test_a_pull_that_is_switched_off_is_neither_read_nor_called_clean() -> None:
    forge, analyst = Forge(texts=base("enabled: false\n")), Analyst(())
    outcome = await tell(forge, analyst)
    assert (outcome.ended, analyst.scanned) == ("disabled", [])
    assert outcome.review is not None
    assert (outcome.review.quiet, outcome.review.comments, outcome.review.check.conclusion) == (True, (), "neutral")
    why = "reviews are switched off by .github/testwarden.yml"
    assert outcome.review.check.title == f"Could not review 1 of 1 test file ({why}); no other test file was found."


async def test_broken_settings_hide_no_defect_and_give_no_clean_verdict() -> None:
    outcome = await tell(Forge(texts=base("fail_onn: high\n")), Analyst())
    assert outcome.review is not None
    assert (outcome.review.check.conclusion, len(outcome.review.comments)) == ("failure", 1)
    outcome = await tell(Forge(texts=base("fail_onn: high\n")), Analyst(()))
    assert outcome.review is not None
    assert outcome.review.check.conclusion == "neutral"
    said = "Could not review 1 of 1 test file (its settings are unknown, since .github/testwarden.yml cannot be used);"
    assert outcome.review.summary.startswith(said)
    assert "`.github/testwarden.yml:1` `fail_onn`: unknown key; did you mean fail_on?" in outcome.review.summary


async def test_rules_are_as_loud_as_the_base_says_and_the_pull_has_no_say() -> None:
    quiet = base("rules: {fetch-pipe-shell: consideration}\n", "rules: {fetch-pipe-shell: off, adv-sleep-poll: off}\n")
    outcome = await tell(Forge(texts=quiet), Analyst())
    assert outcome.review is not None
    assert [(f.rule, f.tier) for f in outcome.review.findings] == [
        ("fetch-pipe-shell", "consideration"),
        ("adv-sleep-poll", "consideration"),
    ]
    assert outcome.review.check.conclusion == "success"


async def test_an_entry_of_allow_holds_until_its_day() -> None:
    texts = base("allow:\n- {rule: fetch-pipe-shell, reason: our own mirror, expires: 2026-12-31}\n")
    for today, said in (("2026-12-31", 0), ("2027-01-01", 1)):
        outcome = await review(JOB, Forge(texts=texts), Analyst(), RULES, LANGUAGES, today)
        assert outcome.review is not None
        assert (len(outcome.review.comments), len(outcome.review.suppressed)) == (said, 1 - said)
        assert "our own mirror" in outcome.review.summary


async def test_included_files_are_reviewed_and_excluded_ones_are_not() -> None:
    files = (TEST_FILE, ChangedFile("qa/check.py", "added", PATCH, additions=3))
    analyst = Analyst(())
    outcome = await tell(Forge(files=files, texts=base("tests: {include: [qa/*.py], exclude: [tests/**]}\n")), analyst)
    assert analyst.scanned == ["qa/check.py"]
    assert outcome.review is not None
    assert outcome.review.check.title == "No security defects detected in the 1 changed test file."
    assert "- 1 file: excluded by .github/testwarden.yml" in outcome.review.summary


async def test_a_pull_that_breaks_the_configuration_is_told_on_the_line() -> None:
    edit = ChangedFile(CONFIG, "modified", "@@ -1 +1,2 @@\n drafts: true\n+fail_onn: high", additions=1)
    forge = Forge(files=(TEST_FILE, edit), texts=base("drafts: true\n", "drafts: true\nfail_onn: high\n"))
    outcome = await tell(forge, Analyst(()))
    assert outcome.review is not None
    (comment,) = outcome.review.comments
    assert (comment.path, comment.line) == (CONFIG, 2)
    assert "`fail_onn`: unknown key; did you mean fail_on?" in comment.body
    assert outcome.review.check.conclusion == "success"

    again = Forge(forge.files, earlier=published(outcome.review), texts=forge.texts)
    second = (await tell(again, Analyst(()))).review
    assert second is not None
    assert (second.comments, second.retire, second.summary) == ((), (), outcome.review.summary)

    mended = Forge(forge.files, earlier=published(outcome.review), texts=base("drafts: true\n", "drafts: true\nfail_on: high\n"))
    third = (await tell(mended, Analyst(()))).review
    assert third is not None
    assert [r.comment_id for r in third.retire] == [101]
