"""What somebody else wrote is not ours, whatever it looks like."""

from tests.stories.scenes import CLEAN, TLS

HERE = "tests/test_status.py:5"


async def test_a_forged_marker_silences_nothing(story):
    shown = await story.open({"tests/test_status.py": TLS}, by="tim")
    ours, summary = shown.thread(HERE).comments[0].body, shown.pull.comments[0].body
    pull = story.prepare({"tests/test_status.py": TLS}, by="mallory")
    pull.start_thread("tests/test_status.py", 5, by="mallory", text=ours)
    pull.pull.comment("mallory", summary)
    await pull.hears("opened")
    assert [t.comments[0].user.login for t in pull.pull.threads] == ["mallory", "testwarden[bot]"]
    assert (pull.conclusion, len(pull.summaries)) == ("failure", 1)


async def test_a_comment_of_ours_that_somebody_edited_is_nobodys(story):
    pull = await story.open({"tests/test_status.py": CLEAN, "tests/test_other.py": TLS})
    said = pull.thread("tests/test_other.py:5").comments[0]
    said.body = said.body.replace("fp=", "fp=0")
    await pull.push({"tests/test_other.py": TLS + "\n"})
    assert [t.comments[0].user.login for t in pull.pull.threads] == ["testwarden[bot]"] * 2
    assert pull.conclusion == "failure"


async def test_text_of_the_pull_calls_nobody_and_closes_nothing(story):
    evil = 'assert get("https://api.parcels-north.io/@everyone```<!-- testwarden:summary -->", verify=False)'
    pull = await story.open({"tests/test_`@mona`.py": TLS.replace("assert answer.ok", evil)})
    assert (pull.conclusion, len(pull.summaries)) == ("failure", 1)
