from bot.core.markdown import mark
from bot.core.reconcile import reconcile
from bot.model import Delta, Earlier, Finding, Skipped, Spoken, Suppressed
from tests.nouns import finding, source

SOURCE = source("x\n")
ONE, TWO = finding(line=1, fingerprint="01"), finding(line=2, fingerprint="02")


def spoken(fingerprint: str, comment: int = 7, path: str = "tests/test_a.py", twin: str = "") -> Spoken:
    return Spoken(fingerprint, comment, f"node-{comment}", path, mark("finding", fp=fingerprint, twin=twin))


def look(findings: list[Finding], *said: Spoken, summary: str = "", skipped: tuple[Skipped, ...] = ()) -> Delta:
    return reconcile(findings, Earlier(said, summary_body=summary), [SOURCE], skipped)


def test_first_look() -> None:
    assert look([ONE, TWO]) == Delta((ONE, TWO), (), ())


def test_second_look_says_only_what_is_new() -> None:
    assert look([ONE, TWO], spoken("01")) == Delta((TWO,), (ONE,), ())


def test_what_the_summary_listed_is_not_new() -> None:
    delta = look([ONE, TWO], summary=f"text\n\n{mark('summary', listed='02,ff')}")
    assert delta == Delta((ONE,), (TWO,), (), listed=frozenset(["02"]))


def test_gone_only_when_the_file_was_analysed() -> None:
    old = spoken("0a")
    assert look([], old) == Delta((), (), (old,), fixed=frozenset(["0a"]))
    assert look([], old, skipped=(Skipped("tests/test_a.py", "timed out", True),)) == Delta((), (), ())
    assert look([], spoken("0a", path="tests/other.py")) == Delta((), (), ())


def test_a_comment_about_two_findings_is_gone_with_the_last() -> None:
    assert look([ONE], spoken("01"), spoken("0b")).gone == ()
    both = look([], spoken("01"), spoken("0b"))
    assert both.gone == (spoken("01"),)
    assert both.fixed == {"01", "0b"}


def test_fixed_is_remembered_until_it_comes_back() -> None:
    memory = mark("summary", fixed="01,0c")
    assert look([], summary=memory).fixed == {"01", "0c"}
    assert look([ONE], summary=memory).fixed == {"0c"}
    assert look([ONE], summary=memory).new == (ONE,)


def test_what_is_kept_back_is_neither_gone_nor_fixed() -> None:
    why = Suppressed(ONE, "dismissed by hubot", "ours")
    old = spoken("01")
    delta = reconcile([], Earlier((old,)), [SOURCE], (), suppressed=[why])
    assert delta == Delta((), (), (), kept=((old, why),))


def test_a_comment_about_two_findings_is_kept_back_with_the_last() -> None:
    both = Earlier((spoken("01"), spoken("02")))
    why = Suppressed(ONE, "dismissed by hubot", "ours")
    assert reconcile([TWO], both, [SOURCE], (), suppressed=[why]).kept == ()
    assert [s.comment_id for s, _ in reconcile([], both, [SOURCE], (), suppressed=[why]).kept] == [7]


def test_a_finding_in_a_renamed_file_stands() -> None:
    now = finding(fingerprint="aa", twin="77")
    old = spoken("bb", path="tests/was_here.py", twin="77")
    assert look([now], old) == Delta((), (now,), ())


def test_a_copy_is_not_a_rename() -> None:
    now = finding(fingerprint="aa", twin="77")
    here = spoken("bb", twin="77")
    assert look([now], here).new == (now,)


def test_each_old_comment_stands_for_one_finding() -> None:
    now = [finding(fingerprint="aa", twin="77"), finding(fingerprint="ab", twin="77")]
    delta = look(now, spoken("bb", path="tests/was_here.py", twin="77"))
    assert (delta.standing, delta.new) == ((now[0],), (now[1],))
