"""New tests of a guard that only show what it lets through."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.core.security_tests import names_security

_LEAST = 3  # assertions that something works
_GUARDED = re.compile(
    r"auth|login|permission|polic(?:y|ies)|rbac|acl\b|csrf|token|session|signature|crypt|certificate|parser?\b|sanitiz|valid",
    re.IGNORECASE,
)
_ASSERTS = re.compile(
    r"\bassert\w*|\bexpect\(|\brequire\.\w+\(|\bEXPECT_\w+\(|\bASSERT_\w+\(|\bQ(?:VERIFY|COMPARE)\b|\bAssert\.\w+|\.should\b"
)
_REFUSAL = re.compile(
    r"\b4(?:00|01|03|04|22)\b|raises|throws|[tT]hrow|rejects|forbid|denied|deny|unauthori[sz]|invalid|malformed|reject|refus|fail|error"
    r"|\bnot\b|\.not\.|[fF]alse\b|nil\b|None\b|null\b|is_err|EXPECT_DEATH|should_panic|expired|wrong|bad",
    re.IGNORECASE,
)
_TEST = re.compile(
    r"^\s*(?:class|describe|context|TEST|func Test|fn |def test|(?:it|test)\b|public\s+(?:final\s+)?class|final class)"
)


@detector("missing-negative")
def missing_negative(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """One remark on a file that is new, about a guard, asserts at least three times, and never mentions a refusal."""
    name = document.path.rpartition("/")[2]
    is_new = not document.source.lines.removed and len(document.added) >= len(document.lines) - 1
    if not is_new or not _GUARDED.search(name) or not names_security(name) or _REFUSAL.search(document.text):
        return
    asserted = len(_ASSERTS.findall(document.text))
    first = next((n for n, line in enumerate(document.lines, 1) if _TEST.match(line)), None)
    if asserted >= _LEAST and first is not None:
        yield Found(first, first, document.lines[first - 1].strip()[:60], {"count": str(asserted), "": ""})
