"""Who we are to GitHub: the App by a signed JWT, an installation by a token that opens one repository and no more than needed.

docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from weakref import WeakValueDictionary

import jwt
from cachetools import TLRUCache

from bot.github import routes
from bot.github.client import Client, Wire
from bot.github.errors import Forbidden, Invalid, NotFound, Refused, Unauthorized
from bot.ports import Gone, Later

WANTED: Mapping[str, str] = {"contents": "read", "pull_requests": "write", "checks": "write", "metadata": "read"}
_RANK = {"read": 1, "write": 2, "admin": 3}
# A token is known to its issuer before it is known everywhere; its scope arrives later still.
YOUNG, YOUNG_PAUSES = 30.0, (1.0, 2.0, 3.0)
MARGIN = 300.0


class AppCredential:
    """The App itself: signs for its own endpoints. GitHub allows ten minutes and forgives a clock that is a minute ahead."""

    def __init__(self, issuer: str, private_key: str, now: Callable[[], float]) -> None:
        self._issuer, self._key, self._now = issuer, private_key, now

    async def authorization(self) -> str:
        at = int(self._now())
        return "Bearer " + jwt.encode({"iat": at - 60, "exp": at + 9 * 60, "iss": self._issuer}, self._key, algorithm="RS256")

    def pause(self, error: Refused, authorization: str, denials: int) -> float | None:
        return None


@dataclass(frozen=True, slots=True)
class Token:
    """An installation token: opaque, of any length, and never shown."""

    value: str = field(repr=False)
    minted: float
    expires: float
    permissions: Mapping[str, str]


class Tokens:
    """Installation tokens by (installation, repository), minted once however many jobs ask, dropped before they expire."""

    def __init__(self, wire: Wire, app: AppCredential) -> None:
        self._client, self._now = Client(wire, app), wire.now
        self._kept: TLRUCache[tuple[int, int], Token] = TLRUCache(4096, lambda _, t, now: t.expires - MARGIN, timer=wire.now)
        self._minting: WeakValueDictionary[tuple[int, int], asyncio.Lock] = WeakValueDictionary()

    async def get(self, installation: int, repository: int) -> Token:
        """A token good for five more minutes at least. Raises Gone when there is no installation that we could act for."""
        key = (installation, repository)
        lock = self._minting.setdefault(key, asyncio.Lock())
        async with lock:
            token = self._kept.get(key)
            if token is None:
                token = self._kept[key] = await self._mint(installation, repository)
            return token

    def drop(self, installation: int, repository: int, value: str) -> None:
        """Forget the token, unless another one has taken its place already."""
        key = (installation, repository)
        token = self._kept.get(key)
        if token is not None and token.value == value:
            del self._kept[key]

    async def _mint(self, installation: int, repository: int) -> Token:
        try:
            try:
                return await self._ask(installation, repository, WANTED)
            except Invalid:
                # Asked for more than the owner has granted (a new permission waits for acceptance), or for a foreign repository.
                return await self._ask(installation, repository, await self._granted(installation))
        except NotFound:
            raise Gone("uninstalled") from None
        except (Invalid, Forbidden):
            raise Gone("forbidden") from None
        except Unauthorized:
            # A wrong key, a wrong id or a wrong clock: an operator has to see to it, and no job is lost meanwhile.
            raise Later("app-not-authorized", 300.0) from None

    async def _ask(self, installation: int, repository: int, permissions: Mapping[str, str]) -> Token:
        wish = {"repository_ids": [repository], "permissions": permissions}
        answer = await self._client.create(routes.MINT, {"installation": installation}, wish)
        granted = answer.get("permissions") or permissions
        return Token(answer["token"], self._now(), datetime.fromisoformat(answer["expires_at"]).timestamp(), granted)

    async def _granted(self, installation: int) -> Mapping[str, str]:
        """What we want, as far as it is granted. Without the contents or the pull request there is nothing we could do."""
        answer = await self._client.get(routes.INSTALLATION, {"installation": installation})
        held = answer.get("permissions") or {}
        both = {name: min(want, held.get(name, ""), key=lambda level: _RANK.get(level, 0)) for name, want in WANTED.items()}
        granted = {name: level for name, level in both.items() if level}
        if granted == WANTED:
            raise Gone("uninstalled")  # nothing was missing, so it is the repository that was not given to us
        if not {"contents", "pull_requests"} <= granted.keys():
            raise Gone("forbidden")
        return granted


class InstallationCredential:
    """An installation, narrowed to one repository."""

    def __init__(self, tokens: Tokens, installation: int, repository: int, now: Callable[[], float]) -> None:
        self._tokens, self._key, self._now = tokens, (installation, repository), now
        self._token: Token | None = None

    async def authorization(self) -> str:
        self._token = await self._tokens.get(*self._key)
        return f"token {self._token.value}"

    async def may(self, permission: str, level: str) -> bool:
        """Whether the installation has granted that much."""
        token = await self._tokens.get(*self._key)
        return _RANK.get(token.permissions.get(permission, ""), 0) >= _RANK[level]

    def pause(self, error: Refused, authorization: str, denials: int) -> float | None:
        token = self._token
        if token is None:
            return None
        young = self._now() - token.minted < YOUNG
        if young and denials < len(YOUNG_PAUSES) and (error.status == 401 or error.says("resource not accessible")):
            return YOUNG_PAUSES[denials]
        if error.status == 401 and not young and denials == 0:
            self._tokens.drop(*self._key, authorization.removeprefix("token "))
            return 0.0
        return None
