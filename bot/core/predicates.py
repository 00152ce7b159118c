"""The named questions that rule files ask of a match, by name in PREDICATES.

A predicate is pure: (scene, text of the capture it is asked about, or of the whole match) -> bool. Each one's docstring is its
documentation, and each one has a test of its own in tests/core/test_predicates.py.
"""

from collections.abc import Callable

from bot.core.scene import Scene

Predicate = Callable[[Scene, str], bool]
PREDICATES: dict[str, Predicate] = {}


def predicate(name: str) -> Callable[[Predicate], Predicate]:
    """Register a predicate under the name that rule files use."""

    def register(function: Predicate) -> Predicate:
        PREDICATES[name] = function
        return function

    return register


@predicate("nil-uuid")
def nil_uuid(scene: Scene, text: str) -> bool:
    """The text holds an all-zero or one-digit UUID, which names nothing."""
    return len(set(text.lower()) & set("0123456789abcdef")) <= 1
