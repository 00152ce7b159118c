"""Where a review comment goes when the pull request moves on."""

import pytest

from bot.sandbox import StandIn
from bot.sandbox.repository import Pull, Repository
from bot.sandbox.talk import Anchor, Thread
from bot.sandbox.threads import position

FILE = "tests/test_a.py"
TEXT = "one\ntwo\nthree\nfour\n"


@pytest.fixture
def pull() -> Pull:
    return StandIn().repository("acme/rocket").open_pull({FILE: TEXT})


def comment(pull: Pull, anchor: Anchor) -> Thread:
    author = pull.repository.world.app.bot
    pull.start_thread(author, "hm", anchor, pull.add_review(author, "", "COMMENTED", pull.head_sha))
    return pull.threads[-1]


def test_an_untouched_line_keeps_its_comment(pull: Pull) -> None:
    thread, before = comment(pull, Anchor(FILE, line=3)), pull.head_sha
    made = pull.push({FILE: "zero\n" + TEXT})
    assert thread.now == Anchor(FILE, line=4)
    assert (thread.commit, thread.original_commit) == (made.sha, before)
    assert thread.original.line == 3


@pytest.mark.parametrize("changed", [TEXT.replace("three", "3"), None])
def test_a_changed_line_outdates_its_comment(pull: Pull, changed: str | None) -> None:
    thread, before = comment(pull, Anchor(FILE, line=3)), pull.head_sha
    pull.push({FILE: changed})
    assert (thread.now, thread.commit) == (None, before)


def test_a_range_moves_as_one_or_not_at_all(pull: Pull) -> None:
    kept, lost = comment(pull, Anchor(FILE, "RIGHT", 2, 1, "RIGHT")), comment(pull, Anchor(FILE, "RIGHT", 4, 2, "RIGHT"))
    pull.push({FILE: "zero\none\ntwo\nthree\n4\n"})
    assert kept.now == Anchor(FILE, "RIGHT", 3, 2, "RIGHT")
    assert lost.now is None


def test_a_line_that_leaves_the_diff_outdates_its_comment() -> None:
    repository = StandIn().repository("acme/rocket", {FILE: TEXT})
    pull = repository.open_pull({FILE: TEXT.replace("two", "2")})
    thread = comment(pull, Anchor(FILE, line=1))
    pull.push({FILE: TEXT})
    assert thread.now is None


def test_the_hunk_above_a_comment_ends_at_its_line(pull: Pull) -> None:
    assert comment(pull, Anchor(FILE, line=2)).diff_hunk == "@@ -0,0 +1,4 @@\n+one\n+two"


def test_position_counts_rows_below_the_first_header() -> None:
    before = "".join(f"{n}\n" for n in range(1, 31))
    repository = StandIn().repository("acme/rocket", {FILE: before})
    pull = repository.open_pull({FILE: before.replace("\n2\n", "\ntwo\n").replace("\n30\n", "\nthirty")})
    file = pull.file(FILE)
    assert file is not None
    assert position(file, Anchor(FILE, "LEFT", 2)) == 2
    assert position(file, Anchor(FILE, "RIGHT", 2)) == 3
    # Six rows of the first hunk, the second header, three rows of context, the removed line, then this one.
    assert position(file, Anchor(FILE, "RIGHT", 30)) == 12


def test_a_force_push_back_is_a_new_head(pull: Pull) -> None:
    first = pull.head_sha
    second = pull.push({FILE: "x\n"}).sha
    pull.force_back(first)
    assert pull.heads == [first, second, first]
    assert pull.head_sha == first


def test_the_diff_starts_at_the_merge_base_not_at_the_base() -> None:
    repository = StandIn().repository("acme/rocket", {"a": "1\n"})
    pull = repository.open_pull({FILE: TEXT})
    forked_from = pull.base_sha
    repository.commit({"b": "2\n"})
    pull.update_base()
    assert pull.base_sha != forked_from == pull.merge_base
    assert [file.path for file in pull.files()] == [FILE]


def test_a_merged_pull_moves_its_base_branch() -> None:
    repository: Repository = StandIn().repository("acme/rocket")
    pull = repository.open_pull({FILE: TEXT})
    pull.merge()
    assert (pull.state, repository.branches["main"]) == ("closed", pull.head_sha)
