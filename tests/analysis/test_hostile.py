"""Files written against the analyst, with the whole rulebook: bounded, named or analysed, and never a hurt neighbour."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.analysis.child import Child
from bot.analysis.limits import Limits
from bot.analysis.pool import Pool
from bot.analysis.wire import frame, pack, unpack
from bot.model import HashKey, Kind, Lines, Source
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


# Seconds of CPU, as the children themselves count them: a busy machine makes a file late, and not expensive. So nothing is given
# up by the clock here.
LIMITS = Limits(file_seconds=1.5, patience=100)
SLACK = 0.5  # of the kernel's own clock, and for the answer


@pytest.fixture
def spent(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The CPU seconds of each file that a child was asked about; all it may have, where the child died of it."""
    seconds: list[float] = []
    ask = Child.ask

    def counting(child: Child, source: Source, key: HashKey | None) -> tuple[Any, float]:
        seconds.append(LIMITS.file_seconds)
        hits, seconds[-1] = ask(child, source, key)
        return hits, seconds[-1]

    monkeypatch.setattr(Child, "ask", counting)
    return seconds


def hostile_file(make: MakeSource, shape: str) -> Source:
    language, text = SHAPES[shape]
    suffix = {"c": "cc", "javascript": "js", "any": "txt"}.get(language, "py")
    kind = Kind.DATA if language == "any" else Kind.CODE
    return make(text, f"tests/{shape.replace(' ', '_')}.{suffix}", language=language, kind=kind)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rules")


@pytest.fixture(scope="module")
def pool(cache: Path) -> Iterator[Pool]:
    pool = Pool(load(), 1, LIMITS, cache=cache, warm=True)
    asyncio.run(pool.start())
    yield pool
    asyncio.run(pool.close())


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_hostile_file_is_bounded_and_named(shape: str, source: MakeSource, pool: Pool, spent: list[float]) -> None:
    hostile = hostile_file(source, shape)
    neighbour = source("import time\n\n\ndef test_a():\n    start()\n    time.sleep(5)\n", "tests/test_neighbour.py")
    scan = await pool.scan([hostile, neighbour])
    assert [(h.rule, h.line) for h in scan.hits if h.path == neighbour.path] == [("adv-sleep-poll", 6)]
    assert [(s.path, s.clouds) for s in scan.skipped] in ([], [(hostile.path, True)])
    assert max(spent) <= LIMITS.file_seconds + SLACK


async def test_all_of_them_in_one_pull_end_with_its_time_budget(source: MakeSource, cache: Path, spent: list[float]) -> None:
    """Smallest first, until the budget is used up. What is not reached then is named, and none is left out."""
    budget = 2.0
    pool = Pool(load(), 1, replace(LIMITS, pull_seconds=budget), cache=cache, warm=True)
    await pool.start()
    hostile = [hostile_file(source, shape) for shape in SHAPES]
    try:
        scan = await pool.scan(hostile)
    finally:
        await pool.close()
    assert sum(spent) <= budget + LIMITS.file_seconds + SLACK
    late = [s for s in scan.skipped if s.reason == f"time budget of {budget:g} s used up"]
    assert late
    assert len(spent) + len(late) == len(hostile)
    assert all(s.clouds for s in scan.skipped)


def test_a_pull_has_thirty_seconds() -> None:
    assert Limits().pull_seconds == 30


async def test_a_small_file_with_odd_bytes_is_analysed_and_not_only_survived(source: MakeSource, pool: Pool) -> None:
    odd = source("x = '\ud800'\r\n\0\nimport time\ntime.sleep(5)\n<<<<<<< HEAD\n", "tests/test_odd.py")
    scan = await pool.scan([odd])
    assert scan.skipped == ()
    assert ("adv-sleep-poll", 4) in [(h.rule, h.line) for h in scan.hits]


SECRETS = range(600)  # of the environment, each a name of its own


@pytest.mark.parametrize(
    ("joint", "statement", "finds"),
    [
        ("; ", "print(os.environ['S{}_TOKEN'])", True),
        ("; ", "t{0} = os.environ['S{0}_TOKEN']; print(t{0})", True),
        ("; ", "os.environ['S{0}_TOKEN'] = 'x'; print(os.environ['S{0}_TOKEN'])", False),
        ("\n", "os.environ['S{0}_TOKEN'] = 'x'\nprint(os.environ['S{0}_TOKEN'])", False),
    ],
)
async def test_hundreds_of_secrets_are_analysed(
    joint: str, statement: str, finds: bool, source: MakeSource, pool: Pool, spent: list[float]
) -> None:
    """On one long line as well. Each is followed through the file, which must not be read again for each."""
    text = "import os\n" + joint.join(statement.format(n) for n in SECRETS) + "\n"
    scan = await pool.scan([source(text, "tests/test_many.py")])
    assert scan.skipped == ()
    assert ("ci-secret-print" in [h.rule for h in scan.hits]) is finds
    assert max(spent) < LIMITS.file_seconds


def test_lines_of_a_hostile_patch_travel_as_ranges() -> None:
    """A million added lines are one range on the wire, not a million numbers."""
    huge = Source("a.py", "python", Kind.CODE, "", Lines(frozenset(range(1, 1_000_001))))
    packed = pack(huge)
    assert len(frame(packed)) < 1_000
    assert unpack(Source, packed) == huge
