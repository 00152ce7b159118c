"""Who may ask for what, what is done about it, and what is said. On stand-ins for everything outside."""

from dataclasses import dataclass, field, replace

import pytest

from bot.attend import attend
from bot.core.commands import parse
from bot.model import (
    Cause,
    Check,
    Command,
    Conclusion,
    ConfigText,
    ConfigTexts,
    Dismissal,
    Job,
    Outcome,
    Place,
    Pull,
    PullRequest,
    Review,
    Spoken,
    Suppressed,
    Tier,
    Verdict,
)
from bot.ports import Gone, Later
from bot.respond import Desk
from tests.nouns import REQUEST, advice, finding, rule, rulebook

TLS, SECRET, SLEEP = rule("ctrl-tls-nonlocal"), rule("secret-token-verified", code="TS-A01"), advice("adv-sleep-poll")
FOUND = finding("ctrl-tls-nonlocal", fingerprint="aaaaaaaa00000001")
ALIKE = finding("ctrl-tls-nonlocal", 2, fingerprint="aaaaaaaa00000002")
ADVICE = finding("adv-sleep-poll", 3, tier=Tier.CONSIDERATION, fingerprint="bbbbbbbb00000003")
SILENT = finding("adv-sleep-poll", 4, tier=Tier.CONSIDERATION, fingerprint="cccccccc00000004")
OURS = Spoken(FOUND.fingerprint, 40, "node", FOUND.path, "body")
PLAN = Review(
    head_sha="c" * 40,
    verdict=Verdict(Conclusion.DEFECTS, (FOUND, ALIKE)),
    comments=(),
    summary="",
    check=Check("failure", "", ""),
    findings=(FOUND, ALIKE, ADVICE),
    suppressed=(Suppressed(SILENT, "dismissed by x", "y"),),
)


@dataclass
class World:
    """Forge, Dialogue and Memory in one, and what they were told."""

    permissions: dict[str, str] = field(default_factory=lambda: {"hubot": "write", "ann": "write", "tim": "triage"})
    config: str = ""
    organisation: str = ""
    ended: str = "reviewed"
    gone: str = ""
    admitted: bool = True
    pausing: str = ""
    reactions: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    looks: list[Job] = field(default_factory=list)
    kept: list[Dismissal] = field(default_factory=list)
    forgotten: list[int] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    trusted: list[bool] = field(default_factory=list)

    @property
    def desk(self) -> Desk:
        return Desk(self, self, self, rulebook(TLS, SECRET, SLEEP), self.look, self.peek, "https://bot.example/")

    async def pull(self, job: Job) -> PullRequest:
        if self.gone:
            raise Gone(self.gone)
        return replace(REQUEST, pull=job.pull)

    async def configuration(self, request: PullRequest) -> ConfigTexts:
        whole = ConfigText("acme/.github:.github/testwarden.yml", self.organisation.encode())
        return ConfigTexts(ConfigText(".github/testwarden.yml", self.config.encode()), organisation=whole)

    async def look(self, job: Job) -> Outcome:
        self.looks.append(job)
        return Outcome(job, self.ended, PLAN if self.ended == "reviewed" else None)

    async def peek(self, job: Job) -> Outcome:
        return Outcome(job, self.ended, PLAN if self.ended == "reviewed" else None)

    async def permission(self, pull, login):
        return self.permissions.get(login, "none")

    async def react(self, pull, place, reaction):
        self.reactions.append(reaction)

    async def answer(self, pull, place, text):
        self.answers.append(text)

    async def thread_of(self, pull, comment_id):
        return (OURS,) if comment_id == 40 else ()

    async def pull_of(self, repository, head):
        return replace(repository, number=REQUEST.pull.number) if head == "c" * 40 else None

    async def pass_on(self, pull, head):
        if self.gone:
            raise Gone(self.gone)
        self.passed.append(head)

    async def dismissals(self, pull):
        return [d for d in self.kept if d.number in (0, pull.number)]

    async def dismiss(self, pull, dismissal):
        self.kept.append(dismissal)

    async def restore(self, pull, target):
        before = list(self.kept)
        self.kept = [d for d in before if d.target != target]
        return self.kept != before

    async def pause(self, pull, by):
        self.pausing = by

    async def resume(self, pull):
        self.pausing = ""

    async def paused(self, pull):
        return self.pausing

    async def admit(self, job, trusted):
        self.trusted.append(trusted)
        return self.admitted

    async def forget(self, installation):
        self.forgotten.append(installation)


