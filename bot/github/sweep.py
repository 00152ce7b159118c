"""What only a look around shows: deliveries that never came, and open pulls that nobody reviewed. `ports.Installations`."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.core import words
from bot.github import checks, graph, routes, standing
from bot.github.app import App, told
from bot.github.auth import Scope
from bot.github.client import Client
from bot.github.errors import Invalid, NotFound
from bot.model import CheckRun, Installation, OpenPull, Pull, Repository, Undelivered

PAGE, PULLS_PAGE = 100, 50
# Where a look ends, however much there is: 50,000 deliveries, 100,000 repositories or installations, 3,000 pulls.
MOST_DELIVERIES, MOST_PAGES, MOST_PULLS = 500, 1000, 60


class GitHubInstallations:
    """One for a process."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def undelivered(self, since: float) -> Sequence[Undelivered]:
        """Of one GUID any attempt may have come through, and GitHub's own filter leaves out those that met no server: so
        everything is read, and judged here (docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries)."""
        came: set[str] = set()
        missing: dict[str, Undelivered] = {}
        with told():
            async for attempt in self._attempts(since):
                guid = str(attempt["guid"])
                if attempt.get("status") == "OK" or 200 <= attempt.get("status_code", 0) < 300:
                    came.add(guid)
                    missing.pop(guid, None)
                elif guid not in came and guid not in missing:
                    missing[guid] = _undelivered(attempt)
        return sorted(missing.values(), key=lambda one: (one.at, one.guid))

    async def redeliver(self, attempt: int) -> None:
        with told():
            try:
                await self._app.itself().create(routes.ATTEMPTS, {"delivery": str(attempt)}, {})
            except (NotFound, Invalid):
                return

    async def installations(self) -> Sequence[Installation]:
        with told():
            found = [one async for one in _listed(self._app.itself(), routes.INSTALLATIONS)]
        return tuple(Installation(i["id"], (i.get("account") or {}).get("login", ""), bool(i.get("suspended_at"))) for i in found)

    async def repositories(self, installation: int) -> Sequence[Repository]:
        client = self._app.client(Scope(installation))
        with told():
            found = [one async for one in _listed(client, routes.REPOSITORIES, "repositories")]
        return tuple(Repository(installation, r["id"], r["owner"]["login"], r["name"], bool(r.get("archived"))) for r in found)

    async def open_pulls(self, repository: Repository) -> Sequence[OpenPull]:
        scope = Scope(repository.installation)
        client = self._app.client(scope)
        found: list[OpenPull] = []
        with told():
            app_id, cursor = await self._app.checks(scope, "read"), None
            for _ in range(MOST_PULLS):
                answer = await graph.ask(client, repository, [_pulls(app_id, cursor)])
                if answer["databaseId"] != repository.id:
                    raise NotFound(404, ("another repository has taken the name",))
                found += [_open(repository, node, app_id) for node in graph.nodes(answer, "pullRequests")]
                cursor = graph.cursor(answer, "pullRequests")
                if cursor is None:
                    break
        return tuple(found)

    async def leave(self, pull: Pull, check: CheckRun, reason: str) -> None:
        with told():
            await checks.leave(self._app.client(pull), pull, check.id, reason)

    async def _attempts(self, since: float) -> AsyncIterator[Mapping[str, Any]]:
        """Newest first, as GitHub lists them."""
        client, cursor = self._app.itself(), ""
        for _ in range(MOST_DELIVERIES):
            values = {"per_page": str(PAGE)} | ({"cursor": cursor} if cursor else {})
            page, cursor = await client.page(routes.DELIVERIES, values)
            for attempt in page:
                if _time(attempt.get("delivered_at")) < since:
                    return
                yield attempt
            if not cursor:
                return


async def _listed(client: Client, route: str, envelope: str = "") -> AsyncIterator[Mapping[str, Any]]:
    for number in range(1, MOST_PAGES + 1):
        answer = await client.get(route, {"per_page": str(PAGE), "page": str(number)})
        page = answer[envelope] if envelope else answer
        for one in page:
            yield one
        if len(page) < PAGE:
            return


def _undelivered(attempt: Mapping[str, Any]) -> Undelivered:
    return Undelivered(
        guid=str(attempt["guid"]),
        attempt=attempt["id"],
        at=_time(attempt.get("delivered_at")),
        event=str(attempt.get("event")),
        installation=attempt.get("installation_id"),
    )


def _pulls(app_id: int | None, cursor: str | None) -> graph.Part:
    variables: dict[str, tuple[str, Any]] = {"after": ("String", cursor)}
    runs = ""
    if app_id is not None:
        runs = f"commits(last:1){{nodes{{commit{{oid {standing.suites(app_id)}}}}}}}"
        variables["check"] = ("String!", words.CHECK_NAME)
    order = "orderBy:{field:UPDATED_AT,direction:DESC}"
    return graph.Part(
        f"databaseId pullRequests(states:OPEN,first:{PULLS_PAGE},after:$after,{order})"
        f"{{nodes{{number headRefOid isDraft updatedAt {runs}}}pageInfo{{hasNextPage endCursor}}}}",
        variables,
    )


def _open(repository: Repository, node: Mapping[str, Any], app_id: int | None) -> OpenPull:
    pull = Pull(repository.installation, repository.id, repository.owner, repository.name, node["number"])
    head = str(node["headRefOid"])
    commits = [c["commit"] for c in graph.nodes(node, "commits") if c["commit"]["oid"] == head]
    runs = [run for commit in commits for _, run in standing.runs(commit, standing.external_id(pull, head))]
    return OpenPull(
        pull=pull,
        head=head,
        draft=bool(node["isDraft"]),
        updated=_time(node["updatedAt"]),
        checks=None
        if app_id is None
        else tuple(CheckRun(standing.run_id(r), r["status"] == "COMPLETED", _time(r.get("startedAt"))) for r in runs),
    )


def _time(text: str | None) -> float:
    """Seconds since the epoch, 0 for no time."""
    return datetime.fromisoformat(text).timestamp() if text else 0.0
