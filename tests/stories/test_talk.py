"""People answer the bot, and it does what those ask who may."""

import json

from tests.stories.scenes import CALL, CLEAN, FETCH, SLEEPY, TLS, TLS_FIXED, TWICE

HERE = "tests/test_status.py:5"
REFUSED = "A finding on one's own pull request is dismissed by somebody else; ask a reviewer with write permission."
DONE, NOT_DONE = ["eyes", "+1"], ["eyes", "confused"]


async def test_a_human_replies_and_the_thread_is_theirs(story):
    pull = await story.open({"tests/test_status.py": TLS})
    before = pull.first_words(HERE)
    said = await pull.reply("hubot", "Is that host ours?", to=HERE)
    assert (said.ended, said.reactions, said.answers) == ("ignored: no-command", [], [])
    await pull.push({"tests/test_status.py": TLS_FIXED})
    assert (pull.conclusion, pull.first_words(HERE)) == ("success", before)


async def test_a_maintainer_dismisses_a_finding_for_good(story):
    pull = await story.open({"tests/test_status.py": TLS})
    before = pull.first_words(HERE)
    said = await pull.reply("hubot", "/fp this host has a certificate of ours", to=HERE)
    assert (said.reactions, said.answers, pull.conclusion) == (DONE, [], "success")
    assert pull.verdict == "No security defects detected in the 1 changed test file."
    assert "dismissed by hubot" in pull.summary
    assert "`this host has a certificate of ours`" in pull.summary
    assert "no longer found" not in pull.summary
    who, undo, *_ = pull.first_words(HERE).split("\n\n")
    assert (who, undo) == ("**Dismissed by hubot**: `this host has a certificate of ours`", "`/open` takes that back.")

    later = await story.open({"tests/test_status.py": TLS, "tests/test_sum.py": CLEAN}, by="tim")
    assert (later.inline, later.conclusion) == ({}, "success")

    said = await pull.reply("hubot", "/open", to=HERE)
    assert (said.reactions, pull.conclusion) == (DONE, "failure")
    assert (pull.reviews, pull.first_words(HERE)) == (1, before), "the same comment says it again"


async def test_a_finding_is_dismissed_by_the_id_that_the_summary_shows(story):
    pull = await story.open({"tests/test_status.py": TLS, "tests/test_wait.py": SLEEPY})
    assert "`/testwarden dismiss ID REASON`" in pull.summary
    defect, advice, *others = pull.ids
    assert f"ID `{defect}`" in pull.first_words(HERE)
    assert (await pull.say("hubot", f"/testwarden dismiss {defect} a host of ours")).reactions == DONE
    assert (await pull.say("hubot", f"/testwarden dismiss {advice} it polls our queue")).reactions == DONE
    assert (pull.conclusion, pull.ids) == ("success", [*others, defect, advice])
    assert "2 findings kept back" in pull.summary
    assert (await pull.say("hubot", f"/testwarden restore {defect}")).reactions == DONE
    assert pull.conclusion == "failure"


async def test_of_two_equal_lines_one_is_dismissed(story):
    pull = await story.open({"tests/test_status.py": TWICE})
    first, second = "tests/test_status.py:5", "tests/test_status.py:8"
    before = pull.first_words(second)
    await pull.reply("hubot", "/fp only this one", to=first)
    assert pull.first_words(first).startswith("**Dismissed by hubot**: `only this one`")
    assert (pull.verdict[:23], pull.first_words(second)) == ("1 security defect found", before)
    await pull.push({"tests/test_status.py": TWICE.replace(CALL, "", 1)})
    assert (pull.verdict[:23], pull.first_words(second), pull.reviews) == ("1 security defect found", before, 1)


async def test_the_author_is_refused_a_dismissal(story):
    story.repository.collaborators["ann"] = "admin"
    pull = await story.open({"tests/test_status.py": TLS}, by="ann")
    said = await pull.reply("ann", "/ar we know", to=HERE)
    assert (said.reactions, said.answer, pull.conclusion) == (NOT_DONE, REFUSED, "failure")


