"""The check run: its buttons, forks, locked conversations and the merge queue."""

from bot.sandbox import payloads
from tests.stories.scenes import CLEAN, SLEEPY, TLS

HERE, ADVICE = "tests/test_status.py:5", " (advice, never part of the verdict)"


async def test_run_again_it_says_nothing_new(story):
    pull = await story.open({"tests/test_status.py": TLS})
    first = pull.check.id
    assert await pull.rerun() == "reviewed"
    assert await pull.press("re-run") == "reviewed"
    assert (pull.inline, pull.reviews, len(pull.summaries)) == ({HERE: "ctrl-tls-nonlocal"}, 1, 1)
    assert (pull.conclusion, pull.check.id >= first) == ("failure", True)


async def test_the_advice_is_dismissed_with_a_button(story):
    pull = await story.open({"tests/test_wait.py": SLEEPY})
    assert pull.buttons == ["re-run", "dismiss-advice"]
    assert ADVICE in pull.summary
    assert await pull.press("dismiss-advice", by="ann") == "refused"
    assert await pull.press("dismiss-advice", by="hubot") == "answered"
    assert ADVICE not in pull.summary
    assert "`dismissed together, with the check's button`" in pull.summary
    said = await pull.say("hubot", "/testwarden restore considerations")
    assert (said.reactions, ADVICE in pull.summary) == (["eyes", "+1"], True)


async def test_a_forks_check_is_run_again_though_github_names_no_pull(story):
    pull = await story.open({"tests/test_status.py": TLS}, by="fred", fork=True)
    assert (pull.inline, pull.conclusion) == ({HERE: "ctrl-tls-nonlocal"}, "failure")
    event = payloads.check_run(story.repository, pull.check, "rerequested")
    assert event.payload["check_run"]["pull_requests"] == []
    assert await story.bot.hears(event) == "reviewed"
    suite = payloads.check_suite(story.repository, pull.check.suite)
    assert (suite.payload["check_suite"]["pull_requests"], await story.bot.hears(suite)) == ([], "reviewed")
    pull.pull.delete_fork()
    assert await pull.rerun() == "reviewed"


async def test_in_a_locked_conversation_the_check_says_it_all(story):
    pull = story.prepare({"tests/test_status.py": TLS})
    pull.pull.locked = True
    assert await pull.hears("opened") == "reviewed"
    assert (pull.inline, pull.summary, pull.conclusion) == ({}, "", "failure")
    assert [(a.path, a.start_line) for a in pull.check.annotations] == [("tests/test_status.py", 5)]


async def test_a_merge_queue_gets_its_check_at_once(story):
    pull = await story.open({"tests/test_status.py": CLEAN})
    group = story.repository.commit({"tests/test_status.py": CLEAN}, branch="gh-readonly-queue/main/pr-1", message="Merge")
    pull.pull.heads.append(group.sha)
    assert await story.bot.hears(payloads.merge_group(pull.pull)) == "passed-on"
    [run] = story.repository.runs_for(group.sha)
    assert (run.status, run.conclusion) == ("completed", "neutral")
    assert len(pull.summaries) == 1


async def test_a_check_names_every_defect_fifty_at_a_time(story):
    calls = "".join(f'    requests.get("https://api.parcels-north.io/{n}", verify=False)\n' for n in range(40))
    text = f"import requests\n\n\ndef test_all():\n{calls}"
    pull = story.prepare({"tests/test_a.py": text, "tests/test_b.py": text})
    story.github.journal.clear()
    await pull.hears("opened")
    sent = [e.json["output"]["annotations"] for e in story.github.journal.matching("PATCH */check-runs/*")]
    assert [len(annotations) for annotations in sent] == [50, 30]
    expected = [(f"tests/test_{name}.py", 5 + n) for name in "ab" for n in range(40)]
    assert [(a.path, a.start_line) for a in pull.check.annotations] == expected
    assert (len(pull.inline), pull.reviews, len(pull.summaries)) == (30, 1, 1)
