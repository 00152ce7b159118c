"""Content by commit, path or object name: contents, blobs, trees, commits, comparisons."""

import base64
from typing import Any

from bot.sandbox import pull_shapes
from bot.sandbox.diff import compare as differences
from bot.sandbox.errors import Refused, not_found
from bot.sandbox.git import LINK, SUBMODULE, Commit, Entry
from bot.sandbox.operations import Call, Reply, operation
from bot.sandbox.shapes import Json, repository_url, web_url

JSON_LIMIT = 1_000_000
BLOB_LIMIT = 100_000_000
TREE_LIMIT = 100_000
COMPARE_MAX_FILES = 300
_NEEDS = "contents=read"


def _base64(data: bytes) -> str:
    """GitHub breaks base64 into lines of sixty."""
    text = base64.b64encode(data).decode()
    return "".join(text[i : i + 60] + "\n" for i in range(0, len(text), 60))


def _raw(data: bytes) -> Reply:
    return Reply(raw=data, content_type="application/vnd.github.raw+json; charset=utf-8")


def _commit(call: Call, ref: str) -> Commit:
    found = call.repository.resolve(ref)
    if found is None:
        raise not_found()
    return found


@operation("GET /repos/{owner}/{repo}/contents/{path}", _NEEDS)
def get_content(call: Call) -> Reply:
    ref, path = call.query.get("ref") or call.repository.default_branch, call.params["path"].strip("/")
    commit = call.repository.resolve(ref)
    if commit is None:
        raise Refused(404, f"No commit found for the ref {ref}")
    if path not in commit.files:
        inside = _directory(call, commit, path)
        if not inside:
            raise not_found()
        return Reply(inside)
    entry = commit.files[path]
    if entry.mode == LINK and entry.data.decode("utf-8", "replace") in commit.files:
        entry = commit.files[entry.data.decode("utf-8", "replace")]  # a link to a file of the repository shows that file
    if call.wants("raw"):
        return _raw(entry.data)
    return Reply(_content(call, commit, path, entry))


def _content(call: Call, commit: Commit, path: str, entry: Entry, *, body: bool = True) -> Json:
    kind = {LINK: "symlink", SUBMODULE: "file" if not body else "submodule"}.get(entry.mode, "file")
    api = f"{repository_url(call.repository)}/contents/{path}?ref={commit.sha}"
    git = f"{repository_url(call.repository)}/git/blobs/{entry.sha}"
    web = f"{web_url(call.repository)}/blob/{commit.sha}/{path}"
    shape: Json = {
        "name": path.rsplit("/", 1)[-1],
        "path": path,
        "sha": entry.sha,
        "size": len(entry.data),
        "url": api,
        "html_url": web,
        "git_url": git,
        "download_url": f"{web_url(call.repository)}/raw/{commit.sha}/{path}",
        "type": kind,
        "_links": {"self": api, "git": git, "html": web},
    }
    if not body:
        return shape
    if kind == "submodule":
        return shape | {"submodule_git_url": f"{web_url(call.repository)}-{entry.sha[:7]}.git"}
    if kind == "symlink":
        return shape | {"target": entry.data.decode("utf-8", "replace")}
    large = len(entry.data) > JSON_LIMIT
    return shape | ({"content": "", "encoding": "none"} if large else {"content": _base64(entry.data), "encoding": "base64"})


def _directory(call: Call, commit: Commit, path: str) -> list[Json]:
    prefix = f"{path}/" if path else ""
    shown: dict[str, Json] = {}
    for name, entry in sorted(commit.files.items()):
        if not name.startswith(prefix):
            continue
        first, _, rest = name.removeprefix(prefix).partition("/")
        shape = _content(call, commit, prefix + first, entry, body=False)
        shown.setdefault(first, shape | {"type": "dir", "size": 0, "download_url": None} if rest else shape)
    return list(shown.values())


