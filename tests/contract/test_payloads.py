"""The webhook payloads of the stand-in against GitHub's description of them."""

from collections.abc import Iterator

import pytest

from bot.sandbox import StandIn, payloads
from bot.sandbox.payloads import Event
from bot.sandbox.talk import Anchor, CheckRun
from tests.contract import description

pytestmark = pytest.mark.skipif(bool(description.missing()), reason=description.missing())


def events() -> Iterator[Event]:
    world = StandIn().world
    world.url = world.web = "http://127.0.0.1:1"
    repository = world.repository("acme/rocket", {"a": "1\n"})
    other = world.repository("acme/launchpad")
    pull = repository.open_pull({"tests/test_a.py": "x\n"}, title="T", body="B", author="mona")
    for action in ("opened", "reopened", "ready_for_review", "converted_to_draft"):
        yield payloads.pull_request(pull, action)
    pull.push({"tests/test_a.py": "y\n"})
    yield payloads.pull_request(pull, "synchronize")
    repository.commit({"b": "2\n"}, branch="next")
    yield payloads.retargeted(pull, "next")
    yield payloads.issue_comment(pull, pull.comment("mona", "/testwarden help"))
    review = pull.add_review(world.app.bot, "Looked.", "COMMENTED", pull.head_sha, world.app)
    said = pull.start_thread(world.app.bot, "hm", Anchor("tests/test_a.py", line=1), review, world.app)
    yield payloads.review(pull, review)
    yield payloads.review_comment(pull, pull.threads[0], said)
    yield payloads.review_comment(pull, pull.threads[0], pull.reply(pull.threads[0], "mona", "/fp why"))
    for action in ("resolved", "unresolved"):
        yield payloads.review_thread(pull, pull.threads[0], action, pull.author)
    suite = repository.suite(pull.head_sha, world.app)
    run = CheckRun(world.next_id(), "Testwarden", suite, "completed", world.stamp(), "success", world.stamp())
    repository.check_runs.append(run)
    for action in ("created", "completed", "rerequested"):
        yield payloads.check_run(repository, run, action)
    yield payloads.check_run(repository, run, "requested_action", identifier="dismiss")
    yield payloads.check_suite(repository, suite)
    yield payloads.merge_group(pull)
    pull.close()
    yield payloads.pull_request(pull, "closed")
    installation = world.installation_of("acme")
    assert installation is not None
    for action in ("created", "deleted", "new_permissions_accepted", "unsuspend"):
        yield payloads.installation(world, installation, action, [repository, other])
    installation.suspended_at = world.stamp()
    yield payloads.installation(world, installation, "suspend", [repository, other])
    installation.repositories = {repository.id}
    yield payloads.installation_repositories(world, installation, "added", added=[repository])
    yield payloads.installation_repositories(world, installation, "removed", removed=[other])
    yield payloads.renamed(repository, "ship")
    yield payloads.ping(world, world.app)


@pytest.mark.parametrize("event", list(events()), ids=lambda event: f"{event.name}.{event.action}")
def test_payloads_are_what_github_describes(event: Event) -> None:
    assert description.payload_problems(event) == []


def test_a_bad_payload_is_found() -> None:
    event = next(events())
    del event.payload["pull_request"]["head"]
    assert description.payload_problems(event) == ["pull_request.opened: payload['pull_request']: 'head' is a required property"]
