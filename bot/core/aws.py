"""What an AWS key's id tells by itself: whose account it belongs to."""

import base64
import re

from bot.core.fakes import has_long_word, is_patterned

ACCESS_KEY_ID = re.compile(r"(?<![A-Za-z0-9/+_])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9/+_=])")
# In ids of the new generation (fifth character Q to Z or 2 to 7) the account stands in bits 1 to 40.
_NEW_GENERATION = re.compile(r"A[A-Z]{3}[Q-Z2-7]")
_NOBODYS = frozenset(
    "000000000000 111111111111 123456789012 111122223333 444455556666 210987654321 999999999999 555555555555 012345678901".split()
)


def account_of(key_id: str) -> str | None:
    """The twelve digits of the account, None for an id of the old generation, which does not carry it."""
    if not _NEW_GENERATION.match(key_id):
        return None
    number = int.from_bytes(base64.b32decode(key_id[4:])[:6], "big")
    return f"{(number & 0x7FFFFFFFFF80) >> 7:012d}"


def is_sample(key_id: str) -> bool:
    """The documentation's id, one of an account that documentation and emulators use, or one that somebody typed."""
    return key_id.endswith("EXAMPLE") or account_of(key_id) in _NOBODYS or is_patterned(key_id[4:]) or has_long_word(key_id[4:])
