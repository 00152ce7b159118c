"""Lines are counted by newline alone, as GitHub counts them."""

from hypothesis import given
from hypothesis import strategies as st

from bot.core.grounding import ground
from bot.core.suppress import suppress
from tests.laws.worlds import RULES
from tests.nouns import finding, source

BREAKS = st.text(st.sampled_from("\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), max_size=4)


@given(st.lists(BREAKS, min_size=1, max_size=8), st.data())
def test_no_other_character_ends_a_line(before, data) -> None:
    line = data.draw(st.integers(1, len(before)))
    text = "\n".join(f"{b}token{n}{b}" for n, b in enumerate(before, 1))
    src = source(text)
    assert src.lines.added == frozenset(range(1, len(before) + 1))
    there = finding(line=line, quote=f"token{line}")
    assert ground([there], [src]).kept == (there,)
    assert ground([finding(line=line + 1, quote=f"token{line}")], [src]).kept == ()


@given(BREAKS)
def test_a_marker_reaches_only_its_own_line(odd) -> None:
    src = source(f"a{odd}  # nosec{odd}\nx\n")
    assert suppress([finding(line=2)], [src], RULES).suppressed == ()
    assert len(suppress([finding(line=1)], [src], RULES).suppressed) == 1
