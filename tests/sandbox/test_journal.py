"""The journal: what was asked, how often, and whether it carried what it must not."""

from bot.sandbox.repository import Pull
from tests.sandbox.conftest import Client

COMMENTS = "/repos/acme/rocket/issues/1/comments"


async def test_requests_are_counted_by_operation(client: Client, pull: Pull) -> None:
    installation = next(iter(client.github.world.installations))
    await client("POST", f"/app/installations/{installation}/access_tokens", token=client.jwt())
    await client("GET", "/repos/acme/rocket/pulls/1/files?per_page=50")
    await client("POST", COMMENTS, {"body": "x"})
    await client.graphql("query{viewer{login}}")
    journal = client.github.journal
    assert [exchange.operation for exchange in journal.calls] == [
        "GET /repos/{owner}/{repo}/pulls/{pull_number}/files",
        "POST /repos/{owner}/{repo}/issues/{issue_number}/comments",
        "POST /graphql",
    ]
    assert [exchange.status for exchange in journal] == [201, 200, 201, 200]
    assert (journal.count(), journal.count("GET *"), journal.count("POST */comments")) == (4, 1, 1)
    assert [exchange.json for exchange in journal.writes] == [{"body": "x"}]
    journal.clear()
    assert len(journal) == 0


async def test_a_planted_text_is_found_wherever_it_travels(client: Client, pull: Pull) -> None:
    secret = 'pä"ss'
    await client("POST", COMMENTS, {"body": f"deep {secret}"})
    await client("GET", f"/repos/acme/rocket/contents/{secret}")
    await client("GET", "/repos/acme/rocket", X_Note="nothing here")
    found = client.github.journal.containing(secret)
    assert [exchange.method for exchange in found] == ["POST", "GET"]
    assert client.github.journal.containing("elsewhere") == []


async def test_mutations_are_writes_and_queries_are_not(client: Client, pull: Pull) -> None:
    comment = pull.comment("mona", "x")
    await client.graphql("query($id:ID!){node(id:$id){id}}", id=comment.node_id)
    await client.graphql(
        "mutation($id:ID!){minimizeComment(input:{subjectId:$id,classifier:SPAM}){clientMutationId}}", id=comment.node_id
    )
    assert len(client.github.journal.writes) == 1
