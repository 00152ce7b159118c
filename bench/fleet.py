"""Real server processes for the benchmarks, on a database of their own, in front of a stand-in GitHub in this process."""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import sqlalchemy as sa

from bot.jobs.database import Database as Work
from bot.jobs.service import migrate
from bot.sandbox.server import StandIn
from tests import postgres
from tests.tried import tried

TEST = """import time


def test_{number}(api):
    api.post_job({{"n": {number}}})
    time.sleep(0.5)
    assert api.get("/jobs").status_code == 200
"""
ALONE = (("serve",),)
RECEIVES, WORKS = ("serve", "--no-worker"), ("worker",)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Database:
    """Its DATABASE_URL, and the process that serves it, where there is one."""

    url: str
    pid: int | None = None


@asynccontextmanager
async def database(kind: str, fsync: bool = True) -> AsyncIterator[Database]:
    """A new, prepared database, on which no server tries the rules: "sqlite", or "postgres" from the machine's own initdb."""
    with tempfile.TemporaryDirectory(prefix="testwarden-bench-") as folder:
        if kind == "sqlite":
            yield Database(tried(f"sqlite:///{folder}/jobs.sqlite"))
            return
        programs = postgres.programs()
        if programs is None:
            raise SystemExit("there is no initdb on this machine: install PostgreSQL, or measure on sqlite")
        server = postgres.Server(programs, fsync)
        try:
            url = server.url(server.create())
            await asyncio.to_thread(migrate, url)
            yield Database(tried(url), server.pid)
        finally:
            server.close()


class Fleet:
    """Server processes by role; the first one receives."""

    def __init__(self, github: StandIn, database: Database, roles: Sequence[Sequence[str]] = ALONE, **settings: str) -> None:
        self._ports = [free_port() for _ in roles]
        self.url = f"http://127.0.0.1:{self._ports[0]}"
        self._database = database
        place = {"DATABASE_URL": database.url, "HOST": "127.0.0.1", "LOG_LEVEL": "ERROR"}
        self._environment = {**os.environ, **github.environment(), **place, **settings}
        self._roles = roles
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        self.running = [self._begin(which) for which in range(len(self._roles))]

    def _begin(self, which: int) -> subprocess.Popen[bytes]:
        port = str(self._ports[which])
        environment = {**self._environment, "PORT": port, "TESTWARDEN_WORKER_PORT": port}
        return subprocess.Popen([sys.executable, "-m", "bot", *self._roles[which]], env=environment)

    def kill(self, which: int, again: bool = True) -> None:
        self.running[which].kill()
        self.running[which].wait()
        if again:
            self.running[which] = self._begin(which)

    async def stop(self) -> None:
        """Ask every process to stop, and wait: what it has in hand still needs the stand-in, which runs in this loop."""
        for process in self.running:
            process.terminate()
        for process in self.running:
            await asyncio.to_thread(process.wait, 60)

    async def ready(self) -> None:
        """Return when every process says that it is ready."""
        async with aiohttp.ClientSession() as session:
            waiting = list(self._ports)
            for _ in range(1200):
                with suppress(aiohttp.ClientError):
                    while waiting:
                        async with session.get(f"http://127.0.0.1:{waiting[-1]}/readyz") as answer:
                            if answer.status != 200:
                                break
                            waiting.pop()
                    if not waiting:
                        return
                if any(process.poll() is not None for process in self.running):
                    raise SystemExit("a server ended")
                await asyncio.sleep(0.1)
        raise SystemExit("the server did not become ready")

    def in_hand(self, pid: int | None = None) -> int:
        """How many reviews run, of one process or of all, as the database knows it."""
        work = Work(self._database.url)
        table = sa.table("workflow_status", sa.column("status"), sa.column("executor_id"), schema=work.schema)
        running = table.c.status == "PENDING"
        if pid is not None:
            running &= ("-" + table.c.executor_id).contains(f"-{pid}-")
        with work.single.connect() as connection:
            count = connection.execute(sa.select(sa.func.count()).where(running)).scalar_one()
        work.dispose()
        return int(count)

    def resident_mb(self) -> list[float]:
        """The resident size of each process, without its children."""
        return [_status(process.pid, "VmRSS") / 1024 for process in self.running]

    def cpu_seconds(self) -> list[float]:
        """What each process and its children have used, and last the database's, 0 where it has none of its own."""
        pids = [process.pid for process in self.running] + ([self._database.pid] if self._database.pid else [])
        used = [sum(_cpu(each) for each in (pid, *_children(pid))) for pid in pids]
        return used if self._database.pid else [*used, 0.0]


def machine() -> tuple[float, float]:
    """Seconds that all of this machine's cores together have been busy, and have had nothing to do."""
    user, nice, system, idle, *_ = (int(n) / os.sysconf("SC_CLK_TCK") for n in Path("/proc/stat").read_text().split()[1:11])
    return user + nice + system, idle


def _status(pid: int, name: str) -> int:
    return int(Path(f"/proc/{pid}/status").read_text().split(f"{name}:")[1].split()[0])


def _children(pid: int) -> list[int]:
    found = [int(child) for tasks in Path(f"/proc/{pid}/task").iterdir() for child in (tasks / "children").read_text().split()]
    return [*found, *(grandchild for child in found for grandchild in _children(child))]


def _cpu(pid: int) -> float:
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return 0.0
