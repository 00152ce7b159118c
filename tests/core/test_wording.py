import pytest

from bot.core.wording import complaints
from bot.model import Matcher
from tests.nouns import rule

FIT = rule(what="`{quote}` runs whatever it fetched.")


def test_fit_words_draw_no_complaint() -> None:
    assert complaints(FIT) == ()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"why": "This could be a potential problem"}, ["why: 'could' says", "why: 'potential' says"]),
        ({"fix": "Consider pinning it"}, ["fix: 'Consider' says"]),
        ({"why": "`could` is a function"}, []),
        ({"what": "`{quote} runs"}, ["what: every code span"]),
        ({"what": "`{quote}``a` runs"}, ["what: every code span"]),
        ({"why": "see [this](https://x.test)"}, ["why: no HTML"]),
        ({"why": "ask @octocat"}, ["why: no HTML"]),
        ({"title": "it runs."}, ["title: a phrase"]),
        ({"title": "it runs `x`"}, ["title: a phrase"]),
        ({"what": "it runs"}, ["what: name the token"]),
        ({"fix": "Pin it. Then run it."}, ["fix: one sentence"]),
        ({"fix": "Pin version 1.2, then run it."}, []),
        ({"what": "`{quote}` and `{HOST}`"}, ["what: {HOST} is captured by no matcher"]),
        ({"what": "`{quote}` and {0}"}, ["what: {0} is no name"]),
        ({"what": "{quote} runs"}, ["what: {quote} is code of the pull"]),
        ({"why": "word " * 90}, ["words: "]),
    ],
)
def test_what_is_complained_about(changes: dict[str, str], expected: list[str]) -> None:
    found = complaints(rule(**{"what": FIT.what, **changes}))
    assert len(found) == len(expected), found
    assert all(one.startswith(start) for one, start in zip(found, expected, strict=True)), found


def test_captures_of_patterns_groups_and_detectors_are_known() -> None:
    pattern = Matcher("python", ast='{"rule": {"pattern": "get($URL, $$$REST)"}}')
    group = Matcher("any", text="(?P<host>[a-z]+)")
    assert complaints(rule(what="`{URL}` {REST} `{host}`", matchers=(pattern, group))) == ()
    assert complaints(rule(what="`{quote}` on {host}", matchers=(group,))) == (
        "what: {host} is code of the pull; put it into backticks",
    )
    assert complaints(rule(what="`{quote}` {how}", matchers=(Matcher("any", detector="d"),))) == ()
