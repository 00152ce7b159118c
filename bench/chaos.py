"""What breaks when everything does: python -m bench.chaos [--pulls 500] [--database postgresql://...] [--only kills,faults]

Sends one delivery for each pull request to real server processes over the stand-in GitHub, and meanwhile

    kills   kills processes with SIGKILL and starts others: the only one on SQLite; of web, worker A and worker B on PostgreSQL
    faults  has GitHub answer 500, 502 and half a JSON, hang up before and after a write, refuse young tokens, show old heads,
            not know pulls yet, and set secondary limits

until every pull request has its finished check. Prints what was lost, and what was said twice: both must be 0. A delivery that
is refused is sent again under its GUID, as the sweep has GitHub do. Without --database, SQLite.
"""

import argparse
import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress

import aiohttp

from bench.server import TEST, finished, free_port
from bot.sandbox import payloads
from bot.sandbox.repository import Pull, Repository
from bot.sandbox.server import StandIn

KILL_EVERY = 4.0  # seconds, on average
PATIENCE = 900.0


class Fleet:
    """Server processes, by role; what is killed is started again."""

    def __init__(self, environment: dict[str, str], split: bool) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {**os.environ, **environment, "HOST": "127.0.0.1", "PORT": str(self.port)}
        self.roles = [("serve", "--no-worker"), ("worker",), ("worker",)] if split else [("serve",)]
        self.running: list[subprocess.Popen[bytes]] = []
        self.kills = 0

    def start(self) -> None:
        """Whoever sends learns soon enough when it listens."""
        self.running = [self._begin(role) for role in self.roles]

    def _begin(self, role: tuple[str, ...]) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "bot", *role], env=self.environment)

    def kill_one(self) -> None:
        which = random.randrange(len(self.running))
        self.running[which].kill()
        self.running[which].wait()
        self.running[which] = self._begin(self.roles[which])
        self.kills += 1

    def stop(self) -> None:
        for process in self.running:
            process.terminate()
        for process in self.running:
            process.wait(60)


def misbehave(github: StandIn, pulls: list[Pull]) -> None:
    """A good helping of every fault, spread over the run."""
    faults, some = github.faults, max(2, len(pulls) // 50)
    for n in range(some):
        far = n * 20
        for operation in ("POST */reviews", "POST */issues/{issue_number}/comments", "POST */check-runs", "PATCH */check-runs/*"):
            faults.answer(operation, random.choice([500, 502]), skip=far)
            faults.answer(operation, 502, skip=far + 3, after_effect=True)
            faults.reset(operation, skip=far + 5)
            faults.reset(operation, skip=far + 9, after_effect=True)
        faults.answer("GET */files", 500, skip=far)
        faults.answer("POST /graphql", 502, skip=far * 3)
        faults.answer("*", 401, "Bad credentials", skip=far * 7 + 40, when=lambda e: "/repos/" in e.operation)
        faults.answer(
            "*", 403, "Resource not accessible by integration", skip=far * 7 + 80, when=lambda e: "/repos/" in e.operation
        )
    faults.truncate("GET */files", times=some)
    faults.no_pull(times=some)
    faults.secondary_limit("POST */reviews", retry_after=2, times=some)
    for pull in random.sample(pulls, some):
        faults.old_head(pull)


async def send(github: StandIn, pulls: list[Pull], url: str) -> int:
    """Every pull's delivery until it is taken; how often it was not."""
    waiting, refused = list(pulls), 0

    async def sender() -> None:
        nonlocal refused
        while waiting:
            pull = waiting.pop()
            event, guid = payloads.pull_request(pull, "opened"), f"chaos-{pull.repository.name}-{pull.number}"
            while True:
                with suppress(aiohttp.ClientError, OSError):
                    if (await github.deliver(event, to=f"{url}/webhook", guid=guid)).status_code == 202:
                        break
                refused += 1
                await asyncio.sleep(0.3)

    await asyncio.gather(*(sender() for _ in range(8)))
    return refused


def twice(repository: Repository, pull: Pull) -> list[str]:
    """What stands more than once."""
    said = [f"{len(pull.comments)} summaries"] if len(pull.comments) > 1 else []
    lines = Counter((thread.original.line, thread.comments[0].body) for thread in pull.threads)
    said += [f"line {line} {times} times" for (line, _), times in lines.items() if times > 1]
    runs = len(repository.runs_for(pull.head_sha))
    return said + ([f"{runs} checks"] if runs > 1 else [])


async def run(kind: str, options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as home:
        async with StandIn() as github:
            place = {"TESTWARDEN_HOME": home, "LOG_LEVEL": "ERROR", "TESTWARDEN_LEASE_SECONDS": "6"}
            if options.database:
                place["DATABASE_URL"] = options.database
            fleet = Fleet({**github.environment(), **place, "TESTWARDEN_SWEEP_SECONDS": "60"}, bool(options.database))
            repository = github.repository(f"acme/{kind}", {"README.md": "chaos\n"})
            extra = 'import requests\n\nrequests.get("https://api.parcels-north.io/status", verify=False)\n'
            pulls = [repository.open_pull({f"tests/test_{n}.py": extra + TEST.format(number=n)}) for n in range(options.pulls)]
            begun = time.perf_counter()
            try:
                fleet.start()
                if kind == "faults":
                    misbehave(github, pulls)
                sending = asyncio.create_task(send(github, pulls, fleet.url))
                kill_at = begun + KILL_EVERY
                while not (sending.done() and all(finished(repository, pull) for pull in pulls)):
                    await asyncio.sleep(0.1)
                    now = time.perf_counter()
                    if now - begun > PATIENCE:
                        break
                    enough = fleet.kills >= options.pulls // 10
                    if kind == "kills" and now > kill_at and not enough:
                        fleet.kill_one()
                        kill_at = now + random.uniform(0.5, 1.5) * KILL_EVERY
                seconds = time.perf_counter() - begun
                refused = 0 if not sending.done() else sending.result()
            finally:
                fleet.stop()
            lost = [pull.number for pull in pulls if not finished(repository, pull)]
            doubled = {pull.number: said for pull in pulls if (said := twice(repository, pull))}
            print(
                f"{kind}: {len(pulls)} pull requests in {seconds:.0f} s, {fleet.kills} kills, {refused} deliveries refused, "
                f"{sum(call.faulty for call in github.journal.calls)} faults: lost {len(lost)}, said twice {len(doubled)} "
                f"{lost[:5] or ''} {dict(list(doubled.items())[:5]) or ''}",
                flush=True,
            )


async def main(options: argparse.Namespace) -> None:
    for kind in options.only.split(","):
        await run(kind, options)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pulls", type=int, default=500, help="pull requests in each run")
    parser.add_argument("--database", help="postgresql://..., an empty database that `testwarden migrate` has prepared")
    parser.add_argument("--only", default="kills,faults")
    asyncio.run(main(parser.parse_args()))
