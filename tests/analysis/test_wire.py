"""What is packed on one side is unpacked on the other."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.analysis.wire import LENGTH, frame, pack, unframe, unpack
from bot.model import Lines, Removed

numbers = st.frozensets(st.integers(1, 12))


gone = st.builds(Removed, st.integers(1, 9), st.integers(1, 9), st.text(st.characters(codec="utf-8")))


@given(added=numbers, right=numbers, removed=st.lists(gone, max_size=2))
@settings(deadline=None)
def test_lines_arrive_as_they_were_sent(added: frozenset[int], right: frozenset[int], removed: list[Removed]) -> None:
    lines = Lines(added, right, hunks=((1, 2),), removed=tuple(removed))
    assert unpack(Lines, unframe(frame({"lines": pack(lines)})[LENGTH.size :])["lines"]) == lines


def test_a_run_of_lines_is_sent_as_its_ends() -> None:
    assert pack(frozenset(range(3, 90))) == [[3, 89]]
    assert pack(frozenset([5])) == [[5, 5]]
    assert pack(frozenset([1, 2, 4])) == [[1, 2], [4, 4]]
    assert pack(frozenset()) == []
