"""Detectors: what a pattern cannot say. A rule file names one and keeps its words, tier and evidence itself.

A detector is a generator: (document, options from the rule file) -> Found, in line order. It runs in the killable child, must
not read anything but the document, and never puts a secret value into a Found: `Document.secret` gives what may be told of one.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from bot.analysis.document import Document
from bot.model import Secret, Side


@dataclass(frozen=True, slots=True)
class Found:
    """A match. `quote` is a token that stands on `line`; `captures[""]` the whole matched text; `identity` replaces the line's
    text in the fingerprint where the line holds a secret. `spans`: the finding covers all its lines, and any of them may be
    the added one; with `over_cuts` it is enough that a line is removed above or between them. With `side` LEFT the line is one
    that the pull removes, and `identity` is given. `secret`: what `Document.secret` tells of the value that the finding is
    about."""

    line: int
    end_line: int
    quote: str
    captures: Mapping[str, str] = field(default_factory=dict)
    identity: str = ""
    spans: bool = False
    over_cuts: bool = False
    side: Side = Side.RIGHT
    secret: Secret | None = None


Detector = Callable[[Document, Mapping[str, Any]], Iterator[Found]]
DETECTORS: dict[str, Detector] = {}


def detector(name: str) -> Callable[[Detector], Detector]:
    """Register a detector under the name that rule files use."""

    def register(function: Detector) -> Detector:
        DETECTORS[name] = function
        return function

    return register


def load_all() -> None:
    """Import every module of this package, so that each registers its detectors."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
