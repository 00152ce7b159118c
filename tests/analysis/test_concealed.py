"""What must not leave the analyst does not, whichever rule speaks of the line it stands on."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.analysis import engine
from bot.analysis.detectors import Found
from bot.analysis.engine import scan
from bot.model import Edit, Hit, Rule, Secret, Source

MakeRule = Callable[..., Rule]
MakeSource = Callable[..., Source]


def lines(hits: tuple[Hit, ...]) -> list[tuple[str, int]]:
    return [(h.rule, h.line) for h in hits]


def test_what_no_word_of_the_rule_names_stays_in_the_analyst(rule: MakeRule, source: MakeSource) -> None:
    """A pattern may capture a password in order to judge it."""
    typed = rule("typed", text=r"(?P<field>password)=(?P<typed>\w+)", quote="field")
    (hit,) = scan(source("password=hunter2\n"), [replace(typed, what="`{field}` is typed")])
    assert (hit.quote, hit.captures) == ("password", {"field": "password"})


@pytest.mark.parametrize("value", ["s3cr3t-VALUE-0123456789", "long" + "Zy9" * 60])
def test_a_concealed_value_leaves_in_nobodys_hit(
    rule: MakeRule, source: MakeSource, detect: Callable[..., None], value: str
) -> None:
    """Not in a quote, not in a capture, not cut off in the middle; whichever rule speaks, and whichever ran first."""
    detect("secret", Found(1, 1, f"{value[:4]}…"), conceal=value)
    text = f"connect('db', password='{value}')\n"
    rules = [
        rule("call", "connect($$$ARGS)"),
        rule("text", text=r"password=(?P<ALL>.*)", quote="ALL"),
        rule("secret", detector="secret"),
    ]
    hits = scan(source(text), rules)
    assert lines(hits) == [("call", 1), ("secret", 1), ("text", 1)]
    assert all(value[:8] not in repr(h) for h in hits)
    assert hits[0].quote == f"connect('db', password='{value[:4]}"
    assert hits[0].quote in text


def test_a_providers_name_holds_no_concealed_value_and_is_short(
    rule: MakeRule, source: MakeSource, detect: Callable[..., None]
) -> None:
    """It may be a host, which the pull's author writes."""
    value = "s3cr3t-VALUE-0123456789"
    detect("first", Found(1, 1, "get", secret=Secret(f"{value}.example", "s3cr", 23)), conceal=value)
    detect("second", Found(1, 1, "get", secret=Secret("x" * 500, "s3cr", 23)))
    hits = scan(source("get(u)\n"), [rule("a", detector="first"), rule("b", detector="second")])
    assert [hit.secret and hit.secret.provider for hit in hits] == ["s3cr", f"{'x' * (engine.CAPTURE_LIMIT - 1)}…"]


def test_a_fix_is_offered_on_one_line_and_holds_no_concealed_value(
    rule: MakeRule, source: MakeSource, detect: Callable[..., None]
) -> None:
    detect("secret", conceal="s3cr3t-VALUE")
    text = "get(u, verify=False)\nget(u, verify=False, key='s3cr3t-VALUE')\nget(u,\n    verify=False)\n"
    made = rule("call", "get($$$)")
    made = replace(made, matchers=(replace(made.matchers[0], edit=Edit("verify=False", "verify=True")),))
    hits = scan(source(text), [made, rule("secret", detector="secret")])
    assert [(h.line, h.suggestion) for h in hits] == [(1, "get(u, verify=True)"), (2, ""), (3, "")]
