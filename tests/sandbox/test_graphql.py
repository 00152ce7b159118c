"""GraphQL: partial data beside typed errors, whole refusals for what no schema knows, text cut where GitHub cuts it."""

from typing import Any

import pytest

from bot.sandbox.repository import Pull, Repository
from bot.sandbox.talk import Anchor, CheckRun
from tests.sandbox.conftest import Client

HEAD = 'repository(owner:"acme",name:"rocket")'


async def ask(client: Client, fields: str, **variables: Any) -> Any:
    declared = f"query({','.join(f'${name}:String!' for name in variables)})" if variables else "query"
    answer = await client.graphql(f"{declared}{{{HEAD}{{{fields}}}}}", **variables)
    assert "errors" not in answer, answer
    return answer["data"]["repository"]


async def refused(client: Client, query: str, **variables: Any) -> tuple[Any, list[tuple[str, str]]]:
    answer = await client.graphql(query, **variables)
    return answer.get("data"), [(error.get("type", ""), error["message"]) for error in answer["errors"]]


BLOB = "... on Blob{oid byteSize isBinary isTruncated text}"


@pytest.mark.parametrize(
    ("content", "size", "binary", "truncated", "text"),
    [
        ("x = 1\n", 6, False, False, "x = 1\n"),
        ("x" * 512_000, 512_000, False, False, "x" * 512_000),
        ("x" * 512_001, 512_001, False, True, "x" * 512_000),
        ("é" * 300_000, 600_000, False, True, "é" * 256_000),
        (b"\x00\x01", 2, True, False, None),
        (b"caf\xe9\n", 5, False, False, "caf\ufffd\n"),
        ("", 0, False, False, ""),
    ],
)
async def test_blobs(
    client: Client, repository: Repository, content: Any, size: int, binary: bool, truncated: bool, text: Any
) -> None:
    pull = repository.open_pull({"tests/f": content})
    found = (await ask(client, f"object(expression:$e){{{BLOB}}}", e=f"{pull.head_sha}:tests/f"))["object"]
    assert (found["byteSize"], found["isBinary"], found["isTruncated"]) == (size, binary, truncated)
    assert found["text"] == text


async def test_many_files_by_alias_in_one_request(client: Client, repository: Repository) -> None:
    pull = repository.open_pull({f"tests/{n}": f"{n}\n" for n in range(60)})
    fields = " ".join(f'f{n}:object(expression:"{pull.head_sha}:tests/{n}"){{... on Blob{{text}}}}' for n in range(60))
    found = await ask(client, fields)
    assert [found[f"f{n}"]["text"] for n in range(60)] == [f"{n}\n" for n in range(60)]
    assert client.github.journal.count() == 1


async def test_objects_of_every_kind(client: Client, pull: Pull) -> None:
    found = await ask(
        client,
        'a:object(expression:"HEAD:nope"){oid} b:object(expression:"main:src"){... on Tree{entries{name type}}} '
        'c:object(oid:$o){__typename oid ... on Blob{text}} d:object(expression:"main"){... on Commit{messageHeadline}}',
        o=pull.head_sha,
    )
    assert (found["a"], found["b"]) == (None, {"entries": [{"name": "engine.py", "type": "blob"}]})
    assert found["c"] == {"__typename": "Commit", "oid": pull.head_sha}
    assert found["d"] == {"messageHeadline": "Initial commit"}


