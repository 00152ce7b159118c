"""What a literal says once decoded."""

import base64
import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.encodings import TURNED, is_encoded, unfold
from bot.core.specimens import github_token

TOKEN = github_token()
B64 = base64.b64encode(TOKEN.encode()).decode()


@pytest.mark.parametrize(
    ("written", "how"),
    [
        (B64, "base64"),
        (B64.rstrip("="), "base64"),
        (base64.urlsafe_b64encode(TOKEN.encode()).decode(), "base64"),
        (TOKEN.encode().hex(), "hex"),
        (TOKEN[::-1], "reversed"),
        (codecs.encode(TOKEN, "rot13"), "ROT13"),
        (base64.b64encode(B64.encode()).decode(), "base64, base64"),
        (base64.b64encode(TOKEN[::-1].encode()).decode(), "base64, reversed"),
        (base64.b64encode(TOKEN.encode().hex().encode()).decode(), "base64, hex"),
    ],
)
def test_every_way_back(written: str, how: str) -> None:
    assert (how, TOKEN) in list(unfold(written))


def test_three_steps_and_no_more() -> None:
    written = TOKEN
    for _ in range(3):
        written = base64.b64encode(written.encode()).decode()
    assert ("base64, base64, base64", TOKEN) in list(unfold(written))
    assert all(text != TOKEN for _, text in unfold(base64.b64encode(written.encode()).decode()))


@pytest.mark.parametrize(
    "text", ["", "hello world", "iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB", "not-base64-at-all!", "deadbeef", "a" * 20_000]
)
def test_what_does_not_decode_to_text(text: str) -> None:
    assert [t for _, t in unfold(text) if "gh" + "p_" in t] == []


@given(st.text(max_size=200))
@settings(deadline=None)
def test_any_text_can_be_unfolded(text: str) -> None:
    assert all(decoded and decoded != text for _, decoded in unfold(text))


pieces = st.sampled_from(
    [TOKEN, TOKEN[::-1], codecs.encode(TOKEN, "rot13"), B64, B64[::-1], TOKEN.encode().hex(), "a b", "=", "x"]
)


@given(text=st.lists(pieces, max_size=3).map("".join))
@settings(deadline=None)
def test_what_can_be_decoded_is_taken_for_encoded(text: str) -> None:
    assert is_encoded(text, any(mark in text for mark in TURNED)) or not list(unfold(text))
