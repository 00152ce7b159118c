"""Nothing of a file stays behind in a child."""

import sys
from functools import _lru_cache_wrapper

from bot.analysis.detectors import load_all
from bot.analysis.engine import scan
from bot.analysis.forget import _caches, forget
from bot.core import fakes
from bot.model import Kind, Lines, Source
from bot.rulebook import load


def test_caches_that_a_file_has_filled_are_emptied() -> None:
    load_all()
    text = "def test_a():\n    password = 'k9Qz7Lw2Xr5T'\n    connect('https://db.contoso.io', verify=False)\n" * 20
    scan(Source("tests/test_a.py", "python", Kind.CODE, text, Lines(frozenset(range(1, 61)))), list(load().rules.values()))
    fakes.word_share("something to remember")
    filled = [cache for cache in _caches(len(sys.modules)) if cache.cache_info().currsize]
    assert isinstance(fakes._share, _lru_cache_wrapper)
    assert fakes._share in filled
    forget(1_000_000)
    assert [cache for cache in _caches(len(sys.modules)) if cache.cache_info().currsize] == []
