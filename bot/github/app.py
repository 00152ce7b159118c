"""What everything in this room stands on: the App, its tokens, and the clients that speak for one pull each."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.github.auth import AppCredential, InstallationCredential, Scope, Tokens
from bot.github.client import Client, Wire
from bot.github.errors import Forbidden, Lost, NotFound, Unauthorized
from bot.github.seal import Identity, Seal
from bot.model import Pull
from bot.ports import Gone, Later


class App:
    """One for a process. `issuer` signs for the App (its client id, else its number as text), `app_id` names its check runs."""

    def __init__(self, wire: Wire, issuer: str, private_key: str, app_id: int, seal: Seal) -> None:
        self.wire, self.app_id, self.seal = wire, app_id, seal
        self._credential = AppCredential(issuer, private_key, wire.now)
        self.tokens = Tokens(wire, self._credential)

    def client(self, scope: Scope | Pull) -> Client:
        return Client(self.wire, self._installed(scope), scope.installation)

    def itself(self) -> Client:
        """For what only the App may ask."""
        return Client(self.wire, self._credential)

    async def identity(self, pull: Pull) -> Identity:
        return Identity(await self.checks(pull), self.seal)

    async def checks(self, scope: Scope | Pull, level: str = "write") -> int | None:
        """The App's id when the installation lets us at checks."""
        return self.app_id if await self._installed(scope).may("checks", level) else None

    def _installed(self, scope: Scope | Pull) -> InstallationCredential:
        if isinstance(scope, Pull):
            scope = Scope(scope.installation, scope.repository_id)
        return InstallationCredential(self.tokens, scope, self.wire.now)


@contextmanager
def told(seen: bool = False) -> Iterator[None]:
    """GitHub's answers -> the two ways in which a run may end early. `seen`: what the run is about was there a moment ago, so
    that a 404 may only come from a server that has not heard of it yet; the next run finds out."""
    try:
        yield
    except NotFound:
        if seen:
            raise Later("not-known-yet", 15.0) from None
        raise Gone("vanished") from None
    except Forbidden:
        raise Gone("forbidden") from None
    except Unauthorized:
        raise Later("token-refused", 300.0) from None
    except Lost:
        # The next run looks at what stands before it writes.
        raise Later("answer-lost", 30.0) from None
