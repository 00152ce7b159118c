"""One child process and the blocking conversation with it: a frame out, frames back, a deadline, and the reason when it fails."""

import contextlib
import os
import re
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.analysis.limits import Limits
from bot.analysis.wire import LENGTH, WireError, frame, pack, unframe
from bot.model import HashKey, Rule, Source

CRASHED = "analysis crashed"
OUT_OF_MEMORY = "ran out of memory"
# How Rust, tree-sitter, C++ and Python say it before they end.
_NO_MEMORY = re.compile(rb"memory allocation of|failed to allocate|bad_alloc|MemoryError")
_COMMAND = (sys.executable, "-P", "-B", "-m", "bot.analysis.worker")


class Died(Exception):
    """The child gave no answer and has been killed. `reason` reads after a file's name; `said` is the end of its stderr."""

    def __init__(self, reason: str, said: str = "") -> None:
        super().__init__(f"{reason}: {said}" if said else reason)
        self.reason = reason


Process = subprocess.Popen[bytes]


def begin() -> Process:
    """A child's process, which loads what it needs while its first frame is still being made. Whoever begins one gives it to a
    Child or ends it."""
    root = str(Path(__file__).parents[2])
    return subprocess.Popen(  # noqa: S603 (our own module, a constant command)
        _COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd="/",
        env={"PYTHONPATH": root, "PYTHONUTF8": "1", "PYTHONHASHSEED": "0", "LANG": "C.UTF-8"},  # and no credential of ours
        start_new_session=True,
        bufsize=0,
    )


def kill(process: Process) -> None:
    """End a child's process and its group, now. Safe to call twice, and from another thread."""
    if process.poll() is None:  # once it has been waited for, its number may be somebody else's
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def end(process: Process) -> None:
    """Kill, and give the pipes back."""
    kill(process)
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()


class Child:
    """A started child that has read its rules. Used by one thread at a time. `served` counts the files it has answered."""

    def __init__(self, setup: bytes, limits: Limits, process: Process | None = None) -> None:
        self._limits = limits
        self.served = 0
        self._warm = False
        self._process = process or begin()
        self._fds = [self._fd(stream) for stream in (self._process.stdin, self._process.stdout, self._process.stderr)]
        for fd in self._fds:
            os.set_blocking(fd, False)
        self._late = f"took longer than {limits.start_seconds:g} s to start"
        answer = self._converse(setup, limits.start_seconds)
        if answer.get("state") != "ready":
            raise self._end(CRASHED)

    @staticmethod
    def setup(rules: Sequence[Rule], limits: Limits, cache: Path | None, warm: bool) -> bytes:
        """The first frame, the same for every child of a pool. Most of a rule file is its evidence, which no child reads."""
        return frame(
            {
                "rules": pack([replace(rule, examples=(), references=()) for rule in rules]),
                "cache": str(cache) if cache else "",
                "warm": warm,
                "memory": limits.memory,
                "output": limits.output,
                "seconds": float(limits.file_seconds),
                "start": float(limits.start_seconds),
            }
        )

    def ask(self, source: Source, key: HashKey | None = None) -> tuple[Any, float]:
        """The child's packed hits for one file, as yet unchecked, and the CPU seconds they cost. Raises Died, and then the
        child is gone. Of all our secrets it learns `key` alone."""
        begun = time.monotonic()
        self._late = f"took longer than {self._limits.file_seconds:g} s"
        patience = self._limits.file_seconds * self._limits.patience
        message = {"turn": self.served, "source": pack(source), "key": key.value.hex() if key else ""}
        answer = self._converse(frame(message), patience)
        if "hits" not in answer or answer.get("turn") != self.served:
            raise self._end(OUT_OF_MEMORY if answer.get("failed") == "memory" else CRASHED)
        self.served += 1
        elapsed, cpu = time.monotonic() - begun, answer.get("cpu")
        return answer["hits"], min(cpu, elapsed) if isinstance(cpu, float) and cpu >= 0 else elapsed

    def kill(self) -> None:
        """End the child, now. Safe to call twice, and from another thread."""
        kill(self._process)

    def close(self) -> None:
        """Kill, and give the pipes back."""
        end(self._process)

    def _converse(self, message: bytes, seconds: float) -> dict[str, Any]:
        """Send one frame, read until an answer. Compiling the token rules, once in a child's life, has a time of its own."""
        deadline = time.monotonic() + seconds
        answer = self._exchange(message, deadline)
        if answer.get("state") == "warming" and not self._warm:
            self._warm = True
            answer = self._exchange(b"", time.monotonic() + self._limits.start_seconds)
            if answer.get("state") == "warm":
                answer = self._exchange(b"", time.monotonic() + seconds)
        return answer

    def _exchange(self, message: bytes, deadline: float) -> dict[str, Any]:
        """Write `message`, then read one frame."""
        stdin, stdout, stderr = self._fds
        unsent, received = memoryview(message), bytearray()
        wanted = LENGTH.size
        with selectors.DefaultSelector() as selector:
            selector.register(stdout, selectors.EVENT_READ)
            if unsent:
                selector.register(stdin, selectors.EVENT_WRITE)
            while len(received) < wanted:
                ready = selector.select(max(0.0, deadline - time.monotonic()))
                if not ready:
                    raise self._end(self._late)
                for key, _ in ready:
                    if key.fd == stdin:
                        unsent = unsent[self._write(stdin, unsent) :]
                        if not unsent:
                            selector.unregister(stdin)
                        continue
                    chunk = os.read(stdout, min(wanted - len(received), 1 << 20))
                    if not chunk:
                        raise self._end(CRASHED)
                    received += chunk
                if wanted == LENGTH.size == len(received):
                    wanted += LENGTH.unpack(received)[0]
                    if wanted > self._limits.output + LENGTH.size:
                        raise self._end(CRASHED)
        self._read_now(stderr)  # keep the pipe empty; what native code prints about a file is nobody's business
        try:
            return unframe(bytes(received[LENGTH.size :]))
        except WireError:
            raise self._end(CRASHED) from None

    def _write(self, fd: int, data: memoryview) -> int:
        try:
            return os.write(fd, data)
        except BlockingIOError:
            return 0
        except BrokenPipeError:
            raise self._end(CRASHED) from None

    def _read_now(self, fd: int) -> bytes:
        """What stands in a pipe; a pipe holds 64 KiB."""
        try:
            return os.read(fd, 1 << 16)
        except BlockingIOError:
            return b""

    def _end(self, reason: str) -> Died:
        """Kill the child; its death tells the reason better than the pipe does."""
        ended = self._process.poll() if reason != CRASHED else self._wait_briefly()
        said = self._read_now(self._fds[2])
        self.kill()
        if ended in (-signal.SIGPROF, -signal.SIGXCPU):
            reason = self._late
        elif _NO_MEMORY.search(said):
            reason = OUT_OF_MEMORY
        self.close()
        return Died(reason, said.decode("utf-8", "replace").strip().rpartition("\n")[2][:500])

    def _wait_briefly(self) -> int | None:
        """The exit status of a child whose pipe has just closed."""
        try:
            return self._process.wait(0.5)
        except subprocess.TimeoutExpired:
            return None

    @staticmethod
    def _fd(stream: Any) -> int:
        return int(stream.fileno())
