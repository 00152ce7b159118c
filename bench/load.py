"""What running servers cost: python -m bench.load [--on sqlite|postgres] [--only senders,burst,scale,memory]

Starts the stand-in GitHub here and Testwarden as processes of their own, then sends signed deliveries, each of a pull request of
its own.

    senders  from 1, 8 and 32 senders while reviews run: the acknowledgement's p50 and p99, the time from the delivery to the
             finished check, reviews per second
    burst    one organisation's --burst deliveries, then one of another organisation: how soon that one's review begins and ends
    scale    reviews per second of one receiver with one and with two workers, on PostgreSQL whatever --on says, while GitHub
             takes 50 ms for each answer, over many installations
    memory   the resident size after the first 500 reviews, and after --memory of them

Quote figures of one run together, with the machine's load: machines are noisy.
"""

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bench.fleet import ALONE, RECEIVES, TEST, WORKS, Fleet, database, finished
from bench.harness import percentile
from bot.sandbox import payloads
from bot.sandbox.faults import asks_for_pull
from bot.sandbox.repository import Pull, Repository
from bot.sandbox.server import StandIn

LATENCY = 0.05
ORGANISATIONS = 40
PLENTY = 10**9  # requests an hour: what is measured here is not GitHub's quota


class Load:
    """Pull requests, and when each was sent, begun and done."""

    def __init__(self, github: StandIn) -> None:
        self.github = github
        github.world.limits.limit = PLENTY
        self.sent: dict[Pull, float] = {}
        self.acknowledged: dict[Pull, float] = {}
        self.done: dict[Pull, float] = {}
        self._made = 0
        self._repositories: dict[str, Repository] = {}

    def pulls(self, count: int, organisations: Sequence[str]) -> list[Pull]:
        """By turns from one repository of each organisation."""
        for name in organisations:
            if name not in self._repositories:
                self._repositories[name] = self.github.repository(f"{name}/load", {"README.md": "load\n"})
        repositories = [self._repositories[name] for name in organisations]
        made = []
        for n in range(self._made, self._made + count):
            repository = repositories[n % len(repositories)]
            made.append(repository.open_pull({f"tests/test_{n}.py": TEST.format(number=n)}))
        self._made += count
        return made

    async def send(self, pulls: Sequence[Pull], url: str, senders: int) -> None:
        waiting = list(reversed(pulls))

        async def sender() -> None:
            while waiting:
                pull = waiting.pop()
                event = payloads.pull_request(pull, "opened")
                begun = self.sent[pull] = time.perf_counter()
                delivery = await self.github.deliver(event, to=f"{url}/webhook")
                assert delivery.status_code == 202, delivery
                self.acknowledged[pull] = time.perf_counter() - begun

        await asyncio.gather(*(sender() for _ in range(senders)))

    async def all_done(self, pulls: Sequence[Pull]) -> None:
        left = list(pulls)
        while left:
            now = time.perf_counter()
            ready = {pull for pull in left if finished(pull)}
            self.done.update((pull, now - self.sent[pull]) for pull in ready)
            left = [pull for pull in left if pull not in ready]
            self.github.journal.clear()
            await asyncio.sleep(0.05)

    async def begun(self, pull: Pull) -> float:
        """When a review first asked for the pull."""
        name = f'"number": {pull.number}'.encode()
        owner = pull.repository.owner.login.encode()
        while True:
            if any(asks_for_pull(e) and name in e.body and owner in e.body for e in self.github.journal):
                return time.perf_counter()
            await asyncio.sleep(0.01)


@asynccontextmanager
async def place(kind: str) -> AsyncIterator[tuple[str, str]]:
    """A folder and a database that are gone afterwards."""
    with tempfile.TemporaryDirectory() as home:
        async with database(kind) as url:
            yield home, url


# --- the measurements ---------------------------------------------------------------------------------------------------


async def senders(options: argparse.Namespace) -> None:
    async with StandIn() as github:
        load = Load(github)
        async with place(options.on) as (home, url):
            fleet = Fleet(github, url, _roles(options), TESTWARDEN_HOME=home)
            fleet.start()
            try:
                begun = time.perf_counter()
                await fleet.ready()
                print(f"{options.on}: ready after {time.perf_counter() - begun:.1f} s, resident {_megabytes(fleet)}")
                print("senders  pulls  ack p50  ack p99  e2e p50  e2e p99  reviews/s   (ms, ms, s, s)")
                for count in (1, 8, 32):
                    pulls = load.pulls(options.pulls, _organisations(f"s{count}"))
                    begun = time.perf_counter()
                    await asyncio.gather(load.send(pulls, fleet.url, count), load.all_done(pulls))
                    seconds = time.perf_counter() - begun
                    acknowledged = [load.acknowledged[pull] * 1000 for pull in pulls]
                    done = [load.done[pull] for pull in pulls]
                    row = (percentile(values, share) for values in (acknowledged, done) for share in (0.5, 0.99))
                    print(
                        "{:7} {:6} {:8.1f} {:8.1f} {:8.2f} {:8.2f} {:10.1f}".format(count, len(pulls), *row, len(pulls) / seconds)
                    )
                print(f"resident {_megabytes(fleet)} after {3 * options.pulls} reviews", flush=True)
            finally:
                fleet.stop()


