"""Issue comments, single review comments by their id, and reactions on both."""

from bot.sandbox import payloads, pull_shapes, shapes
from bot.sandbox.anchors import TOO_LONG
from bot.sandbox.errors import BODY_LIMIT, Refused, invalid_field, invalid_review, locked, not_found, too_long
from bot.sandbox.operations import Call, Reply, operation
from bot.sandbox.people import Account
from bot.sandbox.repository import Pull
from bot.sandbox.talk import IssueComment, Reaction, ReviewComment, Thread

REACTIONS = ("+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes")
# The documentation names issues *or* pull_requests for comments on a pull's conversation. What counts on a pull is
# pull_requests: issues=write with pull_requests=read is refused (github/rest-api-description#6994, github/docs#43843).
_READ, _WRITE = "pull_requests=read", "pull_requests=write"


@operation("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", _READ)
def list_issue_comments(call: Call) -> Reply:
    pull = call.pull("issue_number")
    since = call.query.get("since", "")
    shown = [comment for comment in pull.comments if comment.updated_at >= since]
    return call.page(shown, lambda comment: pull_shapes.issue_comment(pull, comment))


@operation("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", _WRITE)
def create_issue_comment(call: Call) -> Reply:
    pull = call.pull("issue_number")
    if pull.locked:
        raise locked()
    made = pull.comment("", _body(call), call.app)
    call.announce(payloads.issue_comment(pull, made))
    return Reply(pull_shapes.issue_comment(pull, made), 201)


@operation("GET /repos/{owner}/{repo}/issues/comments/{comment_id}", _READ)
def get_issue_comment(call: Call) -> Reply:
    return Reply(pull_shapes.issue_comment(*_issue_comment(call)))


@operation("PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}", _WRITE)
def update_issue_comment(call: Call) -> Reply:
    pull, comment = _issue_comment(call)
    if pull.locked:
        raise locked()
    _own(call, comment.user)
    comment.body, comment.updated_at = _body(call), call.world.stamp()
    call.announce(payloads.issue_comment(pull, comment, "edited"))
    return Reply(pull_shapes.issue_comment(pull, comment))


@operation("DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}", _WRITE)
def delete_issue_comment(call: Call) -> Reply:
    pull, comment = _issue_comment(call)
    _own(call, comment.user)
    pull.comments.remove(comment)
    return Reply(status=204)


@operation("POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions", _WRITE)
def react_to_issue_comment(call: Call) -> Reply:
    return _react(call, _issue_comment(call)[1])


@operation("GET /repos/{owner}/{repo}/pulls/comments/{comment_id}", _READ)
def get_review_comment(call: Call) -> Reply:
    return Reply(pull_shapes.review_comment(*_review_comment(call)))


@operation("PATCH /repos/{owner}/{repo}/pulls/comments/{comment_id}", _WRITE)
def update_review_comment(call: Call) -> Reply:
    pull, thread, comment = _review_comment(call)
    _own(call, comment.user)
    body = call.fields.get("body")
    if not isinstance(body, str) or not body.strip():
        raise invalid_field("PullRequestReviewComment", "body", "missing_field")
    if len(body) > BODY_LIMIT:
        raise invalid_review(TOO_LONG)
    comment.body, comment.updated_at = body, call.world.stamp()
    return Reply(pull_shapes.review_comment(pull, thread, comment))


@operation("DELETE /repos/{owner}/{repo}/pulls/comments/{comment_id}", _WRITE)
def delete_review_comment(call: Call) -> Reply:
    pull, thread, comment = _review_comment(call)
    _own(call, comment.user)
    thread.comments.remove(comment)
    if not thread.comments:
        pull.threads.remove(thread)
    return Reply(status=204)


@operation("POST /repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions", _WRITE)
def react_to_review_comment(call: Call) -> Reply:
    return _react(call, _review_comment(call)[2])


def _body(call: Call) -> str:
    body = call.fields.get("body")
    if not isinstance(body, str) or not body.strip():
        raise invalid_field("IssueComment", "data", "unprocessable", "Body cannot be blank")
    if len(body) > BODY_LIMIT:
        raise too_long("IssueComment")
    return body


def _own(call: Call, author: Account) -> None:
    """An app edits and deletes what its own bot wrote."""
    if author.id != call.app.bot.id:
        raise Refused(403, "Resource not accessible by integration")


def _issue_comment(call: Call) -> tuple[Pull, IssueComment]:
    wanted = call.number("comment_id")
    for pull in call.repository.pulls.values():
        for comment in pull.comments:
            if comment.id == wanted:
                return pull, comment
    raise not_found()


def _review_comment(call: Call) -> tuple[Pull, Thread, ReviewComment]:
    wanted = call.number("comment_id")
    for pull in call.repository.pulls.values():
        for thread, comment in pull.review_comments:
            if comment.id == wanted:
                return pull, thread, comment
    raise not_found()


def _react(call: Call, target: IssueComment | ReviewComment) -> Reply:
    """201 for a new reaction, 200 for one that was there already."""
    content = call.fields.get("content")
    if content not in REACTIONS:
        raise invalid_field("Reaction", "content", "invalid")
    for known in target.reactions:
        if (known.user.id, known.content) == (call.app.bot.id, content):
            return Reply(shapes.reaction(call.world, known))
    made = Reaction(call.world.next_id(), call.app.bot, content, call.world.stamp())
    target.reactions.append(made)
    return Reply(shapes.reaction(call.world, made), 201)
