"""A pull request, as the stand-in keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.sandbox.diff import FileDiff, compare
from bot.sandbox.git import Changes, Commit
from bot.sandbox.people import Account, App
from bot.sandbox.talk import Anchor, IssueComment, Review, ReviewComment, Thread
from bot.sandbox.threads import follow, hunk_above

if TYPE_CHECKING:
    from bot.sandbox.repository import Repository


@dataclass(eq=False)
class Pull:
    """A pull request. `heads` are all heads it ever had, the present one last. `vanished`: the API answers 404."""

    repository: Repository = field(repr=False)
    id: int
    number: int
    title: str
    body: str
    author: Account
    head_owner: Account
    head_repository: Repository | None
    head_ref: str
    base_ref: str
    base_sha: str
    heads: list[str] = field(default_factory=list)
    state: str = "open"
    draft: bool = False
    locked: bool = False
    vanished: bool = False
    merged_at: str | None = None
    closed_at: str | None = None
    labels: list[str] = field(default_factory=list)
    withheld: set[str] = field(default_factory=set)
    comments: list[IssueComment] = field(default_factory=list, repr=False)
    reviews: list[Review] = field(default_factory=list, repr=False)
    threads: list[Thread] = field(default_factory=list, repr=False)
    created_at: str = ""
    updated_at: str = ""
    _files: dict[tuple[str, str], list[FileDiff]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.created_at = self.updated_at = self.repository.world.stamp()

    @property
    def node_id(self) -> str:
        return f"PR_kwDO{self.id:08x}"

    @property
    def head_sha(self) -> str:
        return self.heads[-1]

    @property
    def merge_base(self) -> str:
        """What the diff starts from; not `base_sha` once the base branch has moved on."""
        return self.repository.objects.merge_base(self.base_sha, self.head_sha) or self.base_sha

    @property
    def commits(self) -> list[Commit]:
        return self.repository.objects.between(self.base_sha, self.head_sha)

    def files(self) -> list[FileDiff]:
        """The changed files of the three-dot diff. Paths in `withheld` show no patch, as GitHub does when a budget is spent."""
        key = (self.merge_base, self.head_sha)
        if key not in self._files:
            commits = self.repository.objects.commits
            self._files = {key: compare(commits[key[0]].files, commits[key[1]].files)}
        return [file.without_patch() if file.path in self.withheld else file for file in self._files[key]]

    def file(self, path: str) -> FileDiff | None:
        return next((file for file in self.files() if file.path == path), None)

    # --- what people do -------------------------------------------------------------------------------------------------

    def push(self, changes: Changes, *, message: str = "Push more", onto: str | None = None) -> Commit:
        """A new head. `onto` another commit than the present head is a force push."""
        source = self.head_repository or self.repository
        before = self.head_sha
        made = source.commit(changes, branch=self.head_ref, author=self.author.login, message=message, onto=onto or before)
        self._move(before, made.sha)
        return made

    def force_back(self, sha: str) -> None:
        """Force the branch back to a commit it had before (A -> B -> A)."""
        before = self.head_sha
        (self.head_repository or self.repository).branches[self.head_ref] = sha
        self._move(before, sha)

    def _move(self, before: str, after: str) -> None:
        self.heads.append(after)
        self.updated_at = self.repository.world.stamp()
        commits = self.repository.objects.commits
        for thread in self.threads:
            follow(thread, commits[before].files, commits[after].files, after, self.files())

    def close(self) -> None:
        self.state, self.closed_at = "closed", self.repository.world.stamp()

    def reopen(self) -> None:
        self.state, self.closed_at = "open", None

    def merge(self) -> None:
        self.close()
        self.merged_at = self.closed_at
        self.repository.branches[self.base_ref] = self.head_sha

    def update_base(self) -> None:
        """Let the recorded base follow the base branch, as GitHub does when the pull is pushed to or retargeted."""
        self.base_sha = self.repository.branches[self.base_ref]

    def retarget(self, branch: str) -> None:
        self.base_ref = branch
        self.update_base()

    def delete_fork(self) -> None:
        """The head repository is gone: `head.repo` is null from now on."""
        if self.head_repository is not None and self.head_repository is not self.repository:
            del self.repository.world.repositories[self.head_repository.id]
        self.head_repository = None

    def comment(self, login: str, body: str, app: App | None = None) -> IssueComment:
        """A comment in the conversation. With `app`, as that app's bot; the login is ignored then."""
        world = self.repository.world
        user = app.bot if app else world.account(login)
        made = IssueComment(world.next_id(), user, body, world.stamp(), world.stamp(), app)
        self.comments.append(made)
        return made

    def start_thread(self, user: Account, body: str, anchor: Anchor, review: Review, app: App | None = None) -> ReviewComment:
        """A review comment that begins a thread. The anchor must have been checked before."""
        file = self.file(anchor.path)
        hunk = hunk_above(file, anchor) if file else ""
        thread = Thread(self.repository.world.next_id(), anchor, review.commit_id, anchor, review.commit_id, hunk)
        self.threads.append(thread)
        return self._say(thread, user, body, review, app)

    def reply(self, thread: Thread, login: str, body: str, app: App | None = None) -> ReviewComment:
        """An answer in a thread; GitHub wraps it into a review of its own."""
        world = self.repository.world
        user = app.bot if app else world.account(login)
        review = self.add_review(user, "", "COMMENTED", self.head_sha, app)
        return self._say(thread, user, body, review, app)

    def _say(self, thread: Thread, user: Account, body: str, review: Review, app: App | None) -> ReviewComment:
        world = self.repository.world
        parent = thread.comments[0].id if thread.comments else None
        made = ReviewComment(world.next_id(), user, body, world.stamp(), world.stamp(), review.id, parent, app)
        thread.comments.append(made)
        return made

    def add_review(self, user: Account, body: str, state: str, commit_id: str, app: App | None = None) -> Review:
        world = self.repository.world
        submitted = None if state == "PENDING" else world.stamp()
        made = Review(world.next_id(), user, body, state, commit_id, world.stamp(), submitted, app)
        self.reviews.append(made)
        return made

    def pending_review(self, user: Account) -> Review | None:
        return next((review for review in self.reviews if review.state == "PENDING" and review.user.id == user.id), None)

    def review(self, review_id: int | None) -> Review | None:
        return next((review for review in self.reviews if review.id == review_id), None)

    @property
    def review_comments(self) -> list[tuple[Thread, ReviewComment]]:
        """Every published review comment with its thread, in the order they were written."""
        pending = {review.id for review in self.reviews if review.state == "PENDING"}
        found = [(thread, said) for thread in self.threads for said in thread.comments if said.review_id not in pending]
        return sorted(found, key=lambda pair: pair[1].id)
