"""The named questions that rule files ask of a match, by name in PREDICATES; a family of them in each module of this package.

A predicate is pure: (scene, text of the capture it is asked about, or of the whole match) -> bool. Each one's docstring is its
documentation, and each one has a test of its own in tests/core/. To import this package is to register them all.
"""

from importlib import import_module
from pkgutil import iter_modules

from bot.core.predicates.registry import PREDICATES, Predicate, predicate

__all__ = ["PREDICATES", "Predicate", "predicate"]

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
