"""What may be told of a secret value."""

from dataclasses import replace

import pytest

from bot.core.discreet import beginning, count, derive, in_report, is_told, tell
from bot.core.specimens import github_token
from bot.model import Secret

KEY = derive("correct horse battery", "installation 7")


def test_the_hash_is_the_same_in_every_version() -> None:
    """Reports of two versions are compared."""
    assert tell("hunter2-hunter2-hunter2", "a.example", KEY) == Secret("a.example", "hunt", 23, "a25a0df48f2180e8")


@pytest.mark.parametrize(
    ("value", "shown", "length"),
    [
        ("0000", "0", None),
        ("1234567", "1", None),
        ("12345678", "12", None),
        ("a" * 15, "aaa", None),
        ("a" * 16, "aaaa", 16),
        ("a" * 400, "aaaa", 400),
    ],
)
def test_of_a_short_value_less_is_told(value: str, shown: str, length: int | None) -> None:
    told = tell(value, "", KEY)
    assert (told.shown, told.length, beginning(value)) == (shown, length, shown)
    assert count(value) == ("fewer than 16" if length is None else str(length))


def test_without_a_key_there_is_no_hash() -> None:
    assert tell(github_token()).hash == ""
    assert in_report(tell(github_token())) == {"provider": None, "shown": "ghp_", "length": 40}


def test_no_key_is_in_a_repr() -> None:
    assert repr(KEY) == "HashKey()"


@pytest.mark.parametrize("claim", [{"shown": "ghp_x"}, {"length": 15}, {"length": -1}, {"hash": "x" * 16}, {"hash": "a" * 64}])
def test_a_claim_that_tells_more_is_not_believed(claim: dict[str, object]) -> None:
    told = tell(github_token(), "GitHub", KEY)
    assert is_told(told)
    assert is_told(tell("0000"))
    assert not is_told(replace(told, **claim))
