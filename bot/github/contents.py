"""The contents of the chosen files at the head, and what changed in those whose patch GitHub withheld.

Blobs are asked for by the ids of the file list, a hundred in one GraphQL call; the blob API fills in what GraphQL cuts.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.core.diff import rediff
from bot.core.select import WITHHELD
from bot.github import graph, pulls, routes, standing
from bot.github.client import RAW_LIMIT, Client
from bot.github.errors import NotFound, TooLarge, Unavailable
from bot.model import Candidate, ChangedFile, Earlier, Kind, Lines, PullRequest, Reading, Skipped

CHUNK = 100
HELD = 64_000_000  # characters of all files of one pull together
BINARY, LARGE = "binary file", "larger than 3 MB"
ABSENT, TOO_MUCH = "GitHub gave no content", "the changed test files are larger than 64 MB"
_OID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")

Blob = Mapping[str, Any]
Blobs = dict[str, Blob]


class Unread(Exception):
    """Why a file has no text. `opaque`: such a file can have none, which matters only where code was expected."""

    def __init__(self, reason: str, *, opaque: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.opaque = opaque


async def read(client: Client, request: PullRequest, candidates: Sequence[Candidate], app_id: int | None) -> Reading:
    """Texts, files that have none and why, re-read changes, and our earlier words; one request when nothing is unusual."""
    chosen = [c for c in candidates if c.file.status != "removed"]
    blobs, earlier = await _blobs_and_earlier(client, request, chosen, app_id)

    texts: dict[str, str] = {}
    unread: list[Skipped] = []
    held = 0
    for candidate in chosen:
        try:
            text = await _text(client, request, blobs.get(candidate.file.blob or ""))
            held += len(text)
            if held > HELD:
                raise Unread(TOO_MUCH)
            texts[candidate.file.path] = text
        except Unread as why:
            clouds = candidate.kind is Kind.CODE or not why.opaque
            unread.append(Skipped(candidate.file.path, why.reason, clouds))

    withheld = [c.file for c in chosen if c.file.path in texts and c.file.patch is None and not _untouched(c.file)]
    rediffed = await _rediffed(client, request, withheld, texts)
    for file in withheld:
        if file.path not in rediffed:
            del texts[file.path]
            unread.append(Skipped(file.path, WITHHELD, clouds=True))
    return Reading(texts, tuple(unread), rediffed, earlier)


async def _blobs_and_earlier(
    client: Client, request: PullRequest, chosen: Sequence[Candidate], app_id: int | None
) -> tuple[Blobs, Earlier]:
    oids = list(dict.fromkeys(c.file.blob for c in chosen if c.file.blob and _OID.fullmatch(c.file.blob)))
    first = oids[:CHUNK]
    try:
        answer = await graph.ask(client, request.pull, [standing.part(request, app_id), _objects("oid", first)])
    except (Unavailable, TooLarge):
        earlier = await standing.look(client, request, app_id, standing.SMALL_PAGE)
        return await _objects_of(client, request, "oid", oids), earlier
    earlier = await standing.complete(client, request, answer)
    return _found(first, answer) | await _objects_of(client, request, "oid", oids[CHUNK:]), earlier


def _objects(by: str, names: Sequence[str]) -> graph.Part:
    kind = "GitObjectID!" if by == "oid" else "String!"
    blob = "{... on Blob{oid byteSize isBinary isTruncated text}}"
    fields = " ".join(f"b{n}:object({by}:$b{n}){blob}" for n in range(len(names)))
    return graph.Part(fields, {f"b{n}": (kind, name) for n, name in enumerate(names)})


def _found(names: Sequence[str], answer: Mapping[str, Any]) -> Blobs:
    """The blobs among the objects asked for; a submodule's commit is none."""
    return {name: found for n, name in enumerate(names) if (found := answer.get(f"b{n}")) and "byteSize" in found}


async def _objects_of(client: Client, request: PullRequest, by: str, names: Sequence[str]) -> Blobs:
    """The named blobs, in portions that GitHub can answer and we can hold."""
    blobs: Blobs = {}
    portions = [names[n : n + CHUNK] for n in range(0, len(names), CHUNK)]
    while portions:
        portion = portions.pop(0)
        try:
            blobs |= _found(portion, await graph.ask(client, request.pull, [_objects(by, portion)]))
        except (Unavailable, TooLarge):
            half = len(portion) // 2
            if not half:
                raise
            portions[:0] = [portion[:half], portion[half:]]
    return blobs


async def _text(client: Client, request: PullRequest, blob: Blob | None) -> str:
    """The text of a blob, every byte accounted for: what GraphQL cut, or could not show as UTF-8, is fetched as bytes."""
    if blob is None:
        raise Unread(ABSENT)
    if blob["isBinary"]:
        raise Unread(BINARY, opaque=True)
    if blob["byteSize"] > RAW_LIMIT:
        raise Unread(LARGE)
    text: str | None = blob["text"]
    if text is None or blob["isTruncated"] or len(text.encode("utf-8", "surrogatepass")) != blob["byteSize"]:
        return await _bytes_as_text(client, request, blob["oid"])
    return text


async def _bytes_as_text(client: Client, request: PullRequest, oid: str) -> str:
    try:
        data = await client.raw(routes.BLOB, routes.values(request.pull) | {"sha": oid})
    except TooLarge:
        raise Unread(LARGE) from None
    except NotFound:
        raise Unread(ABSENT) from None
    if b"\0" in data[:8000]:  # git's own test for a binary file
        raise Unread(BINARY, opaque=True)
    return data.decode("utf-8", "replace")


async def _rediffed(
    client: Client, request: PullRequest, files: Sequence[ChangedFile], texts: Mapping[str, str]
) -> dict[str, Lines]:
    """What changed in files that came without a patch, as far as both their texts can be had."""
    before = await _before(client, request, [file for file in files if file.status != "added"])
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


async def _before(client: Client, request: PullRequest, files: Sequence[ChangedFile]) -> Mapping[str, str]:
    """The files' texts where the branch left the base. The pull's recorded base is often ahead of that place."""
    if not files:
        return {}
    try:
        comparison = await pulls.compare(client, request.pull, request.base_sha, request.head_sha)
        fork: str = comparison["merge_base_commit"]["sha"]
    except NotFound:
        return {}
    names = {file.path: f"{fork}:{file.previous_path or file.path}" for file in files}
    blobs = await _objects_of(client, request, "expression", list(names.values()))
    texts: dict[str, str] = {}
    for file in files:
        blob = blobs.get(names[file.path])
        try:
            if blob is not None:
                texts[file.path] = await _text(client, request, blob)
        except Unread as why:
            if why.opaque:
                texts[file.path] = ""  # it was no text, so all its text is new
    return texts
