"""A repository, as the stand-in keeps it: content, pull requests, checks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.sandbox.git import Changes, Commit, Objects, overlay
from bot.sandbox.people import Account, App
from bot.sandbox.pull import Pull
from bot.sandbox.talk import CheckRun, CheckSuite

if TYPE_CHECKING:
    from bot.sandbox.state import World


@dataclass(eq=False)
class Repository:
    world: World = field(repr=False)
    id: int
    owner: Account
    name: str
    private: bool = False
    archived: bool = False
    default_branch: str = "main"
    parent: Repository | None = None
    objects: Objects = field(default_factory=Objects, repr=False)
    branches: dict[str, str] = field(default_factory=dict)
    former_names: set[str] = field(default_factory=set)
    collaborators: dict[str, str] = field(default_factory=dict)
    pulls: dict[int, Pull] = field(default_factory=dict, repr=False)
    suites: list[CheckSuite] = field(default_factory=list, repr=False)
    check_runs: list[CheckRun] = field(default_factory=list, repr=False)
    statuses: dict[str, list[dict[str, Any]]] = field(default_factory=dict, repr=False)
    created_at: str = ""

    def __post_init__(self) -> None:
        self.created_at = self.created_at or self.world.stamp()

    @property
    def full_name(self) -> str:
        return f"{self.owner.login}/{self.name}"

    @property
    def node_id(self) -> str:
        return f"R_kgDO{self.id:08x}"

    # --- content --------------------------------------------------------------------------------------------------------

    def commit(
        self,
        changes: Changes,
        *,
        branch: str | None = None,
        author: str = "hubot",
        message: str = "Change files",
        onto: str | None = None,
    ) -> Commit:
        """Commit on top of a branch (the default one), or of `onto`, which makes it a force push."""
        branch = branch or self.default_branch
        tip = onto or self.branches.get(branch)
        before = self.objects.commits[tip].files if tip else {}
        parents = (tip,) if tip else ()
        made = self.objects.commit(overlay(before, changes), parents, message, author, self.world.stamp())
        self.branches[branch] = made.sha
        return made

    def resolve(self, ref: str) -> Commit | None:
        """A commit by full SHA, unambiguous short SHA, branch, `refs/heads/…` or `refs/pull/N/head`."""
        name = ref.removeprefix("refs/").removeprefix("heads/")
        if name.startswith("pull/") and name.endswith("/head"):
            pull = self.pulls.get(int(name.split("/")[1]))
            return self.objects.commits[pull.head_sha] if pull else None
        sha = self.branches.get(name, ref)
        if sha in self.objects.commits:
            return self.objects.commits[sha]
        short = [commit for full, commit in self.objects.commits.items() if len(ref) >= 7 and full.startswith(ref)]
        return short[0] if len(short) == 1 else None

    def rename(self, name: str) -> None:
        """From now on requests to the old name are redirected, as GitHub does."""
        self.former_names.add(self.full_name.lower())
        self.name = name

    def transfer(self, owner: str) -> None:
        """As `rename`, to another account."""
        self.former_names.add(self.full_name.lower())
        self.owner = self.world.account(owner)

    def fork(self, owner: str) -> Repository:
        """A fork that shares the object store, as on GitHub; the app is not installed on it."""
        made = Repository(
            self.world,
            self.world.next_id(),
            self.world.account(owner),
            self.name,
            private=self.private,
            parent=self,
            objects=self.objects,
        )
        made.branches = dict(self.branches)
        self.world.repositories[made.id] = made
        return made

    # --- pulls ----------------------------------------------------------------------------------------------------------

    def open_pull(
        self,
        changes: Changes,
        *,
        title: str = "Change files",
        body: str = "",
        author: str = "mona",
        draft: bool = False,
        head: str = "",
        fork: Repository | None = None,
    ) -> Pull:
        """A pull request from a new branch (of a fork, when given) onto the default branch."""
        number = max(self.pulls, default=0) + 1
        source = fork or self
        branch = head or f"change-{number}"
        base_sha = self.branches[self.default_branch]
        made = source.commit(changes, branch=branch, author=author, message=title, onto=base_sha)
        pull = Pull(
            self,
            self.world.next_id(),
            number,
            title,
            body,
            self.world.account(author),
            source.owner,
            source,
            branch,
            self.default_branch,
            base_sha,
        )
        pull.heads.append(made.sha)
        pull.draft = draft
        self.pulls[number] = pull
        return pull

    def suite(self, head_sha: str, app: App) -> CheckSuite:
        """The app's suite for that commit; GitHub keeps one, made with the first run."""
        for found in self.suites:
            if (found.head_sha, found.app.id) == (head_sha, app.id):
                return found
        made = CheckSuite(self.world.next_id(), head_sha, app, self.world.stamp())
        self.suites.append(made)
        return made

    def runs_for(self, sha: str) -> list[CheckRun]:
        return [run for run in self.check_runs if run.head_sha == sha]


__all__ = ["Changes", "Pull", "Repository"]
