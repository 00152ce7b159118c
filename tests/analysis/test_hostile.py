"""Files written against the analyst, with the whole rulebook: bounded, named or analysed, and never a hurt neighbour."""

import asyncio
import time
from collections.abc import Callable, Iterator

import pytest

from bot.analysis.limits import Limits
from bot.analysis.pool import Pool
from bot.analysis.wire import frame, pack, unpack
from bot.model import Kind, Lines, Source
from bot.rulebook import load

MakeSource = Callable[..., Source]
DEEP = 100_000
SHAPES = {
    "brackets": ("python", "x = " + "[" * DEEP + "]" * DEEP),
    "open brackets": ("python", "(" * DEEP),
    "braces": ("c", "int f() " + "{" * DEEP + "}" * DEEP),
    "not": ("python", "x = " + "not " * DEEP + "y"),
    "attributes": ("python", "x" + ".a" * DEEP),
    "calls": ("python", "f(" * 20_000 + ")" * 20_000),
    "chained calls": ("javascript", "it" + "('a')" * DEEP),
    "lambdas": ("python", "lambda: " * 20_000 + "1"),
    "functions": ("python", "\n".join(" " * n + f"def f{n}():" for n in range(1_000))),
    "nested loops": ("python", "".join("  " * n + "while x:\n" for n in range(500)) + ("  " * 500 + "time.sleep(5)\n") * 1_000),
    "templates": ("c", "A<" * 30_000 + ">" * 30_000 + " x;"),
    "jsx": ("javascript", "<a>" * 20_000),
    "one line of strings": ("javascript", "x = [" + "'abcdef'," * 300_000 + "];"),
    "one line of letters": ("any", "a" * 2_900_000),
    "one line of base64": ("any", "QUJD" * 700_000),
    "urls": ("any", "http://a:b" * 200_000),
    "colons": ("any", "://" * 900_000),
    "key ids": ("any", "AKIA" + "A" * 16 + " " + ("Zq9/" * 10 + " ") * 50_000),
    "prefixes": ("any", "ghp_" * 500_000 + "glpat-" * 100_000),
    "nul": ("python", "time.sleep(5)\n\0\0\0\ntime.sleep(6)\n"),
    "invisible": ("python", "x = '" + "\u202e" * 200_000 + "'"),
    "surrogates": ("python", "x = '\ud800'\n" * 1_000),
    "syntax errors": ("python", "def (\n" * 2_000),
    "conflict": ("python", "<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> other\n" * 500),
    "carriage returns": ("python", "x = 1\r" * 200_000),
    "lines": ("python", "\n" * 2_000_000),
    "removed": ("python", "assert a == 403\n" * 20_000),
}


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    pool = Pool(load(), 1, Limits(file_seconds=2), cache=tmp_path_factory.mktemp("rules"), warm=True)
    asyncio.run(pool.start())
    yield pool
    asyncio.run(pool.close())


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_hostile_file_is_bounded_and_named(shape: str, source: MakeSource, pool: Pool) -> None:
    language, text = SHAPES[shape]
    suffix = {"c": "cc", "javascript": "js", "any": "txt"}.get(language, "py")
    hostile = source(text, f"tests/hostile.{suffix}", language=language, kind=Kind.DATA if language == "any" else Kind.CODE)
    neighbour = source("import time\n\n\ndef test_a():\n    start()\n    time.sleep(5)\n", "tests/test_neighbour.py")
    begun = time.monotonic()
    scan = await pool.scan([hostile, neighbour])
    spent = time.monotonic() - begun
    assert [(h.rule, h.line) for h in scan.hits if h.path == neighbour.path] == [("adv-sleep-poll", 6)]
    assert [(s.path, s.clouds) for s in scan.skipped] in ([], [(hostile.path, True)])
    assert spent < 60  # bounded; how fast is for bench/


async def test_a_small_file_with_odd_bytes_is_analysed_and_not_only_survived(source: MakeSource, pool: Pool) -> None:
    odd = source("x = '\ud800'\r\n\0\nimport time\ntime.sleep(5)\n<<<<<<< HEAD\n", "tests/test_odd.py")
    scan = await pool.scan([odd])
    assert scan.skipped == ()
    assert ("adv-sleep-poll", 4) in [(h.rule, h.line) for h in scan.hits]


def test_lines_of_a_hostile_patch_travel_as_ranges() -> None:
    """A million added lines are one range on the wire, not a million numbers."""
    huge = Source("a.py", "python", Kind.CODE, "", Lines(frozenset(range(1, 1_000_001))))
    packed = pack(huge)
    assert len(frame(packed)) < 1_000
    assert unpack(Source, packed) == huge
