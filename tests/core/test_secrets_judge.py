"""Fake or real: what a value's form and surroundings add up to."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import specimens
from bot.core.published import is_published
from bot.core.secrets_judge import Evidence, Standing, entropy, is_random, judge
from bot.core.token_formats import spot

REAL, UNSURE, FAKE = Standing.REAL, Standing.UNSURE, Standing.FAKE
SEEDS = st.integers(0, 10**9).map(str)
PASSWORD = specimens.password()


def token(value: str, **known: object) -> Evidence:
    (found,) = spot(value)
    return Evidence(value, body=found.body, verified=found.verified, **known)  # type: ignore[arg-type]


@pytest.mark.parametrize("make", [specimens.github_token, specimens.npm_token, specimens.gitlab_token, specimens.grafana_token])
@given(seed=SEEDS)
@settings(deadline=None, max_examples=60, derandomize=True)
def test_a_verified_token_is_real(make: object, seed: str) -> None:
    assert judge(token(make(seed))).standing is REAL  # type: ignore[operator]


@given(seed=SEEDS)
@settings(deadline=None, max_examples=60)
def test_a_token_with_a_broken_checksum_is_fake(seed: str) -> None:
    value = specimens.github_token(seed)
    broken = value[:-1] + ("0" if value[-1] != "0" else "1")
    assert judge(token(broken)).veto == "checksum fails"


@pytest.mark.parametrize(
    ("known", "standing", "score"),
    [
        ({}, REAL, 7),
        ({"name": "fake_token"}, UNSURE, 4),
        ({"name": "invalidToken"}, UNSURE, 4),
        ({"around": "test_rejects_expired_token"}, UNSURE, 4),
        ({"known_before": True}, UNSURE, 5),
        ({"scanner": True}, UNSURE, 7),
        ({"test_mode": True}, UNSURE, 7),
        ({"asserted": True}, UNSURE, 4),
        ({"asserted": True, "known_before": True}, FAKE, 2),
        ({"name": "fakery", "around": "test_api"}, REAL, 7),
    ],
)
def test_what_stands_around_a_verified_token_counts(known: dict[str, object], standing: Standing, score: int) -> None:
    judged = judge(token(specimens.github_token(), **known))
    assert (judged.standing, judged.score) == (standing, score)


@pytest.mark.parametrize(
    ("known", "standing"),
    [
        ({}, FAKE),
        ({"exact": True}, UNSURE),
        ({"exact": True, "live": True}, REAL),
        ({"host": "db.contoso.io"}, UNSURE),
        ({"host": "db.contoso.io", "paired": True}, UNSURE),
        ({"host": "db.contoso.io", "paired": True, "accepted": True}, REAL),
        ({"host": "localhost", "paired": True, "accepted": True}, UNSURE),
        ({"paired": True, "exact": True}, REAL),
        ({"paired": True, "exact": True, "nearby": "# temporary, remove before merge"}, REAL),
    ],
)
def test_a_random_value_needs_company(known: dict[str, object], standing: Standing) -> None:
    assert judge(Evidence(PASSWORD, **known)).standing is standing  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "veto"),
    [
        ("${API_TOKEN}", "template"),
        ("{{ secrets.TOKEN }}", "template"),
        ("<your-token>", "template"),
        ("sk_live_xxxxxxxxxxxxxxxxxxxxxxxx", "template"),
        ("Bearer ***", "template"),
        ("[REDACTED]", "template"),
        ("a" * 40, "patterned"),
        ("abababababababababababab", "patterned"),
        ("0123456789abcdef0123456789abcdef", "patterned"),
        ("k9abcdefghij77", "patterned"),
        ("Zyxwvutsrq", "patterned"),
        ("Xk2mLp9QXk2mLp9QXk2mLp9Q", "patterned"),
        ("qwertyuiop1", "patterned"),
        ("$2b$12$KIXQ0vZ8N5nGZ1rT7uYfQe", "password hash"),
        ("9f86d081884c7d659a2feaa0c55ad015", "hash"),
        ("b7a1f0c2-58d4-4b1e-9f3a-2c6d8e0f4a7b", "uuid"),
    ],
)
def test_one_veto_makes_a_fake(value: str, veto: str) -> None:
    assert judge(Evidence(value, host="db.contoso.io", paired=True, live=True)).veto == veto


def test_a_host_that_takes_a_digest_for_a_key_makes_it_one() -> None:
    digest = "9f86d081884c7d659a2feaa0c55ad015"
    assert judge(Evidence(digest, host="db.contoso.io", accepted=True, paired=True)).standing is REAL


def test_words_make_a_formed_value_fake_and_weigh_on_any_other() -> None:
    assert judge(Evidence("xoxb-my-test-slack-token", body="my-test-slack-token", exact=True)).veto == "words"
    assert judge(Evidence("Winter2024!", host="db.contoso.io", paired=True)).score == 1


def test_published_values_are_fake() -> None:
    documented = "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY"
    retired = "zQWBuTSOoRi4A9spHcVY5" + "ncnsDkxkJ0mLq17"
    assert is_published(documented)
    assert [judge(token(prefix + retired)).veto for prefix in ("ghp_", "npm_")] == ["published", "published"]
    assert not is_published(specimens.github_token())


@given(st.text(max_size=300))
@settings(deadline=None)
def test_any_text_is_judged(text: str) -> None:
    judged = judge(Evidence(text, exact=True, name=text[:50], nearby=text))
    assert (judged.standing is FAKE) == (bool(judged.veto) or judged.score < 3)


@given(st.text(alphabet=string.ascii_letters + string.digits, min_size=20, max_size=60))
@settings(deadline=None)
def test_fewer_than_nine_different_characters_are_never_real(text: str) -> None:
    few = text.translate({ord(c): "AbCdEfGh"[ord(c) % 8] for c in text})
    assert judge(Evidence(few, exact=True, paired=True, live=True, host="db.contoso.io")).standing is FAKE


def test_entropy_is_shannons() -> None:
    assert entropy("aabb") == 1.0
    assert entropy("abcd" * 4) == 2.0
    assert is_random(PASSWORD)
    assert not is_random("aaaaaaaabbbb")
    assert not is_random("short")


def test_no_value_is_in_a_repr() -> None:
    assert PASSWORD not in repr(Evidence(PASSWORD, body=PASSWORD, nearby=PASSWORD))
