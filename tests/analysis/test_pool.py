"""The pool against files that hang, crash, eat memory and lie; and everyday files beside them."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from bot.analysis import child as child_module
from bot.analysis import pool as pool_module
from bot.analysis.child import Child, Died, begin
from bot.analysis.limits import Limits
from bot.analysis.pool import AnalystError, Pool
from bot.analysis.wire import WireError, pack
from bot.core.discreet import derive, tell
from bot.core.specimens import github_token
from bot.model import Hit, Rule, Rulebook, Scan, Secret, Skipped, Source, Status
from bot.ports import Later

SLEEP = "time.sleep(5)\n"
HANGS = "a" * 40 + "!\n"  # against (a+)+$
_DEEP = "(" * 100_000 + "1" + ")" * 100_000
CRASHES = f"{_DEEP} == {_DEEP}\n"  # against $A == $A: the parser's comparison overflows the stack
QUICK = Limits(file_seconds=1.0)

MakeRule = Callable[..., Rule]
MakeSource = Callable[..., Source]
Run = Callable[..., Awaitable[Scan]]


@pytest.fixture
def book(rule: MakeRule, rulebook: Callable[..., Rulebook]) -> Rulebook:
    return rulebook(
        rule("sleeps", "time.sleep($N)", keywords=["sleep"]),
        rule("hangs", text=r"^(a+)+$", keywords=["aaaa"]),
        rule("crashes", "$A == $A", keywords=["(((("]),
    )


@asynccontextmanager
async def running(book: Rulebook, workers: int = 1, limits: Limits = QUICK) -> AsyncIterator[Pool]:
    pool = Pool(book, workers, limits)
    await pool.start()
    try:
        yield pool
    finally:
        await pool.close()


def lines(scan: Scan) -> list[tuple[str, str, int]]:
    return [(h.path, h.rule, h.line) for h in scan.hits]


async def test_hits_come_in_the_order_of_the_sources(book: Rulebook, source: MakeSource) -> None:
    sources = [source("\n" * n + SLEEP, f"tests/test_{n}.py") for n in (3, 1, 2)]
    async with running(book, workers=2) as pool:
        scan = await pool.scan(sources)
    assert lines(scan) == [("tests/test_3.py", "sleeps", 4), ("tests/test_1.py", "sleeps", 2), ("tests/test_2.py", "sleeps", 3)]
    assert scan.skipped == ()


async def test_a_process_that_was_begun_before_is_the_first_child(book: Rulebook, source: MakeSource) -> None:
    begun = begin()
    pool = Pool(book)
    await pool.start(begun)
    try:
        assert pool._children[0]._process is begun
        assert lines(await pool.scan([source(SLEEP)])) == [("tests/test_a.py", "sleeps", 1)]
    finally:
        await pool.close()
    assert begun.poll() is not None


async def test_a_rule_that_is_off_is_tried_too(rule: MakeRule, rulebook: Callable[..., Rulebook], source: MakeSource) -> None:
    """Which rules may speak is for the repository's settings to say, later."""
    async with running(rulebook(replace(rule("sleeps", "time.sleep($N)"), status=Status.OFF))) as pool:
        assert lines(await pool.scan([source(SLEEP)])) == [("tests/test_a.py", "sleeps", 1)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (HANGS, "took longer than 1 s"),
        (CRASHES, "analysis crashed"),
        ("#" * 3_000_001, "larger than 3 MB"),
        ("é" * 1_500_001, "larger than 3 MB"),
    ],
)
async def test_a_hostile_file_is_named_and_hurts_no_neighbour(book: Rulebook, source: MakeSource, text: str, reason: str) -> None:
    sources = [source(SLEEP, "tests/test_a.py"), source(text, "tests/evil.py"), source("#\n" + SLEEP, "tests/test_z.py")]
    async with running(book) as pool:
        scan = await pool.scan(sources)
        again = await pool.scan(sources[:1])
        assert pool.alive == 1
    assert lines(scan) == [("tests/test_a.py", "sleeps", 1), ("tests/test_z.py", "sleeps", 2)]
    assert scan.skipped == (Skipped("tests/evil.py", reason, clouds=True),)
    assert lines(again) == [("tests/test_a.py", "sleeps", 1)]


