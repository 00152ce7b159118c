"""Who we are to GitHub: the App by a signed JWT, an installation by a token that opens one repository and no more than needed.

docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from weakref import WeakValueDictionary

import jwt
from cachetools import TLRUCache
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bot.github import routes
from bot.github.client import Client, Wire
from bot.github.errors import Forbidden, Invalid, NotFound, Refused, Unauthorized
from bot.ports import Gone, Later

WANTED: Mapping[str, str] = {"contents": "read", "pull_requests": "write", "checks": "write", "metadata": "read"}
READING: Mapping[str, str] = {"contents": "read", "metadata": "read"}
SWEEPING: Mapping[str, str] = {"contents": "read", "pull_requests": "read", "checks": "read", "metadata": "read"}
_RANK = {"read": 1, "write": 2, "admin": 3}
# A token is known to its issuer before it is known everywhere; its scope arrives later still.
YOUNG, YOUNG_PAUSES = 30.0, (1.0, 2.0, 3.0)
MARGIN = 300.0


class AppCredential:
    """The App itself: signs for its own endpoints. GitHub allows ten minutes and forgives a clock that is a minute ahead."""

    def __init__(self, issuer: str, private_key: str, now: Callable[[], float]) -> None:
        self._issuer, self._now = issuer, now
        key = load_pem_private_key(private_key.encode(), None)  # once: reading it costs as much as a hundred signatures
        if not isinstance(key, RSAPrivateKey):
            raise ValueError("not an RSA private key")
        self._key = key

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


@dataclass(frozen=True, slots=True)
class Scope:
    """What a token opens: a pull's repository by its id, for all that a review does; one by its name, to be read; or, with
    neither, everything that the installation has, to be swept."""

    installation: int
    repository: int | str | None = None

    @property
    def permissions(self) -> Mapping[str, str]:
        return READING if isinstance(self.repository, str) else SWEEPING if self.repository is None else WANTED

    @property
    def named(self) -> Mapping[str, Any]:
        """The part of a request for a token that narrows it."""
        if self.repository is None:
            return {}
        return {"repositories" if isinstance(self.repository, str) else "repository_ids": [self.repository]}


class Tokens:
    """Installation tokens by what they open, minted once however many jobs ask, dropped before they expire."""

    def __init__(self, wire: Wire, app: AppCredential) -> None:
        self._client, self._now = Client(wire, app), wire.now
        self._kept: TLRUCache[Scope, Token] = TLRUCache(4096, lambda _, t, now: t.expires - MARGIN, timer=wire.now)
        self._minting: WeakValueDictionary[Scope, asyncio.Lock] = WeakValueDictionary()

    async def get(self, scope: Scope) -> Token:
        """A token good for five more minutes at least. Raises Gone when there is no installation that we could act for, and
        NotFound for a repository that is none of the installation's and was asked for by its name."""
        lock = self._minting.setdefault(scope, asyncio.Lock())
        async with lock:
            token = self._kept.get(scope)
            if token is None:
                token = self._kept[scope] = await self._mint(scope)
            return token

    def drop(self, scope: Scope, value: str) -> None:
        """Forget the token, unless another one has taken its place already."""
        token = self._kept.get(scope)
        if token is not None and token.value == value:
            del self._kept[scope]

    async def _mint(self, scope: Scope) -> Token:
        try:
            try:
                return await self._ask(scope, scope.permissions)
            except Invalid:
                if isinstance(scope.repository, str):
                    raise
                # Asked for more than the owner has granted (a new permission waits for acceptance), or for a foreign repository.
                return await self._ask(scope, await self._granted(scope))
        except NotFound:
            raise Gone("uninstalled") from None
        except (Invalid, Forbidden) as refused:
            if isinstance(scope.repository, str):
                raise NotFound(404, refused.texts) from None
            raise Gone("forbidden") from None
        except Unauthorized:
            # A wrong key, a wrong id or a wrong clock: an operator has to see to it, and no job is lost meanwhile.
            raise Later("app-not-authorized", 300.0) from None

    async def _ask(self, scope: Scope, permissions: Mapping[str, str]) -> Token:
        wish = {**scope.named, "permissions": permissions}
        answer = await self._client.create(routes.MINT, {"installation": scope.installation}, wish)
        granted = answer.get("permissions") or permissions
        return Token(answer["token"], self._now(), datetime.fromisoformat(answer["expires_at"]).timestamp(), granted)

    async def _granted(self, scope: Scope) -> Mapping[str, str]:
        """What we want, as far as it is granted. Without the contents or the pull request there is nothing we could do."""
        answer = await self._client.get(routes.INSTALLATION, {"installation": scope.installation})
        held, wanted = answer.get("permissions") or {}, scope.permissions
        both = {name: min(want, held.get(name, ""), key=lambda level: _RANK.get(level, 0)) for name, want in wanted.items()}
        granted = {name: level for name, level in both.items() if level}
        if granted == wanted:
            raise Gone("uninstalled")  # nothing was missing, so it is the repository that was not given to us
        if not {"contents", "pull_requests"} <= granted.keys():
            raise Gone("forbidden")
        return granted


class InstallationCredential:
    """An installation, narrowed to what it is needed for."""

    def __init__(self, tokens: Tokens, scope: Scope, now: Callable[[], float]) -> None:
        self._tokens, self._scope, self._now = tokens, scope, now
        self._token: Token | None = None

    async def authorization(self) -> str:
        self._token = await self._tokens.get(self._scope)
        return f"token {self._token.value}"

    async def may(self, permission: str, level: str) -> bool:
        """Whether the installation has granted that much."""
        token = await self._tokens.get(self._scope)
        return _RANK.get(token.permissions.get(permission, ""), 0) >= _RANK[level]

    def pause(self, error: Refused, authorization: str, denials: int) -> float | None:
        token = self._token
        if token is None:
            return None
        young = self._now() - token.minted < YOUNG
        if young and denials < len(YOUNG_PAUSES) and (error.status == 401 or error.says("resource not accessible")):
            return YOUNG_PAUSES[denials]
        if error.status == 401 and not young and denials == 0:
            self._tokens.drop(self._scope, authorization.removeprefix("token "))
            return 0.0
        return None
