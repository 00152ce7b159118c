"""Configuration files: the pull's own on both its sides, its organisation's, and one that a file extends."""

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from weakref import WeakValueDictionary

from cachetools import TLRUCache

from bot.core.config_file import PATHS, SIZE_LIMIT
from bot.github import graph
from bot.github.app import App
from bot.github.auth import Scope
from bot.github.errors import Forbidden, NotFound
from bot.model import ConfigText, ConfigTexts, Pull, Repository

ORGANISATION = ".github"  # the repository that speaks for all others of its owner
KEPT_SECONDS, KEPT_BYTES = 300.0, 8_000_000
_REFERENCE = re.compile(r"([A-Za-z0-9._-]{1,100})/([A-Za-z0-9._-]{1,100})(?::([A-Za-z0-9._/-]{1,200}))?")
_ENTRY = "{object{... on Blob{oid byteSize text}}}"

Entry = Mapping[str, Any]


def files(paths: Sequence[str] = PATHS) -> str:
    """The fields of a commit that bring these files; `variables` are what they use."""
    return " ".join(f"config{n}:file(path:$config{n}){_ENTRY}" for n in range(len(paths)))


def variables(paths: Sequence[str] = PATHS) -> dict[str, tuple[str, str]]:
    return {f"config{n}": ("String!", path) for n, path in enumerate(paths)}


def texts(base: Mapping[str, Any] | None, head: Mapping[str, Any] | None) -> ConfigTexts:
    """What the commits at the pull's two ends hold, each as `files` asked for it."""
    repository, proposed = _first(base, PATHS), _first(head, PATHS)
    return ConfigTexts(repository=repository, proposed=None if proposed == repository else proposed)


def _first(commit: Mapping[str, Any] | None, paths: Iterable[str], prefix: str = "") -> ConfigText | None:
    """The first of the paths at which there is a file."""
    for n, path in enumerate(paths):
        blob = ((commit or {}).get(f"config{n}") or {}).get("object") or {}
        if "byteSize" in blob:
            return ConfigText(prefix + path, _bytes(blob))
    return None


def _bytes(blob: Mapping[str, Any]) -> bytes:
    """The file, of one that is too long only so much that this shows.

    GraphQL gives text alone. Where that is not what the file holds, the bytes given are no UTF-8 either, on the same line.
    """
    text: str | None = blob["text"]
    if text is None:
        return b"\xff"
    raw = text.encode("utf-8", "replace")
    if len(raw) != blob["byteSize"] <= SIZE_LIMIT:
        raw = raw.replace("\ufffd".encode(), b"\xff")
    return raw[: SIZE_LIMIT + 1]


class Shared:
    """Files of other repositories of a pull's owner, read with a token for that one repository, and kept for five minutes.

    Kept by installation, so that none sees what another may read, and bounded in bytes. That there is none is kept, too.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._kept: TLRUCache[tuple[int, str, str], tuple[ConfigText | None, bool]] = TLRUCache(
            KEPT_BYTES, lambda _, __, now: now + KEPT_SECONDS, timer=app.wire.now, getsizeof=lambda kept: 500 + _size(kept[0])
        )
        self._reading: WeakValueDictionary[tuple[int, str, str], asyncio.Lock] = WeakValueDictionary()

    async def organisation(self, pull: Pull) -> ConfigText | None:
        """What the owner of the pull's repository says for all of them."""
        return (await self._get(pull, ORGANISATION, ""))[0]

    async def extended(self, pull: Pull, reference: str, private: bool) -> ConfigText | None:
        """The file of a reference `owner/repo[:path]`. A public pull is told nothing of a private repository."""
        named = _REFERENCE.fullmatch(reference)
        if named is None or named[1].casefold() != pull.owner.casefold():
            return None
        found, hidden = await self._get(pull, named[2], named[3] or "")
        return None if hidden and not private else found

    async def _get(self, pull: Pull, name: str, path: str) -> tuple[ConfigText | None, bool]:
        key = (pull.installation, f"{pull.owner}/{name}".casefold(), path)
        lock = self._reading.setdefault(key, asyncio.Lock())
        async with lock:
            found = self._kept.get(key)
            if found is None:
                found = self._kept[key] = await self._read(pull, name, (path,) if path else PATHS)
            return found

    async def _read(self, pull: Pull, name: str, paths: Sequence[str]) -> tuple[ConfigText | None, bool]:
        client = self._app.client(Scope(pull.installation, name))
        commit = f"{{... on Commit{{{files(paths)}}}}}"
        part = graph.Part(f"isPrivate owner{{login}} defaultBranchRef{{target{commit}}}", variables(paths))
        try:
            answer = await graph.ask(client, Repository(pull.installation, 0, pull.owner, name), [part])
        except (NotFound, Forbidden):
            return None, True
        target = (answer.get("defaultBranchRef") or {}).get("target")
        return _first(target, paths, f"{pull.owner}/{name}:"), bool(answer.get("isPrivate", True))


def _size(text: ConfigText | None) -> int:
    return 0 if text is None else len(text.raw)
