from dataclasses import replace

from bot.core.markdown import mark
from bot.core.memo import Memo, write
from bot.core.naming import digest
from bot.core.recognise import recognise
from bot.model import Earlier, Finding, Spoken
from tests.nouns import finding

A, B, C = (digest("kin", str(n)) for n in range(3))


def equal(*lines: int) -> list[Finding]:
    """Equal findings on these lines, numbered from the top."""
    return [finding(line=line, fingerprint=digest("kin", str(n)), kin="kin") for n, line in enumerate(lines)]


def said(name: str, line: int | None, kept: bool = False) -> Spoken:
    return Spoken(name, 7, "n", "tests/test_a.py", mark("finding", fp=name), line=line, kept=kept)


def names(findings: list[Finding], *spoken: Spoken, listed: frozenset[str] = frozenset()) -> list[str]:
    earlier = Earlier(
        tuple(s for s in spoken if not s.kept), tuple(s for s in spoken if s.kept), summary_body=write(Memo(listed))
    )
    return [f.fingerprint for f in recognise(findings, earlier)]


def test_the_first_look_numbers_them() -> None:
    assert names(equal(5, 9)) == [A, B]


def test_a_comment_says_which_line_is_which() -> None:
    assert names(equal(9), said(A, None), said(B, 9)) == [B]
    assert names(equal(3, 6, 10), said(A, 6), said(B, 10)) == [C, A, B]


def test_without_places_they_are_numbered_as_before() -> None:
    assert names(equal(7, 11), said(A, None), said(B, None)) == [A, B]


def test_a_line_that_moved_is_the_one_that_is_missing() -> None:
    assert names(equal(9, 20), said(A, None), said(B, 9)) == [B, A]


def test_the_comment_of_a_dismissed_one_keeps_its_name() -> None:
    assert names(equal(9), said(A, None, kept=True), said(B, 9)) == [B]
    assert names(equal(5, 9), said(B, 5, kept=True), said(A, 9)) == [B, A]


def test_what_the_summary_lists_keeps_its_name() -> None:
    assert names(equal(3, 9), said(A, 9), listed=frozenset([C])) == [C, A]


def test_what_has_no_equals_is_left_alone() -> None:
    alone = finding(fingerprint="01")
    assert recognise([alone], Earlier((said("01", 3),))) == (alone,)
    assert recognise([replace(alone, kin="kin")], Earlier()) == (replace(alone, kin="kin"),)
