"""Diff-aware: a copy of its own is gone, and what others share is used in its place."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.core.releases import word
from bot.core.removed import LONGEST

_P = r"(?P<of>[A-Za-z_][\w.]*)"
_COPIES = re.compile(
    r"^\s*(?:(?:var|let|const|val|auto|final)\s+)?(?P<own>[A-Za-z_]\w*)\s*(?::=|=(?!=))\s*(?:"
    rf"\*(?P<pointed>[A-Za-z_][\w.]*)|(?:copy\.(?:deep)?copy|proto\.Clone|maps\.Clone|slices\.Clone|structuredClone|deepcopy|"
    rf"new ArrayList<>|List\.copyOf)\(\s*{_P}\s*\)"
    r"(?:\.\([^)]*\))?|(?P<cloned>[A-Za-z_][\w.]*)\.(?:[cC]opy|[cC]lone|DeepCopy|deepCopy|deep_dup|dup)\(?\)?)\s*;?\s*$"
)
_THREADS = re.compile(
    r"\bgo func|^\s*go \w+\(|\.Parallel\(\)|\bThread\b|goroutine|concurren|"
    r"Executor|\bthreading\b|Task\.Run|\bspawn\b",
    re.IGNORECASE | re.MULTILINE,
)


@detector("shared-instead")
def shared_instead(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """On the first changed line that uses what was copied, in a function that makes no copy of it any more, in a file that
    runs things at once."""
    cuts = [r for c, _ in document.replaced for r in c.removed if len(r.text) <= LONGEST and _COPIES.match(r.text)]
    if not cuts or not document.search(_THREADS):
        return
    for gone in cuts:
        match = _COPIES.match(gone.text)
        of = next(filter(None, (match["pointed"], match["of"], match["cloned"])), "") if match else ""
        scope = document.scope(min(gone.before, len(document.lines)))
        mine = word(of)
        if scope is None or not of:
            continue
        inside = [n for n in sorted(document.fresh) if scope.start <= n <= scope.end]
        if any(_COPIES.match(document.lines[n - 1]) for n in inside):
            continue
        line = next((n for n in inside if n >= gone.before and mine.search(document.lines[n - 1])), 0)
        if line:
            text = document.lines[line - 1].strip()
            yield Found(line, line, of, {"was": gone.text.strip()[:60], "base_line": str(gone.line), "": text})
