"""Phrases in any text, at the price of a look for a few words.

`phrase`: option `near`, words in lower case of which one stands in the phrase; option `pattern`, a regular expression that is
searched only around them. The quote is the group `said`, or the whole match.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document

_AROUND = 200
_MOST = 2_000  # words looked at in one file


@detector("phrase")
def phrase(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Each phrase once, in the order in which they stand."""
    pattern = _compiled(str(options["pattern"]))
    seen: set[int] = set()
    for at in _near(document, options["near"]):
        begin = max(0, at - _AROUND)
        for match in pattern.finditer(document.text, begin, at + _AROUND):
            if match.start() not in seen:
                seen.add(match.start())
                line = document.line_at(match.start())
                said = (match.groupdict().get("said") or match.group()).split("\n")[0].strip()
                yield Found(line, line, said[:60], {"said": said, "": match.group()})


def _near(document: Document, words: list[str]) -> Iterator[int]:
    lowered = _lower(document)
    found = 0
    glance = document.glance.folded
    for word in words:
        at = lowered.find(word) if glance.may_hold(word) else -1
        while at >= 0 and found < _MOST:
            found += 1
            yield at
            at = lowered.find(word, at + 1)


@lru_cache(maxsize=2)
def _lower(document: Document) -> str:
    """The text in lower case; a character that grows by it is left as it is, so that offsets hold."""
    lowered = document.text.lower()
    return (
        lowered if len(lowered) == len(document.text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in document.text)
    )


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
