"""The entry points: queries by name or node id, and the mutations a review bot may try."""

from typing import Any

from bot.sandbox.graphql.types import Context, Object, Problem, define, plain
from bot.sandbox.people import Account
from bot.sandbox.repository import Repository


def _repository(parent: Object, context: Context, owner: str, name: str, followRenames: bool = True) -> Object:
    found, moved = context.world.find(owner, name)
    if found is None or not context.sees(found) or (moved and not followRenames):
        raise Problem("NOT_FOUND", f"Could not resolve to a Repository with the name '{owner}/{name}'.")
    return Object("Repository", found)


def _node(parent: Object, context: Context, id: str) -> Object:
    for repository in context.world.repositories.values():
        if not context.sees(repository):
            continue
        if repository.node_id == id:
            return Object("Repository", repository)
        for found in _nodes_of(repository):
            if _comment(found).node_id == id:
                return found
    raise Problem("NOT_FOUND", f"Could not resolve to a node with the global id of '{id}'")


def _comment(found: Object) -> Any:
    """The thing itself: a review comment walks together with its thread."""
    return found.it[1] if found.type == "PullRequestReviewComment" else found.it


def _nodes_of(repository: Repository) -> list[Object]:
    found: list[Object] = [Object("CheckRun", run, repository) for run in repository.check_runs]
    for pull in repository.pulls.values():
        found.append(Object("PullRequest", pull))
        found += [Object("IssueComment", comment, pull) for comment in pull.comments]
        found += [Object("PullRequestReview", review, pull) for review in pull.reviews]
        found += [Object("PullRequestReviewThread", thread, pull) for thread in pull.threads]
        found += [Object("PullRequestReviewComment", (thread, said), pull) for thread in pull.threads for said in thread.comments]
    return found


def _rate_limit(parent: Object, context: Context, dryRun: bool = False) -> Object:
    return Object("RateLimit", context.world.limits.shape("graphql"))


CLASSIFIERS = {"ABUSE", "DUPLICATE", "LOW_QUALITY", "OFF_TOPIC", "OUTDATED", "RESOLVED", "SPAM"}


def _minimize(parent: Object, context: Context, input: Any) -> Object:
    """Needs pull_requests:write for anything on a pull; issues:write does not count (dotnet/maui#36021)."""
    if input.get("classifier") not in CLASSIFIERS:
        raise Problem("INVALID", f"{input.get('classifier')} is not a ReportedContentClassifiers.")
    return _set_minimized(context, input, input["classifier"].lower().replace("_", "-"), "MinimizeCommentPayload")


def _unminimize(parent: Object, context: Context, input: Any) -> Object:
    return _set_minimized(context, input, None, "UnminimizeCommentPayload")


def _set_minimized(context: Context, given: Any, reason: str | None, payload: str) -> Object:
    found = _node(Object("Mutation", None), context, given["subjectId"])
    if found.type not in ("IssueComment", "PullRequestReviewComment", "PullRequestReview"):
        raise Problem("NOT_FOUND", f"Could not resolve to a node with the global id of '{given['subjectId']}'")
    context.need("pull_requests=write")
    _comment(found).minimized = reason
    return Object(payload, found)


def _resolve(parent: Object, context: Context, input: Any) -> Object:
    """Needs contents:write beside pull_requests:write, which is nowhere documented (github/gh-aw#35726)."""
    return _set_resolved(context, input, context.token.installation.app.bot, "ResolveReviewThreadPayload")


def _unresolve(parent: Object, context: Context, input: Any) -> Object:
    return _set_resolved(context, input, None, "UnresolveReviewThreadPayload")


def _set_resolved(context: Context, given: Any, by: Account | None, payload: str) -> Object:
    found = _node(Object("Mutation", None), context, given["threadId"])
    if found.type != "PullRequestReviewThread":
        raise Problem("NOT_FOUND", f"Could not resolve to a node with the global id of '{given['threadId']}'")
    context.need("contents=write,pull_requests=write")
    found.it.resolved_by = by
    return Object(payload, found)


define(
    "Query",
    {
        "repository": _repository,
        "node": _node,
        "nodes": lambda parent, context, ids: [_node(parent, context, id_) for id_ in ids],
        "rateLimit": _rate_limit,
        "viewer": lambda parent, context: Object("User", context.token.installation.app.bot),
    },
)
define(
    "Mutation",
    {
        "minimizeComment": _minimize,
        "unminimizeComment": _unminimize,
        "resolveReviewThread": _resolve,
        "unresolveReviewThread": _unresolve,
    },
)
define(
    "MinimizeCommentPayload",
    plain(minimizedComment=lambda it: it, clientMutationId=lambda it: None),
)
define(
    "UnminimizeCommentPayload",
    plain(unminimizedComment=lambda it: it, clientMutationId=lambda it: None),
)
define(
    "ResolveReviewThreadPayload",
    plain(thread=lambda it: it, clientMutationId=lambda it: None),
)
define(
    "UnresolveReviewThreadPayload",
    plain(thread=lambda it: it, clientMutationId=lambda it: None),
)
define(
    "RateLimit",
    plain(
        limit=lambda it: it["limit"],
        remaining=lambda it: it["remaining"],
        used=lambda it: it["used"],
        cost=lambda it: 1,
        nodeCount=lambda it: 0,
    ),
)
