"""Reviews: what GitHub accepts as an anchor, and in which words it refuses the rest."""

from typing import Any

import pytest

from bot.sandbox.repository import Pull
from tests.sandbox.conftest import Answer, Client

PULL = "/repos/acme/rocket/pulls/1"
TEST, ENGINE = "tests/test_engine.py", "src/engine.py"
HUNK = "Pull request review thread diff hunk can't be blank"
LINE = "Pull request review thread line must be part of the diff"


def on(path: str, line: int | None, **more: Any) -> dict[str, Any]:
    return {"path": path, "body": "hm", **({} if line is None else {"line": line}), **more}


async def review(client: Client, *comments: dict[str, Any], **more: Any) -> Answer:
    return await client("POST", f"{PULL}/reviews", {"event": "COMMENT", "body": "Looked.", "comments": comments, **more})


@pytest.mark.parametrize(
    "comment",
    [
        on(TEST, 1),
        on(TEST, 4, side="RIGHT"),
        on(TEST, 4, start_line=2, side="RIGHT", start_side="RIGHT"),
        on(ENGINE, 17),
        on(ENGINE, 20),
        on(ENGINE, 20, side="LEFT"),
        on(ENGINE, 23, side="LEFT"),
        on(ENGINE, 20, start_line=20, start_side="LEFT", side="RIGHT"),
        on(ENGINE, None, position=4),
    ],
)
async def test_places_in_the_diff(client: Client, pull: Pull, comment: dict[str, Any]) -> None:
    assert (await review(client, comment)).status == 200
    (listed,) = (await client("GET", f"{PULL}/comments")).json
    assert (listed["path"], listed["side"]) == (
        comment["path"],
        "LEFT" if "position" in comment else comment.get("side", "RIGHT"),
    )
    assert listed["line"] == comment.get("line", 20)


@pytest.mark.parametrize(
    ("comment", "error"),
    [
        (on(TEST, 5), f"{LINE} and {HUNK}"),
        (on(TEST, None), f"{LINE} and {HUNK}"),
        (on(TEST, 1, side="LEFT"), f"{LINE} and {HUNK}"),
        (on(ENGINE, 16), f"{LINE} and {HUNK}"),
        (on(ENGINE, 24), f"{LINE} and {HUNK}"),
        (on("src/other.py", 1), f"Pull request review thread path is invalid and {HUNK}"),
        (on("tests", 1), f"Pull request review thread path is invalid and {HUNK}"),
        (on(TEST, 2, start_line=2), "Pull request review thread start line must precede the end line."),
        (on(TEST, 2, start_line=3), "Pull request review thread start line must precede the end line."),
        (
            on(ENGINE, 20, start_line=3),
            "Pull request review thread start line must be part of the diff and "
            "Pull request review thread start line must be part of the same hunk as the line.",
        ),
        (
            on(ENGINE, 30, start_line=18),
            f"{LINE}, Pull request review thread start line must be part of the same hunk as the line., and {HUNK}",
        ),
        (on(TEST, 1) | {"body": "x" * 65_537}, "Body is too long (maximum is 65536 characters)"),
    ],
)
async def test_one_bad_comment_rejects_the_whole_review(client: Client, pull: Pull, comment: dict[str, Any], error: str) -> None:
    answer = await review(client, on(TEST, 1), comment, on(TEST, 2))
    assert (answer.status, answer.json["message"], answer.json["errors"]) == (422, "Unprocessable Entity", [error])
    assert (pull.reviews, pull.threads) == ([], [])


async def test_a_file_without_a_patch_takes_no_line_comment(client: Client, pull: Pull) -> None:
    pull.withheld.add(TEST)
    assert (await review(client, on(TEST, 1))).json["errors"] == [f"{LINE} and {HUNK}"]


async def test_a_commit_that_a_force_push_removed(client: Client, pull: Pull) -> None:
    gone = pull.push({"x": "x\n"}).sha
    pull.force_back(pull.heads[0])
    answer = await review(client, on(TEST, 1), commit_id=gone)
    assert (answer.status, answer.json["errors"]) == (422, ["Commit oid is not part of the pull request"])


