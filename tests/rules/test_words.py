"""The words of every rule are fit to be said."""

import pytest

from bot.core.wording import complaints
from bot.model import Rule
from bot.rulebook import load

RULES = tuple(load().rules.values())


@pytest.mark.parametrize("rule", [pytest.param(r, id=r.id) for r in RULES])
def test_words(rule: Rule) -> None:
    assert complaints(rule) == ()


def test_codes_and_titles_are_distinct() -> None:
    assert len({r.code for r in RULES}) == len(RULES)
    assert len({r.title.lower() for r in RULES}) == len(RULES)
