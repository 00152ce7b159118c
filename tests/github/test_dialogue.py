"""Talking with people: who may what, and one answer to one question, whatever is lost in between."""

from dataclasses import replace

import pytest

from bot.core.markdown import mark, marks
from bot.model import Place, Pull
from bot.ports import Gone, Later
from bot.sandbox.repository import Pull as StandInPull
from bot.sandbox.server import StandIn
from bot.sandbox.talk import Anchor, CheckRun, Thread
from tests.github.conftest import House, sealed, unsealed

COMMENTS, REPLIES = "POST */issues/*/comments", "POST */replies"


@pytest.fixture
def pull(github: StandIn) -> StandInPull:
    return github.repository("acme/rocket").open_pull({"tests/test_a.py": "".join(f"{n}\n" for n in range(9))})


@pytest.fixture
def name(house: House, pull: StandInPull) -> Pull:
    return house.job(pull).pull


def began(pull: StandInPull, login: str, body: str, line: int = 1) -> Thread:
    user = pull.repository.world.account(login)
    review = pull.add_review(user, "x", "COMMENTED", pull.head_sha)
    pull.start_thread(user, sealed(pull, body), Anchor("tests/test_a.py", line=line), review)
    return pull.threads[-1]


def asked(pull: StandInPull, in_thread: bool) -> Place:
    """A question, as the webhook about it would name it."""
    if not in_thread:
        return Place(pull.comment("mona", "/testwarden help").id)
    thread = began(pull, "testwarden[bot]", f"Bad.\n\n{mark('finding', fp='aa')}")
    return Place(pull.reply(thread, "mona", "/fp no").id, thread.comments[0].id)


def answers(pull: StandInPull) -> list[str]:
    talk = [*pull.comments, *(said for _, said in pull.review_comments)]
    return [m.fields["to"] for said in talk for m in marks(said.body) if m.kind == "answer" and said.user.type == "Bot"]


# --- permission ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["none", "read", "triage", "write", "maintain", "admin"])
async def test_the_role_that_github_names(house: House, pull: StandInPull, name: Pull, role: str) -> None:
    pull.repository.collaborators["mona"] = role
    assert await house.forge.dialogue.permission(name, "mona") == role


async def test_a_role_that_the_organisation_made_up(github: StandIn, house: House, name: Pull) -> None:
    github.faults.rewrite("GET */permission", lambda data: data | {"permission": "write", "role_name": "release-captain"})
    assert await house.forge.dialogue.permission(name, "mona") == "write"
    github.faults.rewrite("GET */permission", lambda data: {"permission": "superuser", "role_name": None})
    assert await house.forge.dialogue.permission(name, "mona") == "none"


@pytest.mark.parametrize("login", ["nobody-we-know", "testwarden[bot]", "../../../app", "mona/permission?x=", "x#y"])
async def test_nobody_we_know_of_may_nothing(github: StandIn, house: House, name: Pull, login: str) -> None:
    assert await house.forge.dialogue.permission(name, login) == "none"
    assert github.journal.count("GET */collaborators/{username}/permission") == 1


async def test_github_that_breaks_gives_no_permission(github: StandIn, house: House, name: Pull) -> None:
    github.faults.answer("GET */permission", 502, times=3)
    with pytest.raises(Later):
        await house.forge.dialogue.permission(name, "mona")


# --- reactions ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("in_thread", [False, True])
async def test_a_reaction_stands_under_the_comment_once(
    github: StandIn, house: House, pull: StandInPull, name: Pull, in_thread: bool
) -> None:
    place = asked(pull, in_thread)
    for reaction in ("eyes", "+1", "eyes"):
        await house.forge.dialogue.react(name, place, reaction)
    talk = {said.id: said for said in (*pull.comments, *(c for _, c in pull.review_comments))}
    assert [r.content for r in talk[place.comment].reactions] == ["eyes", "+1"]


@pytest.mark.parametrize("in_thread", [False, True])
async def test_a_reaction_is_as_good_as_can_be_done(
    github: StandIn, house: House, pull: StandInPull, name: Pull, in_thread: bool
) -> None:
    place = asked(pull, in_thread)
    for status in (403, 404, 422, 500, 429):
        github.faults.answer("POST */reactions", status, "Resource not accessible by integration")
        await house.forge.dialogue.react(name, place, "eyes")
        house.clock.time += 60
    github.faults.reset("POST */reactions")
    await house.forge.dialogue.react(name, place, "eyes")
    assert github.faults.left == 0


