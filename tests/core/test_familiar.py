from dataclasses import replace

import pytest

from bot.core.familiar import familiar, seen
from bot.core.markdown import mark
from bot.model import Earlier, Import, Product
from tests.nouns import removed, rule, rulebook, source

RULES = rulebook(rule())
FILE = source("a\nb\n")


def said(name: str) -> Earlier:
    return Earlier(summary_body=f"text\n\n{mark('summary', seen=name)}")


def test_nothing_to_analyse_is_familiar() -> None:
    assert familiar([], RULES, Earlier())


def test_what_the_summary_names_is_familiar() -> None:
    assert familiar([FILE], RULES, said(seen([FILE], RULES)))
    assert not familiar([FILE], RULES, Earlier())
    assert not familiar([FILE], RULES, Earlier(summary_body=seen([FILE], RULES)))


@pytest.mark.parametrize(
    "other",
    [
        [source("a\nc\n")],
        [source("a\nb\n", path="tests/test_b.py")],
        [source("a\nb\n", added=[1])],
        [source("a\nb\n", removed=(removed(1, 1, "x"),))],
        [replace(FILE, companions=("tests/a.so",))],
        [replace(FILE, product=Product(imports=(Import("app/a.py", 1),)))],
        [FILE, source("", path="tests/test_b.py")],
    ],
)
def test_anything_else_is_not(other) -> None:
    assert not familiar(other, RULES, said(seen([FILE], RULES)))


def test_which_lines_came_is_told_apart_where_they_do_not_follow_one_another() -> None:
    names = {seen([source("a\nb\nc\nd\n", added=added)], RULES) for added in ([1, 2, 3], [1, 3], [1, 2], [2, 3], [3], [1, 4])}
    assert len(names) == 6


def test_other_rules_see_it_for_the_first_time() -> None:
    assert not familiar([FILE], replace(RULES, digest="1"), said(seen([FILE], RULES)))
