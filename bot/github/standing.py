"""What we said on the pull before: our summary, our inline comments, our check run. Ours is what GitHub says we wrote."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from bot.core.markdown import marks
from bot.core.words import CHECK_NAME
from bot.github import graph, pulls
from bot.github.client import Client
from bot.github.errors import NotFound, TooLarge, Unavailable
from bot.github.seal import Identity, Seal
from bot.model import Earlier, Pull, PullRequest, Spoken

PAGE, SMALL_PAGE, PAGES = 100, 20, 30
COMMENTS, THREADS = "comments", "reviewThreads"
FINDING, FIXED, KEPT = "finding", "fixed", "kept"  # an inline comment whose finding stands, is gone, is kept back
_OURS = "fullDatabaseId id body viewerDidAuthor"
_NODES = {
    COMMENTS: _OURS,
    # A thread's first comment may be ours; of the others only their authors' kind matters, not their length.
    THREADS: f"isResolved line path first:comments(first:1){{nodes{{{_OURS} isMinimized}}}} "
    "all:comments(first:50){nodes{author{__typename}}}",
}
_RUN = "databaseId url status conclusion title summary externalId startedAt"
_FIRST: Mapping[str, str | None] = {COMMENTS: None, THREADS: None}


def part(request: PullRequest, me: Identity, size: int = PAGE) -> graph.Part:
    """The first page of everything."""
    talk = _talk(_FIRST, request.pull, size)
    if me.app_id is None:
        return talk
    variables = {"head": ("GitObjectID!", request.head_sha), "check": ("String!", CHECK_NAME)}
    head = f"head:object(oid:$head){{... on Commit{{{suites(me.app_id)}}}}}"
    return graph.Part(f"{talk.fields} {head}", {**talk.variables, **variables})


def suites(app_id: int) -> str:
    """The fields of a commit that bring the runs of our check; $check is its name."""
    app = f"appId:{app_id:d}"
    runs = f"checkRuns(first:50,filterBy:{{{app},checkName:$check,checkType:ALL}}){{nodes{{{_RUN}}}}}"
    return f"checkSuites(first:5,filterBy:{{{app}}}){{nodes{{status {runs}}}}}"


async def look(client: Client, request: PullRequest, me: Identity, size: int = PAGE) -> Earlier:
    """All we said, in a query of its own."""
    return await complete(client, request, await graph.ask(client, request.pull, [part(request, me, size)]), me, size)


async def again(client: Client, request: PullRequest, me: Identity) -> tuple[PullRequest, Earlier]:
    """The pull and all we said, in one look. Raises Gone when there is no point in writing to the pull any more."""
    try:
        answer = await graph.ask(client, request.pull, [pulls.part(request.pull), part(request, me)])
    except (Unavailable, TooLarge):
        answer = await graph.ask(client, request.pull, [pulls.part(request.pull), part(request, me, SMALL_PAGE)])
    now = pulls.understood(request.pull, answer)
    pulls.insist(request, now)
    return now, await complete(client, request, answer, me)


async def complete(client: Client, request: PullRequest, first: Mapping[str, Any], me: Identity, size: int = PAGE) -> Earlier:
    """`first` is the answer to `part`; what it left over is asked for."""
    earlier = await _heard(client, request.pull, first, me.seal, size)
    return _with_check(earlier, first.get("head"), external_id(request.pull, request.head_sha))


async def said(client: Client, pull: Pull, seal: Seal) -> Earlier:
    """Our comments alone."""
    return await _heard(client, pull, await graph.ask(client, pull, [_talk(_FIRST, pull, PAGE)]), seal, PAGE)


async def _heard(client: Client, pull: Pull, first: Mapping[str, Any], seal: Seal, size: int) -> Earlier:
    found: list[tuple[str, Spoken]] = []
    earlier, answer = Earlier(), first
    for _ in range(PAGES):
        talk = answer.get("pullRequest")
        if not isinstance(talk, dict):
            raise NotFound(404, ("pull request",))
        if earlier.summary_id is None:
            earlier = _with_summary(earlier, graph.nodes(talk, COMMENTS), pull, seal)
        for thread in graph.nodes(talk, THREADS):
            found += _findings(thread, pull, seal)
        cursors = {name: cursor for name in _NODES if (cursor := graph.cursor(talk, name))}
        if not cursors:
            break
        answer = await graph.ask(client, pull, [_talk(cursors, pull, size)])
    spoken, retired = (tuple(one for kind, one in found if (kind == FINDING) is stands) for stands in (True, False))
    return replace(earlier, spoken=spoken, retired=retired)


def external_id(pull: Pull, head: str) -> str:
    """Names the pull on its check run: GitHub leaves `pull_requests` empty there when the head is a fork's."""
    return f"{pull.repository_id}/{pull.number}/{head}"


