"""The whole story against a GitHub over HTTP: what it costs, and that it says everything once."""

import time

from aiohttp import ClientSession

from bot.core import words
from bot.core.markdown import marks
from bot.sandbox.server import StandIn
from tests.github.conftest import PIPED, Clock, House, unsealed

TEST = f"def test_install():\n    run('{PIPED}')\n"


def asked(house: House) -> list[str]:
    """Every request but those for tokens, redirected ones and lost ones included."""
    return [operation for operation, _ in house.counts if operation != "apps/create-installation-access-token"]


async def test_a_first_review_costs_eight_requests(github: StandIn, house: House) -> None:
    files = {f"tests/test_{n:02}.py": TEST.replace("test_install", f"test_{n}") for n in range(50)}
    pull = github.repository("acme/rocket").open_pull(files)
    outcome = await house.look(pull)
    assert outcome.ended == "reviewed"
    assert house.operations() == [
        "POST /graphql",
        "GET /pulls/{pull_number}/files",
        "POST /graphql",
        "POST /check-runs",
        "POST /graphql",
        "POST /pulls/{pull_number}/reviews",
        "POST /issues/{issue_number}/comments",
        "PATCH /check-runs/{check_run_id}",
    ]
    assert len(asked(house)) == 8
    assert house.clock.slept == []


async def test_a_second_look_says_nothing(github: StandIn, house: House) -> None:
    pull = github.repository("acme/rocket").open_pull({"tests/test_a.py": TEST})
    first = await house.look(pull)
    before = len(github.journal)
    second = await house.look(pull)
    assert [e.operation.split(" ")[0] for e in list(github.journal)[before:]] == ["POST", "GET", "POST"]
    assert not any(e.writes for e in list(github.journal)[before:])
    assert first.review is not None
    assert second.review is not None
    assert second.review.summary == first.review.summary
    assert second.review.comments == ()


async def test_what_is_posted_is_the_plan(github: StandIn, house: House) -> None:
    pull = github.repository("acme/rocket").open_pull({"tests/test_a.py": TEST})
    outcome = await house.look(pull)
    plan = outcome.review
    assert plan is not None
    (posted,) = pull.reviews
    assert (posted.body, posted.state, posted.commit_id) == (plan.body, "COMMENTED", pull.head_sha)
    ((thread, comment),) = pull.review_comments
    assert (thread.original.path, thread.original.line, thread.original.side) == ("tests/test_a.py", 2, "RIGHT")
    assert unsealed(comment.body) == plan.comments[0].body
    assert [unsealed(c.body) for c in pull.comments] == [plan.summary]
    (run,) = pull.repository.check_runs
    assert (run.name, run.status, run.conclusion) == ("Testwarden", "completed", "failure")
    assert (run.title, run.summary) == (plan.check.title, plan.check.summary)
    assert run.external_id == f"{pull.repository.id}/{pull.number}/{pull.head_sha}"
    assert [(a.path, a.start_line, a.annotation_level) for a in run.annotations] == [("tests/test_a.py", 2, "failure")]


async def test_a_push_edits_the_summary_and_retires_what_is_gone(github: StandIn, house: House) -> None:
    pull = github.repository("acme/rocket").open_pull({"tests/test_a.py": TEST, "tests/test_b.py": TEST})
    await house.look(pull)
    pull.push({"tests/test_a.py": "def test_install():\n    pass\n"})
    await house.look(pull)
    assert len(pull.reviews) == 1
    assert len(pull.comments) == 1
    kinds = {t.original.path: [m.kind for m in marks(unsealed(c.body))] for t, c in pull.review_comments}
    assert kinds == {"tests/test_a.py": ["fixed"], "tests/test_b.py": ["finding"]}
    before = len(github.journal)
    await house.look(pull)
    assert not any(e.writes for e in list(github.journal)[before:])


async def test_a_pull_without_test_files_gets_a_check_and_no_comment(github: StandIn, house: House) -> None:
    pull = github.repository("acme/rocket").open_pull({"README.md": "hello\n"})
    await house.look(pull)
    assert pull.comments == []
    assert [run.conclusion for run in pull.repository.check_runs] == ["success"]