@pytest.fixture
def world() -> World:
    return World()


async def ask(world: World, text: str, by: str = "hubot", thread: int | None = None) -> str:
    place = Place(41, thread)
    asked = parse(text, "testwarden", in_thread=place.is_answer)
    assert isinstance(asked, Command)
    job = Job("guid", REQUEST.pull, Cause.COMMAND, command=replace(asked, by=by, place=place))
    return (await attend(job, world.desk)).ended


DONE, REFUSED = ["eyes", "+1"], ["eyes", "confused"]


@pytest.mark.parametrize("by", ["ann", "tim", "hubot"])
async def test_the_author_and_whoever_sorts_issues_may_ask_for_a_review(world, by):
    assert await ask(world, "/testwarden review", by) == "answered"
    assert (world.reactions, world.answers) == (DONE, [])
    assert [(job.head, job.command) for job in world.looks] == [(None, None)]


async def test_a_stranger_is_told_whom_to_ask(world):
    assert await ask(world, "/testwarden review", "passer-by") == "refused"
    assert (world.reactions, world.looks, world.trusted) == (REFUSED, [], [False])
    assert world.answers == ["`review` needs triage permission on this repository; ask somebody who has it."]


@pytest.mark.parametrize(
    ("ended", "say"),
    [
        ("closed", "This pull request is closed; reopen it, and it is reviewed."),
        ("draft", "Drafts are not reviewed here (`drafts: false`); mark the pull request as ready."),
        ("made-up", "There was no review (`made-up`); ask again in a minute."),
    ],
)
async def test_a_review_that_comes_to_nothing_says_why(world, ended, say):
    world.ended = ended
    assert await ask(world, "/testwarden review") == "refused"
    assert (world.reactions, world.answers) == (REFUSED, [say])


async def test_a_review_that_a_push_overtakes_is_that_pushes_to_tell(world):
    world.ended = "superseded"
    assert await ask(world, "/testwarden review") == "answered"


async def test_a_closed_pull_is_told(world):
    world.gone = "closed"
    assert await ask(world, "/testwarden help") == "refused"
    assert world.answers == ["This pull request is closed; reopen it, and it is reviewed."]


async def test_help_config_and_explain_answer(world):
    world.config = "fail_on: high\nrules: {no-such-rule: on}"
    for text in ("/testwarden help", "/testwarden config", "/testwarden explain ctrl-tls-nonlocal"):
        assert await ask(world, text) == "answered"
    said_help, said_config, said_rule = world.answers
    assert "| `/testwarden pause` | look at no new pushes to this pull | write permission |" in said_help
    assert "| `fail_on` | `high` | `.github/testwarden.yml` |" in said_config
    assert "- `.github/testwarden.yml:2` `rules.no-such-rule`: no such rule;" in said_config
    assert said_rule.startswith("**Download piped into a shell**\n\n`ctrl-tls-nonlocal` · TS-F01")
    assert said_rule.endswith("[The rule's page](https://bot.example/rules/ctrl-tls-nonlocal)")
    assert world.looks == []


async def test_a_rule_that_does_not_exist_is_guessed(world):
    await ask(world, "/testwarden explain ctrl-tls-nonlocl")
    await ask(world, "/testwarden dismiss zzz it is fine")
    assert world.answers == [
        "No rule is called `ctrl-tls-nonlocl`; did you mean `ctrl-tls-nonlocal`?",
        "No rule is called `zzz`; the summary names those that spoke, `testwarden rules list` all.",
    ]


async def test_misuse_shows_how_it_is_written(world):
    job = Job("guid", REQUEST.pull, Cause.COMMAND, command=Command("", misuse="It is written `x`.", by="ann", place=Place(41)))
    assert (await attend(job, world.desk)).ended == "refused"
    assert (world.reactions, world.answers) == (REFUSED, ["It is written `x`."])


