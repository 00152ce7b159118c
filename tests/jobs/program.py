"""A process to be killed: real jobs on a real database, and a run that writes down what it did.

Reads commands, one JSON object a line: {"accept": job}. Prints what became of each. What the run does is the repository's name.
"""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from bot.jobs import fence
from bot.jobs.service import Jobs
from bot.jobs.ticket import load
from bot.model import Job
from bot.telemetry import Metrics, configure


async def main(url: str, trace: Path) -> None:
    configure()

    def note(text: str) -> None:
        with trace.open("a") as file:
            file.write(f"{text}\n")

    async def run(job: Job) -> str:
        note(f"start {job.delivery}")
        if job.pull.repo == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        while job.pull.repo == "hold" and not trace.with_name("release").exists():  # noqa: ASYNC110 (another process's file)
            await asyncio.sleep(0.02)
        fence.check()  # as before a write
        note(f"end {job.delivery}")
        return "reviewed"

    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    jobs = await Jobs.start(url, run, Metrics(), lease_seconds=float(os.environ.get("LEASE", "0.6")), settle=0)
    print("up", flush=True)

    async def listen() -> None:
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            new = await jobs.accept(load(Job, json.loads(line)))
            print("accepted" if new else "duplicate", flush=True)

    listening = asyncio.create_task(listen())
    await stop.wait()
    listening.cancel()
    await jobs.stop()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
