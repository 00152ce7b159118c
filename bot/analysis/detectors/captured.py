"""Diff-aware: what runs beside the test had a variable of its own, and now writes the one around it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.core.layout import indentation
from bot.core.removed import LONGEST, Pair

# A declaration that is the whole of its line's beginning, per family of spellings.
_OWN = re.compile(
    r"^(?P<indent>\s*)(?:(?:var|let(?:\s+mut)?|const|val|auto|int|bool|long|string|size_t|std::\w+)\s+)?"
    r"(?P<names>[A-Za-z_][\w, ]*?)\s*(?P<how>:=|=(?!=))"
)
_DECLARES = re.compile(r"^\s*(?:(?:var|let|const|val|auto|int|bool|long|string|size_t)\s+\w|[\w, ]+:=)")
_IF_OWN = re.compile(r"^\s*if\s+(?P<name>\w+)\s*:=\s*(?P<call>[^;]+);\s*(?P=name)\b")
_IF_OUTER = re.compile(r"^\s*if\s+(?P<name>\w+)\s*=(?!=)\s*(?P<call>[^;]+);\s*(?P=name)\b")
# Where a block begins whose text runs beside the rest of the function.
_BESIDE = re.compile(
    r"\bgo func\s*\(|\.Parallel\(\)|\bTask\.Run\(|\bnew Thread\(|\bstd::(?:j?thread|async)\b|"
    r"\bthread::spawn|\bThread\.(?:new|start)|\blaunch\s*[({]|"
    r"\basync\s*\{"
    r"|\.(?:submit|execute|runAsync|supplyAsync)\(|HandlerFunc\(|\.HandleFunc\(|\btime\.AfterFunc\("
)
_REACH = 60  # lines above in which the block begins


@detector("captured-variable")
def captured_variable(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """On the assignment that was a declaration, inside a block that runs beside others."""
    for _, replaced in document.replaced:
        for pair in replaced:
            if len(pair.text) > LONGEST or len(pair.old.text) > LONGEST:
                continue
            inline, outer = _IF_OWN.match(pair.old.text), _IF_OUTER.match(pair.text)
            if inline and outer and inline["call"].split() == outer["call"].split() and _beside(document, pair.line):
                yield _found(pair)
            if not _DECLARES.match(pair.old.text):
                continue
            old, new = _OWN.match(pair.old.text), _OWN.match(pair.text)
            if old is None or new is None or _DECLARES.match(pair.text) or new["how"] != "=":
                continue
            same = old["names"].split() == new["names"].split()
            rest = pair.old.text[old.end() :].split() == pair.text[new.end() :].split()
            if same and rest and _beside(document, pair.line):
                yield _found(pair)


def _found(pair: Pair) -> Found:
    said = {"was": pair.old.text.strip()[:60], "base_line": str(pair.old.line), "": pair.text.strip()}
    return Found(pair.line, pair.line, pair.text.strip()[:60], said)


def _beside(document: Document, line: int) -> bool:
    """A block around the line runs beside what started it."""
    depth = indentation(document.lines[line - 1])
    for n in range(line - 1, max(0, line - 1 - _REACH), -1):
        text = document.lines[n - 1]
        if not text.strip():
            continue
        if ".Parallel()" in text and indentation(text) == depth and depth > 1:
            return True
        if indentation(text) < depth:
            if _BESIDE.search(text):
                return True
            depth = indentation(text)
    return False
