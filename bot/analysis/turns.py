"""Whose file is next: one file of each waiting pull in turn, so that a pull with a thousand files delays nobody for long."""

import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future

from bot.model import HashKey, Hit, Scan, Skipped, Source

Result = tuple[Hit, ...] | Skipped


class Batch:
    """The files of one pull on their way, and the key for its secrets. `spent`: CPU seconds its files have cost so far."""

    def __init__(self, sources: Sequence[Source], key: HashKey | None = None) -> None:
        self.sources = tuple(sources)
        self.key = key
        self.future: Future[Scan] = Future()
        self.future.set_running_or_notify_cancel()  # a waiter that gives up must not change it under our feet
        self.spent = 0.0
        self._results: list[Result | None] = [None] * len(self.sources)
        self._left = len(self.sources)
        # Small files first: what a pull's time budget does not reach is then its largest file, whatever its name.
        self.waiting = deque(sorted(range(len(self.sources)), key=lambda i: (len(self.sources[i].text), i)))

    def settle(self, index: int, result: Result) -> bool:
        """Note one file's result; True when it was the last one."""
        self._results[index] = result
        self._left -= 1
        return self._left == 0

    def scan(self) -> Scan:
        """The whole, in the order of the sources."""
        hits = tuple(h for r in self._results if isinstance(r, tuple) for h in r)
        return Scan(hits, tuple(r for r in self._results if isinstance(r, Skipped)))


class Turns:
    """A queue that any thread may use. A pull whose files have cost `seconds` gets no further turn."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._batches: deque[Batch] = deque()
        self._open: set[Batch] = set()
        self._changed = threading.Condition()
        self._closed: Exception | None = None

    def put(self, batch: Batch) -> None:
        with self._changed:
            if self._closed:
                raise self._closed
            self._open.add(batch)
            self._batches.append(batch)
            self._changed.notify_all()

    def take(self) -> tuple[Batch, int] | None:
        """The next file, waiting for one; None when closed."""
        with self._changed:
            while not self._closed:
                if self._batches:
                    batch = self._batches.popleft()
                    index = batch.waiting.popleft()
                    if batch.waiting:
                        self._batches.append(batch)
                    return batch, index
                self._changed.wait()
            return None

    def done(self, batch: Batch, index: int, result: Result, seconds: float) -> None:
        """Note what a file came to and what it cost."""
        with self._changed:
            batch.spent += seconds
            finished = batch.settle(index, result)
            if batch.spent >= self._seconds:
                reason = f"time budget of {self._seconds:g} s used up"
                while batch.waiting:
                    index = batch.waiting.popleft()
                    finished = batch.settle(index, Skipped(batch.sources[index].path, reason, clouds=True))
                self._forget(batch)
            awaited = finished and batch in self._open
            if awaited:
                self._open.remove(batch)
        if awaited:
            batch.future.set_result(batch.scan())

    def drop(self, batch: Batch) -> None:
        """Nobody waits for this pull any more."""
        with self._changed:
            batch.waiting.clear()
            self._forget(batch)
            self._open.discard(batch)

    def fail(self, error: Exception, close: bool = False) -> None:
        """Answer every waiting pull with `error`; and every later one, when closing."""
        with self._changed:
            batches, self._open = self._open, set()
            self._batches.clear()
            if close:
                self._closed = error
            self._changed.notify_all()
        for batch in batches:
            batch.future.set_exception(error)

    def _forget(self, batch: Batch) -> None:
        if batch in self._batches:
            self._batches.remove(batch)
