"""After each file a child forgets it: no pull's text outlives its turn, and the memory of a large one goes back."""

import ctypes
import gc
import sys
from collections.abc import Iterator
from functools import _lru_cache_wrapper
from typing import Any

_LARGE = 200_000  # characters, from which giving memory back is worth the 10 ms it takes
_OURS = "bot."
_OF_RULES = "bot.analysis.engine"  # its caches hold parts of rules, never of a file


def forget(size: int) -> None:
    """Empty every memoised function of ours that may hold something of a file of `size` characters."""
    for cache in _caches():
        cache.cache_clear()
    if size >= _LARGE:
        gc.collect()
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc keeps what was freed until it is asked
        if trim is not None:
            trim(0)


def _caches() -> Iterator[Any]:
    for name, module in list(sys.modules.items()):
        if name.startswith(_OURS) and name != _OF_RULES:
            yield from (value for value in vars(module).values() if isinstance(value, _lru_cache_wrapper))
