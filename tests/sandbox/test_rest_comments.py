"""Issue comments, edits of single comments, reactions."""

import pytest

from bot.sandbox.repository import Pull
from bot.sandbox.talk import Anchor
from tests.sandbox.conftest import Client

COMMENTS = "/repos/acme/rocket/issues/1/comments"
COMMENT = "/repos/acme/rocket/issues/comments"
REVIEW_COMMENT = "/repos/acme/rocket/pulls/comments"


async def test_a_comment_is_written_read_edited_and_deleted(client: Client, pull: Pull) -> None:
    made = (await client("POST", COMMENTS, {"body": "Hello."})).json
    assert (made["user"]["login"], made["user"]["type"]) == ("testwarden[bot]", "Bot")
    assert made["performed_via_github_app"]["id"] == client.github.app.id
    url = f"{COMMENT}/{made['id']}"
    assert (await client("PATCH", url, {"body": "Hello again."})).json["body"] == "Hello again."
    assert (await client("GET", url)).json["body"] == "Hello again."
    assert [it["id"] for it in (await client("GET", COMMENTS)).json] == [made["id"]]
    assert (await client("DELETE", url)).status == 204
    assert (await client("GET", url)).status == 404


async def test_somebody_elses_comment_is_not_ours_to_change(client: Client, pull: Pull) -> None:
    theirs = pull.comment("mona", "Mine.")
    assert (await client("PATCH", f"{COMMENT}/{theirs.id}", {"body": "x"})).status == 403
    assert (await client("DELETE", f"{COMMENT}/{theirs.id}")).status == 403
    assert theirs.body == "Mine."


@pytest.mark.parametrize(
    ("body", "message"),
    [("x" * 65_537, "Body is too long (maximum is 65536 characters)"), (" ", "Body cannot be blank")],
)
async def test_bodies(client: Client, pull: Pull, body: str, message: str) -> None:
    answer = await client("POST", COMMENTS, {"body": body})
    error = {"resource": "IssueComment", "code": "unprocessable", "field": "data", "message": message}
    assert (answer.status, answer.json["message"], answer.json["errors"]) == (422, "Validation Failed", [error])


async def test_the_longest_body_fits(client: Client, pull: Pull) -> None:
    assert (await client("POST", COMMENTS, {"body": "é" * 65_536})).status == 201


async def test_a_locked_conversation(client: Client, pull: Pull) -> None:
    pull.locked = True
    answer = await client("POST", COMMENTS, {"body": "x"})
    assert (answer.status, answer.json["message"]) == (403, "Unable to create comment because issue is locked.")


async def test_a_review_comment_is_edited_and_deleted_with_its_thread(client: Client, pull: Pull) -> None:
    me = client.github.app
    said = pull.start_thread(
        me.bot, "hm", Anchor("tests/test_engine.py", line=1), pull.add_review(me.bot, "", "COMMENTED", pull.head_sha, me), me
    )
    url = f"{REVIEW_COMMENT}/{said.id}"
    assert (await client("PATCH", url, {"body": "~~hm~~ fixed"})).json["body"] == "~~hm~~ fixed"
    assert (await client("GET", url)).json["body"] == "~~hm~~ fixed"
    assert (await client("PATCH", url, {"body": "x" * 65_537})).status == 422
    assert (await client("DELETE", url)).status == 204
    assert pull.threads == []


async def test_reactions_are_made_once(client: Client, pull: Pull) -> None:
    comment = pull.comment("mona", "/testwarden help")
    url = f"{COMMENT}/{comment.id}/reactions"
    first, second = await client("POST", url, {"content": "eyes"}), await client("POST", url, {"content": "eyes"})
    assert (first.status, second.status, first.json["id"]) == (201, 200, second.json["id"])
    assert (await client("POST", url, {"content": "shrug"})).status == 422
    assert (await client("GET", f"{COMMENT}/{comment.id}")).json["reactions"]["eyes"] == 1
    me = client.github.app
    said = pull.start_thread(
        me.bot, "hm", Anchor("tests/test_engine.py", line=1), pull.add_review(me.bot, "", "COMMENTED", pull.head_sha, me), me
    )
    assert (await client("POST", f"{REVIEW_COMMENT}/{said.id}/reactions", {"content": "+1"})).status == 201
