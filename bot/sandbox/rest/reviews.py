"""Reviews and their comments: all or nothing, one pending review per author, anchors inside the diff."""

from typing import Any

from bot.sandbox import payloads, pull_shapes
from bot.sandbox.anchors import TOO_LONG, as_objects, check_comment, check_commit
from bot.sandbox.errors import BODY_LIMIT, Refused, invalid_field, invalid_review, not_found
from bot.sandbox.operations import Call, Reply, operation
from bot.sandbox.repository import Pull
from bot.sandbox.talk import Review, ReviewComment, Thread

STATES = {"COMMENT": "COMMENTED", "APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED"}
_REVIEW = "/repos/{owner}/{repo}/pulls/{pull_number}/reviews"


@operation(f"GET {_REVIEW}", "pull_requests=read")
def list_reviews(call: Call) -> Reply:
    pull = call.pull()
    visible = [review for review in pull.reviews if review.state != "PENDING" or review.user.id == call.app.bot.id]
    return call.page(visible, lambda review: pull_shapes.review(pull, review))


@operation(f"POST {_REVIEW}", "pull_requests=write")
def create_review(call: Call) -> Reply:
    pull, fields, me = call.pull(), call.fields, call.app.bot
    _unlocked(pull)
    if pull.pending_review(me) is not None:
        raise invalid_review("User can only have one pending review per pull request")
    event, body = fields.get("event"), fields.get("body") or ""
    if event not in (None, "", *STATES):
        raise invalid_review(f"Variable $event of type PullRequestReviewEvent was provided invalid value {event}")
    if len(body) > BODY_LIMIT:
        raise invalid_review(TOO_LONG)
    comments: list[dict[str, Any]] = fields.get("comments") or []
    if event == "REQUEST_CHANGES" and not body:
        raise invalid_review("Body can't be blank")
    if event == "COMMENT" and not body and not comments:
        raise invalid_review("Review must have a body or comments")
    commit_id = fields.get("commit_id") or pull.head_sha
    check_commit(pull, commit_id)
    anchors = [check_comment(pull, comment) for comment in comments]
    review = pull.add_review(me, body, STATES.get(event or "", "PENDING"), commit_id, call.app)
    for anchor, comment in zip(anchors, comments, strict=True):
        pull.start_thread(me, comment["body"], anchor, review, call.app)
    _announce(call, pull, review)
    return Reply(pull_shapes.review(pull, review))


@operation(f"PUT {_REVIEW}/{{review_id}}", "pull_requests=write")
def update_review(call: Call) -> Reply:
    pull, review = _own_review(call)
    review.body = str(call.fields.get("body", ""))
    return Reply(pull_shapes.review(pull, review))


@operation(f"DELETE {_REVIEW}/{{review_id}}", "pull_requests=write")
def delete_pending_review(call: Call) -> Reply:
    pull, review = _own_review(call)
    if review.state != "PENDING":
        raise invalid_review("Can not delete a non-pending pull request review")
    shape = pull_shapes.review(pull, review)
    pull.reviews.remove(review)
    pull.threads[:] = [thread for thread in pull.threads if thread.comments[0].review_id != review.id]
    return Reply(shape)


@operation(f"POST {_REVIEW}/{{review_id}}/events", "pull_requests=write")
def submit_review(call: Call) -> Reply:
    pull, review = _own_review(call)
    if review.state != "PENDING":
        raise invalid_review("Can not submit a non-pending pull request review")
    if call.fields.get("event") not in STATES:
        raise invalid_review("Event can't be blank")
    review.state, review.submitted_at = STATES[call.fields["event"]], call.world.stamp()
    review.body = call.fields.get("body", review.body)
    _announce(call, pull, review)
    return Reply(pull_shapes.review(pull, review))


@operation(f"PUT {_REVIEW}/{{review_id}}/dismissals", "pull_requests=write")
def dismiss_review(call: Call) -> Reply:
    pull, review = _own_review(call)
    if review.state not in ("APPROVED", "CHANGES_REQUESTED"):
        raise invalid_review("Can not dismiss a commented pull request review")
    review.state = "DISMISSED"
    return Reply(pull_shapes.review(pull, review))


@operation(f"GET {_REVIEW}/{{review_id}}/comments", "pull_requests=read")
def list_comments_of_review(call: Call) -> Reply:
    pull, review = _review(call)
    return call.page(
        [(thread, said) for thread in pull.threads for said in thread.comments if said.review_id == review.id],
        lambda pair: pull_shapes.review_comment(pull, *pair),
    )


@operation("GET /repos/{owner}/{repo}/pulls/{pull_number}/comments", "pull_requests=read")
def list_comments(call: Call) -> Reply:
    pull = call.pull()
    return call.page(pull.review_comments, lambda pair: pull_shapes.review_comment(pull, *pair))


@operation("POST /repos/{owner}/{repo}/pulls/{pull_number}/comments", "pull_requests=write")
def create_comment(call: Call) -> Reply:
    pull, fields, me = call.pull(), call.fields, call.app.bot
    _unlocked(pull)
    if "in_reply_to" in fields:
        thread, _ = _find(pull, fields["in_reply_to"])
        return _replied(call, pull, thread)
    if not fields.get("commit_id"):
        raise invalid_field("PullRequestReviewComment", "pull_request_review_thread.commit_id", "missing_field")
    if pull.pending_review(me) is not None:
        message = "user_id can only have one pending review per pull request"
        raise invalid_field("PullRequestReview", "user_id", "custom", message)
    try:
        check_commit(pull, fields["commit_id"])
        anchor = check_comment(pull, fields)
    except Refused as refused:
        raise as_objects(refused) from refused
    review = pull.add_review(me, "", "COMMENTED", fields["commit_id"], call.app)
    made = pull.start_thread(me, fields["body"], anchor, review, call.app)
    call.announce(payloads.review_comment(pull, pull.threads[-1], made))
    return Reply(pull_shapes.review_comment(pull, pull.threads[-1], made), 201)


@operation("POST /repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies", "pull_requests=write")
def create_reply(call: Call) -> Reply:
    pull = call.pull()
    _unlocked(pull)
    thread, _ = _find(pull, call.number("comment_id"))
    return _replied(call, pull, thread)


def _replied(call: Call, pull: Pull, thread: Thread) -> Reply:
    body = call.fields.get("body")
    if not isinstance(body, str) or not body.strip():
        raise invalid_field("PullRequestReviewComment", "body", "missing_field")
    made = pull.reply(thread, "", body, call.app)
    call.announce(payloads.review_comment(pull, thread, made))
    return Reply(pull_shapes.review_comment(pull, thread, made), 201)


def _announce(call: Call, pull: Pull, review: Review) -> None:
    if review.state != "PENDING":
        call.announce(payloads.review(pull, review))


def _unlocked(pull: Pull) -> None:
    if pull.locked:
        raise invalid_review("lock prevents review")


def _review(call: Call) -> tuple[Pull, Review]:
    pull = call.pull()
    review = pull.review(call.number("review_id"))
    if review is None or (review.state == "PENDING" and review.user.id != call.app.bot.id):
        raise not_found()
    return pull, review


def _own_review(call: Call) -> tuple[Pull, Review]:
    pull, review = _review(call)
    if review.user.id != call.app.bot.id:
        raise Refused(403, "Resource not accessible by integration")
    return pull, review


def _find(pull: Pull, comment_id: int) -> tuple[Thread, ReviewComment]:
    for thread, said in pull.review_comments:
        if said.id == comment_id:
            return thread, said
    raise not_found()
