"""The self test is a judge, so it is tested with rule files that must not pass."""

import pytest

from bot.analysis.selftest import check
from bot.rulebook import RulebookError, parse

RULE = """\
id: cfg-open
code: TS-H01
title: open listener
tier: defect
severity: high
confidence: high
cwe: [CWE-306]
what: "`{quote}` listens everywhere."
why: "Anybody may connect."
fix: "Bind it to 127.0.0.1."
match:
  python:
    - rule: {pattern: "listen($HOST)"}
      suggest: SUGGEST
examples:
  python:
    - {flagged: "listen('0.0.0.0')\\n", lines: [1]}
    - {flagged: "x = 1\\nlisten('::')\\n", lines: [2]}
    - {clean: "listen()\\n", near_miss: true}
    - {clean: "connect('0.0.0.0')\\n"}
"""


def outcomes(suggest: str) -> list[tuple[str, tuple[int, ...]]]:
    return [(c.outcome, c.found) for c in check(parse("cfg-open.yml", RULE.replace("SUGGEST", suggest).encode()))]


def test_a_suggestion_that_mends_the_line_passes() -> None:
    assert outcomes("{replace: '^listen', with: 'local_listen'}") == []


def test_a_suggestion_that_leaves_the_finding_does_not() -> None:
    assert outcomes(r"{replace: '0\.0\.0\.0', with: 127.0.0.1}") == [("UNFIXED", (1,))]


def test_a_suggestion_that_no_example_shows_does_not() -> None:
    assert outcomes("{replace: 'bind', with: 'connect'}") == [("UNTRIED", ())]


@pytest.mark.parametrize(
    ("suggest", "key"),
    [
        ("{replace: '(', with: x}", "match.python[0].suggest.replace"),
        ("{replace: 'a', with: '\\9'}", "match.python[0].suggest.replace"),
        ("{replace: 'a'}", "match.python[0].suggest.with"),
        ("{replace: 'a', with: b, all: true}", "match.python[0].suggest.all"),
        ("text", "match.python[0].suggest"),
    ],
)
def test_a_wrong_suggestion_does_not_load(suggest: str, key: str) -> None:
    with pytest.raises(RulebookError) as raised:
        parse("cfg-open.yml", RULE.replace("SUGGEST", suggest).encode())
    assert raised.value.key == key
