"""Controls that stand on lines the pull takes away and on none that is left: in a golden file, a table, a build's flags."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.core.removed import Change, changes
from bot.model import Removed, Side

_LINE = 400  # characters of a line that are read
_MOST = 100  # changes that are looked at
_BLOCK = 200  # lines of one change; a longer one is a rewrite
_ENTRY = re.compile(
    r"^\s*(?:[\[({\-*]\s*)*[rbfu@$]*[\"'`].{2,}|^\s*(?:pytest\.param|param|row|arguments?|Arguments\.of|of|new\s+object)\b.*[\"'`]"
)
_STATEMENT = re.compile(r"=(?!=)[^\"'`]*$|\b(?:assert|expect|return|require|raise|throw|def|func|it|test)\b\s*[\w(\[]|;\s*$")
_LITERAL = re.compile(r"\"((?:\\.|[^\"\\])*)\"|'((?:\\.|[^'\\])*)'|`([^`]*)`")


@detector("dropped-control")
def dropped_control(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A control that a removed line shows and no line that is left does. `options`: `controls` are expressions; with `path`, only
    in files whose path it finds."""
    if not re.search(options.get("path", ""), document.path):
        return
    controls = [re.compile(c) for c in options["controls"]]
    removed = document.source.lines.removed
    if not removed or not document.text.strip():
        return
    left: dict[re.Pattern[str], bool] = {}
    for gone in removed:
        text = gone.text[:_LINE]
        for match in (m for c in controls if not _COMMENTED.match(text) and (m := c.search(text))):
            if match.re not in left:
                left[match.re] = _still(document, match.re)
            if not left[match.re]:
                left[match.re] = True  # said once
                yield _on(gone, match.group().strip(), {})
                break


_COMMENTED = re.compile(r"\s*(?:#|//|\*|<!--)")


def _still(document: Document, control: re.Pattern[str]) -> bool:
    """The control stands somewhere in the file as it is now: it was moved, renamed or said twice."""
    return any(control.search(line[:_LINE]) and not _COMMENTED.match(line) for line in document.lines)


@detector("shrunk-table")
def shrunk_table(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """An attack or a denied role that is taken out of a table which stays. `options.attack` is an expression."""
    attack = re.compile(options["attack"], re.IGNORECASE)
    for change in islice((c for c in changes(document.source.lines) if _shows(attack, c)), _MOST):
        if not _table_stays(document, change) and not any(_has_sibling(document, change, r.text) for r in change.removed):
            continue
        entries = [r for r in change.removed if _is_entry(r.text) or _has_sibling(document, change, r.text)]
        if len(entries) <= len(change.added) or len(entries) < len([r for r in change.removed if r.text.strip(" \t,)]};")]):
            continue
        for gone in entries:
            match = attack.search(gone.text[:_LINE])
            literal = next((g for m in _LITERAL.finditer(gone.text[:_LINE]) for g in m.groups() if g and attack.search(g)), "")
            if match and (literal or gone.text.strip(" \t,")) not in document.text:
                yield _on(gone, match.group().strip(), {})
                break


def _shows(attack: re.Pattern[str], change: Change) -> bool:
    return len(change.removed) <= _BLOCK and any(attack.search(r.text[:_LINE]) for r in change.removed)


def _bare(text: str) -> str:
    return _LITERAL.sub('""', text[:_LINE])


def _is_entry(text: str) -> bool:
    return bool(_ENTRY.match(text[:_LINE])) and not _STATEMENT.search(_bare(text))


def _has_sibling(document: Document, change: Change, text: str) -> bool:
    """A line beside the change is the same assertion about another literal: a table written as statements."""
    own = _bare(text).strip()
    return "assert" in own.lower() and '""' in own and any(_bare(line).strip() == own for line in _beside(document, change))


def _beside(document: Document, change: Change) -> list[str]:
    before = change.removed[0].before
    after = (change.added[-1] + 1) if change.added else before
    return [document.lines[n - 1] for n in (before - 1, after) if 0 < n <= len(document.lines)]


def _table_stays(document: Document, change: Change) -> bool:
    """A line beside the change is an entry too."""
    return any(_is_entry(line) for line in _beside(document, change))


def _on(gone: Removed, quote: str, captures: Mapping[str, str]) -> Found:
    return Found(gone.line, gone.line, quote, {**captures, "": gone.text}, " ".join(gone.text.split()), side=Side.LEFT)
