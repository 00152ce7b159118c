"""What a running server costs: python -m bench.server [--pulls 100]

Starts the stand-in GitHub here and `testwarden serve` as a process of its own, then sends signed deliveries, each of a pull
request of its own, from 1, 8 and 32 senders while reviews run. Prints the acknowledgement's p50 and p99, the time from delivery
to the finished check, reviews per second, and the server's resident size.
"""

import argparse
import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import aiohttp

from bench.harness import percentile
from bot.sandbox import payloads
from bot.sandbox.repository import Pull, Repository
from bot.sandbox.server import StandIn

TEST = """import time


def test_{number}(api):
    api.post_job({{"n": {number}}})
    time.sleep(0.5)
    assert api.get("/jobs").status_code == 200
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def resident_mb(pid: int) -> float:
    """The resident size of a process, without its children."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


async def started(process: subprocess.Popen[bytes], url: str) -> None:
    """Return when the server says that it is ready."""
    async with aiohttp.ClientSession() as session:
        for _ in range(600):
            with suppress(aiohttp.ClientError):
                async with session.get(f"{url}/readyz") as answer:
                    if answer.status == 200:
                        return
            if process.poll() is not None:
                raise SystemExit(f"the server ended with {process.returncode}")
            await asyncio.sleep(0.1)
    raise SystemExit("the server did not become ready")


def finished(repository: Repository, pull: Pull) -> bool:
    return any(run.status == "completed" for run in repository.runs_for(pull.head_sha))


async def wave(github: StandIn, repository: Repository, url: str, senders: int, count: int, offset: int) -> None:
    """`count` pull requests from `senders` senders; prints one row."""
    pulls = [repository.open_pull({f"tests/test_{n}.py": TEST.format(number=n)}) for n in range(offset, offset + count)]
    waiting = list(pulls)
    acknowledged: list[float] = []
    sent: dict[int, float] = {}

    async def sender() -> None:
        while waiting:
            pull = waiting.pop()
            event = payloads.pull_request(pull, "opened")
            begun = sent[pull.number] = time.perf_counter()
            delivery = await github.deliver(event, to=f"{url}/webhook")
            assert delivery.status_code == 202, delivery
            acknowledged.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    done: dict[int, float] = {}

    async def watch() -> None:
        while len(done) < count:
            for pull in pulls:
                if pull.number not in done and finished(repository, pull):
                    done[pull.number] = time.perf_counter() - sent[pull.number]
            await asyncio.sleep(0.05)

    await asyncio.gather(watch(), *(sender() for _ in range(senders)))
    seconds = time.perf_counter() - begun
    milliseconds = [s * 1000 for s in acknowledged]
    print(
        f"{senders:7} {count:6} {percentile(milliseconds, 0.5):8.1f} {percentile(milliseconds, 0.99):8.1f} "
        f"{percentile(done.values(), 0.5):8.2f} {percentile(done.values(), 0.99):8.2f} {count / seconds:10.1f}",
        flush=True,
    )


async def main(options: argparse.Namespace) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as home:
        async with StandIn() as github:
            settings = {"HOST": "127.0.0.1", "PORT": str(port), "TESTWARDEN_HOME": home, "LOG_LEVEL": "ERROR"}
            environment = {**os.environ, **github.environment(), **settings}
            process = subprocess.Popen([sys.executable, "-m", "bot", "serve"], env=environment)
            try:
                begun = time.perf_counter()
                await started(process, url)
                print(f"ready after {time.perf_counter() - begun:.1f} s, resident {resident_mb(process.pid):.0f} MB")
                print("senders  pulls  ack p50  ack p99  e2e p50  e2e p99  reviews/s   (ms, ms, s, s)")
                offset = 0
                for senders in (1, 8, 32):
                    repository = github.repository(f"acme/load-{senders}", {"README.md": "load\n"})
                    await wave(github, repository, url, senders, options.pulls, offset)
                    offset += options.pulls
                print(f"resident {resident_mb(process.pid):.0f} MB after {offset} reviews")
            finally:
                process.terminate()
                process.wait(30)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pulls", type=int, default=100, help="pull requests for each number of senders")
    asyncio.run(main(parser.parse_args()))
