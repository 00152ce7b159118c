"""After each file a child forgets it: no pull's text outlives its turn, and the memory of a large one goes back."""

import ctypes
import gc
import sys
from functools import _lru_cache_wrapper, lru_cache
from typing import Any

_LARGE = 200_000  # characters, from which giving memory back is worth the 10 ms it takes
_OURS = "bot."
# Their caches hold parts of rules, of grammars and of our nouns, never of a file.
_OF_RULES = frozenset(f"bot.analysis.{name}" for name in ("engine", "glance", "grammar", "leads", "needs", "wire"))


def remember() -> None:
    """What stands now is for good: no collection looks at it again."""
    gc.freeze()


def forget(size: int) -> None:
    """Empty every memoised function of ours that may hold something of a file of `size` characters."""
    for cache in _caches(len(sys.modules)):
        cache.cache_clear()
    if size >= _LARGE:
        gc.collect()
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc keeps what was freed until it is asked
        if trim is not None:
            trim(0)


@lru_cache(maxsize=1)  # looking through all modules costs as much as a small file
def _caches(modules: int) -> tuple[Any, ...]:
    """The memoised functions of our modules; `modules` tells when another one has been loaded."""
    ours = [m for name, m in list(sys.modules.items()) if name.startswith(_OURS)]
    cached = {id(v): v for m in ours for v in vars(m).values() if isinstance(v, _lru_cache_wrapper)}
    return tuple(v for v in cached.values() if v.__module__ not in (*_OF_RULES, __name__))
