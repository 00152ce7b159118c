"""A webhook's payload, read leniently, field by field. A helper of intake.

GitHub's own examples disagree with its schemas, and a payload is as trustworthy as whoever could make GitHub send it: what goes
into a job is checked for its shape here.
"""

import re
from collections.abc import Mapping

from bot.model import Pull

NO_PULL = 0  # the number of a job that is about a repository or an installation
_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")
_EXTERNAL_ID = re.compile(r"([0-9]{1,19})/([0-9]{1,19})/([0-9a-f]{40}(?:[0-9a-f]{24})?)")
_LARGEST = 2**63 - 1  # what the store can hold


class Odd(Exception):
    """Why the payload makes no job. `str` of it is the reason, a slug."""


def at(payload: object, *keys: str) -> object:
    """What stands under these keys, None where something is missing on the way."""
    for key in keys:
        payload = payload.get(key) if isinstance(payload, Mapping) else None
    return payload


def one_of(value: object, known: frozenset[str]) -> str:
    """A word that we know, else `unknown`: GitHub continues to add new ones, and a reason must stay in a small set."""
    return value if isinstance(value, str) and value in known else "unknown"


def installation(payload: object) -> int:
    found = at(payload, "installation", "id")
    if found is None:
        raise Odd("no-installation")
    return number(found)


def pull(payload: object, found: object) -> Pull:
    """The pull of that number in the repository of the payload."""
    return _named(payload, number(found))


def repository(payload: object) -> Pull:
    """The repository of the payload, as the pull of no number."""
    return _named(payload, NO_PULL)


def _named(payload: object, which: int) -> Pull:
    installed = installation(payload)
    if at(payload, "repository", "archived") is True:
        raise Odd("archived")
    return Pull(
        installation=installed,
        repository_id=number(at(payload, "repository", "id")),
        owner=name(at(payload, "repository", "owner", "login")),
        repo=name(at(payload, "repository", "name")),
        number=which,
    )


def our_check(payload: object) -> tuple[int, str]:
    """The pull and the head that a check run of ours is about. `pull_requests` of a check is empty for forks, so our checks
    carry both in their external_id."""
    given = at(payload, "check_run", "external_id")
    ours = _EXTERNAL_ID.fullmatch(given) if isinstance(given, str) else None
    if ours is None or int(ours[1]) != at(payload, "repository", "id"):
        raise Odd("not-our-check")
    return int(ours[2]), ours[3]


def number(value: object) -> int:
    if type(value) is not int or not 0 < value <= _LARGEST:
        raise Odd("malformed")
    return value


def name(value: object) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise Odd("malformed")
    return value


def sha(value: object) -> str:
    if not isinstance(value, str) or not _SHA.fullmatch(value):
        raise Odd("malformed")
    return value
