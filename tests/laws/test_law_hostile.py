"""No text from a pull request closes our fence, forges our marker, mentions anyone, or makes a link we did not write."""

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.core.markdown import cell, code, marks, one_line, plain, table
from bot.core.report import as_markdown, as_text
from bot.model import PullRequest, Review, Skipped
from tests.laws.worlds import RULES, hostile, hostile_paths
from tests.nouns import HEAD, REQUEST, hit, plan, published, source

GITHUB = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
OURS = re.compile(
    r"\s*(?:</?details>|<summary>[^<>`@]*</summary>|</?sub>|<br>|<!-- testwarden:[a-z]+(?: [a-z]+=[0-9a-f,]+)* -->|\s)*\s*"
)
REACHES = re.compile(r"@[A-Za-z0-9]|#\d|GH-\d|(?i:https?:|ftp:|mailto:|www\.)|\b[0-9a-f]{7,40}\b|\[\^|\$")
LINK = f"https://github.com/acme/app/blob/{HEAD}/tests/"


def flat(tokens: list[Token]) -> list[Token]:
    return [t for token in tokens for t in (token, *flat(token.children or []))]


def reaches_nobody(body: str) -> None:
    """Outside code spans there is only what we wrote."""
    for token in flat(GITHUB.parse(body)):
        assert token.type not in ("image", "fence", "code_block", "blockquote_open", "heading_open", "s_open", "em_open"), token
        if token.type == "link_open":
            assert str(token.attrs["href"]).startswith(LINK)
        elif token.type in ("html_inline", "html_block"):
            assert OURS.fullmatch(token.content), token.content
        elif token.type == "text":
            assert not REACHES.search(token.content), token.content


@given(hostile)
def test_one_line_is_one_line_and_shows_everything(text: str) -> None:
    shown = one_line(text)
    assert len(shown) <= 80
    assert shown.isprintable()
    assert len(shown.splitlines()) <= 1


@given(hostile)
def test_a_code_span_cannot_be_left(text: str) -> None:
    tokens = flat(GITHUB.parse(f"before {code(text)} after"))
    assert [t.type for t in tokens if t.type != "text"] == ["paragraph_open", "inline", "code_inline", "paragraph_close"]
    assert [t.content for t in tokens if t.type == "text"] == ["before ", " after"]


@given(hostile)
def test_plain_words_are_words(text: str) -> None:
    body = f"x {plain(text)} x"
    reaches_nobody(body)
    kinds = [t.type for t in flat(GITHUB.parse(body)) if t.type != "text"]
    assert kinds in (["paragraph_open", "inline", *middle, "paragraph_close"] for middle in ([], ["code_inline"]))


@given(st.lists(st.tuples(hostile, hostile), min_size=1, max_size=4))
def test_a_table_keeps_its_shape(rows: list[tuple[str, str]]) -> None:
    drawn = table(("a", "b"), [(code(a), plain(b)) for a, b in rows])
    tokens = flat(GITHUB.parse(drawn))
    assert sum(t.type == "td_open" for t in tokens) == 2 * len(rows)
    assert sum(t.type == "code_inline" for t in tokens) >= len(rows)
    reaches_nobody(drawn)


@given(hostile)
def test_every_pipe_in_a_cell_follows_an_odd_run_of_backslashes(text: str) -> None:
    assert all(len(run) % 2 for run in re.findall(r"(\\*)\|", cell(text)))


def hostile_plan(path: str, quote: str, capture: str, reason: str) -> Review:
    """A pull in which everything that can be hostile is."""
    text = f"{quote}\n{quote}\nx  # testwarden: allow open-port {reason}\n"
    src = source(text, path=path)
    first = quote.split("\n")[0]
    hits = [
        hit("leak", 1, first, captures={"HOST": capture}, path=path),
        hit("fetch-pipe-shell", 1, first, captures={"HOST": capture}, path=path),
        hit("adv-sleep-poll", 2 + quote.count("\n"), first, captures={"HOST": capture}, path=path),
        hit("open-port", 3 + 2 * quote.count("\n"), "x", captures={"HOST": capture}, path=path),
    ]
    skipped = [Skipped(f"{path}2", reason, True), Skipped(path + "3", reason, False)]
    return plan(hits, [src], RULES, skipped=skipped, request=REQUEST)


@given(hostile_paths, hostile, hostile, hostile)
def test_nothing_that_we_post_reaches_anyone(path: str, quote: str, capture: str, reason: str) -> None:
    review = hostile_plan(path, quote, capture, reason)
    for body in (review.summary, review.check.summary, review.body, *(c.body for c in review.comments)):
        reaches_nobody(body)
        body.encode()


@given(hostile_paths, hostile, hostile, hostile)
def test_our_markers_are_ours(path: str, quote: str, capture: str, reason: str) -> None:
    review = hostile_plan(path, quote, capture, reason)
    assert [m.kind for m in marks(review.summary)] == ["summary"]
    assert marks(review.check.summary) == ()
    for comment in review.comments:
        assert tuple(m.fields["fp"] for m in marks(comment.body)) == (comment.fingerprint, *comment.also)
    assert "<!-- testwarden" not in as_markdown(review)


@given(hostile_paths, hostile, hostile, hostile)
def test_nothing_moves_the_cursor_of_a_terminal(path: str, quote: str, capture: str, reason: str) -> None:
    text = as_text(hostile_plan(path, quote, capture, reason))
    assert all(c == "\n" or c.isprintable() for c in text)


@given(hostile)
def test_no_page_but_a_pull_makes_links(page: str) -> None:
    request: PullRequest = replace(REQUEST, web_url=page)
    review = plan([hit(quote="x")], [source("x\n")], RULES, request=request)
    assert "](" not in review.summary


@given(hostile, hostile)
def test_a_retired_comment_reaches_nobody_and_names_the_same_findings(quote: str, capture: str) -> None:
    src = source(quote)
    hits = [hit(quote=quote.split("\n")[0], captures={"HOST": capture})]
    said = plan(hits, [src], RULES)
    retired = plan([], [src], RULES, published(said)).retire
    assert len(retired) == len(said.comments)
    for before, after in zip(said.comments, retired, strict=True):
        reaches_nobody(after.body)
        assert [(m.kind, m.fields["fp"]) for m in marks(after.body)] == [("fixed", before.fingerprint)]
