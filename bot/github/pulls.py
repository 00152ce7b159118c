"""The pull request and its changed files, as GitHub's REST API lists them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.core import words
from bot.github import routes
from bot.github.client import Client
from bot.github.errors import NotFound, Refused, TooLarge, Unavailable
from bot.model import ChangedFile, Job, Pull, PullRequest, Skipped
from bot.ports import Gone, Later

# The webhook often arrives before the API knows of the push: it may answer 404, or with the old head.
RACE = (1.0, 2.0, 5.0, 10.0)
PAGE, SMALL_PAGE, LISTED = 50, 10, 3000
# GitHub spends a budget of text on each page, and leaves out the patches of later entries when it is used up. A longer change
# is left out for its own sake, and a smaller page would not bring it.
LONG_CHANGE = 1500
RELISTED = 3


async def find(client: Client, job: Job) -> PullRequest:
    """The open pull at the job's head, or at whatever head it has when the job names none."""
    pauses = iter(RACE)
    relations: dict[str, str] = {}
    while True:
        request, relation = await _look(client, job.pull), ""
        if request is not None:
            if job.head in (None, request.head_sha):
                return request
            relation = relations.get(request.head_sha) or await _relation(client, job.pull, str(job.head), request.head_sha)
            relations[request.head_sha] = relation
            if relation == "ahead":
                raise Gone("superseded")
        pause = next(pauses, None)
        if pause is not None:
            await client.sleep(pause)
        elif request is None:
            raise Gone("vanished")
        elif relation == "diverged":
            # A forced push, and still the same answer: the push is later than the event.
            raise Gone("superseded")
        else:
            raise Later("head-not-known-yet", 30.0)


async def again(client: Client, request: PullRequest) -> PullRequest:
    """The same pull now. Raises Gone when there is no point in writing to it: closed, vanished, or another diff by now."""
    now = await _look(client, request.pull)
    if now is None:
        raise Gone("vanished")
    if (now.head_sha, now.base_ref) != (request.head_sha, request.base_ref):
        raise Gone("superseded")
    return now


async def _look(client: Client, pull: Pull) -> PullRequest | None:
    try:
        answer = await client.get(routes.PULL, routes.values(pull))
    except NotFound as error:
        if error.status == 410:
            raise Gone("vanished") from None
        return None
    if answer.get("state") != "open":
        raise Gone("closed")
    return _request(pull, answer)


def _request(pull: Pull, answer: Mapping[str, Any]) -> PullRequest:
    base, head = answer["base"], answer["head"]
    repository = base["repo"]
    if repository["id"] != pull.repository_id:
        raise Gone("vanished")  # another repository has taken the name
    # The names of today, so that a renamed repository costs one redirect and not one on each request.
    named = replace(pull, owner=repository["owner"]["login"], repo=repository["name"])
    return PullRequest(
        pull=named,
        base_sha=base["sha"],
        base_ref=base["ref"],
        head_sha=head["sha"],
        author=(answer.get("user") or {}).get("login", ""),
        draft=bool(answer.get("draft")),
        locked=bool(answer.get("locked")),
        changed_files=answer.get("changed_files") or 0,
        web_url=answer.get("html_url") or "",
    )


async def _relation(client: Client, pull: Pull, ours: str, theirs: str) -> str:
    """Where GitHub's head stands to ours: ahead, behind or diverged; `unknown` while GitHub does not know ours."""
    try:
        return str((await compare(client, pull, ours, theirs)).get("status"))
    except Refused:
        return "unknown"


async def compare(client: Client, pull: Pull, base: str, head: str) -> Mapping[str, Any]:
    """How two commits relate. The second page is asked for, since the first carries every changed file."""
    where = routes.values(pull) | {"basehead": f"{base}...{head}", "per_page": "1", "page": "2"}
    answer: Mapping[str, Any] = await client.get(routes.COMPARE, where)
    return answer


async def changes(client: Client, request: PullRequest) -> tuple[Sequence[ChangedFile], Sequence[Skipped]]:
    """The changed files; and one entry that clouds the verdict when there are more than GitHub lists."""
    expected = min(request.changed_files, LISTED)
    items: list[Mapping[str, Any]] = []
    relisted = 0
    for number in range(1, LISTED // PAGE + 1):
        page = await _page(client, request.pull, number)
        for tens in sorted({n // SMALL_PAGE for n, item in enumerate(page) if _withheld(item)}):
            if relisted < RELISTED:
                relisted += 1
                small = await _list(client, request.pull, (number - 1) * (PAGE // SMALL_PAGE) + tens + 1, SMALL_PAGE)
                page[tens * SMALL_PAGE : (tens + 1) * SMALL_PAGE] = small
        items += page
        if len(page) < PAGE or len(items) >= expected:
            break
    reason = words.not_listed(LISTED, request.changed_files)
    unlisted = (Skipped("…", reason, clouds=True),) if request.changed_files > LISTED else ()
    return tuple(_changed(item) for item in items), unlisted


def _withheld(item: Mapping[str, Any]) -> bool:
    return item.get("patch") is None and 0 < item.get("additions", 0) + item.get("deletions", 0) <= LONG_CHANGE


async def _page(client: Client, pull: Pull, number: int) -> list[Mapping[str, Any]]:
    """A page of the listing; in small portions when GitHub cannot make the whole of it in its ten seconds."""
    try:
        return await _list(client, pull, number, PAGE)
    except (Unavailable, TooLarge):
        portions = PAGE // SMALL_PAGE
        items: list[Mapping[str, Any]] = []
        for portion in range(portions):
            items += await _list(client, pull, (number - 1) * portions + portion + 1, SMALL_PAGE)
            if len(items) < (portion + 1) * SMALL_PAGE:
                break
        return items


async def _list(client: Client, pull: Pull, page: int, size: int) -> list[Mapping[str, Any]]:
    return list(await client.get(routes.FILES, routes.values(pull) | {"per_page": str(size), "page": str(page)}))


def _changed(item: Mapping[str, Any]) -> ChangedFile:
    return ChangedFile(
        path=item["filename"],
        status=item["status"],
        patch=item.get("patch"),
        blob=item.get("sha"),
        previous_path=item.get("previous_filename"),
        additions=item.get("additions", 0),
        deletions=item.get("deletions", 0),
    )
