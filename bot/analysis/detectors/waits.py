"""Loops that wait for something which may never come: they poll, and nothing in them counts or looks at a clock."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ast_grep_py import SgNode

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.core.lexical import lex

_LOOPS = {
    "python": ("while_statement",),
    "javascript": ("while_statement", "do_statement", "for_statement"),
    "java": ("while_statement", "do_statement", "for_statement"),
    "kotlin": ("while_statement", "do_while_statement"),
    "go": ("for_statement",),
    "c": ("while_statement", "do_statement", "for_statement"),
    "ruby": ("while", "until", "call"),
    "csharp": ("while_statement", "do_statement", "for_statement"),
    "php": ("while_statement", "do_statement", "for_statement"),
    "rust": ("loop_expression", "while_expression"),
    "shell": ("while_statement",),
}
_POLLS = re.compile(
    r"\b\w*sleep\w*\s*[( ]|\bqWait\w*\(|processEvents\(|\bdelay\(|setTimeout\(|\bwaitForTimeout\(|\byield_now\(|Task\.Delay\("
    r"|\bThread\.(?:yield|onSpinWait)\(|\bGosched\(|\bSwitchToThread\(",
    re.IGNORECASE,
)
_BOUNDED = re.compile(
    r"timeout|dead_?line|attempt|tries|retr(?:y|ies)|count|max|elapsed|monotonic|time\(\)|time_ns|\bnow\b|Date\.|clock|since|until|tick|limit|remaining|budget|expire"
    r"|\+\+|--|[+-]=|\bfail|Fatal|raise\b|throw\b|panic|assert|expect|require\.|ctx\.|[cC]ontext|[cC]ancel|Interrupted|exit\b|abort|Errorf?\(|stop|running|alive|closed|done\b|shutdown|quit",
    re.IGNORECASE,
)
_BOUNDED_TEST = re.compile(
    r"@Timeout\b|@Test\([^)]*timeout|mark\.timeout|[wW]ithTimeout|WithDeadline|t\.Deadline|wait_for\(|asyncio\.timeout|fail_after|move_on_after|Timeout\.timeout"
    r"|\[Timeout\(|Timeout\s*=|alarm\(|tokio::time::timeout|#\[timeout|\btimeout\s+\d|jest\.setTimeout|ITIMER",
)
_KEYWORDS = re.compile(r"\A\s*(?:while|until)\b(?!\s*\(?\s*(?:True|true|1)\b)|\bdo\b|\bdone\s*\Z")
_ENDLESS = re.compile(r"^(?:while\s*\(?\s*(?:True|true|1|:)\s*\)?|for\s*\{|for\s*\(\s*;\s*;\s*\)|loop\b)")


@detector("unbounded-wait")
def unbounded_wait(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Each polling loop whose own text holds no count, no clock and no way to give up."""
    kinds = _LOOPS.get(document.language)
    if document.root is None or kinds is None:
        return
    for loop in document.root.find_all({"rule": {"any": [{"kind": kind} for kind in kinds]}}):
        start, end = document.extent(loop)
        if start not in document.added or not _waits(loop, document.language):
            continue
        scope = document.scope(start)
        above = "\n".join(document.lines[max(0, (scope.start if scope else start) - 6) : start])
        around = (scope.text, above) if scope else (document.text,)
        if not any(_BOUNDED_TEST.search(text) for text in around):
            yield Found(start, end, document.lines[start - 1].strip()[:60], {"": loop.text()})


def _waits(loop: SgNode, language: str) -> bool:
    """The loop polls and nothing in it ends the wait. One inside another loop is left to that one's bounds."""
    around = (node.kind() for node in loop.ancestors())
    if any(kind in ("for_statement", "while_statement") for kind in around) or not _POLLS.search(loop.text()):
        return False
    text = _KEYWORDS.sub("", lex(loop.text(), language).code)
    if loop.kind() == "call" and not re.match(r"loop\s+(?:do|\{)", loop.text()):
        return False
    if loop.kind() == "for_statement" and not _ENDLESS.match(text):
        return False
    return bool(_POLLS.search(text)) and not _BOUNDED.search(text)
