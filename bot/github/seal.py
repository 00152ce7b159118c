"""Who we are on a pull, and the seal on what we say there.

GitHub lets everybody who may write to a repository edit our comments. Markers decide what has been said and fixed, so they are
signed: one that somebody else wrote, or carried here from another pull, is nobody's.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.markdown import SIGNATURE, marks, sign, signed
from bot.model import Pull

_PURPOSE = b"testwarden: markers in comments"


class Seal:
    """`secrets` are known to the App alone; the first one signs, and all of them count, so that they can be rotated."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._keys = [hmac.new(secret.encode(), _PURPOSE, hashlib.sha256).digest() for secret in secrets]

    def close(self, body: str, pull: Pull) -> str:
        """A body as it is posted."""
        return sign(body, self._keys[0], _about(pull))

    def open(self, body: str, pull: Pull) -> str | None:
        """A body as it was before `close`; None when it was not us who closed it, for this pull."""
        if not signed(body, self._keys, _about(pull)):
            return None
        return "\n".join(line for line in body.split("\n") if [mark.kind for mark in marks(line)] != [SIGNATURE])


@dataclass(frozen=True, slots=True)
class Identity:
    """`app_id` names our check runs; None where we may not write any."""

    app_id: int | None
    seal: Seal


def _about(pull: Pull) -> str:
    return f"{pull.repository_id}/{pull.number}"
