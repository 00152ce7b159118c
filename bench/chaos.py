"""What breaks when everything does: python -m bench.chaos [--on sqlite|postgres] [--pulls 500] [--only kills,hour,...]

Sends one delivery for each pull request to real server processes over the stand-in GitHub, and meanwhile

    kills     kills processes with SIGKILL and starts others: the only one on SQLite; of web, worker A and worker B on PostgreSQL
    faults    has GitHub answer 500, 502 and half a JSON, answer late, hang up before and after a write, refuse tokens in mid-run
              and young ones, show old heads, not know pulls yet, and set secondary limits
    hour      has no receiver for an hour's worth of deliveries (tests/outage), then starts one, which has to fetch them
    takeover  kills one of two workers, with jobs in hand, and does not start it again: how soon the other one has them, at the
              lease that a server has by default (40 pull requests, whatever --pulls says)

until every pull request has its finished check. Prints what was lost, and what was said twice: both must be 0, else the exit
status is 1. A delivery that is refused is sent again under its GUID, as the sweep has GitHub do.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections import Counter
from contextlib import suppress

import aiohttp

from bench.fleet import ALONE, RECEIVES, TEST, WORKS, Fleet, database
from bot.sandbox import payloads
from bot.sandbox.repository import Pull, Repository
from bot.sandbox.server import StandIn
from tests.outage import DEFECT, Outage, finished

KILL_EVERY = 4.0  # seconds, on average
PATIENCE = 900.0
PLENTY = 10**9  # requests an hour


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
        faults.slow("GET */files", 8, skip=far + 7)
        faults.slow("POST /graphql", 8, skip=far * 3 + 11)
    for operation in ("POST */reviews", "POST */issues/{issue_number}/comments", "PATCH */check-runs/*"):
        faults.slow(operation, 8, skip=some + 11)
        faults.slow(operation, 40, skip=some + 12, after_effect=True)  # longer than anybody listens
    faults.young_token(401, times=2)
    faults.young_token(403, times=2)
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


def _pull(repository: Repository, number: int) -> Pull:
    return repository.open_pull({f"tests/test_{number}.py": DEFECT + TEST.format(number=number)})


def twice(repository: Repository, pull: Pull) -> list[str]:
    """What stands more than once."""
    said = [f"{len(pull.comments)} summaries"] if len(pull.comments) > 1 else []
    lines = Counter((thread.original.line, thread.comments[0].body) for thread in pull.threads)
    said += [f"line {line} {times} times" for (line, _), times in lines.items() if times > 1]
    runs = len(repository.runs_for(pull.head_sha))
    return said + ([f"{runs} checks"] if runs > 1 else [])


async def run(kind: str, options: argparse.Namespace) -> bool:
    """Whether nothing was lost and nothing said twice."""
    with tempfile.TemporaryDirectory() as home:
        async with StandIn() as github, database(options.on, fsync=False) as store:
            github.world.limits.limit = PLENTY
            roles = ALONE if options.on == "sqlite" else (RECEIVES, WORKS, WORKS)
            pace = {"TESTWARDEN_LEASE_SECONDS": "6", "TESTWARDEN_SWEEP_SECONDS": "60"}
            fleet = Fleet(github, store, roles, TESTWARDEN_HOME=home, **pace)
            repository = github.repository(f"acme/{kind}", {"README.md": "chaos\n"})
            pulls = [_pull(repository, n) for n in range(options.pulls)]
            kills, begun = 0, time.perf_counter()
            try:
                fleet.start()
                if kind == "faults":
                    misbehave(github, pulls)
                sending = asyncio.create_task(send(github, pulls, fleet.url))
                kill_at = begun + KILL_EVERY
                while not (sending.done() and all(finished(pull) for pull in pulls)):
                    await asyncio.sleep(0.1)
                    now = time.perf_counter()
                    if now - begun > PATIENCE:
                        break
                    if kind == "kills" and now > kill_at and kills < options.pulls // 10:
                        fleet.kill(random.randrange(len(roles)))
                        kills += 1
                        kill_at = time.perf_counter() + random.uniform(0.5, 1.5) * KILL_EVERY
                seconds = time.perf_counter() - begun
                refused = 0 if not sending.done() else sending.result()
                sending.cancel()
            finally:
                await fleet.stop()
            lost = [pull.number for pull in pulls if not finished(pull)]
            doubled = {pull.number: said for pull in pulls if (said := twice(repository, pull))}
            faulty = sum(call.faulty for call in github.journal.calls)
            print(
                f"{kind} on {options.on}: {len(pulls)} pull requests in {seconds:.0f} s, {kills} kills, {refused} deliveries "
                f"refused, {faulty} faults: lost {len(lost)}, said twice {len(doubled)} "
                f"{lost[:5] or ''} {dict(list(doubled.items())[:5]) or ''}",
                flush=True,
            )
            return not lost and not doubled


async def hour(options: argparse.Namespace) -> bool:
    with tempfile.TemporaryDirectory() as home:
        async with StandIn() as github, database(options.on, fsync=False) as store:
            github.world.limits.limit = PLENTY
            roles = ALONE if options.on == "sqlite" else (RECEIVES, WORKS, WORKS)
            fleet = Fleet(github, store, roles, TESTWARDEN_HOME=home, TESTWARDEN_SWEEP_SECONDS="15")
            github.hooks.url = f"{fleet.url}/webhook"
            outage = Outage(github, options.pulls)
            fleet.start()
            await fleet.ready()
            await outage.before()
            await fleet.stop()
            await outage.during()
            begun = time.perf_counter()
            fleet.start()
            while outage.wrong() and time.perf_counter() - begun < PATIENCE:
                await asyncio.sleep(0.5)
            seconds = time.perf_counter() - begun
            await fleet.stop()
            wrong = outage.wrong()
            print(
                f"hour on {options.on}: {len(outage.missed)} deliveries missed and {len(outage.came)} not, "
                f"{len(outage.reviewed)} pull requests, {len(outage.asked)} commands: made up for in {seconds:.0f} s, "
                f"wrong {len(wrong)} {wrong[:5] or ''}",
                flush=True,
            )
            return not wrong


async def takeover(options: argparse.Namespace) -> bool:
    with tempfile.TemporaryDirectory() as home:
        async with StandIn() as github, database(options.on, fsync=False) as store:
            github.latency = 1.0  # long looks, so that there is something in hand
            fleet = Fleet(github, store, (RECEIVES, WORKS, WORKS), TESTWARDEN_HOME=home)
            fleet.start()
            try:
                await fleet.ready()
                repositories = [github.repository(f"org-{n}/takeover-{n}", {"README.md": "chaos\n"}) for n in range(8)]
                pulls = [
                    r.open_pull({f"tests/test_{n}.py": DEFECT + TEST.format(number=n)}) for n, r in enumerate(repositories * 5)
                ]
                await send(github, pulls, fleet.url)
                await asyncio.sleep(4)  # a look takes twice as long
                victim = fleet.running[1].pid
                stranded = fleet.in_hand(victim)
                fleet.kill(1, again=False)
                begun = time.perf_counter()
                while fleet.in_hand(victim):
                    await asyncio.sleep(0.1)
                taken = time.perf_counter() - begun
                while not all(finished(pull) for pull in pulls):
                    await asyncio.sleep(0.1)
                done = time.perf_counter() - begun
            finally:
                await fleet.stop()
            doubled = [pull.number for pull in pulls if twice(pull.repository, pull)]
            print(
                f"takeover on {options.on}: {stranded} of {len(pulls)} jobs in hand of a worker that was killed; the other has "
                f"them {taken:.1f} s later, and all is done after {done:.1f} s: lost 0, said twice {len(doubled)}",
                flush=True,
            )
            return stranded > 0 and taken < 60 and not doubled


async def main(options: argparse.Namespace) -> bool:
    legs = {"hour": hour, "takeover": takeover}
    return all([await (legs[leg](options) if leg in legs else run(leg, options)) for leg in options.only.split(",")])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--on", choices=("sqlite", "postgres"), default="sqlite", help="the database")
    parser.add_argument("--pulls", type=int, default=500, help="pull requests in each run")
    parser.add_argument("--only", default="kills,faults")
    raise SystemExit(0 if asyncio.run(main(parser.parse_args())) else 1)
