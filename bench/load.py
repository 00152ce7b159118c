"""What running servers cost: python -m bench.load [--on sqlite|postgres] [--only senders,burst,scale,memory]

Starts the stand-in GitHub here and Testwarden as processes of their own, then sends signed deliveries, each of a pull request of
its own.

    senders  from 1, 8 and 32 senders while reviews run: the acknowledgement's p50 and p99, the time from the delivery to the
             finished check, how long /readyz takes meanwhile, reviews per second
    burst    one organisation's --burst deliveries, then one of another organisation: how soon that one's review begins and ends
    scale    reviews per second of one receiver with one and with two workers, on PostgreSQL whatever --on says, while GitHub
             takes 50 ms for each answer, over many installations; how many reviews ran at a time; and the CPU of each process
             per review. The stand-in runs on the same cores: where the machine has nothing left, its cores are what limits, and
             a worker more changes nothing
    memory   the resident size after the first 500 reviews, and after --memory of them

Quote figures of one run together, with the machine's load: machines are noisy.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import aiohttp

from bench.fleet import ALONE, RECEIVES, TEST, WORKS, Fleet, database, machine
from bench.harness import percentile
from bot.sandbox import payloads
from bot.sandbox.faults import asks_for_pull
from bot.sandbox.repository import Pull, Repository
from bot.sandbox.server import StandIn
from tests.outage import finished

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

    async def all_done(self, pulls: Sequence[Pull], share: float = 1.0) -> int:
        """Return when so many of them are done: how many."""
        left = [pull for pull in pulls if pull not in self.done]
        while len(pulls) - len(left) < share * len(pulls):
            await asyncio.sleep(0.05)
            now = time.perf_counter()
            ready = {pull for pull in left if finished(pull)}
            self.done.update((pull, now - self.sent[pull]) for pull in ready)
            left = [pull for pull in left if pull not in ready]
            self.github.journal.clear()
        return len(pulls) - len(left)

    async def begun(self, pull: Pull) -> float:
        """When a review first asked for the pull."""
        name = f'"number": {pull.number}'.encode()
        owner = pull.repository.owner.login.encode()
        while True:
            if any(asks_for_pull(e) and name in e.body and owner in e.body for e in self.github.journal):
                return time.perf_counter()
            await asyncio.sleep(0.01)


@asynccontextmanager
async def running(
    on: str, roles: Sequence[Sequence[str]], latency: float = 0.0, **settings: str
) -> AsyncIterator[tuple[Load, Fleet]]:
    """A fleet that is ready, on a database of its own, in front of a stand-in that answers so late."""
    with tempfile.TemporaryDirectory() as home:
        async with StandIn() as github, database(on) as store:
            github.latency = latency
            fleet = Fleet(github, store, roles, TESTWARDEN_HOME=home, **settings)
            fleet.start()
            try:
                await fleet.ready()
                yield Load(github), fleet
            finally:
                await fleet.stop()


@asynccontextmanager
async def asking(url: str) -> AsyncIterator[list[float]]:
    """How long /readyz took, in seconds, asked again and again meanwhile; what is not ready raises."""
    took: list[float] = []

    async def ask() -> None:
        async with aiohttp.ClientSession(raise_for_status=True) as session:
            while True:
                begun = time.perf_counter()
                async with session.get(f"{url}/readyz"):
                    took.append(time.perf_counter() - begun)
                await asyncio.sleep(0.1)

    asked = asyncio.create_task(ask())
    try:
        yield took
    finally:
        asked.cancel()
        with suppress(asyncio.CancelledError):
            await asked


# --- the measurements ---------------------------------------------------------------------------------------------------


async def senders(options: argparse.Namespace) -> None:
    async with running(options.on, _roles(options)) as (load, fleet):
        print(f"{options.on}: resident {_megabytes(fleet)}")
        print("senders  pulls  ack p50  ack p99  e2e p50  e2e p99  ready p50  ready p99  reviews/s   (ms, ms, s, s, ms, ms)")
        for count in (1, 8, 32):
            pulls = load.pulls(options.pulls, _organisations(f"s{count}"))
            begun = time.perf_counter()
            async with asking(fleet.url) as ready:
                await asyncio.gather(load.send(pulls, fleet.url, count), load.all_done(pulls))
            seconds = time.perf_counter() - begun
            acknowledged = [load.acknowledged[pull] * 1000 for pull in pulls]
            done = [load.done[pull] for pull in pulls]
            asked = [one * 1000 for one in ready]
            row = (percentile(values, share) for values in (acknowledged, done, asked) for share in (0.5, 0.99))
            form = "{:7} {:6} {:8.1f} {:8.1f} {:8.2f} {:8.2f} {:10.1f} {:10.1f} {:10.1f}"
            print(form.format(count, len(pulls), *row, len(pulls) / seconds), flush=True)
        print(f"resident {_megabytes(fleet)} after {3 * options.pulls} reviews", flush=True)


async def burst(options: argparse.Namespace) -> None:
    async with running(options.on, _roles(options)) as (load, fleet):
        many = load.pulls(options.burst, ["everybody"])
        begun = time.perf_counter()
        await load.send(many, fleet.url, 32)
        print(f"{options.on}: {len(many)} deliveries of one organisation taken in {time.perf_counter() - begun:.1f} s")
        for _ in range(3):
            (other,) = load.pulls(1, ["other"])
            load.github.journal.clear()
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


async def scale(options: argparse.Namespace) -> None:
    print("slots workers reviews/s  ratio  in hand  machine   CPU ms per review: receiver + workers + database, and the stand-in")
    for slots in map(int, options.slots.split(",")):
        alone = 0.0
        for workers in map(int, options.workers.split(",")):
            rate, row = await _at(slots, workers, options.pulls * 4)
            alone = alone or rate
            print(f"{slots:5} {workers:7} {rate:9.1f} {rate / alone:6.2f}  {row}", flush=True)


async def _at(slots: int, workers: int, count: int) -> tuple[float, str]:
    """Reviews per second, and what they cost: from the first fifth to the last, so that neither the start nor the end, where
    there is too little to do, is measured. A machine that has nothing left to give is what limits them."""
    few = {"TESTWARDEN_WORKERS": "1", "TESTWARDEN_SLOTS": str(slots)}
    async with running("postgres", [RECEIVES, *[WORKS] * workers], LATENCY, **few) as (load, fleet):
        warm = load.pulls(80, _organisations("warm"))
        await asyncio.gather(load.send(warm, fleet.url, 8), load.all_done(warm))
        pulls = load.pulls(count, _organisations("scale"))
        sending = asyncio.create_task(load.send(pulls, fleet.url, 8))
        first = await load.all_done(pulls, 0.2)
        filling = asyncio.create_task(_filled(fleet))
        before, mine, at, begun = fleet.cpu_seconds(), time.process_time(), machine(), time.perf_counter()
        count = await load.all_done(pulls, 0.8) - first
        seconds, then = time.perf_counter() - begun, machine()
        used = [
            after - earlier for earlier, after in zip([*before, mine], [*fleet.cpu_seconds(), time.process_time()], strict=True)
        ]
        filling.cancel()
        full = await filling
        await asyncio.gather(sending, load.all_done(pulls))
        busy, idle = (now - earlier for earlier, now in zip(at, then, strict=True))
        *product, stand_in = (f"{one / count * 1000:.1f}" for one in used)
        bound = " CPU-bound" if idle < 0.1 * (busy + idle) else ""
        return count / seconds, f"{full:7.1f}  {busy / (busy + idle):4.0%} busy{bound}   {' + '.join(product)}, {stand_in}"


async def _filled(fleet: Fleet) -> float:
    """How many reviews ran at a time, until this is cancelled: fewer than there are slots where slots wait to be filled."""
    seen: list[int] = []
    with suppress(asyncio.CancelledError):
        while True:
            seen.append(await asyncio.to_thread(fleet.in_hand))
            await asyncio.sleep(0.5)
    return sum(seen) / max(1, len(seen))


async def memory(options: argparse.Namespace) -> None:
    async with running(options.on, _roles(options)) as (load, fleet):
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
    parser.add_argument("--slots", default="4,8,32", help="how many pull requests a worker reviews at a time, by turns, in scale")
    parser.add_argument("--workers", default="1,2", help="how many workers, by turns, in scale")
    parser.add_argument("--burst", type=int, default=1500, help="deliveries of the burst")
    parser.add_argument("--memory", type=int, default=5000, help="reviews in the measurement of memory")
    return parser


if __name__ == "__main__":
    what = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asyncio.run(main(asked(what).parse_args()))
