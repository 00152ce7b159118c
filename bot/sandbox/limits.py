"""Rate limits as GitHub counts and tells them: 5,000 an hour per resource, headers on every answer, 304 for free."""

import time
from dataclasses import dataclass, field

from bot.sandbox.errors import Refused

HOUR = 3600


@dataclass
class Limits:
    """A test sets `remaining["core"] = 0` to meet the primary limit."""

    limit: int = 5000
    remaining: dict[str, int] = field(default_factory=dict)
    resets_at: int = field(default_factory=lambda: int(time.time()) + HOUR)

    def left(self, resource: str) -> int:
        return self.remaining.get(resource, self.limit)

    def spend(self, resource: str, cost: int = 1) -> None:
        """Count a request; the one beyond the limit is refused until the reset."""
        if self.left(resource) < cost:
            raise Refused(403, "API rate limit exceeded for installation.")
        self.remaining[resource] = self.left(resource) - cost

    def shape(self, resource: str) -> dict[str, int | str]:
        left = self.left(resource)
        return {"limit": self.limit, "remaining": left, "used": self.limit - left, "reset": self.resets_at, "resource": resource}

    def headers(self, resource: str) -> dict[str, str]:
        return {f"X-RateLimit-{name.capitalize()}": str(value) for name, value in self.shape(resource).items()}
