"""Go: goroutines of a test that end before they tell, or that count themselves too late."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.core.lexical import lex

_STARTED = re.compile(r"\bgo\s+func\s*\(")
_NAMED = re.compile(r"\b(?P<name>\w+)\s*:?=\s*func\s*\(|\bfunc\s+(?:\([^)]*\)\s*)?(?P<function>\w+)\s*\(")
# Ends the goroutine it is called in, and no other (pkg.go.dev/testing#T.FailNow).
_ENDS = re.compile(r"\b(?:t|b|tb|f)\.(?:Fatalf?|FailNow|Skipf?|SkipNow)\(|\brequire\.\w+\(")
_TELLS = re.compile(r"^\s*(?P<said>\w+(?:\.\w+)*\.Done\(\)|close\(\s*\w+\s*\)|\w+\s*<-[^\n]*)", re.MULTILINE)
_REPORTS = re.compile(r"\w+\s*<-|\b(?:t|b|tb|f)\.Errorf?\(|\bassert\.\w+\(|^\s*return\b|\.SendErr|errgroup|\bpanic\(")
_COUNTED = re.compile(r"^[ \t]*(?P<group>\w+(?:\.\w+)*)\.Add\(1\)[ \t]*\n[ \t]*defer[ \t]+(?P=group)\.Done\(\)", re.MULTILINE)


@detector("goroutine-ends-early")
def goroutine_ends_early(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A call that ends the goroutine stands before the line with which it tells the test that it is done."""
    code = lex(document.text, "go").code
    for match in _STARTED.finditer(code):
        start, end = _body(code, match.start())
        body = code[start:end]
        tells = list(_TELLS.finditer(body))
        first = document.line_at(match.start())
        if not tells or "defer" in body or not document.touches(first, document.line_at(end)):
            continue
        for ends in _ENDS.finditer(body, 0, tells[-1].start()):
            line = document.line_at(start + ends.start())
            if line in document.added:
                how = f"ends this goroutine alone, before `{tells[-1]['said'].strip()[:40]}`"
                yield Found(line, line, ends.group().rstrip("("), {"how": how, "": ends.group()})
                break


@detector("fails-elsewhere")
def fails_elsewhere(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Diff-aware: a goroutine that told the test of its failure, or marked it, now ends alone: the test goes on."""
    code = lex(document.text, "go").code
    instead = {n for change, _ in document.replaced for n in change.added}
    told = {n for c, _ in document.replaced if any(_REPORTS.search(r.text) for r in c.removed) for n in c.added}
    for match in _STARTED.finditer(code):
        start, end = _body(code, match.start())
        for ends in _ENDS.finditer(code, start, end):
            line = document.line_at(ends.start())
            if line in told & instead & document.fresh:
                how = "ends this goroutine alone, while the test goes on"
                yield Found(line, line, ends.group().rstrip("("), {"how": how, "": ends.group()})
                break


@detector("counted-too-late")
def counted_too_late(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A goroutine adds itself to the group that waits for it: the wait may be over before."""
    code = lex(document.text, "go").code
    for match in _COUNTED.finditer(code):
        line = document.line_at(match.start("group"))
        above = code.rfind("\n", 0, match.start()) + 1
        opened = code[code.rfind("\n", 0, above - 1) + 1 : above]
        named = _NAMED.search(opened)
        started = _STARTED.search(opened) or (
            named and re.search(rf"\bgo\s+(?:\w+\.)*{named['name'] or named['function']}\(", code)
        )
        if started and line in document.added:
            how = "is called by the goroutine that it counts, so that the wait may be over before"
            yield Found(line, line, f"{match['group']}.Add(1)", {"how": how, "": match.group()})


def _body(code: str, start: int) -> tuple[int, int]:
    """From the brace that opens after `start` to the one that closes it."""
    opened = code.find("{", start)
    depth = 0
    for brace in re.compile(r"[{}]").finditer(code, opened) if opened >= 0 else ():
        depth += 1 if brace.group() == "{" else -1
        if depth == 0:
            return opened, brace.start()
    return len(code), len(code)
