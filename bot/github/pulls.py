"""The pull request and its changed files.

The pull comes by GraphQL, because that brings the configuration at both its ends in the same request; its files by REST, because
only that has their patches.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.core import words
from bot.github import graph, routes
from bot.github.client import Client
from bot.github.config import files, texts, variables
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
_ABOUT = "author{__typename login} labels(first:100){nodes{name}}"
_FIELDS = f"state isDraft locked changedFiles url baseRefName baseRefOid headRefOid {_ABOUT}"


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


async def again(client: Client, request: PullRequest) -> None:
    """Raises Gone when there is no point in writing to the pull any more: it is closed, or has another diff by now."""
    insist(request, understood(request.pull, await graph.ask(client, request.pull, [part(request.pull)])))


def insist(request: PullRequest, now: PullRequest) -> None:
    """As `again`, of a pull that was just looked at."""
    if (now.head_sha, now.base_ref) != (request.head_sha, request.base_ref):
        raise Gone("superseded")


async def _look(client: Client, pull: Pull) -> PullRequest | None:
    try:
        return understood(pull, await graph.ask(client, pull, [part(pull, config=True)]))
    except NotFound:
        return None


def part(pull: Pull, config: bool = False) -> graph.Part:
    """The fields that `understood` reads; the configuration files at both ends of the pull when they are asked for.

    The base is its branch as it is now, since that is what holds there; the commit that GitHub recorded when the pull was last
    pushed to may be weeks old. The head's branch may be gone with its fork, its last commit is not.
    """
    commit = f"... on Commit{{oid {files()}}}" if config else ""
    ends = f"baseRef{{target{{{commit}}}}} commits(last:1){{nodes{{commit{{{commit}}}}}}}" if config else ""
    return graph.Part(
        f"databaseId name isPrivate owner{{login}} pullRequest(number:$number){{{_FIELDS} {ends}}}",
        {"number": ("Int!", pull.number)} | (variables() if config else {}),
    )


def understood(pull: Pull, answer: Mapping[str, Any]) -> PullRequest:
    """The pull in the answer to `part`. Raises Gone when it is closed, or when its repository is another one."""
    if answer.get("databaseId") != pull.repository_id:
        raise Gone("vanished")  # another repository has taken the name
    found = answer.get("pullRequest")
    if not isinstance(found, dict):
        raise NotFound(404, ("pull request",))
    if found["state"] != "OPEN":
        raise Gone("closed")
    base = (found.get("baseRef") or {}).get("target")
    head: Mapping[str, Any] = next((node["commit"] for node in graph.nodes(found, "commits")), {})
    return PullRequest(
        # The names of today, so that a renamed repository costs one redirect and not one on each request.
        pull=replace(pull, owner=answer["owner"]["login"], repo=answer["name"]),
        base_sha=found["baseRefOid"],
        base_ref=found["baseRefName"],
        head_sha=found["headRefOid"],
        author=_login(found.get("author")),
        draft=bool(found["isDraft"]),
        locked=bool(found["locked"]),
        changed_files=found["changedFiles"],
        web_url=found["url"],
        private=bool(answer["isPrivate"]),
        labels=tuple(label["name"] for label in (found.get("labels") or {}).get("nodes") or []),
        config=texts(base, head if head.get("oid") == found["headRefOid"] else None),
    )


def _login(author: Mapping[str, Any] | None) -> str:
    """As REST and people write it: GraphQL leaves out of a bot's login that it is one."""
    if author is None:
        return ""
    return f"{author['login']}[bot]" if author["__typename"] == "Bot" else str(author["login"])


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
