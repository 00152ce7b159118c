"""What one installation may still ask of GitHub, so that nobody is asked who has said "not now" already.

Three limits: a quota of requests an hour, told in each answer's headers; 80 comments a minute and 500 an hour, which nothing
tells; and a block for whatever else GitHub finds too much, told in a refusal (docs.github.com/en/rest/using-the-rest-api/
rate-limits-for-the-rest-api). Whoever goes on asking while blocked may be banned, so a blocked installation's jobs are put off
without a request. Nothing here outlives the process: a new one learns the same from its first answers.

Conditional requests, whose 304 costs no quota, are not made: an ETag is bound to the token, and ours lives an hour and opens one
repository; what we read again and again within that hour comes by GraphQL, which has none; and the pull's files must not be old.
"""

import asyncio
from array import array
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

from cachetools import LRUCache

from bot.github.errors import HOUR, MINUTE, number_in, until_reset
from bot.ports import Later

# After a burst of 20 comments, one a second (best-practices-for-using-the-rest-api).
CONTENT_GAP, CONTENT_BURST, CONTENT_PATIENCE = 1.0, 20, 15.0
CONTENT_LIMITS = ((MINUTE, 80), (HOUR, 500))
# GitHub takes 100 at a time from one installation, and its people and other apps use some of it.
CONCURRENCY = 10
# A block that comes again this soon after the last one was lifted is twice as long.
PROBATION = 900.0
KEPT, SHOWN = 4096, 50


class Content:
    """What one installation writes for people to read."""

    def __init__(self, gap: float = CONTENT_GAP) -> None:
        self._gap, self._due, self._sent = gap, 0.0, array("d")

    def take(self, now: float) -> float:
        """Seconds to wait before the next write, whose place is then taken. Raises Later when that would be long."""
        if not self._gap:
            return 0.0
        due = max(self._due, now)
        burst = due - (CONTENT_BURST - 1) * self._gap - now
        wait = max(0.0, burst, *(self._full_for(span, most, now) for span, most in CONTENT_LIMITS))
        if wait > CONTENT_PATIENCE:
            raise Later("content-pace", wait)
        self._due = due + self._gap
        self._sent.append(now + wait)
        del self._sent[: bisect_right(self._sent, now - HOUR)]
        return wait

    def within(self, span: float, now: float) -> int:
        """How much was written in the last `span` seconds."""
        return len(self._sent) - bisect_right(self._sent, now - span)

    def _full_for(self, span: float, most: int, now: float) -> float:
        return 0.0 if len(self._sent) < most else self._sent[-most] + span - now


@dataclass(frozen=True, slots=True)
class Quota:
    """As the last answer told it. `reset` is when it is full again (epoch)."""

    limit: int
    remaining: int
    reset: float


@dataclass(frozen=True, slots=True)
class Meter:
    """How much of its budget one installation has used. `quotas` by GitHub's name of the resource; `blocked` in seconds."""

    installation: int
    comments_minute: int
    comments_hour: int
    blocked: float
    quotas: Mapping[str, Quota] = field(default_factory=dict)

    @property
    def shares(self) -> Mapping[str, float]:
        """How much of each limit is used, 1 being all of it, by the limits' names."""
        used = {f"quota-{name}": 1 - quota.remaining / quota.limit for name, quota in self.quotas.items() if quota.limit}
        (_, minute), (_, hour) = CONTENT_LIMITS
        return {"comments-minute": self.comments_minute / minute, "comments-hour": self.comments_hour / hour} | used

    @property
    def pressure(self) -> float:
        """How near it is to a limit: 1 is there."""
        return max(float(self.blocked > 0), *self.shares.values())


class Budget:
    """One installation's, or the App's own."""

    def __init__(self, content_gap: float) -> None:
        self.content = Content(content_gap)
        self.slots = asyncio.Semaphore(CONCURRENCY)
        self.quotas: dict[str, Quota] = {}
        self._blocked_until, self._blocks = 0.0, 0

    def check(self, resource: str, now: float) -> None:
        """Raises Later when GitHub has said that it would refuse."""
        if now < self._blocked_until:
            raise Later("secondary-rate-limit", self._blocked_until - now)
        quota = self.quotas.get(resource)
        if quota is not None and not quota.remaining and now < quota.reset:
            raise Later("rate-limit", quota.reset - now + 1)

    def heard(self, resource: str, headers: Mapping[str, str], now: float) -> None:
        """Remember what an answer tells of the quota. Answers overtake each other: within an hour it only falls."""
        limit, remaining = number_in(headers, "x-ratelimit-limit"), number_in(headers, "x-ratelimit-remaining")
        if limit is None or remaining is None:
            return
        reset = now + until_reset(headers, now) - 1
        known = self.quotas.get(resource)
        if known is not None and abs(known.reset - reset) < MINUTE:
            remaining = min(remaining, known.remaining)
        self.quotas[resource] = Quota(int(limit), int(remaining), reset)

    def refused(self, limited: Later, resource: str, now: float) -> Later:
        """GitHub has refused for a limit: the same, or for longer when it refuses again and again and names no time."""
        quota = self.quotas.get(resource)
        if quota is not None and not quota.remaining:
            return limited
        if now >= self._blocked_until:
            self._blocks = self._blocks + 1 if now < self._blocked_until + PROBATION else 0
        unnamed = limited.reason == "secondary-rate-limit"
        seconds = min(limited.seconds * 2 ** min(self._blocks, 6), HOUR) if unnamed else limited.seconds
        self._blocked_until = max(self._blocked_until, now + seconds)
        return Later(limited.reason, self._blocked_until - now)

    def meter(self, installation: int, now: float) -> Meter:
        minute, hour = (self.content.within(span, now) for span, _ in CONTENT_LIMITS)
        quotas = {name: quota for name, quota in self.quotas.items() if now < quota.reset}
        return Meter(installation, minute, hour, max(0.0, self._blocked_until - now), quotas)


class Budgets:
    """All of a process, by installation; the App's own is that of 0. Those that were used last are kept."""

    def __init__(self, content_gap: float) -> None:
        self._content_gap = content_gap
        self._kept: LRUCache[int, Budget] = LRUCache(KEPT)

    def of(self, installation: int | None) -> Budget:
        return self._kept.setdefault(installation or 0, Budget(self._content_gap))

    def meters(self, now: float) -> tuple[Meter, ...]:
        """At most 50, those nearest to a limit first."""
        found = [budget.meter(installation, now) for installation, budget in list(self._kept.items())]
        return tuple(sorted(found, key=lambda meter: (-meter.pressure, meter.installation))[:SHOWN])
