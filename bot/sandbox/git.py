"""Git's object model, as far as GitHub's API shows it: blobs, trees and commits under their real SHA-1 names."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

LINK, SUBMODULE, TREE = "120000", "160000", "040000"


def object_sha(kind: str, data: bytes) -> str:
    """The name git gives to an object."""
    return hashlib.sha1(f"{kind} {len(data)}\0".encode() + data, usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class Entry:
    """A file in a tree. A link holds its target, a submodule the SHA of its commit."""

    data: bytes
    mode: str = "100644"

    @cached_property
    def sha(self) -> str:
        return self.data.decode() if self.mode == SUBMODULE else object_sha("blob", self.data)


def link(target: str) -> Entry:
    return Entry(target.encode(), LINK)


def submodule(commit: str) -> Entry:
    return Entry(commit.encode(), SUBMODULE)


Content = str | bytes | Entry
"""What tests and samples may write as a file's content; text is stored as UTF-8."""


def entry(content: Content) -> Entry:
    if isinstance(content, Entry):
        return content
    return Entry(content.encode() if isinstance(content, str) else content)


Changes = Mapping[str, Content | None]
"""Path -> new content, None to delete it."""


def overlay(files: Mapping[str, Entry], changes: Changes) -> dict[str, Entry]:
    after = dict(files)
    for path, content in changes.items():
        if content is None:
            after.pop(path, None)
        else:
            after[path] = entry(content)
    return after


@dataclass(frozen=True)
class TreeItem:
    """One line of a tree: `kind` is git's word, blob, tree or commit (a submodule)."""

    name: str
    mode: str
    kind: str
    sha: str
    size: int | None = None


@dataclass(frozen=True)
class Commit:
    sha: str
    tree: str
    parents: tuple[str, ...]
    files: Mapping[str, Entry]
    message: str
    author: str
    date: str


@dataclass
class Objects:
    """The object store of a repository and all its forks: GitHub shares it, so a fork's commit is readable through the base."""

    commits: dict[str, Commit] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    trees: dict[str, tuple[TreeItem, ...]] = field(default_factory=dict)

    def commit(self, files: Mapping[str, Entry], parents: tuple[str, ...], message: str, author: str, date: str) -> Commit:
        """Store a commit of exactly these files at that ISO date; the same input gives the same SHA."""
        tree = self._tree(files)
        who = f"{author} <{author}@users.noreply.example> {int(datetime.fromisoformat(date).timestamp())} +0000"
        head = "".join([f"tree {tree}\n", *(f"parent {parent}\n" for parent in parents), f"author {who}\ncommitter {who}\n\n"])
        sha = object_sha("commit", (head + message).encode())
        self.commits[sha] = Commit(sha, tree, parents, dict(files), message, author, date)
        return self.commits[sha]

    def _tree(self, files: Mapping[str, Entry]) -> str:
        here: list[TreeItem] = []
        below: dict[str, dict[str, Entry]] = {}
        for path, item in files.items():
            name, _, rest = path.partition("/")
            if rest:
                below.setdefault(name, {})[rest] = item
            elif item.mode == SUBMODULE:
                here.append(TreeItem(name, item.mode, "commit", item.sha))
            else:
                self.blobs[item.sha] = item.data
                here.append(TreeItem(name, item.mode, "blob", item.sha, len(item.data)))
        here += [TreeItem(name, TREE, "tree", self._tree(inside)) for name, inside in below.items()]
        here.sort(key=lambda item: item.name.encode() + (b"/" if item.kind == "tree" else b""))
        raw = b"".join(f"{item.mode.lstrip('0')} {item.name}\0".encode() + bytes.fromhex(item.sha) for item in here)
        sha = object_sha("tree", raw)
        self.trees[sha] = tuple(here)
        return sha

    def ancestors(self, sha: str) -> Iterator[str]:
        """The commit itself and all before it, nearest first."""
        seen, queue = {sha}, [sha]
        while queue:
            current = queue.pop(0)
            yield current
            fresh = [parent for parent in self.commits[current].parents if parent not in seen]
            seen.update(fresh)
            queue += fresh

    def merge_base(self, one: str, other: str) -> str | None:
        """The nearest commit that both descend from; None for unrelated histories."""
        mine = set(self.ancestors(one))
        return next((sha for sha in self.ancestors(other) if sha in mine), None)

    def between(self, base: str, head: str) -> list[Commit]:
        """The commits of `head` that `base` does not have, oldest first."""
        known = set(self.ancestors(base))
        return [self.commits[sha] for sha in self.ancestors(head) if sha not in known][::-1]
