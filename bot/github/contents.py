"""The contents of the chosen files at the head, and what changed in those whose patch GitHub withheld.

Blobs are asked for by the ids of the file list, a hundred in one GraphQL call; the blob API fills in what GraphQL cuts.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.core import words
from bot.core.binaries import what
from bot.core.changed import WITHHELD
from bot.core.diff import rediff
from bot.github import graph, pulls, routes, standing
from bot.github.client import RAW_LIMIT, Client
from bot.github.errors import NotFound, TooLarge, Unavailable
from bot.github.seal import Identity
from bot.model import Candidate, ChangedFile, Earlier, Kind, Lines, PullRequest, Reading, Skipped

CHUNK = 100
# What one pull may cost us: memory, and requests for files that GraphQL does not show whole.
HELD, FETCHED = 32_000_000, 100
PEEKED = 2  # binaries that their names say nothing of, and of which the first bytes are looked at
_OID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")

Blob = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unread:
    """Why there is no text. `opaque`: by the nature of the file, which matters only where code was expected."""

    reason: str
    opaque: bool = False


async def read(client: Client, request: PullRequest, candidates: Sequence[Candidate], me: Identity) -> Reading:
    """Texts, files that have none and why, re-read changes, and our earlier words; one request when nothing is unusual."""
    chosen = [c for c in candidates if c.file.status != "removed"]
    reader = _Reader(client, request)
    found, earlier = await _texts_and_earlier(reader, chosen, me)

    texts: dict[str, str] = {}
    unread: list[Skipped] = []
    binaries: dict[str, str] = {}
    for candidate in chosen:
        text = found.get(candidate.file.blob or "", Unread(words.NO_CONTENT))
        if isinstance(text, str):
            texts[candidate.file.path] = text
        else:
            clouds = candidate.kind is Kind.CODE or not text.opaque
            unread.append(Skipped(candidate.file.path, text.reason, clouds))
            if text.opaque and not clouds and candidate.file.blob and len(binaries) < PEEKED:
                binaries[candidate.file.path] = await reader.peek(candidate.file.blob)

    withheld = [c.file for c in chosen if c.file.path in texts and c.file.patch is None and not _untouched(c.file)]
    rediffed = await _rediffed(reader, withheld, texts)
    for file in withheld:
        if file.path not in rediffed:
            del texts[file.path]
            unread.append(Skipped(file.path, WITHHELD, clouds=True))
    return Reading(texts, tuple(unread), rediffed, earlier, binaries)


async def _texts_and_earlier(
    reader: "_Reader", chosen: Sequence[Candidate], me: Identity
) -> tuple[dict[str, str | Unread], Earlier]:
    client, request = reader.client, reader.request
    oids = list(dict.fromkeys(c.file.blob for c in chosen if c.file.blob and _OID.fullmatch(c.file.blob)))
    first = oids[:CHUNK]
    try:
        answer = await graph.ask(client, request.pull, [standing.part(request, me), _objects("oid", first)])
    except (Unavailable, TooLarge):
        earlier = await standing.look(client, request, me, standing.SMALL_PAGE)
        return await reader.texts("oid", oids), earlier
    earlier = await standing.complete(client, request, answer, me)
    return await reader.understood(first, answer) | await reader.texts("oid", oids[CHUNK:]), earlier


def _objects(by: str, names: Sequence[str]) -> graph.Part:
    kind = "GitObjectID!" if by == "oid" else "String!"
    blob = "{... on Blob{oid byteSize isBinary text}}"
    fields = " ".join(f"b{n}:object({by}:$b{n}){blob}" for n in range(len(names)))
    return graph.Part(fields, {f"b{n}": (kind, name) for n, name in enumerate(names)})


class _Reader:
    """Turns names of blobs into texts, within what one pull may cost."""

    def __init__(self, client: Client, request: PullRequest) -> None:
        self.client, self.request = client, request
        self._held = self._fetched = 0

    async def texts(self, by: str, names: Sequence[str]) -> dict[str, str | Unread]:
        """Asked for in portions that GitHub can answer and we can hold."""
        found: dict[str, str | Unread] = {}
        portions = [names[n : n + CHUNK] for n in range(0, len(names), CHUNK)]
        while portions:
            portion = portions.pop(0)
            if self._held >= HELD:
                found |= dict.fromkeys(portion, Unread(words.TOO_LARGE_TOGETHER))
                continue
            try:
                answer = await graph.ask(self.client, self.request.pull, [_objects(by, portion)])
            except (Unavailable, TooLarge):
                half = len(portion) // 2
                if not half:
                    raise
                portions[:0] = [portion[:half], portion[half:]]
            else:
                found |= await self.understood(portion, answer)
        return found

    async def understood(self, names: Sequence[str], answer: Mapping[str, Any]) -> dict[str, str | Unread]:
        """The answer to `_objects(…, names)`."""
        return {name: await self._text(answer.get(f"b{n}") or {}) for n, name in enumerate(names)}

    async def _text(self, blob: Blob) -> str | Unread:
        """Every byte accounted for: what GraphQL cut, or could not show as UTF-8, is fetched as bytes."""
        if "byteSize" not in blob:
            return Unread(words.NO_CONTENT)
        if blob["isBinary"]:
            return Unread(words.BINARY, opaque=True)
        if blob["byteSize"] > RAW_LIMIT:
            return Unread(words.LARGE)
        shown: str | None = blob["text"]
        whole = shown is not None and len(shown.encode("utf-8", "surrogatepass")) == blob["byteSize"]
        text = shown if shown is not None and whole else await self._fetch(blob["oid"])
        self._held += len(text) if isinstance(text, str) else 0
        return text if self._held < HELD else Unread(words.TOO_LARGE_TOGETHER)

    async def peek(self, oid: str) -> str:
        """What a binary's first bytes say, '' when they say nothing or cannot be had. (A blob comes whole or not at all.)"""
        try:
            return what(await self.client.raw(routes.BLOB, routes.values(self.request.pull) | {"sha": oid}))
        except (TooLarge, NotFound):
            return ""

    async def _fetch(self, oid: str) -> str | Unread:
        if self._fetched == FETCHED:
            return Unread(words.TOO_MANY_LONG)
        self._fetched += 1
        try:
            data = await self.client.raw(routes.BLOB, routes.values(self.request.pull) | {"sha": oid})
        except TooLarge:
            return Unread(words.LARGE)
        except NotFound:
            return Unread(words.NO_CONTENT)
        if b"\0" in data[:8000]:  # git's own test for a binary file
            return Unread(words.BINARY, opaque=True)
        return data.decode("utf-8", "replace")