async def test_memory_is_bounded_and_running_out_is_named(book: Rulebook, source: MakeSource) -> None:
    limits = Limits(memory=160 << 20, file_seconds=5)
    greedy = source("time.sleep(1)\n" + "f([1])\n" * 400_000, "tests/greedy.py")
    async with running(book, limits=limits) as pool:
        scan = await pool.scan([greedy, source(SLEEP, "tests/test_z.py")])
    assert scan.skipped == (Skipped("tests/greedy.py", "ran out of memory", clouds=True),)
    assert lines(scan) == [("tests/test_z.py", "sleeps", 1)]


@pytest.mark.parametrize("workers", [1, 3])
async def test_the_scan_is_the_same_for_any_number_of_workers(book: Rulebook, source: MakeSource, workers: int) -> None:
    texts = [SLEEP * n for n in range(1, 8)] + [CRASHES, SLEEP]
    sources = [source(t, f"tests/test_{i}.py") for i, t in enumerate(texts)]
    async with running(book, workers) as pool:
        scan = await pool.scan(sources)
    assert [h[0] for h in lines(scan)] == [f"tests/test_{i}.py" for i in range(7) for _ in range(i + 1)] + ["tests/test_8.py"]
    assert scan.skipped == (Skipped("tests/test_7.py", "analysis crashed", clouds=True),)


async def test_a_pull_has_a_time_budget_and_its_small_files_come_first(book: Rulebook, source: MakeSource) -> None:
    hanging = [source(HANGS + "#" * n, f"tests/hang_{n}.py") for n in range(10, 0, -1)]
    async with running(book, limits=replace(QUICK, file_seconds=0.3, pull_seconds=0.9)) as pool:
        scan = await pool.scan([*hanging, source(SLEEP, "tests/test_small.py")])
        other = await pool.scan([source(SLEEP, "tests/test_other.py")])
    reasons = {s.path: s.reason for s in scan.skipped}
    assert lines(scan) == [("tests/test_small.py", "sleeps", 1)]
    assert reasons["tests/hang_1.py"] == "took longer than 0.3 s"
    assert reasons["tests/hang_10.py"] == "time budget of 0.9 s used up"
    assert len(reasons) == 10
    assert all(s.clouds for s in scan.skipped)
    assert lines(other) == [("tests/test_other.py", "sleeps", 1)]


