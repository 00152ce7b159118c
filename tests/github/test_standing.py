"""What counts as our own words, and which of our check runs can be gone on with."""

import time
from dataclasses import replace

import pytest
from aiohttp import ClientSession

from bot.core.markdown import mark
from bot.github.seal import Seal
from bot.github.standing import digest
from bot.model import Earlier, Spoken
from bot.sandbox.people import Account
from bot.sandbox.repository import Pull as StandInPull
from bot.sandbox.server import StandIn
from bot.sandbox.talk import Anchor, CheckRun, Thread
from tests.github.conftest import Clock, House, sealed

SUMMARY = f"Fine.\n\n{mark('summary')}"


@pytest.fixture
def pull(github: StandIn) -> StandInPull:
    return github.repository("acme/rocket").open_pull({"tests/test_a.py": "".join(f"{n}\n" for n in range(9))})


@pytest.fixture
def me(github: StandIn) -> Account:
    return github.app.bot


async def earlier(house: House, pull: StandInPull) -> Earlier:
    request = await house.forge.pull(house.job(pull))
    return (await house.forge.read(request, [])).earlier


def said(pull: StandInPull, user: Account, body: str, line: int = 1) -> Thread:
    review = pull.add_review(user, "x", "COMMENTED", pull.head_sha)
    pull.start_thread(user, sealed(pull, body), Anchor("tests/test_a.py", line=line), review)
    return pull.threads[-1]


def ran(pull: StandInPull, github: StandIn, status: str, **changes: object) -> CheckRun:
    repository = pull.repository
    suite = repository.suite(pull.head_sha, github.app)
    run = CheckRun(github.world.next_id(), "Testwarden", suite, status, github.world.stamp())
    run.external_id = f"{repository.id}/{pull.number}/{pull.head_sha}"
    if status == "completed":
        run.conclusion, run.title, run.summary = "success", "Title", "Summary"
    for name, value in changes.items():
        setattr(run, name, value)
    repository.check_runs.append(run)
    return run


async def test_nothing_was_said(house: House, pull: StandInPull) -> None:
    assert await earlier(house, pull) == Earlier()


async def test_the_summary_is_ours_by_marker_and_by_author(github: StandIn, house: House, pull: StandInPull) -> None:
    pull.comment("mallory", sealed(pull, SUMMARY))
    pull.comment("", sealed(pull, SUMMARY), app=github.world.new_app("other"))
    pull.comment("", "no marker", app=github.app)
    pull.comment("", f"quoted: {mark('summary')}", app=github.app)
    ours = pull.comment("", sealed(pull, SUMMARY), app=github.app)
    pull.comment("", sealed(pull, SUMMARY + "later"), app=github.app)
    assert await earlier(house, pull) == Earlier(summary_id=ours.id, summary_body=SUMMARY)


async def test_inline_comments_are_ours_by_marker_and_by_author(house: House, pull: StandInPull, me: Account) -> None:
    body = f"Bad.\n\n{mark('finding', fp='aa')}\n{mark('finding', fp='bb', twin='cc')}"
    mallory = pull.repository.world.account("mallory")
    said(pull, mallory, body)
    said(pull, me, f"Gone.\n\n{mark('fixed', fp='dd')}")
    thread = said(pull, me, body, line=2)
    first = thread.comments[0]
    one = Spoken("aa", first.id, first.node_id, "tests/test_a.py", body, line=2)
    assert (await earlier(house, pull)).spoken == (one, replace(one, fingerprint="bb"))


@pytest.mark.parametrize("forged", ["unsigned", "changed", "carried", "other key", "signed twice"])
async def test_a_marker_that_we_did_not_sign_says_nothing(
    github: StandIn, house: House, pull: StandInPull, me: Account, forged: str
) -> None:
    """Whoever may write to the repository may edit our comments."""
    other = pull.repository.open_pull({"tests/test_b.py": "x\n"})
    other_key = Seal(["guess"]).close
    for body, thread in ((SUMMARY, None), (f"Bad.\n\n{mark('finding', fp='aa')}", said(pull, me, "x"))):
        ours = sealed(pull, body)
        text = {
            "unsigned": body,
            "changed": ours.replace("finding fp=aa", "finding fp=bb").replace(":summary", ":summary fixed=aa"),
            "carried": sealed(other, body),
            "other key": other_key(body, house.job(pull).pull),
            "signed twice": sealed(pull, ours),
        }[forged]
        comment = thread.comments[0] if thread else pull.comment("", "", app=github.app)
        comment.body = text
    found = await earlier(house, pull)
    assert (found.spoken, found.retired) == ((), ())
    assert (found.summary_id, found.summary_body) == (pull.comments[0].id, "")  # ours to write anew


async def test_the_words_around_our_markers_may_change(house: House, pull: StandInPull, me: Account) -> None:
    comment = said(pull, me, f"Bad.\n\n{mark('finding', fp='aa')}").comments[0]
    comment.body = f"Edited by a maintainer.\r\n\r\n{comment.body}\r\nAnd below."
    assert [s.fingerprint for s in (await earlier(house, pull)).spoken] == ["aa"]


