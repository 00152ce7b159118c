"""Content by path, object name and comparison."""

import base64

import pytest

from bot.sandbox.git import link, submodule
from bot.sandbox.repository import Pull, Repository
from tests.sandbox.conftest import Client

REPO = "/repos/acme/rocket"


@pytest.mark.parametrize("path", ["tests/test_engine.py", "tests%2Ftest_engine.py"])
async def test_a_file_by_path_slashes_encoded_or_not(client: Client, pull: Pull, path: str) -> None:
    shape = (await client("GET", f"{REPO}/contents/{path}?ref={pull.head_sha}")).json
    assert base64.b64decode(shape["content"]) == b"import engine\n\ndef test_engine():\n    assert engine\n"
    assert (shape["type"], shape["path"], shape["encoding"]) == ("file", "tests/test_engine.py", "base64")


async def test_the_default_branch_is_read_without_a_ref(client: Client, pull: Pull) -> None:
    assert (await client("GET", f"{REPO}/contents/src/engine.py")).status == 200
    assert (await client("GET", f"{REPO}/contents/tests/test_engine.py")).status == 404
    answer = await client("GET", f"{REPO}/contents/src/engine.py?ref=nowhere")
    assert (answer.status, answer.json["message"]) == (404, "No commit found for the ref nowhere")


@pytest.mark.parametrize(
    "accept", ["application/vnd.github.raw", "application/vnd.github.raw+json", "application/vnd.github.v3.raw"]
)
async def test_raw(client: Client, repository: Repository, accept: str) -> None:
    repository.commit({"bytes": b"\xff\x00\n"})
    assert (await client("GET", f"{REPO}/contents/bytes", Accept=accept)).raw == b"\xff\x00\n"
    sha = repository.objects.commits[repository.branches["main"]].files["bytes"].sha
    assert (await client("GET", f"{REPO}/git/blobs/{sha}", Accept=accept)).raw == b"\xff\x00\n"


async def test_a_large_file_comes_without_its_content(client: Client, repository: Repository) -> None:
    repository.commit({"large": b"x" * 1_000_001})
    shape = (await client("GET", f"{REPO}/contents/large")).json
    assert (shape["content"], shape["encoding"], shape["size"]) == ("", "none", 1_000_001)
    blob = (await client("GET", f"{REPO}/git/blobs/{shape['sha']}")).json
    assert len(base64.b64decode(blob["content"])) == 1_000_001


async def test_directories_links_and_submodules(client: Client, repository: Repository) -> None:
    repository.commit(
        {
            "docs/a.md": "a\n",
            "docs/deep/b.md": "b\n",
            "inside": link("docs/a.md"),
            "outside": link("/etc/passwd"),
            "lib": submodule("1" * 40),
        }
    )
    listed = (await client("GET", f"{REPO}/contents/docs")).json
    assert [(it["name"], it["type"]) for it in listed] == [("a.md", "file"), ("deep", "dir")]
    assert base64.b64decode((await client("GET", f"{REPO}/contents/inside")).json["content"]) == b"a\n"
    outside = (await client("GET", f"{REPO}/contents/outside")).json
    assert (outside["type"], outside["target"]) == ("symlink", "/etc/passwd")
    assert (await client("GET", f"{REPO}/contents/lib")).json["type"] == "submodule"


async def test_unknown_objects(client: Client, pull: Pull) -> None:
    for path in (f"{REPO}/git/blobs/{'0' * 40}", f"{REPO}/git/trees/{'0' * 40}", f"{REPO}/compare/main...nowhere"):
        assert (await client("GET", path)).status == 404
    assert (await client("GET", f"{REPO}/commits/{'0' * 40}")).status == 422


async def test_trees(client: Client, repository: Repository) -> None:
    repository.commit({"bin/run": link("../src/engine.py"), "lib": submodule("1" * 40)})
    flat = (await client("GET", f"{REPO}/git/trees/main")).json["tree"]
    assert [(it["path"], it["type"]) for it in flat] == [("bin", "tree"), ("lib", "commit"), ("src", "tree")]
    deep = (await client("GET", f"{REPO}/git/trees/main?recursive=1")).json["tree"]
    assert [(it["path"], it["mode"]) for it in deep] == [
        ("bin", "040000"),
        ("bin/run", "120000"),
        ("lib", "160000"),
        ("src", "040000"),
        ("src/engine.py", "100644"),
    ]


async def test_the_merge_base_is_not_the_base_once_the_base_moved_on(client: Client, pull: Pull, repository: Repository) -> None:
    forked_from = pull.base_sha
    repository.commit({"later": "x\n"})
    pull.update_base()
    shape = (await client("GET", f"{REPO}/compare/{pull.base_sha}...{pull.head_sha}")).json
    assert (shape["merge_base_commit"]["sha"], shape["status"]) == (forked_from, "diverged")
    assert (shape["ahead_by"], shape["behind_by"]) == (1, 1)
    assert [file["filename"] for file in shape["files"]] == ["src/engine.py", "tests/test_engine.py"]


async def test_comparisons_after_a_push_and_a_force_push(client: Client, pull: Pull) -> None:
    first = pull.head_sha
    second = pull.push({"x": "x\n"}).sha
    assert (await client("GET", f"{REPO}/compare/{first}...{second}")).json["status"] == "ahead"
    assert (await client("GET", f"{REPO}/compare/{second}...{first}")).json["status"] == "behind"
    assert (await client("GET", f"{REPO}/compare/{first}...{first}")).json["status"] == "identical"
    rewritten = pull.push({"x": "y\n"}, onto=pull.base_sha).sha
    assert (await client("GET", f"{REPO}/compare/{second}...{rewritten}")).json["status"] == "diverged"


async def test_a_commit_shows_what_it_changed(client: Client, pull: Pull) -> None:
    shape = (await client("GET", f"{REPO}/commits/{pull.head_sha}")).json
    assert (shape["stats"]["total"], len(shape["files"])) == (6, 2)
    assert (await client("GET", f"{REPO}/commits/refs%2Fpull%2F1%2Fhead")).json["sha"] == pull.head_sha
