"""Security tests that a pull takes out of a file, while what they tested seems to stay."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.core.removed import changes
from bot.core.security_tests import is_security_test
from bot.model import Removed, Side

# The line that begins a test, and its name.
_TEST = re.compile(
    r"^\s*(?:"
    r"(?:async\s+)?def\s+(?P<python>test\w+)\s*[(\[]?"
    r"|(?:it|test|specify|scenario|context|describe)(?:\.\w+)*(?:\([^)\n]*\))?[ (]+[\"'`](?P<titled>[^\"'`]{3,160})[\"'`]"
    r"|func\s+(?P<go>Test\w+)\s*\(\w+\s+\*testing\.T\)"
    r"|(?:public\s+|private\s+|protected\s+|async\s+|final\s+)*(?:void|Task|fun|function)\s+(?P<typed>`[^`]+`|\w+)\s*\("
    r"|(?:async\s+)?fn\s+(?P<rust>\w+)\s*\("
    r"|(?:TEST|TEST_F|TEST_P|TEST_CASE|BOOST_AUTO_TEST_CASE)\s*\(\s*(?P<c>[^)]{3,120})\)"
    r"|@test\s+[\"'](?P<bats>[^\"']{3,160})[\"']"
    r")"
)
_MARK = re.compile(r"@(?:Parameterized|Repeated)?Test\b|\[(?:Fact|Theory|Test|TestMethod)\b|#\[(?:\w+::)?test\b|@test\b")
_NAMED = re.compile(r"^(?:test|should|when|given|it_|can|does|is|has|rejects|refuses|fails|returns)", re.IGNORECASE)
_ASSERTION = re.compile(r"assert|expect|require|should|verify|EXPECT_|Equal|QCOMPARE|QVERIFY|raises", re.IGNORECASE)
_IMPORT = re.compile(r"\s*(?:(?:import|from|using|use|require|require_relative|#include)[ (\"']|const .*=\s*require\()")
_MOST = 200  # removed tests that are looked at; a file that loses more is rewritten
_KEPT = 0.5  # share of a test's lines that the pull adds again: then it was moved or rewritten


@dataclass(frozen=True, slots=True)
class _Test:
    """A removed test: its first line, its name, and all its removed lines."""

    first: Removed
    name: str
    body: tuple[str, ...]


@detector("removed-security-test")
def removed_security_test(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """One remark for all the security tests that are gone from the file, on the first of them, unless as many came."""
    gone = [t for t in islice(_removed(document), _MOST) if _is_gone(document, t) and _guards(document, t)]
    come = sum(1 for n in document.added if n <= len(document.lines) and _TEST.match(document.lines[n - 1]))
    if gone and len(gone) > come and not _subject_gone(document, gone):
        first, others = gone[0], len(gone) - 1
        shown = first.name if not others else f"{first.name} and {others} more"
        yield Found(first.first.line, first.first.line, first.name, {"shown": shown, "": ""}, first.name, side=Side.LEFT)


def _removed(document: Document) -> Iterator[_Test]:
    for change in changes(document.source.lines):
        above = document.lines[max(0, change.removed[0].before - 4) : change.removed[0].before - 1]
        texts = [*above, *(r.text for r in change.removed)]
        starts = [n - len(above) for n in range(len(above), len(texts)) if _begins(texts, n)]
        for start, end in pairwise([*starts, len(change.removed)]):
            match = _TEST.match(change.removed[start].text)
            assert match is not None, "what begins a test has its name"
            name = next(g for g in match.groups() if g).strip("`")
            yield _Test(change.removed[start], name, tuple(r.text.strip() for r in change.removed[start:end]))


def _begins(texts: Sequence[str], index: int) -> bool:
    """A test begins on this line; a method or a Rust function is one only by its mark or its name."""
    match = _TEST.match(texts[index])
    if match is None or (match["typed"] is None and match["rust"] is None):
        return match is not None
    marked = any(_MARK.search(text) for text in texts[max(0, index - 3) : index + 1])
    return marked or _NAMED.match(match["typed"] or "") is not None


def _is_gone(document: Document, test: _Test) -> bool:
    """Neither its name nor half of its lines stand in the new file, and it asserted something."""
    if test.name in document.text or not any(_ASSERTION.search(line) for line in test.body):
        return False
    added = {document.lines[n - 1].strip() for n in document.added if n <= len(document.lines)}
    telling = [line for line in test.body[1:] if len(line) > 3]
    return sum(line in added for line in telling) < _KEPT * max(1, len(telling))


def _guards(document: Document, test: _Test) -> bool:
    before = "\n".join([document.text[:20_000], *test.body])
    return is_security_test(document.path, test.name, "\n".join(test.body), before)


def _subject_gone(document: Document, gone: list[_Test]) -> bool:
    """An import that the pull takes away names what these tests used: the feature itself was removed."""
    dropped = [r.text for r in document.source.lines.removed if _IMPORT.match(r.text)]
    names = {n for line in dropped for n in re.findall(r"[A-Za-z_]\w{3,}", line)} - {
        "import",
        "from",
        "using",
        "require",
        "const",
    }
    names = {n for n in names if not re.search(rf"\b{re.escape(n)}\b", document.text)}
    used = " ".join(line for test in gone for line in test.body)
    return any(re.search(rf"\b{re.escape(n)}\b", used) for n in names)