async def burst(options: argparse.Namespace) -> None:
    async with StandIn() as github:
        load = Load(github)
        many = load.pulls(options.burst, ["everybody"])
        async with place(options.on) as (home, url):
            fleet = Fleet(github, url, _roles(options), TESTWARDEN_HOME=home)
            fleet.start()
            try:
                await fleet.ready()
                begun = time.perf_counter()
                await load.send(many, fleet.url, 32)
                print(f"{options.on}: {len(many)} deliveries of one organisation taken in {time.perf_counter() - begun:.1f} s")
                for _ in range(3):
                    (other,) = load.pulls(1, ["other"])
                    github.journal.clear()
                    await load.send([other], fleet.url, 1)
                    first = await load.begun(other) - load.sent[other]
                    await load.all_done([other])
                    left = sum(not finished(pull) for pull in many)
                    print(
                        f"  another's: acknowledged after {load.acknowledged[other]:.2f} s, begun after {first:.2f} s, "
                        f"done after {load.done[other]:.2f} s; then {left} of the burst wait"
                    )
                begun_waiting = time.perf_counter()
                await load.all_done(many)
                print(f"  the burst is done {time.perf_counter() - begun_waiting:.0f} s later", flush=True)
            finally:
                fleet.stop()


async def scale(options: argparse.Namespace) -> None:
    rates = []
    for workers in (1, 2):
        async with StandIn() as github:
            github.latency = LATENCY
            load = Load(github)
            async with place("postgres") as (home, url):
                fleet = Fleet(github, url, [RECEIVES, *[WORKS] * workers], TESTWARDEN_HOME=home, TESTWARDEN_WORKERS="1")
                fleet.start()
                try:
                    await fleet.ready()
                    warm = load.pulls(80, _organisations("warm"))
                    await asyncio.gather(load.send(warm, fleet.url, 8), load.all_done(warm))
                    pulls = load.pulls(options.pulls * 4, _organisations("scale"))
                    used, mine, begun = fleet.cpu_seconds(), time.process_time(), time.perf_counter()
                    await asyncio.gather(load.send(pulls, fleet.url, 8), load.all_done(pulls))
                    seconds = time.perf_counter() - begun
                    cpu = [after - before for before, after in zip(used, fleet.cpu_seconds(), strict=True)]
                    rates.append(len(pulls) / seconds)
                    each = ", ".join(f"{one / seconds:.2f}" for one in cpu)
                    print(
                        f"1 receiver, {workers} worker(s): {rates[-1]:.1f} reviews/s; cores used: {each}, "
                        f"by the stand-in {(time.process_time() - mine) / seconds:.2f} of {os.cpu_count()}",
                        flush=True,
                    )
                finally:
                    fleet.stop()
    print(f"ratio {rates[1] / rates[0]:.2f}", flush=True)


async def memory(options: argparse.Namespace) -> None:
    async with StandIn() as github:
        load = Load(github)
        async with place(options.on) as (home, url):
            fleet = Fleet(github, url, _roles(options), TESTWARDEN_HOME=home)
            fleet.start()
            try:
                await fleet.ready()
                print(f"{options.on}: resident {_megabytes(fleet)} at the start")
                count, base = 0, [0.0]
                while count < options.memory:
                    pulls = load.pulls(500, _organisations(f"m{count // 1000}"))
                    await asyncio.gather(load.send(pulls, fleet.url, 8), load.all_done(pulls))
                    count += len(pulls)
                    now = fleet.resident_mb()
                    base = base if count > 500 else now
                    ratio = max(after / before for before, after in zip(base, now, strict=True))
                    print(f"  resident {_megabytes(fleet)} after {count} reviews: {ratio:.2f} times", flush=True)
            finally:
                fleet.stop()


def _organisations(name: str) -> list[str]:
    return [f"{name}-{n}" for n in range(ORGANISATIONS)]


def _roles(options: argparse.Namespace) -> Sequence[Sequence[str]]:
    return ALONE if options.on == "sqlite" else (RECEIVES, WORKS)


def _megabytes(fleet: Fleet) -> str:
    return " + ".join(f"{size:.0f}" for size in fleet.resident_mb()) + " MB"


async def main(options: argparse.Namespace) -> None:
    for one in options.only.split(","):
        await {"senders": senders, "burst": burst, "scale": scale, "memory": memory}[one](options)


def asked(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--on", choices=("sqlite", "postgres"), default="sqlite", help="the database")
    parser.add_argument("--only", default="senders,burst,scale,memory", help="which of these")
    parser.add_argument("--pulls", type=int, default=100, help="pull requests for each number of senders")
    parser.add_argument("--burst", type=int, default=1500, help="deliveries of the burst")
    parser.add_argument("--memory", type=int, default=5000, help="reviews in the measurement of memory")
    return parser


if __name__ == "__main__":
    what = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asyncio.run(main(asked(what).parse_args()))