async def test_a_deleted_fork_is_reviewed_through_its_base(github: StandIn, house: House) -> None:
    repository = github.repository("acme/rocket")
    pull = repository.open_pull({"tests/test_a.py": TEST}, fork=repository.fork("mona"))
    pull.delete_fork()
    assert (await house.look(pull)).ended == "reviewed"
    assert len(pull.review_comments) == 1


async def test_a_renamed_repository_costs_no_redirect(github: StandIn, house: House) -> None:
    repository = github.repository("acme/rocket")
    pull = repository.open_pull({"tests/test_a.py": TEST})
    job = house.job(pull)
    repository.rename("starship")
    assert (await house.look(pull, job)).ended == "reviewed"
    assert len(asked(house)) == 8
    assert len(pull.review_comments) == 1


async def test_a_suspended_or_deleted_installation_ends_the_job(github: StandIn, house: House) -> None:
    pull = github.repository("acme/rocket").open_pull({"tests/test_a.py": TEST})
    job = house.job(pull)
    installation = github.world.installation_of("acme")
    assert installation is not None
    installation.suspended_at = github.world.stamp()
    assert (await house.look(pull, job)).ended == "suspended"
    github.world.installations.clear()
    assert (await house.look(pull, job)).ended == "uninstalled"


async def test_a_repository_taken_out_of_the_installation(github: StandIn, house: House) -> None:
    pull = github.repository("acme/rocket").open_pull({"tests/test_a.py": TEST})
    installation = github.world.installation_of("acme")
    assert installation is not None
    installation.repositories = set()
    assert (await house.look(pull)).ended == "uninstalled"


async def test_no_token_leaves_the_authorization_header(github: StandIn, house: House) -> None:
    pull = github.repository("acme/rocket").open_pull({"tests/test_a.py": TEST})
    await house.look(pull)
    (token,) = github.world.tokens
    assert len(token) > 500
    for exchange in github.journal:
        headers = {k: v for k, v in exchange.headers.items() if k.lower() != "authorization"}
        assert token not in f"{exchange.path} {exchange.query} {headers} {exchange.body!r}"


async def test_what_github_refuses_to_place_is_said_elsewhere_and_once(github: StandIn, house: House) -> None:
    pull = github.repository("acme/rocket").open_pull({"tests/test_a.py": TEST, "tests/test_b.py": TEST})
    error = {"message": "Unprocessable Entity", "errors": ["Path could not be resolved"]}
    github.faults.answer("POST */reviews", 422, error, times=9, when=lambda exchange: b"tests/test_b.py" in exchange.body)
    await house.look(pull)
    assert [t.original.path for t, _ in pull.review_comments] == ["tests/test_a.py"]
    assert "`tests/test_b.py:2`" in pull.comments[0].body.partition(words.UNPLACED)[2]
    (run,) = pull.repository.check_runs
    assert [a.path for a in run.annotations] == ["tests/test_a.py", "tests/test_b.py"]
    before = len(github.journal)
    await house.look(pull)
    assert not any(e.writes for e in list(github.journal)[before:])


async def test_a_withheld_patch_is_reviewed_all_the_same(github: StandIn, house: House) -> None:
    repository = github.repository("acme/rocket", {"tests/test_a.py": "def test_install():\n    pass\n"})
    pull = repository.open_pull({"tests/test_a.py": TEST})
    pull.withheld.add("tests/test_a.py")
    outcome = await house.look(pull)
    assert outcome.review is not None
    assert [(f.path, f.line) for f in outcome.review.findings] == [("tests/test_a.py", 2)]
    assert pull.review_comments == []
    assert "test_a.py:2" in pull.comments[0].body


async def test_asked_to_run_again_it_answers_with_a_new_run(github: StandIn, house: House) -> None:
    pull = github.repository("acme/rocket").open_pull({"tests/test_a.py": TEST})
    await house.look(pull)
    pull.repository.suites[0].rerequested = True
    await house.look(pull)
    assert [(run.status, run.conclusion) for run in pull.repository.check_runs] == [("completed", "failure")] * 2
    assert len(pull.reviews) == 1
    assert len(pull.comments) == 1


async def test_enterprise_server_is_the_same_below_another_root(session: ClientSession) -> None:
    async with StandIn(enterprise=True) as github:
        pull = github.repository("acme/rocket").open_pull({"tests/test_a.py": TEST})
        await House(github, session, Clock(time.time())).look(pull)
        assert len(pull.review_comments) == 1
