"""C and C++, diff-aware: two hold what one gave, or one holds what has gone.

`copy-dropped`: what was handed over as a copy, with a reference of its own, or by stealing it, is handed over as it is.
`given-twice`: the pull gives back once more what the file gives back already. `scope-narrowed`: what is pointed at was moved into
an inner block, or is no longer static.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.detectors.dropped_free import body
from bot.analysis.document import Document
from bot.core.frees import base, fills, given_back, is_release
from bot.core.layout import C_COMMENT, indentation
from bot.core.releases import word
from bot.core.removed import LONGEST

_COPIES = re.compile(
    r"\b(?P<call>g_steal_pointer|(?:\w+_)?(?:str|mem)n?dup2?|\w*_(?:ref|retain|dup|copy|clone|steal|incref)|Py_(?:X?INCREF|NewRef)|std::move|CFRetain)\s*"
    r"\(\s*&?(?P<what>[A-Za-z_]\w*(?:(?:->|\.)\w+)*)\s*(?:,[^()]*)?\)"
)
_DECLARED = re.compile(
    r"^\s*(?P<static>static\s+)?(?!return\b|extern\b|typedef\b|goto\b|delete\b|else\b)(?:const\s+|struct\s+|unsigned\s+)*[A-Za-z_][\w:]*\s+(?P<name>[a-z_]\w*)\s*(?P<array>\[[^\]]*\])?\s*(?:=.*)?;"
)
_MOST = 40  # releases that one pull adds in one file; more are new code


@detector("copy-dropped")
def copy_dropped(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Speaks of the line that hands it over."""
    for _, pairs in document.replaced:
        for pair in pairs:
            if document.language != "c" or max(len(pair.old.text), len(pair.text)) > LONGEST or C_COMMENT.match(pair.text):
                continue
            for copy in _COPIES.finditer(pair.old.text):
                bare = pair.old.text[: copy.start()] + copy["what"] + pair.old.text[copy.end() :]
                if "".join(bare.split()) == "".join(pair.text.split()):
                    captures = {"name": copy["what"], "was": copy.group()[:80], "base_line": str(pair.old.line)}
                    yield Found(pair.line, pair.line, base(copy["what"]), captures)
                    break


@detector("given-twice")
def given_twice(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Speaks of the release that the pull adds, alone, beside one that stands."""
    if document.language != "c" or document.whole:
        return
    fresh = [n for n in sorted(document.fresh) if len(document.lines[n - 1]) <= LONGEST and is_release(document.lines[n - 1])]
    for line in fresh[:_MOST]:
        lines = body(document, line)
        for place in given_back(document.lines[line - 1]):
            mine = word(base(place))
            others = [n for n in document.fresh if n in lines and n != line and mine.search(document.lines[n - 1])]
            again = [n for n in lines if n not in document.fresh and place in given_back(document.lines[n - 1])]
            if others or not again or not is_release(document.lines[again[0] - 1]):
                continue
            first, last = min(again[0], line), max(again[0], line)
            between = [document.lines[n - 1] for n in range(first + 1, last)]
            indents = {indentation(document.lines[n - 1]) for n in (first, last)}
            ends = any(re.match(r"^\s*(?:return\b|goto\b|\}|exit|continue|break)", t) for t in between)
            if len(indents) == 1 and not ends and not any(fills(t, base(place)) for t in between):
                captures = {"name": place, "was": document.lines[again[0] - 1].strip()[:80], "base_line": str(again[0])}
                yield Found(line, line, base(place), captures)
                break


@detector("scope-narrowed")
def scope_narrowed(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Speaks of the declaration."""
    if document.language != "c":
        return
    gone = {r.text.strip(): r for r in document.source.lines.removed if len(r.text) <= LONGEST and _DECLARED.match(r.text)}
    for line in sorted(document.added) if gone else ():
        text = document.lines[line - 1] if line <= len(document.lines) else ""
        declared = _DECLARED.match(text)
        old = gone.get(text.strip()) or gone.get("static " + text.strip())
        if declared is None or old is None:
            continue
        lines, name = body(document, line), declared["name"]
        pointed = re.compile(
            rf"[(,=]\s*(?:\([^()]*\)\s*)?&\s*{name}\b" + (rf"|[(,=]\s*{name}\s*[,);]" if declared["array"] else "")
        )
        inner = indentation(text) > indentation(old.text)
        unstatic = "static " in old.text and not declared["static"]
        stored = any(pointed.search(document.lines[n - 1]) for n in lines if n > line)
        if lines and line > lines.start and stored and (inner or unstatic):
            captures = {"name": name, "was": old.text.strip()[:80], "base_line": str(old.line)}
            yield Found(line, line, name, captures)
