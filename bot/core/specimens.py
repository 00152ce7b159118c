"""Well-formed secrets for examples, tests and the sandbox, built at run time so that no scanner trips on this repository.

Each is a fixed function of its name: the same specimen on every run, valid in form, never issued by anybody.
"""

import hashlib
import re
import zlib
from collections.abc import Callable

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_BASE64 = _BASE62 + "+/"


def _draw(seed: str, alphabet: str, length: int) -> str:
    """Characters that look random, from a hash of the seed."""
    out: list[str] = []
    block = b""
    counter = 0
    while len(out) < length:
        if not block:
            block = hashlib.sha256(f"{seed}:{counter}".encode()).digest()
            counter += 1
        out.append(alphabet[block[0] % len(alphabet)])
        block = block[1:]
    return "".join(out)


def _crc32_base62(body: str) -> str:
    """GitHub's and npm's checksum: CRC32 of the body in base 62, six digits."""
    number, digits = zlib.crc32(body.encode()), ""
    while number:
        number, rest = divmod(number, 62)
        digits = _BASE62[rest] + digits
    return digits.rjust(6, "0")


def github_token(seed: str = "one") -> str:
    """A classic GitHub token whose checksum verifies."""
    body = _draw("github" + seed, _BASE62, 30)
    return "gh" + "p_" + body + _crc32_base62(body)


def npm_token(seed: str = "one") -> str:
    """An npm token whose checksum verifies."""
    body = _draw("npm" + seed, _BASE62, 30)
    return "npm" + "_" + body + _crc32_base62(body)


def aws_id(seed: str = "one") -> str:
    """An AWS access key id of the new generation, whose account number is none of the documentation's."""
    return "AK" + "IA" + "T" + _draw("aws-id" + seed, _BASE32, 15)


def aws_secret(seed: str = "one") -> str:
    return _draw("aws-secret" + seed, _BASE64, 40)


def password(seed: str = "one") -> str:
    """A password that no word list holds."""
    return _draw("password" + seed, _BASE62, 20)


SPECIMENS: dict[str, Callable[[str], str]] = {
    "github-token": github_token,
    "npm-token": npm_token,
    "aws-id": aws_id,
    "aws-secret": aws_secret,
    "password": password,
}
_PLACE = re.compile(r"\{\{([a-z0-9-]+)(?::([a-z0-9]+))?\}\}")


def expand(text: str) -> str:
    """`{{github-token}}` or `{{github-token:two}}` -> the specimen. An unknown name raises KeyError: a rule file is wrong."""
    return _PLACE.sub(lambda m: SPECIMENS[m.group(1)](m.group(2) or "one"), text)
