"""Where predicates are registered, by the name that rule files use."""

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