async def test_what_we_said_before(client: Client, pull: Pull) -> None:
    """In GraphQL a bot's login has no `[bot]`."""
    me = client.github.app
    pull.comment("", "ours", me)
    pull.comment("mona", "theirs")
    review = pull.add_review(me.bot, "", "COMMENTED", pull.head_sha, me)
    pull.start_thread(me.bot, "hm", Anchor("tests/test_engine.py", line=1), review, me)
    pull.reply(pull.threads[0], "mona", "/fp fine")
    said = "databaseId body viewerDidAuthor author{__typename login}"
    thread_fields = f"isResolved isOutdated path line viewerCanResolve comments(first:5){{nodes{{{said}}}}}"
    fields = f"comments(first:100){{nodes{{{said}}}}} reviewThreads(first:100){{nodes{{{thread_fields}}}}}"
    found = (await ask(client, f"pullRequest(number:1){{headRefOid {fields}}}"))["pullRequest"]
    assert found["headRefOid"] == pull.head_sha
    assert [(it["body"], it["viewerDidAuthor"], it["author"]) for it in found["comments"]["nodes"]] == [
        ("ours", True, {"__typename": "Bot", "login": "testwarden"}),
        ("theirs", False, {"__typename": "User", "login": "mona"}),
    ]
    (thread,) = found["reviewThreads"]["nodes"]
    assert (thread["path"], thread["line"], thread["isResolved"], thread["viewerCanResolve"]) == (
        "tests/test_engine.py",
        1,
        False,
        False,
    )
    assert [it["viewerDidAuthor"] for it in thread["comments"]["nodes"]] == [True, False]
    pull.push({"tests/test_engine.py": "import motor\n"})
    found = (await ask(client, "pullRequest(number:1){reviewThreads(first:1){nodes{isOutdated line originalLine}}}"))[
        "pullRequest"
    ]
    assert found["reviewThreads"]["nodes"] == [{"isOutdated": True, "line": None, "originalLine": 1}]


async def test_our_check_on_a_commit(client: Client, pull: Pull) -> None:
    world, repository = client.github.world, pull.repository
    for app in (world.app, world.new_app("other-ci")):
        suite = repository.suite(pull.head_sha, app)
        repository.check_runs.append(
            CheckRun(world.next_id(), "Testwarden", suite, "completed", world.stamp(), "success", external_id="1/1/x")
        )
    runs = "checkRuns(first:10,filterBy:{checkName:$n}){totalCount nodes{databaseId status conclusion externalId}}"
    suites = f"checkSuites(first:10,filterBy:{{appId:{world.app.id}}}){{nodes{{app{{databaseId slug}} {runs}}}}}"
    found = await ask(client, f'object(expression:"{pull.head_sha}"){{... on Commit{{{suites}}}}}', n="Testwarden")
    (suite_found,) = found["object"]["checkSuites"]["nodes"]
    assert suite_found["app"] == {"databaseId": world.app.id, "slug": "testwarden"}
    assert suite_found["checkRuns"]["nodes"] == [
        {"databaseId": repository.check_runs[0].id, "status": "COMPLETED", "conclusion": "SUCCESS", "externalId": "1/1/x"}
    ]