async def test_no_event_leaves_a_pending_review_that_blocks_the_next(client: Client, pull: Pull) -> None:
    pending = (await client("POST", f"{PULL}/reviews", {"comments": [on(TEST, 1)]})).json
    assert (pending["state"], "submitted_at" in pending) == ("PENDING", False)
    assert (await client("GET", f"{PULL}/comments")).json == []
    refused = await review(client)
    assert (refused.status, refused.json["errors"]) == (422, ["User can only have one pending review per pull request"])
    assert [it["state"] for it in (await client("GET", f"{PULL}/reviews")).json] == ["PENDING"]
    assert (await client("DELETE", f"{PULL}/reviews/{pending['id']}")).status == 200
    assert pull.threads == []
    assert (await review(client)).json["state"] == "COMMENTED"


async def test_somebody_elses_pending_review_is_unseen(client: Client, pull: Pull) -> None:
    pull.add_review(pull.author, "", "PENDING", pull.head_sha)
    assert (await client("GET", f"{PULL}/reviews")).json == []
    assert (await review(client)).status == 200


async def test_a_pending_review_can_be_submitted(client: Client, pull: Pull) -> None:
    pending = (await client("POST", f"{PULL}/reviews", {"comments": [on(TEST, 1)]})).json["id"]
    submitted = await client("POST", f"{PULL}/reviews/{pending}/events", {"event": "COMMENT", "body": "Now."})
    assert (submitted.json["state"], submitted.json["body"]) == ("COMMENTED", "Now.")
    assert len((await client("GET", f"{PULL}/reviews/{pending}/comments")).json) == 1


async def test_a_submitted_review_can_be_edited_but_not_deleted(client: Client, pull: Pull) -> None:
    number = (await review(client)).json["id"]
    assert (await client("PUT", f"{PULL}/reviews/{number}", {"body": "Better."})).json["body"] == "Better."
    assert (await client("DELETE", f"{PULL}/reviews/{number}")).status == 422
    assert (await client("PUT", f"{PULL}/reviews/{number}/dismissals", {"message": "x"})).status == 422


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"event": "COMMENT"}, "Review must have a body or comments"),
        ({"event": "REQUEST_CHANGES"}, "Body can't be blank"),
        ({"event": "COMMENT", "body": "x" * 65_537}, "Body is too long (maximum is 65536 characters)"),
    ],
)
async def test_bodies(client: Client, pull: Pull, fields: dict[str, Any], error: str) -> None:
    answer = await client("POST", f"{PULL}/reviews", fields)
    assert (answer.status, answer.json["errors"]) == (422, [error])


async def test_a_locked_conversation_takes_no_review(client: Client, pull: Pull) -> None:
    pull.locked = True
    answer = await review(client)
    assert (answer.status, answer.json["errors"]) == (422, ["lock prevents review"])


async def test_comments_follow_a_push(client: Client, pull: Pull) -> None:
    first = pull.head_sha
    await review(client, on(TEST, 4), on(TEST, 1), commit_id=first)
    second = pull.push({TEST: "# a note\nimport motor\n\ndef test_engine():\n    assert engine\n"}).sha
    moved, outdated = (await client("GET", f"{PULL}/comments")).json
    assert (moved["line"], moved["commit_id"], moved["original_commit_id"]) == (5, second, first)
    assert (outdated["line"], outdated["position"], outdated["original_line"], outdated["commit_id"]) == (None, None, 1, first)


async def test_a_single_comment_tells_its_errors_as_objects(client: Client, pull: Pull) -> None:
    fields = {"body": "hm", "path": TEST, "line": 9, "commit_id": pull.head_sha}
    answer = await client("POST", f"{PULL}/comments", fields)
    field = "pull_request_review_thread.line"
    assert (answer.status, answer.json["message"]) == (422, "Validation Failed")
    assert answer.json["errors"] == [
        {
            "resource": "PullRequestReviewComment",
            "code": "custom",
            "field": field,
            "message": f"{field} must be part of the diff",
        },
        {"resource": "PullRequestReviewComment", "code": "missing_field", "field": "pull_request_review_thread.diff_hunk"},
    ]


