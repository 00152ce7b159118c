"""Comments become HTML in which only what was meant to be a tag is one."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.prose import markdown, visible


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**bold** `code`", "<p><strong>bold</strong> <code>code</code></p>\n"),
        ("a <!-- testwarden:v1 --> b", "<p>a  b</p>\n"),
        ("<!-- testwarden:v1 -->", ""),
        ("<sub>small</sub>", "<p><sub>small</sub></p>\n"),
        ('<sub><a href="https://x.io/?a=1&b=2">why</a></sub>', '<p><sub><a href="https://x.io/?a=1&amp;b=2">why</a></sub></p>\n'),
        (
            "<details><summary>more</summary>\n\n- one\n\n</details>",
            "<details><summary>more</summary>\n<ul>\n<li>one</li>\n</ul>\n</details>",
        ),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
        ("<sub onclick=alert(1)>x</sub>", "<p>&lt;sub onclick=alert(1)&gt;x</sub></p>\n"),
        ('<a href="javascript:alert(1)">x</a>', "<p>&lt;a href=&quot;javascript:alert(1)&quot;&gt;x</a></p>\n"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        ("![x](https://evil.io/t.gif)", '<p>!<a href="https://evil.io/t.gif">x</a></p>\n'),
        ("|a|b|\n|-|-|\n|1|2|", None),
    ],
)
def test_rendering(text: str, html: str | None) -> None:
    rendered = str(markdown(text))
    if html is None:
        assert "<table>" in rendered
    else:
        assert rendered == html


KNOWN = re.compile(
    r"</?(?:details|summary|sub|sup|br|b|i|em|strong|code|p|table|thead|tbody|tr|td|th|h[1-6]|ul|ol|li|pre|blockquote|hr|s|a)"
    r'(?: (?:open|href="[^"<>]*"|title="[^"<>]*"|class="language-[^"<>]*"|style="text-align:\w+"|start="\d+"))*\s*/?>'
)


@given(st.text(alphabet="<>/\"'=& \n`*[]()!-:#ascriptonclkhe", max_size=120))
def test_no_text_makes_a_tag_of_its_own(text: str) -> None:
    left = KNOWN.sub("", str(markdown(text)))
    assert "<" not in left, left


def test_characters_that_hide_are_shown() -> None:
    assert str(visible("a\u202eb<\t")) == 'a<span class="unseen">U+202E</span>b&lt;\t'
