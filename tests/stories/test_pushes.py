"""Over pushes, the bot says each thing once, and says when it is gone."""

from bot.sandbox import payloads
from tests.stories.scenes import BETWEEN, CALL, CLEAN, FETCH, FETCH_FIXED, TLS, TLS_FIXED, TLS_MOVED, TWICE

BOTH = {"tests/test_status.py": TLS, "tests/e2e/setup.sh": FETCH}
SAID = {"tests/test_status.py:5": "ctrl-tls-nonlocal", "tests/e2e/setup.sh:2": "fetch-pipe-shell"}


async def test_the_first_push_with_two_defects(story):
    pull = await story.open(BOTH)
    assert pull.inline == SAID
    assert pull.verdict == "2 security defects found in the changed test files (1 high, 1 medium)."
    assert (pull.conclusion, pull.reviews) == ("failure", 1)


async def test_the_second_push_fixes_one_and_moves_the_other(story):
    pull = await story.open(BOTH)
    await pull.push({"tests/test_status.py": TLS_MOVED, "tests/e2e/setup.sh": FETCH_FIXED})
    assert (pull.inline, pull.reviews) == (SAID, 1)  # nothing new, so nobody is called
    assert pull.verdict == "1 security defect found in the changed test files (1 medium)."
    assert pull.first_words("tests/e2e/setup.sh:2").startswith("**No longer reported** at ")
    assert pull.first_words("tests/test_status.py:5").startswith("**TLS")


async def test_of_two_equal_lines_one_is_fixed_while_both_move(story):
    pull = await story.open({"tests/test_status.py": TWICE})
    first, second = "tests/test_status.py:5", "tests/test_status.py:8"
    assert pull.inline == {first: "ctrl-tls-nonlocal", second: "ctrl-tls-nonlocal"}
    before = pull.first_words(second)
    moved = TLS_MOVED + BETWEEN + CALL
    await pull.push({"tests/test_status.py": moved.replace(CALL, "    assert True\n", 1)})
    assert pull.first_words(first).startswith("**No longer reported** at ")
    assert (pull.first_words(second), pull.reviews) == (before, 1)
    assert pull.verdict == "1 security defect found in the changed test files (1 medium)."


async def test_a_defect_that_comes_later_is_said_when_it_comes(story):
    pull = await story.open({"tests/test_status.py": CLEAN})
    assert (pull.inline, pull.conclusion) == ({}, "success")
    assert pull.verdict == "No security defects detected in the 1 changed test file."
    await pull.push({"tests/test_status.py": TLS})
    assert pull.inline == {"tests/test_status.py:5": "ctrl-tls-nonlocal"}
    assert (pull.conclusion, pull.reviews) == ("failure", 1)


async def test_a_force_push_is_looked_at_as_it_is_now(story):
    pull = await story.open(BOTH)
    await pull.push({"tests/test_status.py": TLS_FIXED}, onto=pull.pull.base_sha)
    assert pull.verdict == "No security defects detected in the 1 changed test file."
    assert (pull.conclusion, pull.reviews) == ("success", 1)
    assert pull.first_words("tests/test_status.py:5").startswith("**No longer reported** at ")


async def test_a_rebase_says_nothing(story):
    pull = await story.open(BOTH)
    onto = story.repository.commit({"src/app.py": "print('hello')\n"}, message="Meanwhile").sha
    pull.pull.update_base()
    await pull.push(BOTH, onto=onto)
    assert (pull.inline, pull.reviews, len(pull.summaries)) == (SAID, 1, 1)
    assert (pull.conclusion, pull.verdict[:27]) == ("failure", "2 security defects found in")


async def test_another_base_makes_another_diff(story):
    main = story.repository.branches["main"]
    release = story.repository.commit({"tests/test_status.py": TLS}, branch="release", onto=main).sha
    pull = await story.open({"tests/e2e/setup.sh": FETCH})
    await pull.push({"tests/e2e/setup.sh": FETCH}, onto=release)
    assert (pull.inline, pull.verdict[:27]) == (SAID, "2 security defects found in")
    assert await story.bot.hears(payloads.retargeted(pull.pull, "release")) == "reviewed"
    assert pull.verdict == "1 security defect found in the changed test files (1 high)."
    assert (pull.inline, pull.reviews) == (SAID, 2)


async def test_a_closed_pull_is_left_alone_until_it_is_reopened(story):
    pull = await story.open({"tests/test_status.py": CLEAN})
    pull.pull.close()
    await pull.bot.is_told(payloads.pull_request(pull.pull, "closed"))
    assert await pull.push({"tests/test_status.py": TLS}) == "ignored: closed"
    pull.pull.reopen()
    assert await pull.hears("reopened") == "reviewed"
    assert pull.inline == {"tests/test_status.py:5": "ctrl-tls-nonlocal"}


async def test_over_ten_pushes_of_thirty_files_each_finding_is_said_once(story):
    files = {f"tests/test_place_{n}.py": CLEAN.replace("sum", f"sum_{n}") for n in range(30)}
    pull = await story.open(files | {"tests/test_place_0.py": TLS})
    expected = {"tests/test_place_0.py:5": "ctrl-tls-nonlocal"}
    for n in range(1, 11):
        path = f"tests/test_place_{n}.py"
        if n % 4 == 0:
            expected[f"{path}:5"] = "ctrl-tls-nonlocal"
        await pull.push({path: TLS if n % 4 == 0 else files[path] + f"\n\ndef test_again_{n}():\n    assert {n}\n"})
    assert (pull.inline, len(pull.pull.threads)) == (expected, 3)
    assert (pull.reviews, len(pull.summaries)) == (3, 1), "one notification each, and one summary that is edited"
    assert pull.verdict == "3 security defects found in the changed test files (3 medium)."


async def test_a_second_look_costs_little(story):
    pull = await story.open(BOTH)
    story.github.journal.clear()
    assert await pull.rerun() == "reviewed"
    assert len(story.github.journal.calls) <= 6
    assert story.github.journal.writes == []


async def test_a_push_that_changes_no_test_file_costs_six_requests(story):
    pull = await story.open(BOTH)
    story.github.journal.clear()
    assert await pull.push({"src/app.py": "print('hello')\n"}) == "reviewed"
    assert len(story.github.journal.calls) <= 6
    assert (pull.conclusion, pull.reviews, f"head `{pull.pull.head_sha[:7]}`" in pull.summary) == ("failure", 1, True)


async def test_a_pull_without_test_files_costs_less(story):
    pull = await story.open({"src/app.py": "print('hello')\n"})
    story.github.journal.clear()
    assert await pull.push({"src/app.py": "print('good morning')\n"}) == "reviewed"
    assert len(story.github.journal.calls) <= 5
    assert (pull.conclusion, pull.summary) == ("success", "")
