"""Comments as GitHub would show them: Markdown to HTML in which only a handful of tags from the text survive."""

import html
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

_TAG = re.compile(r"<!--.*?-->|</?[A-Za-z][^<>]*>", re.DOTALL)
_PLAIN = re.compile(r"</?(?:details|summary|sub|sup|br|b|i|em|strong|code|p|table|thead|tbody|tr|td|th)\s*/?>", re.IGNORECASE)
_LINK = re.compile(r"""<a\s+href=["']((?:https?://|/|\#)[^"'<>\s]*)["']\s*>""", re.IGNORECASE)


def _filtered(raw: str) -> str:
    """HTML from a comment: the allowed tags as they are, comments dropped, everything else shown as the text it is."""
    parts: list[str] = []
    end = 0
    for found in _TAG.finditer(raw):
        parts.append(_text(raw[end : found.start()]))
        parts.append(_tag(found.group()))
        end = found.end()
    return "".join([*parts, _text(raw[end:])])


def _text(raw: str) -> str:
    return html.escape(html.unescape(raw))


def _tag(tag: str) -> str:
    if tag.startswith("<!--"):
        return ""
    if _PLAIN.fullmatch(tag) or tag.lower() in ("<details open>", "</a>"):
        return tag.lower()
    link = _LINK.fullmatch(tag)
    return f'<a href="{html.escape(html.unescape(link[1]))}">' if link else html.escape(tag)


def _raw_html(tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return _filtered(tokens[index].content)


_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).disable("image")
_MARKDOWN.renderer.rules["html_block"] = _raw_html  # type: ignore[attr-defined]  # the protocol leaves it out
_MARKDOWN.renderer.rules["html_inline"] = _raw_html  # type: ignore[attr-defined]  # the protocol leaves it out


def markdown(text: str) -> Markup:
    """Safe HTML for a page, whatever the text holds."""
    return Markup(_MARKDOWN.render(text))  # noqa: S704 - every tag in it is ours or on the list above


def visible(text: str) -> Markup:
    """A line of code, with characters that cannot be seen written out by their code point."""
    return Markup().join(_seen(character) for character in text)


def _seen(character: str) -> Markup:
    if character == "\t" or unicodedata.category(character) not in ("Cc", "Cf"):
        return escape(character)
    return Markup('<span class="unseen">U+{:04X}</span>').format(ord(character))
