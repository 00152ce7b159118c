"""A pull request and its conversation."""

from collections.abc import Callable
from typing import Any

from bot.sandbox.graphql.connections import Connection, connect
from bot.sandbox.graphql.content import commit_of, state
from bot.sandbox.graphql.types import Context, Object, Resolver, actor, define, login, plain
from bot.sandbox.operations import granted
from bot.sandbox.pull_shapes import association, html_url


def _comments(parent: Object, context: Context, orderBy: Any = None, **page: Any) -> Connection:
    said = [Object("IssueComment", comment, parent.it) for comment in parent.it.comments]
    return connect("comments", said, item="IssueComment", **page)


def _reviews(parent: Object, context: Context, states: Any = None, author: str | None = None, **page: Any) -> Connection:
    wanted = [states] if isinstance(states, str) else states
    found = [
        Object("PullRequestReview", review, parent.it)
        for review in parent.it.reviews
        if (wanted is None or review.state in wanted)
        and (author is None or login(review.user) == author.removesuffix("[bot]"))
        and (review.state != "PENDING" or context.is_me(review.user))
    ]
    return connect("reviews", found, item="PullRequestReview", **page)


def _threads(parent: Object, context: Context, **page: Any) -> Connection:
    found = [Object("PullRequestReviewThread", thread, parent.it) for thread in parent.it.threads]
    return connect("reviewThreads", found, item="PullRequestReviewThread", **page)


def _thread_comments(parent: Object, context: Context, **page: Any) -> Connection:
    said = [Object("PullRequestReviewComment", (parent.it, comment), parent.home) for comment in parent.it.comments]
    return connect("comments", said, item="PullRequestReviewComment", **page)


def _review_comments(parent: Object, context: Context, **page: Any) -> Connection:
    said = [
        Object("PullRequestReviewComment", (thread, comment), parent.home)
        for thread in parent.home.threads
        for comment in thread.comments
        if comment.review_id == parent.it.id
    ]
    return connect("comments", said, item="PullRequestReviewComment", **page)


def _files(parent: Object, context: Context, **page: Any) -> Connection:
    found = [Object("PullRequestChangedFile", file) for file in parent.it.files()]
    return connect("files", found, item="PullRequestChangedFile", **page)


def _commits(parent: Object, context: Context, **page: Any) -> Connection:
    repository = parent.it.repository
    found = [Object("PullRequestCommit", commit, repository) for commit in parent.it.commits]
    return connect("commits", found, item="PullRequestCommit", **page)


def _labels(parent: Object, context: Context, orderBy: Any = None, **page: Any) -> Connection:
    found = [Object("Label", name, parent.it) for name in parent.it.labels]
    return connect("labels", found, item="Label", **page)


def _base_ref(parent: Object, context: Context) -> Object | None:
    """The branch as it is now, None when it was deleted; `baseRefOid` stays what was recorded."""
    repository, name = parent.it.repository, parent.it.base_ref
    tip = repository.branches.get(name)
    return Object("Ref", (repository, name, tip)) if tip else None


def _spoken(kind: str, read: Callable[[Object], Any]) -> dict[str, Resolver]:
    """The fields that every kind of comment has; `read` takes the comment out of the walk's object."""
    fragment = {"IssueComment": "issuecomment-", "PullRequestReview": "pullrequestreview-"}.get(kind, "discussion_r")
    return {
        "id": lambda parent, context: read(parent).node_id,
        "databaseId": lambda parent, context: read(parent).id,
        "fullDatabaseId": lambda parent, context: str(read(parent).id),
        "body": lambda parent, context: read(parent).body,
        "bodyText": lambda parent, context: read(parent).body,
        "author": lambda parent, context: actor(read(parent).user),
        "authorAssociation": lambda parent, context: association(parent.home.repository, read(parent).user),
        "createdAt": lambda parent, context: read(parent).created_at,
        "updatedAt": lambda parent, context: getattr(read(parent), "updated_at", read(parent).created_at),
        "isMinimized": lambda parent, context: getattr(read(parent), "minimized", None) is not None,
        "minimizedReason": lambda parent, context: getattr(read(parent), "minimized", None),
        "viewerDidAuthor": lambda parent, context: context.is_me(read(parent).user),
        "viewerCanUpdate": lambda parent, context: context.is_me(read(parent).user),
        "viewerCanDelete": lambda parent, context: context.is_me(read(parent).user),
        "viewerCanMinimize": lambda parent, context: granted("pull_requests=write", context.token.permissions),
        "url": lambda parent, context: f"{html_url(parent.home)}#{fragment}{read(parent).id}",
        "pullRequest": lambda parent, context: Object("PullRequest", parent.home),
    }


def _now(name: str) -> Callable[[Any], Any]:
    """A field of a thread's present anchor; None once the thread is outdated."""
    return lambda thread: getattr(thread.now, name) if thread.now else None


def _of_thread(read: Callable[[Any], Any]) -> Resolver:
    """A field of the thread, asked of one of its comments."""
    return lambda parent, context: read(parent.it[0])