@operation("GET /repos/{owner}/{repo}/git/blobs/{file_sha}", _NEEDS)
def get_blob(call: Call) -> Reply:
    sha = call.params["file_sha"]
    data = call.repository.objects.blobs.get(sha)
    if data is None:
        raise not_found()
    if len(data) > BLOB_LIMIT:
        error = {"resource": "Blob", "field": "data", "code": "too_large"}
        raise Refused(
            403, "This API returns blobs up to 100 MB in size. The requested blob is too large to fetch via the API.", [error]
        )
    if call.wants("raw"):
        return _raw(data)
    url = f"{repository_url(call.repository)}/git/blobs/{sha}"
    shape = {"sha": sha, "node_id": f"B_{sha[:20]}", "size": len(data), "url": url}
    return Reply(shape | {"content": _base64(data), "encoding": "base64"})


@operation("GET /repos/{owner}/{repo}/git/trees/{tree_sha}", _NEEDS)
def get_tree(call: Call) -> Reply:
    ref = call.params["tree_sha"]
    objects = call.repository.objects
    sha = ref if ref in objects.trees else _commit(call, ref).tree
    rows: list[Json] = []

    def walk(tree: str, prefix: str) -> None:
        for item in objects.trees[tree]:
            row: Json = {"path": prefix + item.name, "mode": item.mode, "type": item.kind, "sha": item.sha}
            if item.kind != "commit":
                plural = "trees" if item.kind == "tree" else "blobs"
                row["url"] = f"{repository_url(call.repository)}/git/{plural}/{item.sha}"
            rows.append(row | ({} if item.size is None else {"size": item.size}))
            if item.kind == "tree" and "recursive" in call.query:
                walk(item.sha, f"{prefix}{item.name}/")

    walk(sha, "")
    url = f"{repository_url(call.repository)}/git/trees/{sha}"
    return Reply({"sha": sha, "url": url, "tree": rows[:TREE_LIMIT], "truncated": len(rows) > TREE_LIMIT})


@operation("GET /repos/{owner}/{repo}/commits/{ref}", _NEEDS)
def get_commit(call: Call) -> Reply:
    commit = call.repository.resolve(call.params["ref"])
    if commit is None:
        raise Refused(422, f"No commit found for SHA: {call.params['ref']}")
    before = call.repository.objects.commits[commit.parents[0]].files if commit.parents else {}
    files = differences(before, commit.files)
    stats = {"additions": sum(f.additions for f in files), "deletions": sum(f.deletions for f in files)}
    shape = pull_shapes.commit(call.repository, commit)
    shape["stats"] = stats | {"total": stats["additions"] + stats["deletions"]}
    shape["files"] = [pull_shapes.changed_file(call.repository, commit.sha, file) for file in files[:COMPARE_MAX_FILES]]
    return Reply(shape)


@operation("GET /repos/{owner}/{repo}/compare/{basehead}", _NEEDS)
def compare(call: Call) -> Reply:
    """The three-dot comparison: files from the merge base to the head, all of them on the first page, at most 300."""
    left, _, right = call.params["basehead"].partition("...")
    base, head = (_commit(call, side.rpartition(":")[2]) for side in (left, right))
    repository, objects = call.repository, call.repository.objects
    ancestor = objects.merge_base(base.sha, head.sha)
    if ancestor is None:
        raise Refused(404, f"No common ancestor between {left} and {right}.")
    ahead, behind = objects.between(base.sha, head.sha), objects.between(head.sha, base.sha)
    status = ("diverged" if behind else "ahead") if ahead else ("behind" if behind else "identical")
    url = f"{repository_url(repository)}/compare/{left}...{right}"
    web = f"{web_url(repository)}/compare/{left}...{right}"
    paged = call.page(ahead, lambda commit: pull_shapes.commit(repository, commit))
    files = differences(objects.commits[ancestor].files, head.files)
    shape: dict[str, Any] = {
        "url": url,
        "html_url": web,
        "permalink_url": web,
        "diff_url": f"{web}.diff",
        "patch_url": f"{web}.patch",
        "base_commit": pull_shapes.commit(repository, base),
        "merge_base_commit": pull_shapes.commit(repository, objects.commits[ancestor]),
        "status": status,
        "ahead_by": len(ahead),
        "behind_by": len(behind),
        "total_commits": len(ahead),
        "commits": paged.data,
    }
    if call.query.get("page", "1") == "1":
        shape["files"] = [pull_shapes.changed_file(repository, head.sha, file) for file in files[:COMPARE_MAX_FILES]]
    return Reply(shape, headers=paged.headers)