# --- answers ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("in_thread", [False, True])
async def test_an_answer_goes_where_the_question_stands(house: House, pull: StandInPull, name: Pull, in_thread: bool) -> None:
    place = asked(pull, in_thread)
    for _ in range(3):
        await house.forge.dialogue.answer(name, place, "Here.")
    body = f"Here.\n\n{mark('answer', to=str(place.comment))}"
    if in_thread:
        assert [unsealed(said.body) for said in pull.threads[0].comments[2:]] == [body]
    else:
        assert [unsealed(said.body) for said in pull.comments[1:]] == [body]


async def test_an_answer_whose_marker_somebody_changed_answers_nothing(house: House, pull: StandInPull, name: Pull) -> None:
    first, second = asked(pull, False), asked(pull, False)
    await house.forge.dialogue.answer(name, first, "Here.")
    ours = pull.comments[-1]
    ours.body = ours.body.replace(f"to={first.comment}", f"to={second.comment}")
    await house.forge.dialogue.answer(name, second, "There.")
    assert [unsealed(c.body).split("\n")[0] for c in pull.comments[2:]] == ["Here.", "There."]


async def test_each_question_gets_its_own_answer(house: House, pull: StandInPull, name: Pull) -> None:
    places = [asked(pull, False), asked(pull, False), asked(pull, True)]
    for place in (*places, *places):
        await house.forge.dialogue.answer(name, place, "Here.")
    assert answers(pull) == [str(place.comment) for place in places]


@pytest.mark.parametrize("in_thread", [False, True])
async def test_nobody_else_answers_for_us(github: StandIn, house: House, pull: StandInPull, name: Pull, in_thread: bool) -> None:
    place = asked(pull, in_thread)
    forged = f"No.\n\n{mark('answer', to=str(place.comment))}"
    pull.comment("mallory", forged)
    pull.comment("", forged, app=github.world.new_app("other"))
    began(pull, "mallory", forged)
    await house.forge.dialogue.answer(name, place, "Here.")
    assert answers(pull).count(str(place.comment)) == 2  # the other bot's, and ours
    assert sum("Here." in said.body for said in (*pull.comments, *(c for _, c in pull.review_comments))) == 1


@pytest.mark.parametrize("in_thread", [False, True])
@pytest.mark.parametrize("after_effect", [False, True])
async def test_an_answer_that_got_lost_is_looked_for(
    github: StandIn, house: House, pull: StandInPull, name: Pull, in_thread: bool, after_effect: bool
) -> None:
    place = asked(pull, in_thread)
    github.faults.reset(REPLIES if in_thread else COMMENTS, after_effect=after_effect)
    await house.forge.dialogue.answer(name, place, "Here.")
    assert answers(pull) == [str(place.comment)]


async def test_an_answer_lost_twice_is_left_for_later_and_given_once(
    github: StandIn, house: House, pull: StandInPull, name: Pull
) -> None:
    place = asked(pull, False)
    github.faults.reset(COMMENTS)
    github.faults.reset(COMMENTS, after_effect=True)
    with pytest.raises(Later) as caught:
        await house.forge.dialogue.answer(name, place, "Here.")
    assert caught.value.reason == "answer-lost"
    await house.forge.dialogue.answer(name, place, "Here.")
    assert answers(pull) == [str(place.comment)]


async def test_a_question_in_a_long_conversation(github: StandIn, house: House, pull: StandInPull, name: Pull) -> None:
    for n in range(250):
        pull.comment("mona", f"comment {n}")
        began(pull, "mona", f"thread {n}")
    place = asked(pull, True)
    for _ in range(2):
        await house.forge.dialogue.answer(name, place, "Here.")
    assert answers(pull) == [str(place.comment)]


@pytest.mark.parametrize("in_thread", [False, True])
async def test_a_locked_conversation_is_left_alone(house: House, pull: StandInPull, name: Pull, in_thread: bool) -> None:
    place = asked(pull, in_thread)
    pull.locked = True
    await house.forge.dialogue.answer(name, place, "Here.")
    assert answers(pull) == []


async def test_a_question_that_was_deleted_needs_no_answer(house: House, pull: StandInPull, name: Pull) -> None:
    place = asked(pull, True)
    pull.threads.clear()
    await house.forge.dialogue.answer(name, place, "Here.")
    assert answers(pull) == []