def _reply_to(parent: Object, context: Context) -> Object | None:
    thread, said = parent.it
    first = next((comment for comment in thread.comments if comment.id == said.in_reply_to), None)
    return Object("PullRequestReviewComment", (thread, first), parent.home) if first else None


def _may_resolve(parent: Object, context: Context) -> bool:
    return granted("contents=write,pull_requests=write", context.token.permissions)


define(
    "PullRequest",
    {
        **plain(
            id=lambda it: it.node_id,
            databaseId=lambda it: it.id,
            number=lambda it: it.number,
            title=lambda it: it.title,
            body=lambda it: it.body,
            url=html_url,
            state=state,
            closed=lambda it: it.state == "closed",
            merged=lambda it: it.merged_at is not None,
            isDraft=lambda it: it.draft,
            locked=lambda it: it.locked,
            author=lambda it: actor(it.author),
            headRefOid=lambda it: it.head_sha,
            headRefName=lambda it: it.head_ref,
            headRepository=lambda it: Object("Repository", it.head_repository) if it.head_repository else None,
            baseRefOid=lambda it: it.base_sha,
            baseRefName=lambda it: it.base_ref,
            baseRepository=lambda it: Object("Repository", it.repository),
            repository=lambda it: Object("Repository", it.repository),
            isCrossRepository=lambda it: it.head_repository is not it.repository,
            changedFiles=lambda it: len(it.files()),
            additions=lambda it: sum(file.additions for file in it.files()),
            deletions=lambda it: sum(file.deletions for file in it.files()),
            createdAt=lambda it: it.created_at,
            updatedAt=lambda it: it.updated_at,
        ),
        "viewerDidAuthor": lambda parent, context: context.is_me(parent.it.author),
        "comments": _comments,
        "reviews": _reviews,
        "reviewThreads": _threads,
        "files": _files,
        "commits": _commits,
        "labels": _labels,
        "baseRef": _base_ref,
    },
)
define("Label", plain(name=lambda it: it))
define(
    "PullRequestChangedFile",
    plain(
        path=lambda it: it.path,
        additions=lambda it: it.additions,
        deletions=lambda it: it.deletions,
        changeType=lambda it: {"removed": "DELETED"}.get(it.status, it.status.upper()),
    ),
)
define(
    "PullRequestCommit",
    {"commit": lambda parent, context: Object("Commit", parent.it, parent.home)},
)
define(
    "IssueComment",
    _spoken("IssueComment", lambda parent: parent.it),
)
define(
    "PullRequestReview",
    {
        **_spoken("PullRequestReview", lambda parent: parent.it),
        **plain(state=lambda it: it.state, submittedAt=lambda it: it.submitted_at),
        "commit": lambda parent, context: commit_of(parent.home.repository, parent.it.commit_id),
        "comments": _review_comments,
    },
)
define(
    "PullRequestReviewThread",
    {
        **plain(
            id=lambda it: it.node_id,
            path=lambda it: it.original.path,
            line=_now("line"),
            startLine=_now("start_line"),
            originalLine=lambda it: it.original.line,
            originalStartLine=lambda it: it.original.start_line,
            diffSide=lambda it: it.original.side,
            startDiffSide=lambda it: it.original.start_side,
            subjectType=lambda it: it.original.subject_type.upper(),
            isOutdated=lambda it: it.now is None,
            isResolved=lambda it: it.resolved_by is not None,
            isCollapsed=lambda it: it.resolved_by is not None or it.now is None,
            resolvedBy=lambda it: Object("User", it.resolved_by) if it.resolved_by else None,
        ),
        "viewerCanReply": lambda parent, context: granted("pull_requests=write", context.token.permissions),
        "viewerCanResolve": _may_resolve,
        "viewerCanUnresolve": _may_resolve,
        "comments": _thread_comments,
        "pullRequest": lambda parent, context: Object("PullRequest", parent.home),
    },
)
define(
    "PullRequestReviewComment",
    {
        **_spoken("PullRequestReviewComment", lambda parent: parent.it[1]),
        "path": _of_thread(lambda thread: thread.original.path),
        "line": _of_thread(_now("line")),
        "startLine": _of_thread(_now("start_line")),
        "originalLine": _of_thread(lambda thread: thread.original.line),
        "originalStartLine": _of_thread(lambda thread: thread.original.start_line),
        "outdated": _of_thread(lambda thread: thread.now is None),
        "subjectType": _of_thread(lambda thread: thread.original.subject_type.upper()),
        "diffHunk": _of_thread(lambda thread: thread.diff_hunk),
        "commit": lambda parent, context: commit_of(parent.home.repository, parent.it[0].commit),
        "originalCommit": lambda parent, context: commit_of(parent.home.repository, parent.it[0].original_commit),
        "replyTo": _reply_to,
        "pullRequestReview": lambda parent, context: Object(
            "PullRequestReview", parent.home.review(parent.it[1].review_id), parent.home
        ),
        "state": lambda parent, context: (
            "PENDING" if getattr(parent.home.review(parent.it[1].review_id), "state", "") == "PENDING" else "SUBMITTED"
        ),
    },
)
