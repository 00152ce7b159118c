"""What we said on the pull before: our summary, our inline comments, our check run. Ours is what GitHub says we wrote."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from bot.core.markdown import marks
from bot.core.words import CHECK_NAME
from bot.github import graph
from bot.github.client import Client
from bot.github.errors import NotFound
from bot.model import Earlier, PullRequest, Spoken

PAGE, SMALL_PAGE, PAGES = 100, 20, 30
COMMENTS, THREADS = "comments", "reviewThreads"
_OURS = "fullDatabaseId id body viewerDidAuthor"
_NODES = {
    COMMENTS: _OURS,
    # A thread's first comment may be ours; of the others only their authors' kind matters, not their length.
    THREADS: f"isResolved path first:comments(first:1){{nodes{{{_OURS} isMinimized}}}} "
    "all:comments(first:50){nodes{author{__typename}}}",
}
_RUN = "databaseId url status conclusion title summary externalId"


def part(request: PullRequest, app_id: int | None, size: int = PAGE) -> graph.Part:
    """The first page of everything. `app_id` None: we may not see checks."""
    talk = _talk({COMMENTS: None, THREADS: None}, request, size)
    if app_id is None:
        return talk
    app = f"appId:{app_id:d}"
    runs = f"checkRuns(first:50,filterBy:{{{app},checkName:$check,checkType:ALL}}){{nodes{{{_RUN}}}}}"
    suites = f"checkSuites(first:5,filterBy:{{{app}}}){{nodes{{status {runs}}}}}"
    variables = {"head": ("GitObjectID!", request.head_sha), "check": ("String!", CHECK_NAME)}
    return graph.Part(f"{talk.fields} head:object(oid:$head){{... on Commit{{{suites}}}}}", {**talk.variables, **variables})


async def look(client: Client, request: PullRequest, app_id: int | None, size: int = PAGE) -> Earlier:
    """All we said, in a query of its own."""
    first = await graph.ask(client, request.pull, [part(request, app_id, size)])
    return await complete(client, request, first, size)


async def complete(client: Client, request: PullRequest, first: Mapping[str, Any], size: int = PAGE) -> Earlier:
    """`first` is the answer to `part`; what it left over is asked for."""
    spoken: list[Spoken] = []
    earlier = Earlier()
    answer = first
    for _ in range(PAGES):
        talk = answer.get("pullRequest")
        if not isinstance(talk, dict):
            raise NotFound(404, ("pull request",))
        if earlier.summary_id is None:
            earlier = _with_summary(earlier, _nodes(talk, COMMENTS))
        for thread in _nodes(talk, THREADS):
            spoken += _spoken(thread)
        cursors = {name: cursor for name in _NODES if (cursor := _cursor(talk, name))}
        if not cursors:
            break
        answer = await graph.ask(client, request.pull, [_talk(cursors, request, size)])
    return _with_check(replace(earlier, spoken=tuple(spoken)), first.get("head"), external_id(request))


def external_id(request: PullRequest) -> str:
    """Names the pull on its check run: GitHub leaves `pull_requests` empty there when the head is a fork's."""
    return f"{request.pull.repository_id}/{request.pull.number}/{request.head_sha}"


def digest(conclusion: str, title: str, summary: str) -> str:
    """What a check run says, to tell whether it has to say something else."""
    said = "\0".join((conclusion.lower(), same(title), same(summary)))
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()


def same(text: str) -> str:
    """A text without the differences that a store of comments makes."""
    return text.replace("\r\n", "\n").strip()


def _talk(cursors: Mapping[str, str | None], request: PullRequest, size: int) -> graph.Part:
    """The next page of each connection named."""
    variables: dict[str, tuple[str, Any]] = {"number": ("Int!", request.pull.number)}
    fields = []
    for name, cursor in cursors.items():
        after = f",after:${name}" if cursor else ""
        if cursor:
            variables[name] = ("String!", cursor)
        fields.append(f"{name}(first:{size:d}{after}){{nodes{{{_NODES[name]}}}pageInfo{{hasNextPage endCursor}}}}")
    return graph.Part(f"pullRequest(number:$number){{{' '.join(fields)}}}", variables)


def _nodes(parent: Mapping[str, Any] | None, connection: str) -> list[Mapping[str, Any]]:
    found = ((parent or {}).get(connection) or {}).get("nodes") or []
    return [node for node in found if isinstance(node, dict)]


def _cursor(talk: Mapping[str, Any], connection: str) -> str | None:
    page = (talk.get(connection) or {}).get("pageInfo") or {}
    return page.get("endCursor") if page.get("hasNextPage") else None


def _with_summary(earlier: Earlier, comments: list[Mapping[str, Any]]) -> Earlier:
    for comment in comments:
        if comment["viewerDidAuthor"] and any(mark.kind == "summary" for mark in marks(comment["body"])):
            return replace(earlier, summary_id=int(comment["fullDatabaseId"]), summary_body=comment["body"])
    return earlier


def _spoken(thread: Mapping[str, Any]) -> Iterator[Spoken]:
    """Each finding that the comment names; nothing when somebody else began the thread."""
    first = next(iter(_nodes(thread, "first")), None)
    if first is None or not first["viewerDidAuthor"]:
        return
    kinds = [(comment.get("author") or {}).get("__typename") for comment in _nodes(thread, "all")]
    for mark in marks(first["body"]):
        if mark.kind == "finding" and "fp" in mark.fields:
            yield Spoken(
                fingerprint=mark.fields["fp"],
                comment_id=int(first["fullDatabaseId"]),
                node_id=first["id"],
                path=thread["path"],
                body=first["body"],
                answered=any(kind != "Bot" for kind in kinds),
                resolved=bool(thread["isResolved"] or first.get("isMinimized")),
            )


def _with_check(earlier: Earlier, head: Mapping[str, Any] | None, ours: str) -> Earlier:
    """The newest run for this very pull and head, unless it cannot be gone on with.

    A run is left behind when somebody asked for another (GitHub resets its suite and leaves the run to us), and when it was
    cut off among its annotations, which only ever append: in progress, and has a title.
    """
    runs = [
        (_run_id(run), run, suite.get("status")) for suite in _nodes(head, "checkSuites") for run in _nodes(suite, "checkRuns")
    ]
    runs = [entry for entry in runs if entry[0] and entry[1].get("externalId") == ours]
    if not runs:
        return earlier
    number, run, suite_status = max(runs, key=lambda entry: entry[0])
    completed = run.get("status") == "COMPLETED"
    if suite_status in ("QUEUED", "REQUESTED") if completed else run.get("title"):
        return earlier
    said = digest(str(run.get("conclusion")), run.get("title") or "", run.get("summary") or "") if completed else ""
    return replace(earlier, check_id=number, check_status="completed" if completed else "in_progress", check_digest=said)


def _run_id(run: Mapping[str, Any]) -> int:
    """GraphQL's Int ends at 2^31, and check runs have outgrown it; their page's address ends in the same number."""
    number = run.get("databaseId")
    tail = re.search(r"/(\d+)(?:\?.*)?$", str(run.get("url") or ""))
    return number if isinstance(number, int) and number > 0 else int(tail[1]) if tail else 0
