"""The configuration steers the bot, from the base branch and the organisation, never from the pull itself."""

import pytest

from tests.stories.scenes import CLEAN, FETCH, TLS

FILE = ".github/testwarden.yml"
HERE = "tests/test_status.py:5"


async def test_a_draft_is_reviewed_when_it_is_ready(story):
    story.repository.commit({FILE: "drafts: false\n"})
    pull = await story.open({"tests/test_status.py": TLS}, draft=True)
    assert (pull.runs, pull.inline, pull.summary) == (["draft"], {}, "")
    said = await pull.say("ann", "/testwarden review")
    assert said.answer == "Drafts are not reviewed here (`drafts: false`); mark the pull request as ready."
    pull.pull.draft = False
    assert await pull.hears("ready_for_review") == "reviewed"
    assert (pull.inline, pull.conclusion) == ({HERE: "ctrl-tls-nonlocal"}, "failure")


async def test_a_broken_configuration_in_the_pull_is_said_on_its_line(story):
    pull = await story.open({FILE: "enabled: true\nfail_on: hgih\n", "tests/test_status.py": CLEAN})
    assert list(pull.inline) == [f"{FILE}:2"]
    assert "`fail_on`" in pull.first_words(f"{FILE}:2")
    assert pull.verdict == "No security defects detected in the 1 changed test file."
    await pull.push({FILE: "enabled: true\nfail_on: high\n"})
    assert pull.first_words(f"{FILE}:2").startswith("**No longer reported** at ")


async def test_a_pull_does_not_change_its_own_review(story):
    pull = await story.open({FILE: "enabled: false\n", "tests/test_status.py": TLS})
    assert (pull.inline, pull.conclusion) == ({HERE: "ctrl-tls-nonlocal"}, "failure")


async def test_a_broken_configuration_that_holds_makes_no_verdict_clean(story):
    story.repository.commit({FILE: "fail_on: hgih\n"})
    pull = await story.open({"tests/test_status.py": CLEAN})
    assert pull.conclusion == "neutral"
    assert pull.verdict.startswith("Could not review 1 of 1 test file")
    assert f"`{FILE}:1`" in pull.summary


async def test_what_an_organisation_makes_final_no_repository_loosens(story):
    owner = story.repository.owner.login
    story.github.repository(
        f"{owner}/.github", {FILE: "rules: {fetch-pipe-shell: on}\nfail_on: medium\nfinal: [fail_on, rules]\n"}
    )
    story.repository.commit({FILE: "fail_on: never\nrules: {fetch-pipe-shell: off, ctrl-tls-nonlocal: off}\n"})
    pull = await story.open({"tests/e2e/setup.sh": FETCH, "tests/test_status.py": TLS})
    assert (pull.inline, pull.conclusion) == ({"tests/e2e/setup.sh:2": "fetch-pipe-shell", HERE: "ctrl-tls-nonlocal"}, "failure")
    settings = await pull.say("hubot", "/testwarden config")
    assert f"| `fail_on` | `medium` | `{owner}/.github:{FILE}` |" in settings.answer
    assert "final in the organisation's file" in settings.answer


@pytest.mark.parametrize(("fail_on", "conclusion"), [("critical", "neutral"), ("medium", "failure"), ("never", "neutral")])
async def test_a_defect_below_the_threshold_fails_nothing(story, fail_on, conclusion):
    story.repository.commit({FILE: f"fail_on: {fail_on}\n"})
    pull = await story.open({"tests/test_status.py": TLS})
    assert (pull.inline, pull.conclusion) == ({HERE: "ctrl-tls-nonlocal"}, conclusion)