async def test_a_comment_on_the_whole_file(client: Client, pull: Pull) -> None:
    fields = {"body": "hm", "path": TEST, "subject_type": "file", "commit_id": pull.head_sha}
    made = (await client("POST", f"{PULL}/comments", fields)).json
    assert (made["subject_type"], made["line"]) == ("file", None)


async def test_replies_join_their_thread(client: Client, pull: Pull) -> None:
    await review(client, on(TEST, 1))
    first = pull.threads[0].comments[0].id
    made = (await client("POST", f"{PULL}/comments/{first}/replies", {"body": "And?"})).json
    assert (made["in_reply_to_id"], made["path"], len(pull.threads)) == (first, TEST, 1)
    assert (await client("POST", f"{PULL}/comments/999999/replies", {"body": "And?"})).status == 404
    human = pull.reply(pull.threads[0], "mona", "/fp it is fine")
    assert [it["user"]["login"] for it in (await client("GET", f"{PULL}/comments")).json] == [
        "testwarden[bot]",
        "testwarden[bot]",
        "mona",
    ]
    assert human.in_reply_to == first


async def test_what_belongs_to_others_or_to_another_state_is_refused(client: Client, pull: Pull) -> None:
    theirs = pull.add_review(pull.author, "LGTM", "APPROVED", pull.head_sha)
    mine = (await review(client)).json["id"]
    url = f"{PULL}/reviews"
    assert (await client("PUT", f"{url}/{theirs.id}", {"body": "x"})).status == 403
    assert (await client("POST", f"{url}/{mine}/events", {"event": "COMMENT"})).status == 422
    assert (await client("PUT", f"{url}/999999", {"body": "x"})).status == 404
    assert (await client("POST", url, {"event": "LGTM"})).status == 422
    assert (await client("POST", f"{PULL}/comments", {"body": "x", "path": TEST, "line": 1})).status == 422


async def test_a_request_for_changes_can_be_dismissed(client: Client, pull: Pull) -> None:
    number = (await client("POST", f"{PULL}/reviews", {"event": "REQUEST_CHANGES", "body": "No."})).json["id"]
    dismissed = await client("PUT", f"{PULL}/reviews/{number}/dismissals", {"message": "Sorry."})
    assert (dismissed.status, dismissed.json["state"]) == (200, "DISMISSED")


async def test_a_reply_through_the_comments_endpoint(client: Client, pull: Pull) -> None:
    await review(client, on(TEST, 1))
    first = pull.threads[0].comments[0].id
    made = await client("POST", f"{PULL}/comments", {"body": "And?", "in_reply_to": first})
    assert (made.status, made.json["in_reply_to_id"]) == (201, first)
    assert (await client("POST", f"{PULL}/comments/{first}/replies", {"body": " "})).status == 422


async def test_a_pending_review_blocks_single_comments_too(client: Client, pull: Pull) -> None:
    pending = (await client("POST", f"{PULL}/reviews", {"comments": [on(TEST, 1)]})).json["id"]
    assert (await client("POST", f"{PULL}/reviews/{pending}/events", {"event": ""})).status == 422
    answer = await client("POST", f"{PULL}/comments", {"body": "x", "path": TEST, "line": 1, "commit_id": pull.head_sha})
    assert answer.json["errors"][0]["message"] == "user_id can only have one pending review per pull request"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"body": "x" * 65_537}, "Body is too long (maximum is 65536 characters)"),
        ({"commit_id": "0" * 40}, "Commit oid is not part of the pull request"),
        ({"path": "nowhere"}, "pull_request_review_thread.path is invalid"),
        ({"line": 3, "start_line": 3}, "pull_request_review_thread.start_line must precede the end line."),
    ],
)
async def test_what_a_single_comment_is_refused_for(client: Client, pull: Pull, more: dict[str, Any], message: str) -> None:
    fields = {"body": "x", "path": TEST, "line": 1, "commit_id": pull.head_sha} | more
    answer = await client("POST", f"{PULL}/comments", fields)
    assert (answer.status, answer.json["errors"][0]["message"]) == (422, message)
