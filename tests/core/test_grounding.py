import pytest

from bot.core.grounding import MISREAD, ground, stands
from bot.model import Side, Skipped, Tier
from tests.nouns import finding, removed, source


@pytest.mark.parametrize(
    ("quote", "line", "there"),
    [
        ("verify=False", "requests.get(u, verify=False)", True),
        ("verify=True", "requests.get(u, verify=False)", False),
        ("f( a,  b )", "f( a, b )", True),
        ("ghp_…", 'TOKEN = "ghp_abc"', True),
        ("ghp_…9z", 'TOKEN = "ghp_abc9z"', True),
        ("9z…ghp_", 'TOKEN = "ghp_abc9z"', False),
        ("U+202E", "x = 'a\u202eb'", True),
        ("U+202E", "x = 'a'", False),
        ("U+202E", "# says U+202E", True),
        ("U+FFFFFF", "x", False),
        ("", "x", False),
        ("…", "x", False),
    ],
)
def test_stands(quote: str, line: str, there: bool) -> None:
    assert stands(quote, line) is there


def test_only_what_stands_on_its_line_is_kept() -> None:
    src = source("a\nx\nb\n")
    here, there = finding(line=2), finding(line=1)
    assert ground([here, there], [src]).kept == (here,)
    assert ground([here, there], [src]).dropped == (there,)


def test_a_span_may_quote_any_of_its_lines() -> None:
    src = source("a\nb\nx\n")
    assert ground([finding(line=1, end_line=3)], [src]).dropped == ()
    assert ground([finding(line=1, end_line=2)], [src]).kept == ()


def test_lines_are_counted_by_newline_alone() -> None:
    src = source("a\x0c\u2028b\nx\n")
    assert ground([finding(line=2)], [src]).dropped == ()


@pytest.mark.parametrize("line", [0, -1, 99])
def test_a_line_outside_the_file_grounds_nothing(line: int) -> None:
    assert ground([finding(line=line)], [source("x\n")]).kept == ()


def test_a_removed_line_is_read_on_the_old_side() -> None:
    src = source("a\n", removed=(removed(7, 1, "x"),))
    assert ground([finding(line=7, side=Side.LEFT)], [src]).dropped == ()
    assert ground([finding(line=8, side=Side.LEFT)], [src]).kept == ()


def test_a_dropped_defect_leaves_its_file_in_doubt() -> None:
    lost = [finding(line=1), finding(line=1), finding(path="gone.py"), finding(line=1, tier=Tier.CONSIDERATION, path="t.py")]
    assert ground(lost, [source("a\n"), source("a\n", "t.py")]).doubts == (
        Skipped("tests/test_a.py", MISREAD, clouds=True),
        Skipped("gone.py", MISREAD, clouds=True),
    )
