"""What may be told of a secret value: how it begins, how long it is, and a hash that says nothing to those without the key."""

import hashlib
import hmac
import re

from bot.model import HashKey, Secret

SHOWN = 4  # characters of a value that may be told
SHORT = 16  # characters below which the length is not told: it tells a PIN, and a word from a list
_DIGITS = 16
_HASH = re.compile(rf"[0-9a-f]{{{_DIGITS}}}")
_PURPOSE = b"testwarden: hashes of secret values\0"


def derive(master: str, owner: str) -> HashKey:
    """The key of one owner, from a secret of ours. It gives away neither that secret nor the key of anybody else."""
    return HashKey(hmac.new(master.encode(), _PURPOSE + owner.encode(), hashlib.sha256).digest())


def tell(value: str, provider: str = "", key: HashKey | None = None) -> Secret:
    """All that may be told of a value. Without a key it gets no hash: an unkeyed one would fall to a list of likely values."""
    length = len(value) if len(value) >= SHORT else None
    return Secret(provider, beginning(value), length, _hash(value, key) if key else "")


def beginning(value: str) -> str:
    """The first characters: one at least, a quarter of the value and four at most."""
    return value[: max(1, min(SHOWN, len(value) // 4))]


def count(value: str) -> str:
    """How many characters a sentence may say it has."""
    return str(len(value)) if len(value) >= SHORT else f"fewer than {SHORT}"


def in_report(secret: Secret) -> dict[str, str | int | None]:
    """As it stands in a report for programs. There is no `hash` where there was no key."""
    known = {"provider": secret.provider or None, "shown": secret.shown, "length": secret.length}
    return {**known, "hash": secret.hash} if secret.hash else known


def is_told(secret: Secret) -> bool:
    """Whether a child's claim has the form that `tell` gives."""
    hashed = not secret.hash or _HASH.fullmatch(secret.hash) is not None
    return len(secret.shown) <= SHOWN and (secret.length is None or secret.length >= SHORT) and hashed


def _hash(value: str, key: HashKey) -> str:
    return hmac.new(key.value, value.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:_DIGITS]