async def _rediffed(reader: _Reader, files: Sequence[ChangedFile], texts: Mapping[str, str]) -> dict[str, Lines]:
    """What changed in files that came without a patch, as far as both their texts can be had."""
    before = await _before(reader, [file for file in files if file.status != "added"])
    lines: dict[str, Lines] = {}
    for file in files:
        old = "" if file.status == "added" else before.get(file.path)
        if old is not None:
            # A text of megabytes takes seconds; the loop goes on meanwhile.
            lines[file.path] = await asyncio.to_thread(rediff, old, texts[file.path])
    return lines


def _untouched(file: ChangedFile) -> bool:
    """GitHub says so: another name for the same text. (A withheld patch of a changed file comes with its counts.)"""
    return file.status in ("renamed", "copied", "unchanged") and not file.additions + file.deletions


async def _before(reader: _Reader, files: Sequence[ChangedFile]) -> dict[str, str]:
    """The files' texts where the branch left the base. The pull's recorded base is often ahead of that place."""
    if not files:
        return {}
    request = reader.request
    try:
        comparison = await pulls.compare(reader.client, request.pull, request.base_sha, request.head_sha)
    except NotFound:
        return {}
    fork: str = comparison["merge_base_commit"]["sha"]
    names = {file.path: f"{fork}:{file.previous_path or file.path}" for file in files}
    found = await reader.texts("expression", list(dict.fromkeys(names.values())))
    texts: dict[str, str] = {}
    for path, name in names.items():
        text = found[name]
        if isinstance(text, str):
            texts[path] = text
        elif text.opaque:
            texts[path] = ""  # it was no text, so all its text is new
    return texts
