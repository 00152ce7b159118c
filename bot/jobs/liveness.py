"""Who is still alive, among processes that share one SQLite file: each holds a lock that the system drops when it dies.

No clock and no lease is involved, so that what a killed process left is taken up as soon as another one looks.
"""

import fcntl
import os
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

OLD = 3600.0  # seconds: a younger file may be of a process that is about to lock it


class Liveness:
    """This process's name in the queue, and whether another name's process lives. Names are never used twice."""

    lost, epoch = False, 0  # as those of a lease: nobody takes this process for dead before it is
    _here: ClassVar[set[str]] = set()  # a process always gets its own lock: these need no asking, and must not be tried

    def __init__(self, directory: Path) -> None:
        self.name = f"{os.getpid()}-{uuid.uuid4().hex[:12]}"
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        self._file = self._path(self.name).open("w")
        # A record lock, not flock: a child of ours that outlives us does not inherit it.
        fcntl.lockf(self._file, fcntl.LOCK_EX)
        self._here.add(self.name)
        for old in directory.glob("*.lock"):  # of the killed, about whom nobody asked because they had nothing in hand
            with suppress(FileNotFoundError):  # another process does the same
                if time.time() - old.stat().st_mtime > OLD:
                    self.alive(old.stem)

    def alive(self, name: str) -> bool:
        """False for a process that is gone; its file goes with it."""
        if name in self._here:
            return True
        path = self._path(name)
        try:
            with path.open("r+") as file:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink(missing_ok=True)
        except FileNotFoundError:
            return False
        except OSError:
            return True  # the lock is held
        return False

    def close(self) -> None:
        self._path(self.name).unlink(missing_ok=True)
        self._file.close()
        self._here.discard(self.name)

    def _path(self, name: str) -> Path:
        return self._directory / f"{name}.lock"
