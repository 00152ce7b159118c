"""Pull requests and their files: paging, withheld patches, forks, the diff media type."""

import pytest

from bot.sandbox.repository import Pull, Repository
from tests.sandbox.conftest import Client

PULL = "/repos/acme/rocket/pulls/1"


async def test_a_pull(client: Client, pull: Pull) -> None:
    shape = (await client("GET", PULL)).json
    assert (shape["head"]["sha"], shape["base"]["sha"]) == (pull.head_sha, pull.base_sha)
    assert (shape["changed_files"], shape["additions"], shape["deletions"], shape["commits"]) == (2, 5, 1, 1)
    assert (shape["user"]["login"], shape["draft"], shape["locked"], shape["state"]) == ("mona", False, False, "open")
    assert shape["html_url"] == f"{client.github.web_url}/acme/rocket/pull/1"


async def test_files_are_named_plainly_and_in_order(client: Client, repository: Repository) -> None:
    repository.open_pull({"tests/test_é.py": "x\n", "a b.py": "y\n"})
    files = (await client("GET", f"{PULL}/files")).json
    assert [(file["filename"], file["patch"]) for file in files] == [
        ("a b.py", "@@ -0,0 +1 @@\n+y"),
        ("tests/test_é.py", "@@ -0,0 +1 @@\n+x"),
    ]


async def test_pages_are_linked(client: Client, repository: Repository) -> None:
    repository.open_pull({f"tests/test_{n:03}.py": f"{n}\n" for n in range(65)})
    seen: list[str] = []
    path = f"{PULL}/files"
    links: list[list[str]] = []
    while path:
        answer = await client("GET", path)
        seen += [file["filename"] for file in answer.json]
        relations = {
            it.split('rel="')[1][:-1]: it[it.index("<") + 1 : it.index(">")] for it in answer.headers["Link"].split(", ")
        }
        links.append(sorted(relations))
        path = relations.get("next", "")
    assert seen == [f"tests/test_{n:03}.py" for n in range(65)]
    assert links == [["last", "next"], ["first", "last", "next", "prev"], ["first", "prev"]]


async def test_one_page_has_no_link(client: Client, pull: Pull) -> None:
    assert "Link" not in (await client("GET", f"{PULL}/files?per_page=50")).headers


@pytest.mark.parametrize(("asked", "got"), [("500", 100), ("100", 100), ("0", 1), ("50", 50)])
async def test_page_sizes_are_clipped(client: Client, repository: Repository, asked: str, got: int) -> None:
    repository.open_pull({f"f{n:03}": f"{n}\n" for n in range(120)})
    assert len((await client("GET", f"{PULL}/files?per_page={asked}")).json) == got


async def test_large_pages_lose_later_patches(client: Client, repository: Repository) -> None:
    repository.open_pull({f"f{n:03}": f"{n}\n" for n in range(100)})
    hundred = (await client("GET", f"{PULL}/files?per_page=100")).json
    fifty = (await client("GET", f"{PULL}/files?per_page=50&page=2")).json
    assert sum("patch" in file for file in hundred) == 70
    assert all("patch" in file for file in fifty)


async def test_a_patch_withheld_on_purpose(client: Client, pull: Pull) -> None:
    pull.withheld.add("src/engine.py")
    engine, test = (await client("GET", f"{PULL}/files")).json
    assert ("patch" in engine, engine["changes"], "patch" in test) == (False, 2, True)


async def test_a_renamed_file(client: Client, repository: Repository) -> None:
    engine = repository.objects.commits[repository.branches["main"]].files["src/engine.py"]
    repository.open_pull({"src/engine.py": None, "src/motor.py": engine})
    (file,) = (await client("GET", f"{PULL}/files")).json
    assert (file["status"], file["previous_filename"], "patch" in file) == ("renamed", "src/engine.py", False)


async def test_a_deleted_fork(client: Client, repository: Repository) -> None:
    fork = repository.fork("mona")
    pull = repository.open_pull({"tests/test_a.py": "x\n"}, fork=fork)
    shape = (await client("GET", PULL)).json
    assert (shape["head"]["repo"]["full_name"], shape["head"]["label"]) == ("mona/rocket", f"mona:{pull.head_ref}")
    pull.delete_fork()
    answer = await client("GET", PULL)
    assert (answer.json["head"]["repo"], answer.json["head"]["sha"]) == (None, pull.head_sha)
    blob = (await client("GET", f"{PULL}/files")).json[0]["sha"]
    assert (await client("GET", f"/repos/acme/rocket/git/blobs/{blob}")).status == 200


async def test_a_fork_is_out_of_reach(client: Client, repository: Repository) -> None:
    repository.fork("mona")
    assert (await client("GET", "/repos/mona/rocket")).status == 404


async def test_a_vanished_pull(client: Client, pull: Pull) -> None:
    pull.vanished = True
    for tail in ("", "/files", "/reviews", "/comments"):
        assert (await client("GET", PULL + tail)).status == 404
    assert (await client("GET", "/repos/acme/rocket/pulls")).json == []


async def test_pulls_by_state_and_commit(client: Client, pull: Pull, repository: Repository) -> None:
    other = repository.open_pull({"b": "b\n"})
    other.close()
    numbers = {
        state: [it["number"] for it in (await client("GET", f"/repos/acme/rocket/pulls?state={state}")).json]
        for state in ("open", "closed", "all")
    }
    assert numbers == {"open": [1], "closed": [2], "all": [2, 1]}
    assert [it["number"] for it in (await client("GET", f"/repos/acme/rocket/commits/{pull.head_sha}/pulls")).json] == [1]


async def test_commits(client: Client, pull: Pull) -> None:
    pull.push({"a": "a\n"}, message="Second")
    assert [it["commit"]["message"] for it in (await client("GET", f"{PULL}/commits")).json] == ["Test the engine", "Second"]


async def test_the_diff_media_type_and_its_limit(client: Client, pull: Pull, repository: Repository) -> None:
    answer = await client("GET", PULL, Accept="application/vnd.github.diff")
    assert answer.raw.decode().startswith(
        "diff --git a/src/engine.py b/src/engine.py\n--- a/src/engine.py\n+++ b/src/engine.py\n@@ -17,7 +17,7 @@"
    )
    repository.open_pull({f"f{n}": f"{n}\n" for n in range(301)})
    refused = await client("GET", "/repos/acme/rocket/pulls/2", Accept="application/vnd.github.v3.diff")
    assert (refused.status, refused.json["errors"]) == (406, [{"resource": "PullRequest", "field": "diff", "code": "too_large"}])
