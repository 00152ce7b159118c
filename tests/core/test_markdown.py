import pytest
from markdown_it import MarkdownIt

from bot.core.markdown import (
    Mark,
    cell,
    clip,
    code,
    fold,
    line_url,
    mark,
    marks,
    one_line,
    plain,
    sign,
    signed,
    table,
    without_marks,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words", "plain words"),
        ("  first\nsecond", "first"),
        ("tab\there\u00a0and\u3000there", "tab here and there"),
        ("a\u202eb", "a\\u{202e}b"),
        ("a\u200bb\x1b[31m", "a\\u{200b}b\\u{1b}[31m"),
        ("a\u2028b", "a\\u{2028}b"),
        ("lone \ud800", "lone \\u{d800}"),
        ("x\u3164y\ufe0f", "x\\u{3164}y\\u{fe0f}"),
        ("naïve 文字", "naïve 文字"),
        ("", ""),
    ],
)
def test_one_line_shows_what_cannot_be_seen(text: str, shown: str) -> None:
    assert one_line(text) == shown


def test_one_line_cuts_with_an_ellipsis() -> None:
    assert one_line("x" * 100, 10) == "x" * 9 + "…"
    assert one_line("x" * 10, 10) == "x" * 10


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("x = 1", "`x = 1`"),
        ("a `b` c", "``a `b` c``"),
        ("`a`", "`` `a` ``"),
        ("```", "```` ``` ````"),
        ("", "` `"),
        ("<!-- testwarden:summary -->", "`< !-- testwarden:summary -->`"),
        ("<!--  TestWarden : x", "`< !--  TestWarden : x`"),
        ("<!-- other -->", "`<!-- other -->`"),
    ],
)
def test_code_is_one_span(text: str, span: str) -> None:
    assert code(text) == span


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("larger than 3 MB", "larger than 3 MB"),
        ("the parser's limit: 2.5 s (of 20), 10% used", "the parser's limit: 2.5 s (of 20), 10% used"),
        ("naïve wörds", "naïve wörds"),
        ("", "` `"),
        *(
            (odd, f"`{odd}`")
            for odd in (
                "@octo",
                "a @octo",
                "acme/app#12",
                "see GH-12",
                "JIRA-7",
                "https://evil.example",
                "see WWW.evil.example",
                "0www.evil.example",
                "at deadbee",
                "[a](b)",
                "*c*",
                "_d_",
                "<e>",
                "a | b",
                "$x$",
                ":tada:",
                "- item",
            )
        ),
    ],
)
def test_words_stay_words_and_anything_else_is_code(text: str, said: str) -> None:
    assert plain(text) == said


@pytest.mark.parametrize(
    ("inner", "escaped"),
    [("a|b", "a\\|b"), ("a\\|b", "a\\\\\\|b"), ("a\\\\|b", "a\\\\\\|b"), ("a\nb", "a b"), ("||", "\\|\\|")],
)
def test_a_cell_keeps_its_pipes(inner: str, escaped: str) -> None:
    assert cell(inner) == escaped


def test_a_table_stays_one_table_whatever_its_cells_hold() -> None:
    drawn = table(("a", "b"), [(code("x | `y` |"), code("\\|")), (plain("| @u"), "z z")])
    html = MarkdownIt().enable("table").render(drawn)
    assert html.count("<tr>") == 3
    assert html.count("<td>") == 4
    assert "<code>x | `y` |</code>" in html


def test_line_url_quotes_the_path() -> None:
    page = "https://github.com/acme/app/pull/5"
    assert line_url(page, "c" * 40, "a b/(x)#é.py", 3, 3) == (
        f"https://github.com/acme/app/blob/{'c' * 40}/a%20b/%28x%29%23%C3%A9.py#L3"
    )
    assert line_url(page, "c" * 40, "t.py", 3, 7).endswith("/t.py#L3-L7")
    assert line_url("https://ghe.acme.test:8443/acme/app/pull/5", "c" * 40, "t.py", 1, 1).startswith(
        "https://ghe.acme.test:8443/"
    )


