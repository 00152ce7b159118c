"""Jumping to where a match can begin finds what the standard library finds."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.analysis.document import Document
from bot.analysis.glance import Glance
from bot.analysis.leads import finditer, leads_of, may_match, needles_of, search, sets_of
from bot.model import Kind, Lines, Source
from bot.rulebook import load

# A piece of each kind that an expression is made of.
pieces = st.sampled_from(
    [*r"ab|a|b|B|\b|^|$|(?<!a)|(?=b)|[ab]|[^a]|\w|.|(a)|(?:ab)?|a*|b+|a+?|\n".split("|"), "(?:ab|ba)", "(a|bb)", "(?:ab|b?)+"]
)
expressions = st.lists(pieces, min_size=1, max_size=5).map("".join)
choices = st.lists(expressions, min_size=1, max_size=3).map("|".join)
texts = st.text(alphabet="abBA \nſ", max_size=40)


@given(expression=choices, text=texts, flags=st.sampled_from([re.MULTILINE, re.IGNORECASE, re.DOTALL | re.IGNORECASE]))
@settings(deadline=None, max_examples=500)
def test_the_matches_are_those_of_the_standard_library(expression: str, text: str, flags: re.RegexFlag) -> None:
    pattern = re.compile(expression, flags)
    assert [(m.span(), m.groups()) for m in finditer(pattern, text)] == [(m.span(), m.groups()) for m in pattern.finditer(text)]
    assert [m.span() for m in finditer(pattern, text, Glance(text))] == [m.span() for m in pattern.finditer(text)]
    assert may_match(pattern, Glance(text)) or not pattern.search(text)
    assert getattr(search(pattern, text), "span", lambda: None)() == getattr(pattern.search(text), "span", lambda: None)()


@pytest.mark.parametrize(
    ("expression", "flags", "leads"),
    [
        (r"\bverify(?:_ssl)?\s*=", 0, ("verify",)),
        (r"(?<!\w)(?:get|post)\(", 0, ("get(", "post(")),
        (r"(?:new\s+)?URL\(", 0, ("URL(", "new")),
        (r"[cC]lient\.", 0, ("Client.", "client.")),
        (r"(?i)Token", 0, ("token",)),
        (r"(?i)ſecret", 0, ()),
        (r"\w+_token", 0, ()),
        (r"x\d", 0, ()),
        (r"\[\s+-e", 0, ("[",)),
        (r"(?:ab)*", 0, ()),
    ],
)
def test_what_a_match_begins_with(expression: str, flags: int, leads: tuple[str, ...]) -> None:
    assert leads_of(re.compile(expression, flags)) == leads


@given(expression=choices, text=texts, flags=st.sampled_from([re.MULTILINE, re.IGNORECASE, re.DOTALL | re.IGNORECASE]))
@settings(deadline=None, max_examples=500)
def test_no_line_that_matches_is_passed_over(expression: str, text: str, flags: re.RegexFlag) -> None:
    pattern, lines = re.compile(expression, flags), text.split("\n")
    document = Document(Source("tests/x", "python", Kind.CODE, text, Lines(frozenset(range(1, len(lines) + 2)))))
    near = document.added_near(pattern)
    assert near == sorted(set(near) & document.added)
    assert {n for n, line in enumerate(lines, 1) if pattern.search(line)} <= set(near)


@pytest.mark.parametrize(
    ("expression", "flags", "needles"),
    [
        (r"^\s*(?P<name>\w+)\s*=\s*(?P<what>(?:os\.)?open\()", 0, ("open(",)),
        (r"a+\w?token|\w+\.secret", 0, (".secret", "token")),
        (r"\w+(?:Key)?", 0, ()),
        (r"(?:Key)?\w+ID", 0, ("ID",)),
        (r"\w(?i:Token)", 0, ()),
        (r"(?i)\w=Token", 0, ("=token",)),
    ],
)
def test_what_a_match_holds(expression: str, flags: int, needles: tuple[str, ...]) -> None:
    assert needles_of(re.compile(expression, flags)) == needles


@pytest.mark.parametrize(
    ("expression", "flags", "sets"),
    [
        (r"(?P<url>http://[^'\s]+\.(?:zip|jar))(?=')", 0, (("http://",), (".jar", ".zip"), ("jar", "zip"))),
        (r"(?i)Key\d+\w?Secret$", 0, (("secret",), ("key",))),
        (r"(?:abc)?\w+de|\w", 0, ()),
    ],
)
def test_what_every_match_holds_one_of(expression: str, flags: int, sets: tuple[tuple[str, ...], ...]) -> None:
    assert sets_of(re.compile(expression, flags)) == sets


def test_a_text_without_what_every_match_holds_is_not_searched() -> None:
    pattern = re.compile(r"http://\S+\.zip")
    assert not may_match(pattern, Glance("# http://www.apache.org/licenses/LICENSE-2.0"))
    assert may_match(pattern, Glance("'http://db.contoso.io/a.zip'"))


def test_many_leads_are_cut_until_they_are_few() -> None:
    pattern = re.compile("|".join(f"{'abc'[n % 3]}xx{n:02}" for n in range(90)))
    assert leads_of(pattern) == tuple(f"{letter}xx{n}" for letter in "abc" for n in range(9))


def test_most_expressions_of_the_rulebook_have_leads() -> None:
    texts = {m.text for rule in load().rules.values() for m in rule.matchers if m.text}
    led = [t for t in texts if leads_of(re.compile(t, re.MULTILINE))]
    assert len(led) > len(texts) / 2