async def test_connections_are_walked_by_cursor_both_ways(client: Client, pull: Pull) -> None:
    for n in range(5):
        pull.comment("mona", str(n))
    seen: list[str] = []
    after = "null"
    while True:
        fields = f"comments(first:2,after:{after}){{totalCount nodes{{body}} pageInfo{{hasNextPage endCursor}}}}"
        page = (await ask(client, f"pullRequest(number:1){{{fields}}}"))["pullRequest"]["comments"]
        seen += [it["body"] for it in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = f'"{page["pageInfo"]["endCursor"]}"'
    assert (seen, page["totalCount"]) == (["0", "1", "2", "3", "4"], 5)
    fields = "comments(last:2){edges{cursor node{body}} pageInfo{hasPreviousPage startCursor}}"
    last = (await ask(client, f"pullRequest(number:1){{{fields}}}"))["pullRequest"]["comments"]
    assert [edge["node"]["body"] for edge in last["edges"]] == ["3", "4"]
    assert last["pageInfo"] == {"hasPreviousPage": True, "startCursor": last["edges"][0]["cursor"]}


@pytest.mark.parametrize(
    ("arguments", "type_", "message"),
    [
        (
            "",
            "MISSING_PAGINATION_BOUNDARIES",
            "You must provide a `first` or `last` value to properly paginate the `comments` connection.",
        ),
        (
            "(first:101)",
            "EXCESSIVE_PAGINATION",
            "Requesting 101 records on the `comments` connection exceeds the `first` limit of 100 records.",
        ),
        ('(first:1,after:"zzz")', "INVALID_CURSOR_ARGUMENTS", "`zzz` does not appear to be a valid cursor."),
    ],
)
async def test_page_sizes_and_cursors(client: Client, pull: Pull, arguments: str, type_: str, message: str) -> None:
    data, errors = await refused(client, f"{{{HEAD}{{pullRequest(number:1){{number comments{arguments}{{totalCount}}}}}}}}")
    assert data == {"repository": {"pullRequest": {"number": 1, "comments": None}}}
    assert errors == [(type_, message)]


async def test_what_is_not_there_is_null_beside_the_rest(client: Client, pull: Pull) -> None:
    answer = await client.graphql(f"{{{HEAD}{{name a:pullRequest(number:9){{number}}}}}}")
    assert answer["data"] == {"repository": {"name": "rocket", "a": None}}
    assert answer["errors"] == [
        {
            "type": "NOT_FOUND",
            "path": ["repository", "a"],
            "locations": [{"line": 1, "column": 46}],
            "message": "Could not resolve to a PullRequest with the number of 9.",
        }
    ]
    data, errors = await refused(client, '{repository(owner:"acme",name:"none"){id}}')
    assert (data, errors) == (
        {"repository": None},
        [("NOT_FOUND", "Could not resolve to a Repository with the name 'acme/none'.")],
    )


@pytest.mark.parametrize(
    ("fields", "lacking"),
    [
        ('object(expression:"main"){oid}', "contents"),
        ("pullRequest(number:1){number}", "pull_requests"),
        ('object(expression:"main"){... on Commit{checkSuites(first:1){totalCount}}}', "checks"),
    ],
)
async def test_permissions_are_refused_inside_http_200(client: Client, pull: Pull, fields: str, lacking: str) -> None:
    held = {"contents": "read", "pull_requests": "read", "checks": "read"}
    del held[lacking]
    client.allow(**held)
    _, errors = await refused(client, f"{{{HEAD}{{{fields}}}}}")
    assert errors == [("FORBIDDEN", "Resource not accessible by integration")]


async def test_an_unknown_field_refuses_the_whole(client: Client, pull: Pull) -> None:
    answer = await client.graphql(f"{{{HEAD}{{id headOid}}}}")
    assert answer == {
        "errors": [
            {
                "message": "Field 'headOid' doesn't exist on type 'Repository'",
                "path": ["query", "repository", "headOid"],
                "extensions": {"code": "undefinedField", "typeName": "Repository", "fieldName": "headOid"},
                "locations": [{"line": 1, "column": 44}],
            }
        ]
    }


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (f"{{{HEAD}{{owner}}}}", "Field must have selections (field 'owner' returns Organization but has no selections)"),
        ("query($n:Int!){viewer{login}}", "Variable $n of type was provided invalid value"),
        (f"{{{HEAD}{{pullRequest(no:1){{id}}}}}}", "Field 'pullRequest' was given arguments it does not take: ['no']"),
        ("query A{viewer{login}} query B{viewer{login}}", "An operation name is required"),
    ],
)
async def test_queries_that_make_no_sense(client: Client, pull: Pull, query: str, message: str) -> None:
    assert await refused(client, query) == (None, [("", message)])


async def test_a_query_that_does_not_parse(client: Client) -> None:
    answer = await client.graphql("{viewer{login")
    assert "data" not in answer
    assert answer["errors"][0]["message"].startswith("Parse error: ")
    assert (await client("POST", client.github.graphql_url, {"q": "{}"})).status == 400


