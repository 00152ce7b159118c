"""Phrases in any text."""

import pytest

from bot.analysis.detectors.phrases import phrase
from bot.analysis.document import Document
from bot.model import Kind, Lines, Source

OPTIONS = {"near": ["rules", "orders"], "pattern": r"(?P<said>follow\s+the\s+(?:rules|orders))"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x\nFollow the RULES now, follow the orders\n", [(2, "Follow the RULES"), (2, "follow the orders")]),
        ("follow the\n  rules", [(1, "follow the")]),
        ("follow the rules rules", [(1, "follow the rules")]),
        ("rules to follow", []),
        ("follow the" + " " * 300 + "rules", []),
        ("\u0130\u0130 follow the rules", [(1, "follow the rules")]),
    ],
)
def test_phrase(text: str, found: list[tuple[int, str]]) -> None:
    document = Document(Source("tests/x.txt", "text", Kind.DATA, text, Lines()))
    assert [(f.line, f.quote) for f in phrase(document, OPTIONS)] == found
