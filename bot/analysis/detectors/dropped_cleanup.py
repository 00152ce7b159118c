"""Diff-aware: what a test had arranged to be undone at its end, by name or not, and no longer has."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.blocks import function
from bot.analysis.detectors import Found, detector
from bot.analysis.detectors.dropped_release import dropped_release
from bot.analysis.document import Document
from bot.core.releases import cares, released, word
from bot.core.removed import LONGEST, Change
from bot.model import Removed

_ARRANGES = re.compile(
    r"^\s*(?:defer\s+(?!func\b)(?P<deferred>[\w.]+\((?:[^()]|\([^()]*\))*\)\s*$)|(?:\w+\.)?(?:Cleanup|AddCleanup|DeferCleanup)\((?P<registered>(?!(?!func\b)[\w.]+\().+)"
    r"|(?:\w+\.)?add(?:Class|Module)?_?[cC]leanup\((?P<added>.+)|(?:\w+\.)?(?:addTeardown\w*|add_finalizer|addfinalizer|callOnExit|on_exit)\((?P<hooked>.+))"
)
# Arranged for another reason than to give something back.
_ELSE = re.compile(
    r"\b(?:R?[uU]nlock\w*|Done|recover|check\w*|verify\w*|assert\w*|require|log\w*|print\w*|leak\w*|goleak|trace\w*|time\w*|monkey\w*|span|report\w*|after\w*|measure\w*)\s*[(.,]",
    re.IGNORECASE,
)
# Helpers that undo what they do by themselves.
_BY_ITSELF = re.compile(
    r"TempDir\(|Setenv\(|tmp_?path|monkeypatch|useFixture|\bwith\b|fixture|patch\(|NewTest|t\.Chdir|t\.Context|newTest|Mock",
    re.IGNORECASE,
)
_LAST_WORD = re.compile(r"^\s*\}?\s*(?:finally|ensure)\b")
_NOBODY = frozenset(
    "t b tb c s self cls this ctx context Background nil null None true false err os fmt func lambda assert require".split()
)
_NAME = re.compile(r"[A-Za-z_]\w*")
_REACH = 12  # lines above the place of the removed line in which what it was about stands


@detector("dropped-cleanup")
def dropped_cleanup(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """On the nearest line above that names what was to be undone, while nothing the pull adds to the function undoes anything.
    What is said of a release is not said again."""
    cuts = [(c, r) for c, _ in document.replaced for r in c.removed if len(r.text) <= LONGEST and _arranged(c, r)]
    told = {found.captures.get("base_line") for found in dropped_release(document, {})} if cuts else set()
    spoken: set[int] = set()
    for change, gone in cuts:
        line = _about(document, change, gone) if str(gone.line) not in told else 0
        if line and line not in spoken:
            spoken.add(line)
            text = document.lines[line - 1].strip()
            said = {"name": text[:60], "was": gone.text.strip()[:80], "base_line": str(gone.line)}
            last = max(line, min(gone.before, len(document.lines)))
            yield Found(line, last, text[:60], said, spans=True, over_cuts=True)


def _arranged(change: Change, gone: Removed) -> str:
    """What the line had arranged; '' for a line that had nothing."""
    match = _ARRANGES.match(gone.text)
    if match is not None:
        return "" if _ELSE.search(gone.text) else next(filter(None, match.groups()), "")
    above = [r.text for r in change.removed if r.line < gone.line and r.line >= gone.line - 2]
    return gone.text if any(map(_LAST_WORD.match, above)) and next(released(gone.text), "") else ""


def _about(document: Document, change: Change, gone: Removed) -> int:
    """The line above that names what was to be undone; 0 when it is gone as well, or something else undoes it."""
    near = min(change.added[0] if change.added else gone.before, len(document.lines))
    lines = function(document, near) or function(document, near - 1)
    if not lines or near == lines.start:
        return 0
    fresh = [document.lines[n - 1] for n in lines if n in document.fresh]
    if any(cares(text) or _LAST_WORD.match(text) or _BY_ITSELF.search(text) or next(released(text), None) for text in fresh):
        return 0
    added = {document.lines[n - 1].strip() for n in document.added if n <= len(document.lines)}
    if gone.text.strip() in added:
        return 0
    names = [n for n in dict.fromkeys(_NAME.findall(_arranged(change, gone))) if n not in _NOBODY and len(n) > 1]
    asked: list[int] = [*range(near - 1, max(lines.start, near - _REACH), -1), min(near, lines.stop - 1)]
    for n in asked:
        text = document.lines[n - 1]
        if any(word(name).search(text) for name in names) and not cares(text):
            return n
    return 0
