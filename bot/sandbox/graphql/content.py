"""Repositories, their content and their checks."""

from typing import Any

from bot.sandbox.diff import is_binary
from bot.sandbox.git import SUBMODULE, Commit
from bot.sandbox.graphql.connections import Connection, connect
from bot.sandbox.graphql.types import Context, Object, Problem, actor, define, plain
from bot.sandbox.people import App
from bot.sandbox.repository import Pull, Repository
from bot.sandbox.shapes import web_url
from bot.sandbox.talk import Annotation, CheckRun, CheckSuite

TEXT_LIMIT = 512_000
"""Where `Blob.text` is cut, in bytes; `isTruncated` tells."""


def _pull_request(parent: Object, context: Context, number: int) -> Object:
    context.need("pull_requests=read")
    pull = parent.it.pulls.get(number)
    if pull is None or pull.vanished:
        raise Problem("NOT_FOUND", f"Could not resolve to a PullRequest with the number of {number}.")
    return Object("PullRequest", pull)


def _pull_requests(
    parent: Object,
    context: Context,
    states: Any = None,
    orderBy: Any = None,
    **page: Any,
) -> Connection:
    context.need("pull_requests=read")
    wanted = [states] if isinstance(states, str) else states
    pulls = [Object("PullRequest", pull) for pull in parent.it.pulls.values() if wanted is None or state(pull) in wanted]
    if orderBy is not None:
        by = {"CREATED_AT": "created_at", "UPDATED_AT": "updated_at"}[orderBy["field"]]
        pulls.sort(key=lambda found: (getattr(found.it, by), found.it.number), reverse=orderBy["direction"] == "DESC")
    return connect("pullRequests", pulls, item="PullRequest", **page)


def _object(parent: Object, context: Context, oid: str = "", expression: str = "") -> Object | None:
    """What `oid` or a `revision[:path]` names, None where nothing is."""
    context.need("contents=read")
    repository: Repository = parent.it
    revision, colon, path = (oid or expression).partition(":")
    if oid in repository.objects.blobs:
        return _blob(repository, repository.objects.blobs[oid], oid)
    if oid in repository.objects.trees:
        return Object("Tree", oid, repository)
    commit = repository.resolve(repository.default_branch if revision == "HEAD" else revision)
    if commit is None:
        return None
    return _at(repository, commit, path) if colon else Object("Commit", commit, repository)


def _at(repository: Repository, commit: Commit, path: str) -> Object | None:
    if path in commit.files:
        entry = commit.files[path]
        return None if entry.mode == SUBMODULE else _blob(repository, entry.data, entry.sha)
    tree: str | None = commit.tree
    for part in [part for part in path.strip("/").split("/") if part]:
        items = repository.objects.trees[tree] if tree else ()
        tree = next((item.sha for item in items if item.name == part and item.kind == "tree"), None)
    return Object("Tree", tree, repository) if tree else None


def _file(parent: Object, context: Context, path: str) -> Object | None:
    """The entry at a path of a commit, None where nothing is."""
    context.need("contents=read")
    folder, _, name = path.rpartition("/")
    found = _at(parent.home, parent.it, folder)
    items = parent.home.objects.trees[found.it] if found and found.type == "Tree" else ()
    return next((Object("TreeEntry", item, parent.home) for item in items if item.name == name), None)


def _blob(repository: Repository, data: bytes, oid: str) -> Object:
    return Object("Blob", (oid, data), repository)


def _text(blob: tuple[str, bytes]) -> str | None:
    return None if is_binary(blob[1]) else blob[1][:TEXT_LIMIT].decode("utf-8", "replace")


def _entries(parent: Object, context: Context) -> list[Object]:
    return [Object("TreeEntry", item, parent.home) for item in parent.home.objects.trees[parent.it]]


def _entry_object(parent: Object, context: Context) -> Object | None:
    repository, item = parent.home, parent.it
    if item.kind == "tree":
        return Object("Tree", item.sha, repository)
    return _blob(repository, repository.objects.blobs[item.sha], item.sha) if item.kind == "blob" else None


def _check_suites(parent: Object, context: Context, filterBy: Any = None, **page: Any) -> Connection:
    context.need("checks=read")
    wanted, repository = filterBy or {}, parent.home
    suites = [
        Object("CheckSuite", suite, repository)
        for suite in repository.suites
        if suite.head_sha == parent.it.sha
        and wanted.get("appId") in (None, suite.app.id)
        and (wanted.get("checkName") is None or any(run.name == wanted["checkName"] for run in _runs(repository, suite)))
    ]
    return connect("checkSuites", suites, item="CheckSuite", **page)


def _runs(repository: Repository, suite: CheckSuite) -> list[CheckRun]:
    return [run for run in repository.check_runs if run.suite is suite]