def digest(conclusion: str, title: str, summary: str) -> str:
    """What a check run says, to tell whether it has to say something else."""
    said = "\0".join((conclusion.lower(), same(title), same(summary)))
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()


def same(text: str) -> str:
    """A text without the differences that a store of comments makes."""
    return text.replace("\r\n", "\n").strip()


def _talk(cursors: Mapping[str, str | None], pull: Pull, size: int) -> graph.Part:
    """The next page of each connection named."""
    variables: dict[str, tuple[str, Any]] = {"number": ("Int!", pull.number)}
    fields = []
    for name, cursor in cursors.items():
        after = f",after:${name}" if cursor else ""
        if cursor:
            variables[name] = ("String!", cursor)
        fields.append(f"{name}(first:{size:d}{after}){{nodes{{{_NODES[name]}}}pageInfo{{hasNextPage endCursor}}}}")
    return graph.Part(f"pullRequest(number:$number){{{' '.join(fields)}}}", variables)


def _with_summary(earlier: Earlier, comments: list[Mapping[str, Any]], pull: Pull, seal: Seal) -> Earlier:
    """The first of ours. One whose markers somebody changed is still ours to write anew, and says nothing until then."""
    for comment in comments:
        if comment["viewerDidAuthor"] and any(mark.kind == "summary" for mark in marks(comment["body"])):
            body = seal.open(comment["body"], pull) or ""
            return replace(earlier, summary_id=int(comment["fullDatabaseId"]), summary_body=body)
    return earlier


def _findings(thread: Mapping[str, Any], pull: Pull, seal: Seal) -> Iterator[tuple[str, Spoken]]:
    """Each finding that the comment names, and by which marker; nothing when it is not ours, or not as we wrote it."""
    first = next(iter(graph.nodes(thread, "first")), None)
    body = seal.open(first["body"], pull) if first and first["viewerDidAuthor"] else None
    if first is None or body is None:
        return
    kinds = [(comment.get("author") or {}).get("__typename") for comment in graph.nodes(thread, "all")]
    for mark in marks(body):
        if mark.kind in (FINDING, FIXED, KEPT) and "fp" in mark.fields:
            # Whoever hides or resolves a comment is done with it; those whose finding is not said any more we hide ourselves.
            hidden = bool(first.get("isMinimized")) and mark.kind == FINDING
            yield (
                mark.kind,
                Spoken(
                    fingerprint=mark.fields["fp"],
                    comment_id=int(first["fullDatabaseId"]),
                    node_id=first["id"],
                    path=thread["path"],
                    body=body,
                    answered=any(kind != "Bot" for kind in kinds),
                    resolved=bool(thread["isResolved"]) or hidden,
                    line=thread.get("line"),
                    kept=mark.kind == KEPT,
                ),
            )


def _with_check(earlier: Earlier, head: Mapping[str, Any] | None, ours: str) -> Earlier:
    """The newest run for this very pull and head, unless it cannot be gone on with.

    A run is left behind when somebody asked for another (GitHub resets its suite and leaves the run to us), and when it was
    cut off among its annotations, which only ever append: in progress, and has a title.
    """
    found = runs(head, ours)
    if not found:
        return earlier
    suite_status, run = max(found, key=lambda entry: run_id(entry[1]))
    completed = run.get("status") == "COMPLETED"
    if suite_status in ("QUEUED", "REQUESTED") if completed else run.get("title"):
        return earlier
    said = digest(str(run.get("conclusion")), run.get("title") or "", run.get("summary") or "") if completed else ""
    return replace(earlier, check_id=run_id(run), check_status="completed" if completed else "in_progress", check_digest=said)


def runs(commit: Mapping[str, Any] | None, ours: str) -> list[tuple[str, Mapping[str, Any]]]:
    """The runs with that external id among the answer to `suites`, each with its suite's status."""
    found = [(str(s.get("status")), run) for s in graph.nodes(commit, "checkSuites") for run in graph.nodes(s, "checkRuns")]
    return [(status, run) for status, run in found if run_id(run) and run.get("externalId") == ours]


def run_id(run: Mapping[str, Any]) -> int:
    """GraphQL's Int ends at 2^31, and check runs have outgrown it; their page's address ends in the same number."""
    number = run.get("databaseId")
    tail = re.search(r"/(\d+)(?:\?.*)?$", str(run.get("url") or ""))
    return number if isinstance(number, int) and number > 0 else int(tail[1]) if tail else 0
