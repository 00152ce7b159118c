"""C and C++ on a straight line: memory used after it was given back, and a loop's counter used as an index after its loop."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ast_grep_py import SgNode

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document

_FREED = re.compile(
    r"^(?:(?:std::)?free\s*\(\s*(?P<freed>[A-Za-z_][\w.>-]*)\s*\)|delete\s*(?:\[\s*\])?\s*(?P<deleted>[A-Za-z_][\w.>-]*))\s*;$"
)
_LEAVES = frozenset(
    "return_statement goto_statement break_statement continue_statement throw_statement labeled_statement".split()
)
_EXPECTED = re.compile(r"EXPECT_DEATH|ASSERT_DEATH|DEATH_TEST|nullptr|NULL|sizeof")
_TERMINATES = re.compile(r"\s*=\s*(?:0|'\\0'|NULL|nullptr|\{\s*\})\s*;")
_REACH = 40  # statements
_COUNTED = re.compile(
    r"^for\s*\(\s*(?:[\w ]+\s)?(?P<index>[a-z_]\w*)\s*=\s*\d+\s*;\s*(?P=index)\s*<\s*[^;]+;"
    r"\s*(?:\+\+(?P=index)|(?P=index)\s*(?:\+\+|\+=\s*1))\s*\)"
)


@detector("use-after-free")
def use_after_free(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A pointer is used, or given back again, by a later statement of the same block."""
    if document.root is None:
        return
    for statement in document.root.find_all(kind="expression_statement", regex=r"^(std::)?free\s*\(|^delete\b"):
        match = _FREED.match(statement.text())
        name = match["freed"] or match["deleted"] if match else ""
        later = _first_use(statement, name) if name else None
        if later is not None:
            first, line = document.extent(statement)[0], document.extent(later)[0]
            if line not in document.added and first in document.added:  # the use was there, and now it comes too late
                yield Found(first, line, name, {"since": str(first), "": statement.text()}, spans=True)
            else:
                yield Found(line, line, name, {"since": str(first), "": statement.text()})


def _first_use(freed: SgNode, name: str) -> SgNode | None:
    """The next statement of the block that uses the pointer; None when it is set anew or the path ends before that."""
    mine, owner = re.escape(name), re.escape(re.split(r"\.|->", name)[0])
    mentions = re.compile(rf"(?<![\w.>]){mine}\b")
    uses = re.compile(
        rf"(?<![\w.>]){mine}\s*(?:->|\[)|\*\s*{mine}\b(?!\s*=\s)|[(,]\s*{mine}\s*[,)]|delete\s*(?:\[\s*\])?\s*{mine}\b"
    )
    sets = re.compile(rf"(?<![\w.>]){mine}\s*=(?!=)|(?<![\w.>]){owner}\s*=(?!=)|&\s*{owner}\b")
    for sibling in _following(freed):
        kind, text = sibling.kind(), sibling.text()
        if kind in _LEAVES or kind.startswith(("preproc", "#")) or sets.search(text) or _EXPECTED.search(text):
            return None
        if kind in ("expression_statement", "declaration") and uses.search(text):
            return sibling
        if mentions.search(text):
            return None
    return None


@detector("index-after-loop")
def index_after_loop(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """`for (i = 0; i < n; i++)` has run to its end, and a later statement reads `a[i]`: one past what the loop covered."""
    if document.root is None:
        return
    for loop in document.root.find_all(kind="for_statement", regex=r"^for\s*\([^;]*=\s*\d+\s*;"):
        match = _COUNTED.match(loop.text())
        if match is None or re.search(r"\b(?:break|goto)\b", loop.text()):
            continue
        found = _read_after(loop, match["index"])
        if found is not None:
            line = document.extent(found)[0]
            yield Found(line, line, found.text(), {"since": str(document.extent(loop)[0]), "": found.text()})


def _read_after(loop: SgNode, index: str) -> SgNode | None:
    """The first subscript by the counter after the loop, before anything gives it a new value or looks at it."""
    sets = re.compile(
        rf"(?<![\w.>]){index}\s*(?:[-+*/]?=(?!=)|\+\+|--)|(?:\+\+|--)\s*{index}\b|&\s*{index}\b|\b\w+\s+{index}\s*[;,]"
        rf"|\b(?:if|while|assert\w*)\s*\([^;{{]*\b{index}\b"
    )
    for sibling in _following(loop):
        text = sibling.text()
        near = f"[{index}]" in text
        subscript = sibling.find({"rule": {"kind": "subscript_expression", "regex": rf"\[{index}\]$"}}) if near else None
        setting = sets.search(text)
        if subscript is not None and _TERMINATES.match(text, text.find(subscript.text()) + len(subscript.text())):
            return None  # the place after the last one is where an end mark goes
        if subscript is not None and (setting is None or setting.start() > text.find(subscript.text())):
            return subscript
        if setting is not None or sibling.kind() in _LEAVES:
            return None
    return None


def _following(node: SgNode) -> Iterator[SgNode]:
    """The statements after this one in its block, as far as a straight line is still one."""
    sibling = node.next()
    for _ in range(_REACH):
        if sibling is None:
            return
        yield sibling
        sibling = sibling.next()