def _check_runs(parent: Object, context: Context, filterBy: Any = None, **page: Any) -> Connection:
    wanted = filterBy or {}
    runs = [
        run
        for run in _runs(parent.home, parent.it)
        if wanted.get("appId") in (None, run.app.id)
        and wanted.get("checkName") in (None, run.name)
        and wanted.get("status") in (None, run.status.upper())
    ]
    if wanted.get("checkType", "ALL") == "LATEST":
        runs = list({run.name: run for run in runs}.values())
    return connect("checkRuns", [Object("CheckRun", run, parent.home) for run in runs], item="CheckRun", **page)


def _suite_status(parent: Object, context: Context) -> str:
    """A suite that somebody asked to run again is queued until its app says something; its runs stay as they are."""
    runs = _runs(parent.home, parent.it)
    if parent.it.rerequested or not runs:
        return "QUEUED"
    return "COMPLETED" if all(run.status == "completed" for run in runs) else "IN_PROGRESS"


def _annotations(parent: Object, context: Context, **page: Any) -> Connection:
    made: list[Annotation] = parent.it.annotations
    return connect("annotations", [Object("CheckAnnotation", one) for one in made], item="CheckAnnotation", **page)


def state(pull: Pull) -> str:
    return "MERGED" if pull.merged_at else pull.state.upper()


def commit_of(repository: Repository, sha: str) -> Object:
    return Object("Commit", repository.objects.commits[sha], repository)


def _app(app: App) -> Object:
    return Object("App", app)


def _upper(text: str | None) -> str | None:
    return text.upper() if text else None


define(
    "App",
    plain(
        id=lambda it: f"A_kwDO{it.id:08x}",
        databaseId=lambda it: it.id,
        slug=lambda it: it.slug,
        name=lambda it: it.name,
        clientId=lambda it: it.client_id,
    ),
)
define(
    "Ref",
    plain(name=lambda it: it[1], target=lambda it: commit_of(it[0], it[2])),
)
define(
    "Repository",
    {
        **plain(
            id=lambda it: it.node_id,
            databaseId=lambda it: it.id,
            name=lambda it: it.name,
            nameWithOwner=lambda it: it.full_name,
            owner=lambda it: actor(it.owner),
            url=web_url,
            isPrivate=lambda it: it.private,
            isArchived=lambda it: it.archived,
            isFork=lambda it: it.parent is not None,
            defaultBranchRef=lambda it: Object("Ref", (it, it.default_branch, it.branches[it.default_branch])),
        ),
        "object": _object,
        "pullRequest": _pull_request,
        "pullRequests": _pull_requests,
    },
)
define(
    "Blob",
    plain(
        id=lambda it: f"B_{it[0][:20]}",
        oid=lambda it: it[0],
        abbreviatedOid=lambda it: it[0][:7],
        byteSize=lambda it: len(it[1]),
        isBinary=lambda it: is_binary(it[1]),
        isTruncated=lambda it: len(it[1]) > TEXT_LIMIT and not is_binary(it[1]),
        text=_text,
    ),
)
define(
    "Tree",
    {**plain(id=lambda it: f"T_{it[:20]}", oid=lambda it: it), "entries": _entries},
)
define(
    "TreeEntry",
    {
        **plain(
            name=lambda it: it.name,
            oid=lambda it: it.sha,
            type=lambda it: it.kind,
            mode=lambda it: int(it.mode, 8),
            size=lambda it: it.size or 0,
        ),
        "object": _entry_object,
    },
)
define(
    "Commit",
    {
        **plain(
            id=lambda it: f"C_{it.sha[:20]}",
            oid=lambda it: it.sha,
            abbreviatedOid=lambda it: it.sha[:7],
            message=lambda it: it.message,
            messageHeadline=lambda it: it.message.split("\n")[0],
            committedDate=lambda it: it.date,
            authoredDate=lambda it: it.date,
        ),
        "checkSuites": _check_suites,
        "tree": lambda parent, context: Object("Tree", parent.it.tree, parent.home),
        "file": _file,
    },
)
define(
    "CheckSuite",
    {
        **plain(
            id=lambda it: it.node_id, databaseId=lambda it: it.id, app=lambda it: _app(it.app), createdAt=lambda it: it.created_at
        ),
        "commit": lambda parent, context: commit_of(parent.home, parent.it.head_sha),
        "status": _suite_status,
        "checkRuns": _check_runs,
    },
)
define(
    "CheckRun",
    {
        **plain(
            id=lambda it: it.node_id,
            databaseId=lambda it: it.id,
            name=lambda it: it.name,
            status=lambda it: it.status.upper(),
            conclusion=lambda it: _upper(it.conclusion),
            externalId=lambda it: it.external_id or None,
            detailsUrl=lambda it: it.details_url or None,
            title=lambda it: it.title,
            summary=lambda it: it.summary,
            text=lambda it: it.text,
            startedAt=lambda it: it.started_at,
            completedAt=lambda it: it.completed_at,
        ),
        "url": lambda parent, context: f"{web_url(parent.home)}/runs/{parent.it.id}",
        "annotations": _annotations,
    },
)
define(
    "CheckAnnotation",
    plain(
        path=lambda it: it.path,
        title=lambda it: it.title,
        message=lambda it: it.message,
        annotationLevel=lambda it: it.annotation_level.upper(),
    ),
)