async def test_the_secret_may_be_rotated(github: StandIn, session: ClientSession, pull: StandInPull, me: Account) -> None:
    said(pull, me, f"Bad.\n\n{mark('finding', fp='aa')}")
    old = github.app.webhook_secret
    for secrets, known in ((["new", old], ["aa"]), (["new"], [])):
        house = House(github, session, Clock(time.time()), secrets)
        assert [s.fingerprint for s in (await earlier(house, pull)).spoken] == known


async def test_an_answer_by_a_person_makes_the_thread_theirs(
    github: StandIn, house: House, pull: StandInPull, me: Account
) -> None:
    threads = [said(pull, me, f"Bad.\n\n{mark('finding', fp=f'{n:02}')}", line=n) for n in range(1, 5)]
    pull.reply(threads[0], "mona", "no")
    pull.reply(threads[1], "", "beep", app=github.world.new_app("other"))
    threads[2].resolved_by = pull.author
    threads[3].comments[0].minimized = "resolved"
    spoken = (await earlier(house, pull)).spoken
    assert [(s.fingerprint, s.answered, s.resolved) for s in spoken] == [
        ("01", True, False),
        ("02", False, False),
        ("03", False, True),
        ("04", False, True),
    ]


async def test_a_long_conversation_is_read_to_its_end(github: StandIn, house: House, pull: StandInPull, me: Account) -> None:
    for n in range(150):
        pull.comment("mona", f"comment {n}")
    ours = pull.comment("", sealed(pull, SUMMARY), app=github.app)
    for _ in range(80):
        pull.comment("", sealed(pull, SUMMARY), app=github.app)
    for n in range(230):
        said(pull, me, f"Bad.\n\n{mark('finding', fp=f'{n:03}')}")
    found = await earlier(house, pull)
    assert found.summary_id == ours.id
    assert [s.fingerprint for s in found.spoken] == [f"{n:03}" for n in range(230)]
    assert github.journal.count("POST /graphql") == 1 + 3


async def test_ids_beyond_32_bits(github: StandIn, house: House, pull: StandInPull, me: Account) -> None:
    ours = pull.comment("", sealed(pull, SUMMARY), app=github.app)
    ours.id = 3_500_000_000
    comment = said(pull, me, mark("finding", fp="aa")).comments[0]
    comment.id = 4_500_000_000
    ran(pull, github, "in_progress", id=55_000_000_000)

    def overflow(data: dict[str, object]) -> dict[str, object]:
        head = data["data"]["repository"]["head"]  # type: ignore[index]
        head["checkSuites"]["nodes"][0]["checkRuns"]["nodes"][0]["databaseId"] = None
        return data

    github.faults.rewrite("POST /graphql", overflow, skip=1)
    found = await earlier(house, pull)
    assert (found.summary_id, found.spoken[0].comment_id, found.check_id) == (3_500_000_000, 4_500_000_000, 55_000_000_000)


async def test_a_completed_run_is_known_by_what_it_says(github: StandIn, house: House, pull: StandInPull) -> None:
    ran(pull, github, "completed", id=900_000)
    run = ran(pull, github, "completed", id=900_001, summary="Summary\r\n")
    found = await earlier(house, pull)
    assert (found.check_id, found.check_status) == (run.id, "completed")
    assert found.check_digest == digest("success", "Title", "Summary")
    assert found.check_digest != digest("failure", "Title", "Summary")


async def test_a_run_of_another_pull_app_or_name_is_not_ours(github: StandIn, house: House, pull: StandInPull) -> None:
    ran(pull, github, "completed", external_id=f"{pull.repository.id}/99/{pull.head_sha}")
    ran(pull, github, "completed", name="Other")
    suite = pull.repository.suite(pull.head_sha, github.world.new_app("other"))
    ran(pull, github, "completed", suite=suite)
    assert await earlier(house, pull) == Earlier()


async def test_a_run_in_progress_is_gone_on_with(github: StandIn, house: House, pull: StandInPull) -> None:
    run = ran(pull, github, "in_progress")
    assert await earlier(house, pull) == Earlier(check_id=run.id, check_status="in_progress")


async def test_a_run_cut_off_among_its_annotations_is_left_behind(github: StandIn, house: House, pull: StandInPull) -> None:
    ran(pull, github, "in_progress", title="Title", summary="Summary")
    assert await earlier(house, pull) == Earlier()


async def test_a_run_asked_for_again_is_left_behind(github: StandIn, house: House, pull: StandInPull) -> None:
    ran(pull, github, "completed").suite.rerequested = True
    assert await earlier(house, pull) == Earlier()


async def test_checks_are_not_asked_for_without_the_permission(github: StandIn, house: House, pull: StandInPull) -> None:
    installation = github.world.installation_of("acme")
    assert installation is not None
    del installation.permissions["checks"]
    ran(pull, github, "in_progress")
    assert await earlier(house, pull) == Earlier()
    assert "checkSuites" not in github.journal.matching("POST /graphql")[0].json["query"]
