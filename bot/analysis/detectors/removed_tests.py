"""Security tests that a pull takes out of a file, while what they tested seems to stay."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.core.removed import changes
from bot.core.security_tests import DENIAL, is_security_test
from bot.model import Kind, Removed, Side

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
_CALLED = re.compile(r"[A-Za-z_]\w{3,}")
_AFFIX = re.compile(r"^(?:[tT]est_?|tst_)(?=[A-Za-z])|[-_.]?(?:(?:[uU]nit|[iI]ntegration)?[-_]?[tT]ests?|[sS]pec|TestCase|IT)$")
_TELLING = 4  # characters of a name that tell one thing from another
_EVERYWHERE = frozenset(
    "init index main utils util helpers common base core setup test tests views models types create update".split()
)
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
    gone = _gone(document)
    if gone and next(_guarded_change(document, gone), None) is None:
        first, others = gone[0], len(gone) - 1
        shown = first.name if not others else f"{first.name} and {others} more"
        yield _at(first, {"shown": shown})


@detector("removed-while-changed")
def removed_while_changed(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """The first test of a refusal that goes while the pull changes the product code it was about, and no other test of the pull
    expects a refusal instead."""
    for test, subject, path in islice(_guarded_change(document, _gone(document)), 1):
        yield _at(test, {"shown": test.name, "subject": subject, "path": path})


def _at(test: _Test, captures: Mapping[str, str]) -> Found:
    line = test.first.line
    return Found(line, line, test.name, {**captures, "": ""}, test.name, side=Side.LEFT)


def _gone(document: Document) -> list[_Test]:
    gone = [t for t in islice(_removed(document), _MOST) if _is_gone(document, t) and _guards(document, t)]
    if not gone:
        return []
    come = sum(1 for n in document.added if n <= len(document.lines) and _TEST.match(document.lines[n - 1]))
    return gone if len(gone) > come and not _subject_gone(document, gone) else []


def _guarded_change(document: Document, gone: Sequence[_Test]) -> Iterator[tuple[_Test, str, str]]:
    """The removed tests of a refusal, each with what the pull changes of its subject: the name of it, and the file."""
    product = document.source.product
    dropped = {name for t in product.touched for name in t.dropped}
    if product.denials <= 0 or any(t.removed and _same_module(document.path, t.path) for t in product.touched):
        return
    for test in gone:
        used = frozenset(_CALLED.findall("\n".join(test.body)))
        if not any(DENIAL.search(line) for line in test.body) or used & dropped or _tells_of(test.name, dropped):
            continue
        for touched in product.touched:
            symbol = next((s for s in touched.symbols if s in used and len(s) >= _TELLING and s not in _EVERYWHERE), "")
            if symbol or (not touched.removed and _same_module(document.path, touched.path)):
                yield test, symbol or touched.path.rpartition("/")[2], touched.path
                break


def _tells_of(name: str, dropped: Iterable[str]) -> bool:
    """The test's name holds that of something the pull takes away."""
    plain = _plain(name)
    return any(len(d) >= _TELLING and _plain(d) in plain for d in dropped)


def _same_module(test: str, product: str) -> bool:
    """`tests/unit/test_auth_token.py` and `app/auth_token.py`, `AuthTokenTests.java` and `AuthToken.java`."""
    stems = [path.rpartition("/")[2].partition(".")[0] for path in (test, product)]
    subject = _plain(_AFFIX.sub("", stems[0]))
    return len(subject) >= _TELLING and subject == _plain(stems[1]) and subject not in _EVERYWHERE


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


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
    """An import that the pull takes away names what these tests used: the feature itself was removed. Of a file that goes as a
    whole, imports say nothing."""
    if document.source.kind is Kind.GONE:
        return False
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
