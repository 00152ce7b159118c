"""A glance at a text never denies what stands in it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.analysis.glance import Glance

# Few letters, so that strings recur; blanks of every kind, a letter that grows in lower case, and one that no UTF-8 carries.
texts = st.text(alphabet="abAB_.-(ſéΑΣİ\n \u2003\x1c\ud800", max_size=60)


@given(text=texts, begin=st.integers(0, 60), length=st.integers(1, 12))
@settings(deadline=None, max_examples=500)
def test_what_stands_in_a_text_may_be_held(text: str, begin: int, length: int) -> None:
    string = text[begin : begin + length]
    assert Glance(text).may_hold(string)
    assert Glance(text).holds(string)
    folded = text.lower()
    assert Glance(text).folded.may_hold(folded[begin : begin + length])


@given(text=texts, string=texts)
@settings(deadline=None, max_examples=500)
def test_to_hold_is_to_contain(text: str, string: str) -> None:
    assert Glance(text).holds(string) == (string in text)


def test_almost_everything_else_is_denied_without_a_search() -> None:
    glance = Glance("# Licensed under http://www.apache.org/licenses\ndef test_a():\n    pass\n")
    glance.different = ""  # whatever is looked for in it is not found
    assert glance.may_hold("")
    assert not glance.may_hold("http://")
    assert not any(glance.may_hold(string) for string in ("verify=False", "curl ", "-k=", "ssh"))
