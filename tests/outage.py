"""An hour in which the receiver is down: what GitHub tried to hand over meanwhile, and what must stand when the sweep is through.

Organisations with several repositories; opened pulls, pushes that supersede each other, commands and plain comments, pulls that
are closed again, events that ask for nothing; attempts that met no server, ran out of time or were refused, some of them repeated
by hand under the same GUID. A part had come through before the hour: first try, or after a failed one.
"""

import asyncio
import itertools
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.sandbox import payloads
from bot.sandbox.payloads import Event
from bot.sandbox.repository import Pull, Repository
from bot.sandbox.server import StandIn
from bot.sandbox.talk import IssueComment

DEFECT = 'import requests\n\nrequests.get("https://api.parcels-north.io/status", verify=False)\n'
_FAILED = (
    ("failed to connect to host", 0),
    ("timed out", 0),
    ("Invalid HTTP Response: 503", 503),
    ("Invalid HTTP Response: 502", 502),
)


class Outage:
    """`before` needs a server, `during` needs none; then one is started, and `wrong` says what it has not done, or done twice."""

    def __init__(self, github: StandIn, pulls: int, seed: int = 7) -> None:
        self.github, self._chance, self._count = github, random.Random(seed), pulls
        organisations = max(3, pulls // 40)
        self._repositories = [
            github.repository(f"org-{n % organisations}/repo-{n}", {"README.md": "hour\n"}) for n in range(2 * organisations)
        ]
        self._numbers = itertools.count()
        self.reviewed: list[Pull] = []  # each once
        self.asked: list[tuple[Pull, IssueComment]] = []  # each answered once
        self.missed: set[str] = set()  # GUIDs: each handed over once
        self.came: set[str] = set()  # GUIDs: none asked for

    async def before(self) -> None:
        for n in range(self._count // 10):
            pull = self._pull()
            event = payloads.pull_request(pull, "opened")
            self.github.hooks.lose = n % 2  # every other one comes at the second try
            told = await self.github.deliver(event)
            if n % 2:
                told = await self.github.hooks.redeliver(told)
            assert told.status_code == 202, told
            self.came.add(told.guid)
        async with asyncio.timeout(300):
            while not all(finished(pull) for pull in self.reviewed):  # noqa: ASYNC110 (what another process does)
                await asyncio.sleep(0.05)

    async def during(self) -> None:
        kinds = [self._opened] * 6 + [self._pushed, self._pushed, self._repeated, self._asked, self._closed, self._idle]
        first = len(self.github.hooks.log)
        happens = [kinds[n % len(kinds)] for n in range(self._count - len(self.reviewed))]
        self._chance.shuffle(happens)
        for kind in happens:
            await kind()
        hour = self.github.hooks.log[first:]
        for n, attempt in enumerate(hour):
            ago = timedelta(seconds=3600 * (1 - n / len(hour)) + 60)
            attempt.delivered_at = (datetime.now(UTC) - ago).strftime("%Y-%m-%dT%H:%M:%SZ")

    def wrong(self) -> list[str]:
        """Empty when everything was done, and once."""
        asked = Counter(it.guid for it in self.github.hooks.log if it.redelivery and it.status_code == 202)
        said = [f"{guid} was handed over {asked[guid]} times" for guid in sorted(self.missed) if asked[guid] != 1]
        said += [f"{guid} had come" for guid in sorted(self.came) if asked[guid] > 1]
        for pull in self.reviewed:
            reviews = sum(review.user == self.github.app.bot for review in pull.reviews)
            summaries = sum(comment.user == self.github.app.bot for comment in pull.comments)
            checks = [run.status for run in pull.repository.runs_for(pull.head_sha)]
            older = [head for head in pull.heads[:-1] if pull.repository.runs_for(head)]
            if (reviews, summaries, checks, older) != (1, 1, ["completed"], []):
                said.append(
                    f"{pull.repository.full_name}#{pull.number}: {reviews} reviews, {summaries} summaries, {checks}, {older}"
                )
        for pull, comment in self.asked:
            if sorted(reaction.content for reaction in comment.reactions) != ["+1", "eyes"]:
                said.append(f"{pull.repository.full_name}#{pull.number}: {comment.reactions}")
        return said

    # --- what happens meanwhile -----------------------------------------------------------------------------------------

    async def _opened(self) -> None:
        await self._miss(payloads.pull_request(self._pull(), "opened"))

    async def _pushed(self) -> None:
        """Two deliveries, of which the first is about a head that is no more."""
        pull = self._pull()
        await self._miss(payloads.pull_request(pull, "opened"))
        pull.push({"tests/test_more.py": "def test_more(): ...\n"})
        await self._miss(payloads.pull_request(pull, "synchronize"))

    async def _repeated(self) -> None:
        """Somebody has it sent again by hand, in vain."""
        missed = await self._miss(payloads.pull_request(self._pull(), "opened"))
        for _ in range(2):
            self.github.hooks.lose = 1
            self._fail(await self.github.hooks.redeliver(missed))

    async def _asked(self) -> None:
        pull = self._pull()
        await self._miss(payloads.pull_request(pull, "opened"))
        comment = pull.comment(pull.author.login, "/testwarden review")
        self.asked.append((pull, comment))
        await self._miss(payloads.issue_comment(pull, comment))

    async def _closed(self) -> None:
        """Nobody is asked to look at it, and whoever does says it once."""
        pull = self._pull()
        self.reviewed.remove(pull)
        await self._miss(payloads.pull_request(pull, "opened"))
        pull.close()
        await self._miss(payloads.pull_request(pull, "closed"))

    async def _idle(self) -> None:
        pull = self._pull()
        await self._miss(payloads.pull_request(pull, "opened"))
        await self._miss(payloads.issue_comment(pull, pull.comment(pull.author.login, "Thank you!")))
        await self._miss(payloads.ping(self.github.world, self.github.app))

    def _pull(self) -> Pull:
        repository: Repository = self._chance.choice(self._repositories)
        pull = repository.open_pull({"tests/test_it.py": f"{DEFECT}\n\ndef test_{next(self._numbers)}(): ...\n"})
        self.reviewed.append(pull)
        return pull

    async def _miss(self, event: Event) -> Any:
        self.github.hooks.lose = 1
        attempt = await self.github.deliver(event)
        self.missed.add(attempt.guid)
        return self._fail(attempt)

    def _fail(self, attempt: Any) -> Any:
        attempt.status, attempt.status_code = self._chance.choice(_FAILED)
        return attempt


def finished(pull: Pull) -> bool:
    """Whether the pull's head has a check that is over."""
    return any(run.status == "completed" for run in pull.repository.runs_for(pull.head_sha))