async def test_who_may_not_write_is_told_whom_to_ask(story):
    pull = await story.open({"tests/test_status.py": TLS})
    said = await pull.say("passer-by", "/testwarden pause")
    assert (said.reactions, said.ended) == (NOT_DONE, "refused")
    assert said.answer == "`pause` needs write permission on this repository; ask somebody who has it."


async def test_a_rule_is_dismissed_on_this_pull(story):
    pull = await story.open({"tests/e2e/setup.sh": FETCH})
    said = await pull.say("hubot", "/testwarden dismiss fetch-pipe-shell our own mirror, pinned by the network")
    assert (said.reactions, pull.conclusion) == (DONE, "success")
    assert (await story.open({"tests/e2e/setup.sh": FETCH})).conclusion == "failure"


async def test_paused_and_resumed(story):
    pull = await story.open({"tests/test_status.py": CLEAN})
    assert (await pull.say("hubot", "@testwarden pause")).reactions == DONE
    assert await pull.push({"tests/test_status.py": TLS}) == "paused"
    assert (pull.inline, pull.pull.repository.runs_for(pull.pull.head_sha)) == ({}, [])
    assert (await pull.say("ann", "/testwarden review")).reactions == DONE
    assert pull.inline == {HERE: "ctrl-tls-nonlocal"}
    assert (await pull.say("hubot", "/testwarden resume")).reactions == DONE
    assert await pull.push({"tests/test_status.py": TLS_FIXED}) == "reviewed"


async def test_a_command_that_is_quoted_is_none(story):
    pull = await story.open({"tests/test_status.py": TLS})
    for text in ("> /testwarden pause\n\nDon't.", "```\n/testwarden pause\n```", "Try\n/testwarden pause", "`/testwarden pause`"):
        said = await pull.say("hubot", text)
        assert (said.ended, said.reactions, said.answers) == ("ignored: no-command", [], []), text
    assert await pull.push({"tests/test_status.py": TLS_FIXED}) == "reviewed"


async def test_two_bots_do_not_talk_with_each_other(story):
    pull = await story.open({"tests/test_status.py": TLS})
    other = story.github.world.new_app(f"other-{story.repository.id}")
    said = await pull.say("", "/testwarden review", app=other)
    assert (said.ended, said.reactions) == ("ignored: not-a-person", [])
    await pull.say("hubot", "/testwarden help")
    await story.github.hooks.settle()  # our own comments reach us as events, too
    written = [d for d in story.github.hooks.log if (d.event, d.action) == ("issue_comment", "created")]
    ours = [d.answer for d in written if json.loads(d.body)["comment"]["user"]["type"] == "Bot"]
    assert set(ours) == {"Ignored: not-a-person.\n"}
    assert len(pull.answers) == 1


async def test_short_words_in_anothers_thread_are_not_ours(story):
    pull = await story.open({"tests/test_status.py": TLS})
    pull.start_thread("tests/test_status.py", 4, by="tim", text="Why no timeout?")
    said = await pull.reply("hubot", "/fp it has one", to="tests/test_status.py:4")
    assert (said.ended, said.reactions, said.answers) == ("not-our-thread", [], [])


async def test_asked_for_help_and_settings_and_rules_it_answers(story):
    pull = await story.open({"tests/test_wait.py": SLEEPY})
    asked_help, settings, rule = [
        await pull.say("hubot", f"/testwarden {text}") for text in ("help", "config", "explain adv-sleep-poll")
    ]
    assert "| `/testwarden pause` |" in asked_help.answer
    assert "| `fail_on` |" in settings.answer
    assert "`adv-sleep-poll`" in rule.answer
    wrong = await pull.say("hubot", "/testwarden explain sleep")
    assert wrong.reactions == NOT_DONE
    assert wrong.answer.startswith("No rule is called `sleep`; ")