@pytest.mark.parametrize(
    ("page", "sha", "path"),
    [
        ("", "c" * 40, "t.py"),
        ("javascript:alert(1)//pull/5", "c" * 40, "t.py"),
        ("https://github.com/acme/app/pull/5) [x](https://evil.example", "c" * 40, "t.py"),
        ("https://github.com/acme/app/pull/5", "", "t.py"),
        ("https://github.com/acme/app/pull/5", "c" * 40, "../../evil/t.py"),
    ],
)
def test_no_link_to_anywhere_else(page: str, sha: str, path: str) -> None:
    assert line_url(page, sha, path, 1, 1) == ""


def test_a_mark_is_read_back() -> None:
    body = f"words\n\n{mark('summary', listed='aa,bb', fixed='')}\n{mark('finding', fp='0a')}"
    assert body.endswith("<!-- testwarden:summary listed=aa,bb -->\n<!-- testwarden:finding fp=0a -->")
    assert marks(body) == (Mark("summary", {"listed": "aa,bb"}), Mark("finding", {"fp": "0a"}))
    assert marks(body.replace("\n", "\r\n")) == marks(body)
    assert without_marks(body) == "words"


def test_a_mark_counts_only_alone_on_its_line() -> None:
    assert marks(f"> {mark('summary')}") == ()
    assert marks(f"{mark('summary')} and more") == ()
    assert marks(code(mark("summary"))) == ()


@pytest.mark.parametrize("value", ["a b", "-->", "a--b", "x\ny", "<"])
def test_a_field_cannot_end_the_mark(value: str) -> None:
    with pytest.raises(ValueError, match="not a marker"):
        mark("finding", fp=value)


KEY, ABOUT = b"k" * 32, "7/5"
SIGNED = sign(f"words\n\n{mark('finding', fp='0a')}\n{mark('finding', fp='0b')}", KEY, ABOUT)


def test_a_signed_marker_is_read_back() -> None:
    assert [m.fields["fp"] for m in signed(SIGNED, [b"new key", KEY], ABOUT)] == ["0a", "0b"]
    assert signed(SIGNED.replace("\n", "\r\n"), [KEY], ABOUT) == signed(SIGNED, [KEY], ABOUT)
    assert signed(SIGNED.replace("words", "other words"), [KEY], ABOUT) == signed(SIGNED, [KEY], ABOUT)
    assert without_marks(SIGNED) == "words"


@pytest.mark.parametrize(
    "forged",
    [
        "words",
        mark("finding", fp="0a"),
        SIGNED.replace("0a", "0c"),
        SIGNED.replace("finding", "fixed"),
        SIGNED.replace(mark("finding", fp="0b") + "\n", ""),
        f"{SIGNED}\n{mark('finding', fp='0c')}",
        f"{mark('finding', fp='0c')}\n{SIGNED}",
        f"{SIGNED}\n{SIGNED}",
        mark("signed", mac="0" * 32),
    ],
)
def test_a_forged_marker_is_nobodys(forged: str) -> None:
    assert signed(forged, [KEY], ABOUT) == ()


def test_a_marker_is_worth_nothing_elsewhere() -> None:
    assert signed(SIGNED, [KEY], "7/6") == ()
    assert signed(SIGNED, [b"other"], ABOUT) == ()
    assert signed(SIGNED, [], ABOUT) == ()


def test_clip_keeps_the_first_line_and_the_tail_and_closes_what_is_open() -> None:
    body = "verdict\n\n" + fold("title", "\n".join("row" for _ in range(100)))
    cut = clip(body, mark("summary"), limit=200, notice="*cut*")
    assert len(cut) <= 200
    assert cut.startswith("verdict\n\n<details><summary>title</summary>\n\nrow\n")
    assert cut.endswith("row\n\n</details>\n\n*cut*\n\n<!-- testwarden:summary -->")
    assert clip("short", "tail") == "short\n\ntail"
    assert clip("short") == "short"