async def test_fragments_directives_and_names(client: Client, pull: Pull) -> None:
    query = (
        "query A($no:Boolean!){viewer{login}} "
        f"query B($no:Boolean!){{{HEAD}{{...R id@skip(if:$no) url@include(if:$no) owner{{...on Organization{{login}}}}}}}} "
        "fragment R on Repository{name}"
    )
    answer = await client("POST", client.github.graphql_url, {"query": query, "operationName": "B", "variables": {"no": False}})
    assert answer.json == {"data": {"repository": {"name": "rocket", "id": pull.repository.node_id, "owner": {"login": "acme"}}}}


MINIMIZE = (
    "mutation($id:ID!){minimizeComment(input:{subjectId:$id,classifier:OUTDATED}){minimizedComment{isMinimized minimizedReason}}}"
)
RESOLVE = "mutation($id:ID!){resolveReviewThread(input:{threadId:$id}){thread{isResolved}}}"


async def test_minimizing_takes_pull_requests_write(client: Client, pull: Pull) -> None:
    comment = pull.comment("", "old", client.github.app)
    client.allow(pull_requests="read", issues="write")
    assert await refused(client, MINIMIZE, id=comment.node_id) == (
        {"minimizeComment": None},
        [("FORBIDDEN", "Resource not accessible by integration")],
    )
    assert comment.minimized is None
    client.allow(pull_requests="write")
    done = await client.graphql(MINIMIZE, id=comment.node_id)
    assert done == {"data": {"minimizeComment": {"minimizedComment": {"isMinimized": True, "minimizedReason": "outdated"}}}}


async def test_every_kind_of_comment_can_be_minimized_and_nothing_else(client: Client, pull: Pull) -> None:
    me = client.github.app
    review = pull.add_review(me.bot, "Looked.", "COMMENTED", pull.head_sha, me)
    said = pull.start_thread(me.bot, "hm", Anchor("tests/test_engine.py", line=1), review, me)
    for node in (said.node_id, review.node_id, pull.comment("mona", "x").node_id):
        assert (await client.graphql(MINIMIZE, id=node))["data"]["minimizeComment"]["minimizedComment"]["isMinimized"]
    assert (said.minimized, review.minimized, pull.comments[0].minimized) == ("outdated", "outdated", "outdated")
    undo = (
        MINIMIZE.replace("minimizeComment", "unminimizeComment")
        .replace(",classifier:OUTDATED", "")
        .replace("minimizedC", "unminimizedC")
    )
    assert (await client.graphql(undo, id=said.node_id))["data"]["unminimizeComment"]["unminimizedComment"] == {
        "isMinimized": False,
        "minimizedReason": None,
    }
    _, errors = await refused(client, MINIMIZE, id=pull.node_id)
    assert errors[0][0] == "NOT_FOUND"


async def test_resolving_takes_contents_write_too(client: Client, pull: Pull) -> None:
    me = client.github.app
    pull.start_thread(
        me.bot, "hm", Anchor("tests/test_engine.py", line=1), pull.add_review(me.bot, "", "COMMENTED", pull.head_sha)
    )
    thread = pull.threads[0].node_id
    client.allow(pull_requests="write", contents="read")
    assert (await refused(client, RESOLVE, id=thread))[1] == [("FORBIDDEN", "Resource not accessible by integration")]
    client.allow(pull_requests="write", contents="write")
    assert (await client.graphql(RESOLVE, id=thread))["data"] == {"resolveReviewThread": {"thread": {"isResolved": True}}}


async def test_nodes_are_found_by_their_id(client: Client, pull: Pull) -> None:
    found = await client.graphql("query($id:ID!){node(id:$id){... on PullRequest{number}}}", id=pull.node_id)
    assert found == {"data": {"node": {"number": 1}}}
    _, errors = await refused(client, '{node(id:"nothing"){id}}')
    assert errors == [("NOT_FOUND", "Could not resolve to a node with the global id of 'nothing'")]
