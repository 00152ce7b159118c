"""The shapes of made-up values, and how seldom a random one has them."""

import random
import string

import pytest

from bot.core.fakes import has_long_word, is_hash, is_patterned, is_template, is_uuid, name_words, word_share


@pytest.mark.parametrize(
    ("alphabet", "length"),
    [
        (string.hexdigits[:16], 32),
        (string.hexdigits[:16], 64),
        (string.ascii_uppercase + "234567", 32),
        (string.ascii_letters + string.digits, 36),
        (string.ascii_letters + string.digits + "+/", 88),
    ],
)
def test_random_values_are_hardly_ever_called_made_up(alphabet: str, length: int) -> None:
    draw = random.Random(7)
    values = ["".join(draw.choices(alphabet, k=length)) for _ in range(400)]
    vetoed = [v for v in values if is_patterned(v) or is_template(v) or has_long_word(v) or word_share(v) >= 0.4]
    assert len(vetoed) <= 2


@pytest.mark.parametrize(
    "value", ["hunter2", "Sup3rS3cret!", "correcthorsebatterystaple", "P@ssw0rd123", "my-test-token", "letmein"]
)
def test_words_are_seen_through_digits(value: str) -> None:
    assert word_share(value) >= 0.4


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("fakeApiToken", {"fake", "api", "token"}),
        ("FAKE_API_TOKEN", {"fake", "api", "token"}),
        ("test_rejects-invalid.token2", {"test", "rejects", "invalid", "token"}),
        ("HTTPServer", {"http", "server"}),
        ("", set()),
    ],
)
def test_names_fall_into_words(name: str, words: set[str]) -> None:
    assert name_words(name) == words


def test_shapes_without_meaning() -> None:
    assert is_hash("d41d8cd98f00b204e9800998ecf8427e")
    assert not is_hash("d41d8cd98f00b204e9800998ecf8427")
    assert is_uuid("b7a1f0c2-58d4-4b1e-9f3a-2c6d8e0f4a7b")
    assert not is_uuid("b7a1f0c2-58d4-4b1e-9f3a-2c6d8e0f4a7")
    assert is_template("Bearer %s")
    assert not is_template("a%20b")
