"""Which matchers are tried on a file: those for its language of which a keyword stands in it."""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.analysis.document import Document
from bot.analysis.glance import Glance
from bot.analysis.plan import Keywords, Plan
from bot.model import Rule, Source
from bot.rulebook import load

MakeRule = Callable[..., Rule]
MakeSource = Callable[..., Source]

# Few letters, so that keywords overlap, hold one another and begin alike.
words = st.text(alphabet="ab_.(`é \u2003", min_size=1, max_size=5)


@given(text=st.text(alphabet="ab_.(`é \n\u2003", max_size=60), keywords=st.sets(words, max_size=30))
@settings(deadline=None)
def test_a_keyword_is_found_where_it_stands(text: str, keywords: set[str]) -> None:
    assert Keywords(keywords).standing_in(Glance(text)) == {k for k in keywords if k in text}


def test_every_keyword_of_the_rulebook_is_found_in_each_other() -> None:
    keywords = {k for rule in load().rules.values() for m in rule.matchers for k in m.keywords}
    finder = Keywords(keywords)
    for text in (*keywords, " ".join(sorted(keywords))):
        assert finder.standing_in(Glance(text)) == {k for k in keywords if k in text}


def test_a_file_gets_its_languages_matchers_in_the_order_of_the_rules(rule: MakeRule, source: MakeSource) -> None:
    rules = [
        rule("other", "g()", keywords=["g"]),
        rule("always", "f()"),
        rule("go", "f()", language="go"),
        rule("any", text="f", keywords=["x", "f("], language="any"),
    ]
    assert [r.id for r, _ in Plan(rules).live(Document(source("f()\n")))] == ["always", "any"]
