"""Whose account an access key id belongs to."""

import pytest

from bot.core.aws import ACCESS_KEY_ID, account_of, is_sample
from bot.core.specimens import aws_id


def test_the_account_of_published_ids() -> None:
    """The pair of id and account that the decoding's discoverers published."""
    assert account_of("ASIAQNZGKIQY" + "56JQ7WML") == "029608264753"
    assert account_of("AKIAIOSFODNN7" + "EXAMPLE") is None
    assert len(account_of(aws_id()) or "") == 12


@pytest.mark.parametrize(
    "key_id", ["AKIAIOSFODNN7" + "EXAMPLE", "AKIA" + "QAAAAAAAAAAAAAAA", "AKIA" + "ABCDEFGHIJKLMNOP", "AKIA" + "TESTTESTTESTTEST"]
)
def test_samples(key_id: str) -> None:
    assert is_sample(key_id)


def test_a_random_id_is_no_sample_and_stands_alone() -> None:
    assert not is_sample(aws_id())
    assert ACCESS_KEY_ID.findall(f"x='{aws_id()}'") == [aws_id()]
    assert ACCESS_KEY_ID.findall(f"x='{aws_id()}7'") == []
    assert ACCESS_KEY_ID.findall(f"X{aws_id()}") == []
