"""Provider tokens that prove themselves: formats with a checksum or a structure that can be verified offline.

Keys that anybody generates for himself (age, NATS, wallets, PEM) are not here: their checksum says nothing about being in use.
"""

import binascii
import re
import string
import zlib
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bot.core import azure_keys

_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_BASE36 = string.digits + string.ascii_lowercase
_UUID = re.compile(rb"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Format:
    """`prefixes`: one of them stands in every value, at its start where the provider puts it there. `firm`: a value that fails
    `check` was made up; where the check is not published by the provider, failing only leaves the value unproven."""

    provider: str
    prefixes: tuple[str, ...]
    pattern: re.Pattern[str]
    check: Callable[[str], bool]
    firm: bool = True


@dataclass(frozen=True, slots=True)
class Spotted:
    """A value of a format in a text, at these character offsets."""

    format: Format
    start: int
    end: int
    value: str = field(repr=False)

    @property
    def verified(self) -> bool:
        return self.format.check(self.value)

    @property
    def body(self) -> str:
        """The value without its prefix, which is the same for everybody."""
        prefix = next((p for p in self.format.prefixes if self.value.startswith(p)), "")
        return self.value[len(prefix) :]


def spot(text: str) -> Iterator[Spotted]:
    """Every value of a known format, verified or not, in the order of the text."""
    found: list[Spotted] = []
    for form in FORMATS:
        if any(prefix in text for prefix in form.prefixes):
            found.extend(Spotted(form, m.start(), m.end(), m.group()) for m in form.pattern.finditer(text))
    yield from sorted(found, key=lambda s: (s.start, -s.end))


def _digits(number: int, alphabet: str, width: int) -> str:
    out = ""
    while number:
        number, rest = divmod(number, len(alphabet))
        out = alphabet[rest] + out
    return out.rjust(width, "0")


def _crc(text: str) -> int:
    return zlib.crc32(text.encode())


def _crc_base62_of_body(value: str) -> bool:
    """GitHub's (April 2021) and npm's form: the last six digits are the CRC32 of the thirty before them."""
    body = value.partition("_")[2]
    return body[-6:] == _digits(_crc(body[:-6]), _BASE62, 6)


def _github_fine_grained(value: str) -> bool:
    """The last six digits are a CRC32 too; GitHub has not published over what, so each reading of it counts."""
    body = value.removeprefix("github_pat_")
    identity, _, rest = body.partition("_")
    readings = (value[:-6], body[:-6], identity + rest[:-6], rest[:-6])
    return any(body[-6:] == _digits(_crc(r), _BASE62, 6) for r in readings)


def _gitlab_routable(value: str) -> bool:
    """The last seven digits are the CRC32, in base 36, of all before them; before those stands the payload's length."""
    payload = value.split(".")[0]
    length = int(value[-9:-7], 36)
    return length < len(payload) and value[-7:] == _digits(_crc(value[:-7]), _BASE36, 7)


def _grafana(value: str) -> bool:
    """The hex digits after the last underscore are the CRC32 of all before it, lowest byte first."""
    body, _, check = value.rpartition("_")
    return bytes.fromhex(check) == _crc(body).to_bytes(4, "little")


def _crc_hex_at_end(value: str) -> bool:
    """Atlassian's form: the last eight hex digits are the CRC32 of all before them."""
    return int(value[-8:], 16) == _crc(value[:-8])


def _crc_hex_of_body(value: str) -> bool:
    return _crc_hex_at_end(value.partition("_")[2])


# In parts, for no file of ours names a package registry's host.
_MACAROON = b"\x02\x01\x08" + b".".join((b"pypi", b"org")) + b"\x02\x24"


def _pypi(value: str) -> bool:
    """A version 2 macaroon: the index as location, a UUID as identifier, caveats, and a signature of 32 bytes at the very end."""
    body = value.removeprefix("pypi-")
    try:
        data = urlsafe_b64decode(body + "=" * (-len(body) % 4))
    except (ValueError, binascii.Error):
        return False
    start = len(_MACAROON)
    return (
        data.startswith(_MACAROON)
        and _UUID.fullmatch(data[start : start + 36]) is not None
        and data[start + 36 : start + 37] == b"\0"
        and data[-35:-32] == b"\0\x06\x20"
    )


def _pattern(expression: str) -> re.Pattern[str]:
    """Not inside a longer word: a token stands alone."""
    return re.compile(rf"(?<![0-9A-Za-z_])(?:{expression})(?![0-9A-Za-z_])", re.ASCII)


FORMATS = (
    Format("GitHub", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), _pattern("gh[pousr]_[0-9A-Za-z]{36}"), _crc_base62_of_body),
    Format("GitHub", ("github_pat_",), _pattern("github_pat_[0-9A-Za-z]{22}_[0-9A-Za-z]{59}"), _github_fine_grained, firm=False),
    Format("npm", ("npm_",), _pattern("npm_[0-9A-Za-z]{36}"), _crc_base62_of_body),
    Format(
        "GitLab",
        ("glpat-", "glrt-", "gldt-", "glft-", "glagent-"),
        _pattern(r"gl(?:pat|rt|dt|ft|agent)-[0-9A-Za-z_-]{27,300}(?:\.[0-9a-z]{2})?\.[0-9a-z]{9}"),
        _gitlab_routable,
    ),
    Format("Grafana", ("glsa_",), _pattern("glsa_[0-9A-Za-z]{32}_[0-9a-f]{8}"), _grafana),
    Format("Atlassian", ("ATATT3", "ATCTT3"), _pattern("AT[AC]TT3[0-9A-Za-z_-]{50,400}=[0-9A-F]{8}"), _crc_hex_at_end),
    Format("Bitbucket", ("ATBB",), _pattern("ATBB[0-9A-Za-z_=.-]{24}[0-9A-Fa-f]{8}"), _crc_hex_at_end),
    Format(
        "Cloudflare",
        ("cfk_", "cfut_", "cfat_"),
        _pattern("cf(?:k|ut|at)_[0-9A-Za-z]{40}[0-9a-f]{8}"),
        _crc_hex_of_body,
        firm=False,
    ),
    Format("Azure", azure_keys.SIGNATURES, azure_keys.KEY, azure_keys.is_issued),
    Format("Azure", ("JQQJ9",), _pattern(azure_keys.ANNOTATED), azure_keys.is_annotated, firm=False),
    Format("PyPI", ("pypi-AgEIcHlwaS5vcmc",), _pattern("pypi-AgEIcHlwaS5vcmc[0-9A-Za-z_-]{50,1000}"), _pypi),
)  # fmt: skip
