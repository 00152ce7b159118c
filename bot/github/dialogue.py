"""Talking with people on a pull: `ports.Dialogue`."""

from dataclasses import replace

from bot.core.markdown import clip, mark, marks
from bot.github import checks, graph, routes, standing
from bot.github.app import App, told
from bot.github.client import Client
from bot.github.errors import Lost, NotFound, Refused
from bot.model import Place, Pull, Spoken
from bot.ports import Later

ROLES = frozenset({"none", "read", "triage", "write", "maintain", "admin"})
# An answer follows its question, so it is among the last. GitHub makes a review of each comment in a thread.
_LAST = (
    "pullRequest(number:$number){comments(last:100){nodes{viewerDidAuthor body}} "
    "reviews(last:100){nodes{comments(last:1){nodes{viewerDidAuthor body}}}}}"
)


class GitHubDialogue:
    """One for a process."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def permission(self, pull: Pull, login: str) -> str:
        """GitHub names the role, which an organisation may have made up; then the permission it is made from counts."""
        with told():
            try:
                answer = await self._app.client(pull).get(routes.PERMISSION, routes.values(pull) | {"login": login})
            except NotFound:
                return "none"
        role, permission = str(answer.get("role_name")), str(answer.get("permission"))
        return role if role in ROLES else permission if permission in ROLES else "none"

    async def react(self, pull: Pull, place: Place, reaction: str) -> None:
        route = routes.REACTIONS if place.thread is None else routes.THREAD_REACTIONS
        where = routes.values(pull) | {"comment": str(place.comment)}
        try:
            await self._app.client(pull).create(route, where, {"content": reaction})
        except (Refused, Lost, Later):
            return

    async def answer(self, pull: Pull, place: Place, text: str) -> None:
        client = self._app.client(pull)
        body = self._app.seal.close(clip(text, mark("answer", to=str(place.comment))), pull)
        with told():
            if await self._answered(client, pull, place):
                return
            try:
                await self._say(client, pull, place, body)
            except Lost:
                await client.sleep(checks.SETTLE)
                if not await self._answered(client, pull, place):
                    await self._say(client, pull, place, body)

    async def thread_of(self, pull: Pull, comment_id: int) -> tuple[Spoken, ...]:
        with told():
            earlier = await standing.said(self._app.client(pull), pull, self._app.seal)
        return tuple(s for s in (*earlier.spoken, *earlier.retired) if s.comment_id == comment_id)

    async def pull_of(self, repository: Pull, head: str) -> Pull | None:
        with told():
            number = await checks.pull_of(self._app.client(repository), repository, head, self._app.app_id)
        return None if number is None else replace(repository, number=number)

    async def pass_on(self, pull: Pull, head: str) -> None:
        client = self._app.client(pull)
        with told():
            await checks.pass_on(client, pull, head, self._app.app_id)

    async def _answered(self, client: Client, pull: Pull, place: Place) -> bool:
        found = (await graph.ask(client, pull, [graph.Part(_LAST, {"number": ("Int!", pull.number)})])).get("pullRequest") or {}
        talk = [*graph.nodes(found, "comments"), *(c for r in graph.nodes(found, "reviews") for c in graph.nodes(r, "comments"))]
        ours = (m for c in talk if c["viewerDidAuthor"] for m in marks(self._app.seal.open(c["body"], pull) or ""))
        return any(m.kind == "answer" and m.fields.get("to") == str(place.comment) for m in ours)

    async def _say(self, client: Client, pull: Pull, place: Place, body: str) -> None:
        """Nothing, where GitHub does not let us: a lock, a permission not granted, a comment deleted meanwhile."""
        where = routes.values(pull)
        try:
            if place.thread is None:
                await client.create(routes.ISSUE_COMMENTS, where, {"body": body})
            else:
                await client.create(routes.REPLIES, where | {"comment": str(place.thread)}, {"body": body})
        except Refused:
            return
