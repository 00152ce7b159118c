"""Offline proofs: a specimen verifies, and one changed character ends that."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import specimens
from bot.core.token_formats import FORMATS, spot

MAKERS = {
    "GitHub": specimens.github_token,
    "npm": specimens.npm_token,
    "GitLab": specimens.gitlab_token,
    "Grafana": specimens.grafana_token,
    "Atlassian": specimens.atlassian_token,
    "PyPI": specimens.pypi_token,
    "Azure": specimens.azure_key,
}
SEEDS = st.integers(0, 10**9).map(str)


@pytest.mark.parametrize("provider", MAKERS)
@given(seed=SEEDS)
@settings(deadline=None, max_examples=30)
def test_a_specimen_verifies(provider: str, seed: str) -> None:
    value = MAKERS[provider](seed)
    (found,) = spot(f"token = '{value}'\n")
    assert (found.format.provider, found.value, found.verified) == (provider, value, True)
    assert f"token = '{value}'\n"[found.start : found.end] == value


@pytest.mark.parametrize("provider", [p for p in MAKERS if p != "PyPI"])
@given(seed=SEEDS, data=st.data())
@settings(deadline=None, max_examples=60)
def test_one_changed_character_fails_the_checksum(provider: str, seed: str, data: st.DataObject) -> None:
    value = MAKERS[provider](seed)
    at = data.draw(st.integers(10, len(value) - 1).filter(lambda i: value[i].isalnum()))
    other = data.draw(st.sampled_from("0123456789").filter(lambda c: c != value[at]))
    changed = value[:at] + other + value[at + 1 :]
    assert [s.verified for s in spot(changed)] in ([False], [])


@pytest.mark.parametrize("cut", [1, 8, 40])
def test_a_shortened_pypi_token_is_no_macaroon(cut: int) -> None:
    assert [s.verified for s in spot(specimens.pypi_token()[:-cut])] in ([False], [])


@pytest.mark.parametrize(
    "text",
    [
        "ghp_" + "short",
        "xghp_" + specimens.github_token()[4:],
        specimens.github_token() + "Z",
        "ghp_" + "é" * 36,
        "pypi-AgEIcHlwaS5vcmc" + "!" * 60,
        "glpat-",
        "",
    ],
)
def test_what_only_looks_like_a_token_is_not_spotted(text: str) -> None:
    assert [s for s in spot(text) if s.verified] == []


@given(st.text(alphabet="ghp_npmglsaATBB0123.=-", max_size=400))
@settings(deadline=None)
def test_any_text_can_be_searched(text: str) -> None:
    for found in spot(text):
        assert text[found.start : found.end] == found.value
        assert isinstance(found.verified, bool)


def test_a_value_is_in_no_repr() -> None:
    (found,) = spot(specimens.github_token())
    assert found.value not in repr(found)


def test_every_format_has_a_prefix_that_its_pattern_starts_with() -> None:
    for form in FORMATS:
        assert all(len(p) >= 4 for p in form.prefixes)
