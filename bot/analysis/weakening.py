"""What the diff-aware detectors share: the lines a pull replaced, what an assertion is, and which tests guard something."""

import re
from collections.abc import Iterator

from bot.analysis.document import Document, Scope
from bot.core.removed import Change, Pair
from bot.core.security_tests import is_security_test

COMMENT = re.compile(r"^\s*(?:#|//|--|\*)\s*")
ASSERTING = re.compile(
    r"\b(?:assert\w*|raises|expect\w*|should|require|refute|verify\w*|check\w*|ensure\w*|must\w*)\b", re.IGNORECASE
)
_REFUSED = "\n403\n"  # what a test that expects a refusal looks like to those who ask what a test is about


def pairs_of(document: Document) -> Iterator[tuple[Change, Pair]]:
    """Each removed line with the added one that took its place, and the change both are part of."""
    for change, replaced in document.replaced:
        for pair in replaced:
            yield change, pair


def guards(document: Document, scope: Scope, change: Change | None = None, *, refusing: bool = False) -> bool:
    """Whether the test, as it was or as it is, is about a security control. `refusing`: the pull takes away that it expects a
    refusal, which is one of the two signs that are asked for."""
    removed = change.removed if change else document.source.lines.removed
    body = "\n".join([scope.text, *(r.text for r in removed)])
    if is_security_test(document.path, scope.name, body, document.text):
        return True
    return refusing and is_security_test(document.path, scope.name, body + _REFUSED, "")


def squeeze(text: str) -> str:
    """The text without its blanks."""
    return "".join(text.split())