# --- dismissals ---------------------------------------------------------------------------------------------------------


async def test_a_finding_is_dismissed_in_its_thread(world):
    assert await ask(world, "/ar the host is ours", thread=40) == "answered"
    assert world.kept == [Dismissal(FOUND.fingerprint, "hubot", "the host is ours", accepted=True)]
    assert (world.reactions, world.answers, len(world.looks)) == (DONE, [], 1)


@pytest.mark.parametrize("text", ["/fp it is wrong", "/open"])
async def test_in_a_thread_of_others_short_words_are_theirs(world, text):
    assert await ask(world, text, thread=39) == "not-our-thread"
    assert (world.reactions, world.answers, world.trusted) == ([], [], [])


async def test_a_dismissal_is_kept_by_the_whole_fingerprint(world):
    assert await ask(world, "/testwarden dismiss cccccccc it is wrong") == "answered"
    assert world.kept == [Dismissal(SILENT.fingerprint, "hubot", "it is wrong")]


async def test_digits_that_name_none_or_several_findings_dismiss_none(world):
    await ask(world, "/testwarden dismiss aaaaaaaa it is wrong")
    await ask(world, "/testwarden dismiss 1234567 it is wrong")
    assert world.kept == []
    assert world.answers == [
        "More than one finding begins with these digits; answer the comment of the one you mean with `/fp REASON`.",
        "No finding at this head begins with `1234567`; answer its comment with `/fp REASON`, or name its rule.",
    ]


async def test_a_rule_is_dismissed_on_this_pull_alone(world):
    assert await ask(world, "/testwarden dismiss ctrl-tls-nonlocal no host is real") == "answered"
    assert world.kept == [Dismissal("ctrl-tls-nonlocal", "hubot", "no host is real", number=REQUEST.pull.number)]


async def test_a_rule_about_secrets_is_dismissed_finding_by_finding(world):
    assert await ask(world, "/testwarden dismiss secret-token-verified they are all fake") == "refused"
    assert (world.kept, world.looks) == ([], [])
    assert world.answers == ["`secret-token-verified` is dismissed one finding at a time; answer each comment with `/fp REASON`."]


async def test_all_considerations_are_dismissed_at_once(world):
    assert await ask(world, "/testwarden dismiss considerations we know") == "answered"
    assert world.kept == [Dismissal(ADVICE.fingerprint, "hubot", "we know", number=REQUEST.pull.number)]
    assert await ask(world, "/testwarden restore considerations") == "answered"
    assert world.kept == []


async def test_a_button_dismisses_what_stood_there_when_it_was_pressed(world):
    command = Command("dismiss", "considerations", by="hubot")
    job = Job("guid", REQUEST.pull, Cause.COMMAND, "c" * 40, command)
    assert (await attend(job, world.desk)).ended == "answered"
    assert [(d.target, d.reason) for d in world.kept] == [(ADVICE.fingerprint, "dismissed together, with the check's button")]
    assert [job.head for job in world.looks] == ["c" * 40]
    assert (world.reactions, world.answers) == ([], [])


async def test_nobody_dismisses_on_a_pull_of_their_own(world):
    assert await ask(world, "/fp it is wrong", by="Ann", thread=40) == "refused"
    world.permissions["Ann"] = "admin"
    assert await ask(world, "/fp it is wrong", by="Ann", thread=40) == "refused"
    assert world.kept == []
    assert world.answers[1] == (
        "A finding on one's own pull request is dismissed by somebody else; ask a reviewer with write permission."
    )
    world.config = "dismissals: {by_author: true}"
    assert await ask(world, "/fp it is wrong", by="Ann", thread=40) == "refused", "a repository's file does not allow it"
    world.config, world.organisation = "", world.config
    assert await ask(world, "/fp it is wrong", by="Ann", thread=40) == "answered"