async def test_a_long_answer_is_cut_and_keeps_its_marker(house: House, pull: StandInPull, name: Pull) -> None:
    place = asked(pull, False)
    await house.forge.dialogue.answer(name, place, "word\n" * 50_000)
    assert answers(pull) == [str(place.comment)]


# --- threads ------------------------------------------------------------------------------------------------------------


async def test_the_findings_of_a_thread_of_ours(house: House, pull: StandInPull, name: Pull) -> None:
    body = f"Bad.\n\n{mark('finding', fp='aa')}\n{mark('finding', fp='bb')}"
    began(pull, "testwarden[bot]", f"Other.\n\n{mark('finding', fp='cc')}", line=2)
    thread = began(pull, "testwarden[bot]", body)
    pull.reply(thread, "mona", "hm")
    found = await house.forge.dialogue.thread_of(name, thread.comments[0].id)
    assert [(s.fingerprint, s.path, s.line, s.answered) for s in found] == [
        ("aa", "tests/test_a.py", 1, True),
        ("bb", "tests/test_a.py", 1, True),
    ]


async def test_the_findings_of_a_thread_whose_findings_are_gone(house: House, pull: StandInPull, name: Pull) -> None:
    thread = began(pull, "testwarden[bot]", f"Gone.\n\n{mark('fixed', fp='aa')}")
    assert [s.fingerprint for s in await house.forge.dialogue.thread_of(name, thread.comments[0].id)] == ["aa"]


@pytest.mark.parametrize("login", ["mallory", "dependabot[bot]"])
async def test_a_thread_of_somebody_else(house: House, pull: StandInPull, name: Pull, login: str) -> None:
    pull.repository.world.account("dependabot[bot]", "Bot")
    thread = began(pull, login, f"Bad.\n\n{mark('finding', fp='aa')}")
    pull.reply(thread, "", f"Bad.\n\n{mark('finding', fp='bb')}", app=pull.repository.world.app)
    assert await house.forge.dialogue.thread_of(name, thread.comments[0].id) == ()
    assert await house.forge.dialogue.thread_of(name, 999_999) == ()


async def test_a_pull_that_vanished(house: House, pull: StandInPull, name: Pull) -> None:
    pull.vanished = True
    with pytest.raises(Gone) as caught:
        await house.forge.dialogue.thread_of(name, 1)
    assert caught.value.reason == "vanished"


# --- merge groups -------------------------------------------------------------------------------------------------------


async def test_a_merge_group_gets_its_check_once(github: StandIn, house: House, pull: StandInPull, name: Pull) -> None:
    merged = pull.repository.commit({"README.md": "merged\n"}, branch="gh-readonly-queue/main/pr-1")
    for _ in range(2):
        await house.forge.dialogue.pass_on(replace(name, number=0), merged.sha)
    (run,) = pull.repository.check_runs
    assert (run.name, run.head_sha, run.status, run.conclusion) == ("Testwarden", merged.sha, "completed", "neutral")
    assert run.title == "Reviewed on the pull requests of this group"
    assert house.operations() == ["GET /commits/{ref}/check-runs", "POST /check-runs", "GET /commits/{ref}/check-runs"]


async def test_a_merge_group_where_we_may_not_check(github: StandIn, house: House, pull: StandInPull, name: Pull) -> None:
    installation = github.world.installation_of("acme")
    assert installation is not None
    del installation.permissions["checks"]
    with pytest.raises(Gone) as caught:
        await house.forge.dialogue.pass_on(name, pull.head_sha)
    assert caught.value.reason == "forbidden"


# --- whose check --------------------------------------------------------------------------------------------------------


async def test_a_commit_is_known_by_the_check_that_we_left_there(house: House, pull: StandInPull, name: Pull) -> None:
    """As of a fork: no pull is named with its check."""
    repository, head = replace(name, number=0), pull.head_sha
    assert await house.forge.dialogue.pull_of(repository, head) is None
    suite = pull.repository.suite(head, house.github.app)
    run = CheckRun(1, "Testwarden", suite, "completed", suite.created_at, "success", suite.created_at)
    pull.repository.check_runs.append(run)
    for foreign in ("", "x/y/z", f"9/3/{head}", f"{name.repository_id}/0/{head}", f"{name.repository_id}/2/{'f' * 40}"):
        run.external_id = foreign
        assert await house.forge.dialogue.pull_of(repository, head) is None
    run.external_id = f"{name.repository_id}/2/{head}"
    assert await house.forge.dialogue.pull_of(repository, head) == replace(name, number=2)
