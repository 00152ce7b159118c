"""The analyst: children that read hostile files in turn. A file that kills its child is named, and hurts no other."""

import asyncio
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from bot.analysis.child import CRASHED, OUT_OF_MEMORY, Child, Died, Process
from bot.analysis.limits import TEXT_LIMIT, Limits
from bot.analysis.turns import Batch, Result, Turns
from bot.analysis.wire import WireError, unpack
from bot.core.discreet import is_told
from bot.model import HashKey, Hit, Rulebook, Scan, Skipped, Source
from bot.ports import Later

_FILES_PER_CHILD = 2_000  # then a fresh one: what native parsers leak stays bounded
_PAUSE_SECONDS = 1.0  # between two attempts to start a child


class AnalystError(RuntimeError):
    """No child could be started: a fault of this installation, not of any pull."""


class Pool:
    """`workers` children behind `ports.Analyst`. May be used from any thread and any event loop, by many pulls at a time.

    `cache`: a directory of ours for the compiled token rules (first start 4 s, then 0.4 s). `warm`: compile them at start, and
    not when the first file with a token's prefix comes.
    """

    def __init__(
        self, rulebook: Rulebook, workers: int = 1, limits: Limits | None = None, *, cache: Path | None = None, warm: bool = False
    ) -> None:
        self._limits = limits or Limits()
        self._rules = list(rulebook.rules.values())  # those that are off, too: a repository may ask for them
        self._known = frozenset(r.id for r in self._rules)
        self._setup = Child.setup(self._rules, self._limits, cache, warm)
        self._workers = max(1, workers)
        self._turns = Turns(self._limits.pull_seconds)
        self._children: dict[int, Child] = {}
        self._threads: list[threading.Thread] = []
        self._closing = threading.Event()

    @property
    def alive(self) -> int:
        """How many children are ready now."""
        return len(self._children)

    async def start(self, begun: Process | None = None) -> None:
        """Return when the first child is ready; the others follow. Raises AnalystError when it cannot be started. `begun`: a
        process for it, which is the pool's from here on."""
        try:
            first = await asyncio.to_thread(Child, self._setup, self._limits, begun)
        except (Died, OSError) as error:
            raise AnalystError(f"the analysis child does not start ({error})") from None
        self._children[0] = first
        for number in range(self._workers):
            thread = threading.Thread(
                target=self._serve, args=(number, first if number == 0 else None), name=f"analyst-{number}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    async def scan(self, sources: Sequence[Source], key: HashKey | None = None) -> Scan:
        """Hits on changed lines, the same for any number of workers and any order of the sources. Raises Later when the pool
        is closed or cannot start a child any more. Without a `key` the values of secrets get no hash."""
        batch = Batch(sources, key)
        if not sources:
            return batch.scan()
        self._turns.put(batch)
        try:
            return await asyncio.wrap_future(batch.future)
        finally:
            self._turns.drop(batch)

    async def close(self) -> None:
        """End every child. A scan still under way raises Later."""
        self._turns.fail(Later("analyst-closed", 1), close=True)
        self._closing.set()
        for child in list(self._children.values()):
            child.kill()
        for thread in self._threads:
            await asyncio.to_thread(thread.join)

    def _serve(self, number: int, child: Child | None) -> None:
        """One thread's life: one child at a time, one file at a time."""
        while not self._closing.is_set():
            child = child or self._spawn()
            if child is None:
                continue
            self._children[number] = child
            turn = self._turns.take()
            if turn is None:
                break
            batch, index = turn
            result, seconds, after = self._look_safely(child, batch.sources[index], batch.key)
            if after is not None and after.served >= _FILES_PER_CHILD:
                after.close()
                after = None
            if after is not child:
                self._children.pop(number)
            child = after
            self._turns.done(batch, index, result, seconds)
        if child is not None:
            child.close()

    def _look_safely(self, child: Child, source: Source, key: HashKey | None) -> tuple[Result, float, Child | None]:
        """A fault of ours costs one file, not a thread and every scan that waits for it."""
        try:
            return self._look(child, source, key)
        except Exception as error:
            from bot.telemetry import describe, logger  # only a fault of ours costs a short review these imports

            logger.error("the analyst failed on a file", **describe(error))
            child.close()
            return Skipped(source.path, CRASHED, clouds=True), 0.0, None

    def _look(self, child: Child, source: Source, key: HashKey | None) -> tuple[Result, float, Child | None]:
        """One file's result, what it cost in seconds, and the child to go on with. A file that ends a child which has read
        others gets a second chance in a fresh one, so that no file answers for what stood before it in the queue."""
        if len(source.text.encode("utf-8", "replace")) > self._limits.file_bytes:
            return Skipped(source.path, f"larger than {self._limits.file_bytes / 1e6:g} MB", clouds=True), 0.0, child
        begun = time.monotonic()
        fresh, current = child.served == 0, child
        while True:
            try:
                hits, seconds = current.ask(source, key)
                return self._checked(source, hits), seconds, current
            except WireError:
                current.close()
                reason = CRASHED
            except Died as died:
                reason = died.reason
            successor = self._spawn()
            if successor is None or fresh or reason not in (CRASHED, OUT_OF_MEMORY):
                return Skipped(source.path, reason, clouds=True), time.monotonic() - begun, successor
            fresh, current = True, successor

    def _spawn(self) -> Child | None:
        """A new child; None, after a pause, when there is none to be had."""
        if self._closing.is_set():
            return None
        try:
            return Child(self._setup, self._limits)
        except (Died, OSError):
            if not self._children:
                self._turns.fail(Later("analyst-unavailable", 30))
            self._closing.wait(_PAUSE_SECONDS)
            return None

    def _checked(self, source: Source, data: object) -> tuple[Hit, ...]:
        """What a child claims about a file, believed only in the shape and the bounds a hit can have. Raises WireError."""
        hits = unpack(tuple[Hit, ...], data)
        last = max([source.text.count("\n") + 1, *(r.line for r in source.lines.removed)])
        for hit in hits:
            sizes = [len(hit.quote), len(hit.identity), *(len(text) for pair in hit.captures.items() for text in pair)]
            if hit.rule not in self._known or hit.path != source.path or not 1 <= hit.line <= hit.end_line <= last:
                raise WireError("a hit that cannot be")
            if hit.secret and (not is_told(hit.secret) or len(hit.secret.provider) > TEXT_LIMIT):
                raise WireError("more of a secret than may be told")
            if max(sizes) > TEXT_LIMIT or len(hit.captures) > TEXT_LIMIT or not 0 <= hit.elsewhere <= last:
                raise WireError("a hit that is too long")
        return hits