async def test_an_organisation_may_ask_for_more_than_write(world):
    world.config = "dismissals: {need: maintain}"
    assert await ask(world, "/fp it is wrong", thread=40) == "refused"
    world.permissions["hubot"] = "maintain"
    assert await ask(world, "/fp it is wrong", thread=40) == "answered"


async def test_while_the_configuration_is_broken_nothing_is_dismissed(world):
    world.config = "dismissals: {need: admn}"
    assert await ask(world, "/fp it is wrong", thread=40) == "refused"
    assert world.kept == []
    assert world.answers[0].startswith(
        "Nothing is dismissed while the configuration cannot be read; mend `.github/testwarden.yml:1`: "
    )
    assert await ask(world, "/testwarden review") == "answered"


@pytest.mark.parametrize(
    ("text", "thread", "left"),
    [
        ("/open", 40, [SILENT.fingerprint, "ctrl-tls-nonlocal"]),
        ("/testwarden restore cccccccc", None, [FOUND.fingerprint, "ctrl-tls-nonlocal"]),
        ("/testwarden restore ctrl-tls-nonlocal", None, [FOUND.fingerprint, SILENT.fingerprint]),
    ],
)
async def test_a_dismissal_is_taken_back(world, text, thread, left):
    said = {"by": "hubot", "reason": "x"}
    world.kept = [Dismissal(f.fingerprint, **said) for f in (FOUND, SILENT)]
    world.kept.append(Dismissal("ctrl-tls-nonlocal", number=REQUEST.pull.number, **said))
    assert await ask(world, text, thread=thread) == "answered"
    assert [d.target for d in world.kept] == left
    assert len(world.looks) == 1


async def test_what_is_not_dismissed_cannot_be_taken_back(world):
    assert await ask(world, "/testwarden restore considerations") == "refused"
    assert world.answers == ["Nothing of that name is dismissed here; the summary lists what is."]


# --- pause, throttle, and what is no command ----------------------------------------------------------------------------


async def test_a_paused_pull_is_looked_at_when_somebody_asks(world):
    assert await ask(world, "/testwarden pause") == "answered"
    for cause in (Cause.OPENED, Cause.PUSHED, Cause.SWEEP):
        assert (await attend(Job("guid", REQUEST.pull, cause, "c" * 40), world.desk)).ended == "paused"
    assert world.looks == []
    assert (await attend(Job("guid", REQUEST.pull, Cause.RERUN, "c" * 40), world.desk)).ended == "reviewed"
    assert await ask(world, "/testwarden review") == "answered"
    assert await ask(world, "/testwarden resume") == "answered"
    assert (world.pausing, len(world.looks)) == ("", 3)


async def test_too_many_commands_are_not_answered(world):
    world.admitted = False
    assert await ask(world, "/testwarden help") == "refused"
    assert (world.reactions, world.answers) == (["confused"], [])


async def test_a_merge_group_has_its_check(world):
    job = Job("guid", Pull(1, 2, "acme", "app", 0), Cause.MERGE_GROUP, "d" * 40)
    assert (await attend(job, world.desk)).ended == "passed-on"
    assert world.passed == ["d" * 40]
    world.gone = "forbidden"
    assert (await attend(job, world.desk)).ended == "forbidden"


async def test_all_checks_of_a_commit_again_are_those_of_the_pull_that_ours_names(world):
    repository = replace(REQUEST.pull, number=0)
    assert (await attend(Job("guid", repository, Cause.RERUN, "c" * 40), world.desk)).ended == "reviewed"
    assert [job.pull for job in world.looks] == [REQUEST.pull]
    assert (await attend(Job("guid", repository, Cause.RERUN, "d" * 40), world.desk)).ended == "no-pull"


async def test_who_uninstalls_is_forgotten(world):
    assert (await attend(Job("guid", Pull(991, 0, "", "", 0), Cause.UNINSTALLED), world.desk)).ended == "forgotten"
    assert world.forgotten == [991]


async def test_a_forge_that_asks_for_patience_gets_it(world):
    async def limited(pull, login):
        raise Later("limited", 60)

    world.permission = limited
    with pytest.raises(Later):
        await ask(world, "/testwarden pause")
    assert world.pausing == ""
