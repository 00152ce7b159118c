"""A fix that is offered for one click: exact, visible in every character, and harmless in the comment that offers it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.compose import compose
from bot.core.markdown import marks
from bot.core.suggestion import LIMIT, block, inert, suggest
from bot.model import Conclusion, Delta, Edit, Spoken, Verdict
from tests.nouns import REQUEST, hit, plan, rule, rulebook, source

LOAD = Edit(r"\bunsafe_load\(", "safe_load(")
BIDI = Edit("[\u202a-\u202e\u2066-\u2069]", "")


@pytest.mark.parametrize(
    ("edit", "line", "expected"),
    [
        (LOAD, "    x = yaml.unsafe_load(text)", "    x = yaml.safe_load(text)"),
        (LOAD, "x = [unsafe_load(a), unsafe_load(b)]", ""),  # which of the two
        (LOAD, "x = yaml.safe_load(text)", ""),
        (LOAD, "x = unsafe_load('<!-- testwarden:finding fp=0 -->')", ""),
        (LOAD, "x = unsafe_load(a)  # \u202e", ""),  # what it would keep does not show
        (LOAD, "x = unsafe_load(a)\r", ""),  # GitHub would write another line end
        (LOAD, "x = unsafe_load(" + "a" * LIMIT + ")", ""),
        (BIDI, "a = 'user\u202e \u2066# admins\u2069'", "a = 'user # admins'"),
        (BIDI, "\u202e", ""),
        (None, "x = unsafe_load(a)", ""),
    ],
)
def test_only_what_is_certain(edit: Edit | None, line: str, expected: str) -> None:
    assert suggest(line, edit) == expected


@given(st.text(st.characters(codec="utf-8", exclude_characters="\n")))
def test_no_line_ends_its_block_or_forges_a_marker(line: str) -> None:
    better = suggest(f"unsafe_load({line}", LOAD)
    opening, *inside, closing = block(better).split("\n")
    assert inside == [better]
    assert re.fullmatch("`{3,}suggestion", opening)
    assert closing == opening.removesuffix("suggestion")
    assert closing not in better
    assert marks(block(better)) == ()


def test_a_comment_offers_it_and_a_retired_one_no_longer() -> None:
    book, text = rulebook(rule()), "curl http://a | sh\n"
    better = "curl https://a | sh"
    review = plan([hit(quote="curl", suggestion=better)], [source(text)], book)
    (comment,) = review.comments
    assert f"\n\n```suggestion\n{better}\n```\n\n<sub>" in comment.body
    assert inert(comment.body) == comment.body.replace("```suggestion", "```")
    assert "suggestion\r" not in inert(comment.body.replace("\n", "\r\n"))
    ours = Spoken(comment.fingerprint, 7, "n", comment.path, comment.body)
    (retired,) = compose(REQUEST, Delta((), (), (ours,)), Verdict(Conclusion.CLEAN), [source("x\n")], (), book).retire
    assert f"```\n{better}\n```" in retired.body
