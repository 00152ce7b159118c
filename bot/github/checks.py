"""The check run of one head: begun once, completed once with all its annotations.

Annotations only ever append (docs.github.com/en/rest/checks/runs), so nothing here sends one twice: a run that has some is
completed as it is, or left behind for a new one of the same name, which GitHub then shows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.core import words
from bot.github import routes, standing
from bot.github.client import Client
from bot.github.errors import Forbidden, Invalid, Lost, NotFound, Refused
from bot.github.seal import Identity
from bot.model import Annotation, Check, Earlier, Pull, PullRequest
from bot.ports import Gone, Later

BATCH = 50
SETTLE = 2.0  # before we look whether a write with a lost answer has happened


async def begin(client: Client, request: PullRequest, earlier: Earlier, me: Identity) -> Earlier:
    """A run in progress, unless one stands already. Without one the review goes on: it is created at the end."""
    if me.app_id is None or earlier.check_id is not None:
        return earlier
    try:
        number = await _create(client, request, {"status": "in_progress"})
    except (Forbidden, Invalid):
        return earlier
    except Lost:
        await client.sleep(SETTLE)
        seen = await standing.look(client, request, me)
        if seen.check_id is not None:
            return replace(earlier, check_id=seen.check_id, check_status=seen.check_status, check_digest=seen.check_digest)
        number = await _create(client, request, {"status": "in_progress"})
    return replace(earlier, check_id=number, check_status="in_progress", check_digest="")


def stands(check: Check, earlier: Earlier) -> bool:
    """The completed run says this already."""
    return earlier.check_status == "completed" and earlier.check_digest == _digest(check)


async def complete(client: Client, request: PullRequest, check: Check, earlier: Earlier, me: Identity) -> None:
    """Complete the run that is in progress; where it cannot be used, create a completed one."""
    try:
        await _finish(client, request, check, earlier)
    except Invalid:
        if not check.annotations:
            raise
        # Whatever is wrong with one of them, the verdict and the list in the check's text still stand.
        await complete(client, request, replace(check, annotations=()), earlier, me)
    except Lost:
        await client.sleep(SETTLE)
        seen = await standing.look(client, request, me)
        if not stands(check, seen):
            await _finish(client, request, check, seen)


async def abandon(client: Client, request: PullRequest, earlier: Earlier) -> None:
    """The pull went on without us: leave no run in progress behind. As good as can be done, since nothing depends on it."""
    if earlier.check_id is None or earlier.check_status == "completed":
        return
    output = {"title": words.CHECK_CANCELLED, "summary": words.CHECK_CANCELLED}
    try:
        await _update(client, request, earlier.check_id, {"status": "completed", "conclusion": "cancelled", "output": output})
    except (Refused, Lost, Gone, Later):
        return


async def leave(client: Client, pull: Pull, number: int, reason: str) -> None:
    """End a run that nobody is at any more. One that is not there needs no end."""
    output = {"title": words.CHECK_LEFT, "summary": reason}
    data = {"status": "completed", "conclusion": "neutral", "output": output}
    try:
        await client.update(routes.CHECK_RUN, routes.values(pull) | {"check": str(number)}, data)
    except NotFound:
        return


async def pass_on(client: Client, pull: Pull, head: str, app_id: int) -> None:
    """Give a merge group's commit a completed run, unless it has one. A queue that requires our check waits until then."""
    if any(run.get("status") == "completed" for run in await _ours(client, pull, head, app_id)):
        return
    output = {"title": words.CHECK_QUEUED, "summary": words.CHECK_QUEUED_WHY}
    data = {"name": words.CHECK_NAME, "head_sha": head, "status": "completed", "conclusion": "neutral", "output": output}
    await client.create(routes.CHECK_RUNS, routes.values(pull), data)


async def pull_of(client: Client, repository: Pull, head: str, app_id: int) -> int | None:
    """The number that the newest of our runs at that commit carries. GitHub itself names no pull of a fork with a check."""
    for run in sorted(await _ours(client, repository, head, app_id), key=lambda run: int(run["id"]), reverse=True):
        where, _, rest = str(run.get("external_id")).partition("/")
        number, _, at = rest.partition("/")
        if (where, at) == (str(repository.repository_id), head) and number.isdecimal() and int(number):
            return int(number)
    return None


async def _ours(client: Client, pull: Pull, head: str, app_id: int) -> Sequence[Mapping[str, Any]]:
    where = {"owner": pull.owner, "repo": pull.repo, "ref": head, "check_name": words.CHECK_NAME, "app_id": str(app_id)}
    return (await client.get(routes.CHECKS_OF, where)).get("check_runs") or []


async def _finish(client: Client, request: PullRequest, check: Check, earlier: Earlier) -> None:
    """Only the last batch completes the run: a completed run has all its annotations, whatever died in between."""
    number = earlier.check_id if earlier.check_status != "completed" else None
    *early, last = _batches(check.annotations)
    for batch in early:
        number = await _say(client, request, number, {"status": "in_progress", "output": _output(check, batch)})
    final: dict[str, Any] = {"status": "completed", "conclusion": check.conclusion, "output": _output(check, last)}
    if check.actions:
        final["actions"] = [{"label": a.label, "description": a.description, "identifier": a.identifier} for a in check.actions]
    await _say(client, request, number, final)


async def _say(client: Client, request: PullRequest, number: int | None, data: Mapping[str, Any]) -> int:
    if number is not None:
        try:
            await _update(client, request, number, data)
        except NotFound:
            return await _create(client, request, data)
        return number
    return await _create(client, request, data)


async def _create(client: Client, request: PullRequest, data: Mapping[str, Any]) -> int:
    about = {
        "name": words.CHECK_NAME,
        "head_sha": request.head_sha,
        "external_id": standing.external_id(request.pull, request.head_sha),
    }
    made = await client.create(routes.CHECK_RUNS, routes.values(request.pull), {**about, **data})
    return int(made["id"])


async def _update(client: Client, request: PullRequest, number: int, data: Mapping[str, Any]) -> None:
    await client.update(routes.CHECK_RUN, routes.values(request.pull) | {"check": str(number)}, data)


def _batches(annotations: Sequence[Annotation]) -> list[Sequence[Annotation]]:
    """At least one, since also a run without annotations has to be completed."""
    return [annotations[n : n + BATCH] for n in range(0, max(len(annotations), 1), BATCH)]


def _output(check: Check, annotations: Sequence[Annotation]) -> dict[str, Any]:
    shown = [
        {
            "path": one.path,
            "start_line": one.start_line,
            "end_line": one.end_line,
            "annotation_level": one.level,
            "title": one.title,
            "message": one.message,
        }
        for one in annotations
    ]
    return {"title": check.title, "summary": check.summary} | ({"annotations": shown} if shown else {})


def _digest(check: Check) -> str:
    return standing.digest(check.conclusion, check.title, check.summary)