async def test_a_busy_machine_costs_a_pull_nothing(book: Rulebook, source: MakeSource, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only CPU counts: a child that is kept waiting is neither killed soon nor charged."""
    async with running(book, limits=replace(QUICK, file_seconds=0.2, pull_seconds=0.4, patience=20)) as pool:
        pid = pool._children[0]._process.pid
        os.kill(pid, signal.SIGSTOP)
        asyncio.get_running_loop().call_later(0.8, os.kill, pid, signal.SIGCONT)
        scan = await pool.scan([source(SLEEP, f"tests/test_{n}.py") for n in range(3)])
    assert len(scan.hits) == 3
    assert scan.skipped == ()


async def test_a_child_that_says_nothing_is_given_up(book: Rulebook, source: MakeSource) -> None:
    async with running(book, limits=replace(QUICK, file_seconds=0.2, patience=2)) as pool:
        os.kill(pool._children[0]._process.pid, signal.SIGSTOP)
        scan = await pool.scan([source(SLEEP), source("#\n" + SLEEP, "tests/test_z.py")])
    assert scan.skipped == (Skipped("tests/test_a.py", "took longer than 0.2 s", clouds=True),)
    assert lines(scan) == [("tests/test_z.py", "sleeps", 2)]


async def test_a_pull_with_many_files_does_not_delay_one_with_few(book: Rulebook, source: MakeSource) -> None:
    order: list[str] = []

    async def scan(pool: Pool, name: str, files: int) -> None:
        await pool.scan([source(SLEEP * 50, f"tests/{name}_{n}.py") for n in range(files)])
        order.append(name)

    async with running(book) as pool:
        many = asyncio.create_task(scan(pool, "many", 300))
        await asyncio.sleep(0)
        await asyncio.gather(scan(pool, "few", 3), many)
    assert order == ["few", "many"]


async def test_the_pool_serves_several_threads_and_loops(book: Rulebook, source: MakeSource) -> None:
    seen: list[Scan] = []

    async with running(book, workers=2) as pool:
        threads = [threading.Thread(target=lambda: seen.append(asyncio.run(pool.scan([source(SLEEP)])))) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            await asyncio.to_thread(thread.join)
    assert [lines(s) for s in seen] == [[("tests/test_a.py", "sleeps", 1)]] * 3


async def test_closing_ends_the_children_and_sends_waiting_scans_away(book: Rulebook, source: MakeSource) -> None:
    async with running(book, limits=replace(QUICK, file_seconds=30)) as pool:
        pids = [c._process.pid for c in pool._children.values()]
        waiting = asyncio.create_task(pool.scan([source(HANGS)]))
        await asyncio.sleep(0)
        await pool.close()
        with pytest.raises(Later, match="analyst-closed"):
            await waiting
        with pytest.raises(Later, match="analyst-closed"):
            await pool.scan([source(SLEEP)])
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


async def test_a_child_killed_from_outside_is_replaced(book: Rulebook, source: MakeSource) -> None:
    async with running(book) as pool:
        assert lines(await pool.scan([source(SLEEP)])) == [("tests/test_a.py", "sleeps", 1)]
        pool._children[0].kill()
        assert lines(await pool.scan([source(SLEEP)])) == [("tests/test_a.py", "sleeps", 1)]


async def test_a_pool_that_cannot_start_says_so(book: Rulebook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_module, "_COMMAND", (sys.executable, "-c", "raise SystemExit('no parser here')"))
    with pytest.raises(AnalystError, match="no parser here"):
        await Pool(book).start()


def _proc(pool: Pool, name: str) -> str:
    return Path(f"/proc/{pool._children[0]._process.pid}/{name}").read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_a_child_has_nothing_of_our_environment(
    book: Rulebook, monkeypatch: pytest.MonkeyPatch, source: MakeSource
) -> None:
    monkeypatch.setenv("GITHUB_WEBHOOK_SECRET", "not for children")
    async with running(book) as pool:
        environment, limits = (_proc(pool, name) for name in ("environ", "limits"))
    assert "GITHUB" not in environment
    assert "PYTHONPATH" in environment
    assert "Max core file size        0" in limits
    assert f"Max address space         {1 << 30}" in limits
    assert "Max file size             0" in limits


@pytest.mark.parametrize(
    "lie",
    [
        {"rule": "no-such-rule"},
        {"path": "tests/other.py"},
        {"line": 0},
        {"end_line": 99},
        {"quote": "x" * 500},
        {"line": "1"},
        {"captures": [["a", "b"]]},
        {"extra": 1},
    ],
)
def test_what_a_child_claims_is_checked(book: Rulebook, source: MakeSource, lie: dict[str, object]) -> None:
    hit = pack(Hit("sleeps", "tests/test_a.py", 1, 1, "time.sleep", {}, "0" * 64))
    pool = Pool(book)
    assert len(pool._checked(source(SLEEP), [hit])) == 1
    with pytest.raises(WireError):
        pool._checked(source(SLEEP), [hit | lie])


@pytest.mark.parametrize("lie", [{"shown": "ghp_0"}, {"length": 4}, {"hash": "0" * 64}, {"provider": "x" * 500}, {"value": "x"}])
def test_what_a_child_tells_of_a_secret_is_checked(book: Rulebook, source: MakeSource, lie: dict[str, object]) -> None:
    hit = pack(Hit("sleeps", "tests/test_a.py", 1, 1, "time.sleep", {}, "0" * 64, secret=Secret("GitHub", "ghp_", 40, "0" * 16)))
    pool = Pool(book)
    assert len(pool._checked(source(SLEEP), [hit])) == 1
    with pytest.raises(WireError):
        pool._checked(source(SLEEP), [hit | {"secret": hit["secret"] | lie}])


async def test_secrets_are_hashed_under_the_key_that_comes_with_them(
    rule: MakeRule, rulebook: Callable[..., Rulebook], source: MakeSource
) -> None:
    """One child serves many organisations, one file at a time."""
    file = source(f'TOKEN = "{github_token()}"\n')
    keys = [derive("master", f"installation {n}") for n in (1, 2)]
    async with running(rulebook(rule("leaks", detector="verified-token"))) as pool:
        scans = [await pool.scan([file], key) for key in (*keys, None, keys[0])]
    told = [hit.secret for scan in scans for hit in scan.hits]
    assert told == [tell(github_token(), "GitHub", key) for key in (*keys, None, keys[0])]


class Stub:
    """A child that has served some files, and what it does with the next one."""

    def __init__(self, served: int, answer: object) -> None:
        self.served, self.answer, self.closed = served, answer, False

    def ask(self, source: Source, key: object) -> tuple[object, float]:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer, 0.1

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize(
    ("served", "first", "second", "result"),
    [
        (3, Died("analysis crashed"), [], ()),
        (3, Died("ran out of memory"), [], ()),
        (3, [{"nonsense": 1}], [], ()),
        (3, Died("analysis crashed"), Died("analysis crashed"), "analysis crashed"),
        (0, Died("analysis crashed"), [], "analysis crashed"),
        (3, Died("took longer than 5 s"), [], "took longer than 5 s"),
    ],
)
def test_a_file_answers_only_for_itself(
    book: Rulebook,
    source: MakeSource,
    monkeypatch: pytest.MonkeyPatch,
    served: int,
    first: object,
    second: object,
    result: object,
) -> None:
    """A crash in a child that has read other files is tried once more in a fresh one; a timeout is not."""
    pool, fresh = Pool(book), Stub(0, second)
    monkeypatch.setattr(pool, "_spawn", lambda: fresh)
    looked, _, successor = pool._look(cast(Child, Stub(served, first)), source(SLEEP), None)
    assert (looked.reason if isinstance(looked, Skipped) else looked) == result
    assert successor is cast(Child, fresh)


async def test_a_child_is_replaced_after_so_many_files(
    book: Rulebook, source: MakeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "_FILES_PER_CHILD", 2)
    async with running(book) as pool:
        first = pool._children[0]._process.pid
        scan = await pool.scan([source(SLEEP, f"tests/test_{n}.py") for n in range(5)])
        assert pool._children[0]._process.pid != first
    assert len(scan.hits) == 5


async def test_scans_are_sent_away_when_no_child_can_be_had(
    book: Rulebook, source: MakeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(book) as pool:
        monkeypatch.setattr(child_module, "_COMMAND", (sys.executable, "-c", "raise SystemExit(1)"))
        with pytest.raises(Later, match="analyst-unavailable"):
            await pool.scan([source(HANGS), source("#" * 100 + "\n" + SLEEP, "tests/test_later.py")])
        assert pool.alive == 0


async def test_a_fault_of_ours_costs_one_file(book: Rulebook, source: MakeSource, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(book) as pool:
        checked = pool._checked

        def fault(source: Source, data: object) -> tuple[Hit, ...]:
            if source.path == "tests/test_b.py":
                raise RuntimeError("a fault")
            return checked(source, data)

        monkeypatch.setattr(pool, "_checked", fault)
        scan = await pool.scan([source(SLEEP, f"tests/test_{name}.py") for name in "abc"])
    assert [h.path for h in scan.hits] == ["tests/test_a.py", "tests/test_c.py"]
    assert scan.skipped == (Skipped("tests/test_b.py", "analysis crashed", clouds=True),)


async def test_compiling_the_token_rules_has_a_time_of_its_own(
    book: Rulebook, rule: MakeRule, rulebook: Callable[..., Rulebook], source: MakeSource
) -> None:
    """The first file with a token's prefix waits for them without being blamed, and the next one does not wait at all."""
    tokens = rulebook(rule("tokens", detector="structured-token", language="any"))
    async with running(tokens, limits=replace(QUICK, file_seconds=0.3)) as pool:
        scan = await pool.scan([source("x = 1\n", f"tests/test_{n}.py") for n in range(3)])
    assert scan == Scan(())


async def test_nothing_to_scan_asks_no_child(book: Rulebook) -> None:
    assert await Pool(book).scan([]) == Scan(())
