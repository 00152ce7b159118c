"""JSON Web Tokens as text: found, read without trusting, and recognised when anybody could have signed them."""

import binascii
import hashlib
import hmac
import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.core import fakes
from bot.core.hosts import host_of, is_remote

_TOKEN = re.compile(
    r"(?<![A-Za-z0-9_.-])(eyJ[A-Za-z0-9_-]{8,4000})\.(eyJ[A-Za-z0-9_-]{8,8000})\.([A-Za-z0-9_-]{20,2000})(?![A-Za-z0-9_-])"
)
_HASHES = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}
# Beside all short words: what tutorials and jwt.io sign with.
_KEYS = (
    "your-256-bit-secret",
    "your-384-bit-secret",
    "your-512-bit-secret",
    "a-string-secret-at-least-256-bits-long",
    "secret_key",
    "",
)
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Jwt:
    """A token's parts, at these character offsets of a text."""

    start: int
    end: int
    value: str = field(repr=False)
    header: Mapping[str, Any] = field(repr=False)
    claims: Mapping[str, Any] = field(repr=False)

    @property
    def signature(self) -> str:
        return self.value.rpartition(".")[2]

    @property
    def issuer(self) -> str:
        """The host of the first of `iss` and `aud` that names one somebody runs; ''."""
        named = [self.claims.get("iss"), self.claims.get("aud")]
        texts = [t for n in named for t in (n if isinstance(n, list) else [n]) if isinstance(t, str)]
        return next((host for host in map(host_of, texts) if is_remote(host)), "")

    @property
    def lifetime(self) -> float | None:
        """Seconds from its issue to its end; None when it has no end or no beginning."""
        begin, end = self._time("iat") or self._time("nbf"), self._time("exp")
        return end - begin if begin is not None and end is not None else None

    @property
    def is_short_lived(self) -> bool:
        """It has long expired when a pull request is read: it lives a day at most."""
        return self.lifetime is not None and self.lifetime <= _DAY

    def expired(self, now: float) -> bool:
        end = self._time("exp")
        return end is not None and end < now

    def is_crafted(self) -> bool:
        """Made by hand: unsigned, a sample's subject, words for an identity, or signed with a word."""
        if str(self.header.get("alg", "none")).lower() == "none":
            return True
        subject = str(self.claims.get("sub", ""))
        names = f"{subject} {self.claims.get('name', '')} {self.claims.get('email', '')} {self.claims.get('jti', '')}"
        if subject == "1234567890" or fakes.name_words(names) & _SAMPLE_NAMES or "example" in json.dumps(self.claims).lower():
            return True
        return self._signed_with_a_word()

    def _signed_with_a_word(self) -> bool:
        digest = _HASHES.get(str(self.header.get("alg")))
        if digest is None:
            return False
        signed, _, signature = self.value.rpartition(".")
        wanted = _decode(signature)
        return any(hmac.digest(key.encode(), signed.encode(), digest) == wanted for key in (*_KEYS, *fakes.WORDS))

    def _time(self, claim: str) -> float | None:
        value = self.claims.get(claim)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12 else None


_SAMPLE_NAMES = frozenset("john jane doe alice bob test tester foo bar baz dummy fake sample mock user username admin".split())


def find(text: str) -> Iterator[Jwt]:
    """Every three-part token whose header and claims are JSON objects."""
    for match in _TOKEN.finditer(text):
        header, claims = _object(match[1]), _object(match[2])
        if header is not None and claims is not None and "alg" in header:
            yield Jwt(match.start(), match.end(), match.group(), header, claims)


def _object(part: str) -> dict[str, Any] | None:
    try:
        data = json.loads(_decode(part))
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _decode(part: str) -> bytes:
    try:
        return urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (ValueError, binascii.Error):
        return b""
