"""Pairs of a removed line and the added line that took its place."""

from hypothesis import given
from hypothesis import strategies as st

from bot.core.diff import rediff
from bot.core.removed import Change, changes, pairs
from bot.model import Lines, Removed


def replaced(before: str, after: str) -> list[tuple[int, int]]:
    """(old line, new line) of every pair."""
    lines = after.split("\n")
    return [(p.old.line, p.line) for change in changes(rediff(before, after)) for p in pairs(change, lines)]


def test_a_replaced_line_is_paired_with_its_successor() -> None:
    assert replaced("a = 1\nassert status == 403\nend\n", "a = 1\nassert status == 200\nend\n") == [(2, 2)]


def test_unlike_lines_are_no_pair() -> None:
    assert replaced("x\nassert status == 403\ny\n", "x\nimport os\ny\n") == []


def test_pairs_keep_their_order() -> None:
    before = "top\nassert first(1) == 403\nassert second(2) == 403\nend\n"
    after = "top\nassert first(1) == 200\nassert second(2) == 200\nend\n"
    assert replaced(before, after) == [(2, 2), (3, 3)]


def test_a_pure_removal_has_no_added_lines() -> None:
    (change,) = changes(rediff("a\nb\nc\n", "a\nc\n"))
    assert (change.removed[0].text, change.added) == ("b", ())


def test_a_rewrite_is_not_paired() -> None:
    removed = tuple(Removed(n, 1, f"line {n}") for n in range(1, 90))
    assert pairs(Change(removed, tuple(range(1, 90))), [f"line {n}" for n in range(1, 90)]) == ()


@given(
    st.lists(st.text(alphabet="ab(=)\n", max_size=12), max_size=12), st.lists(st.text(alphabet="ab(=)", max_size=12), max_size=12)
)
def test_every_pair_is_of_a_removed_and_an_added_line(before: list[str], after: list[str]) -> None:
    lines: Lines = rediff("\n".join(before), "\n".join(after))
    text = "\n".join(after).split("\n")
    for change in changes(lines):
        for pair in pairs(change, text):
            assert pair.line in lines.added
            assert pair.old in lines.removed
