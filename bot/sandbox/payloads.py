"""The webhook payloads GitHub would send, built from the state.

event = payloads.pull_request(pull, "opened")        # Event("pull_request", {...})
await github.deliver(event, to="http://127.0.0.1:8080/webhook")
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.sandbox import pull_shapes, shapes
from bot.sandbox.people import Account, App, Installation
from bot.sandbox.repository import Pull, Repository
from bot.sandbox.shapes import Json
from bot.sandbox.state import World
from bot.sandbox.talk import CheckRun, CheckSuite, IssueComment, Review, ReviewComment, Thread


@dataclass(frozen=True)
class Event:
    """`name` goes into X-GitHub-Event; `payload` is the JSON body."""

    name: str
    payload: Json

    @property
    def action(self) -> str | None:
        return self.payload.get("action")


def _event(name: str, repository: Repository, sender: Account, **fields: Any) -> Event:
    """What all events of a repository carry. The installation is only named, as in most of GitHub's events."""
    world = repository.world
    payload: Json = {**fields, "repository": shapes.repository(repository), "sender": shapes.user(world, sender)}
    if repository.owner.type == "Organization":
        payload["organization"] = shapes.organization(world, repository.owner)
    installation = world.installation_of(repository.owner.login)
    if installation is not None:
        payload["installation"] = {"id": installation.id, "node_id": f"MDIz{installation.id}"}
    return Event(name, payload)


def pull_request(pull: Pull, action: str, sender: Account | None = None, **changes: Any) -> Event:
    """`opened`, `reopened`, `closed`, `ready_for_review`, … `synchronize` names the head before and after.

    For a retargeted pull: `pull_request(pull, "edited", changes={"base": {"ref": {"from": …}, "sha": {"from": …}}})`.
    """
    fields: Json = {"action": action, "number": pull.number, "pull_request": pull_shapes.full(pull), **changes}
    if action == "synchronize":
        fields = {"before": pull.heads[-2] if len(pull.heads) > 1 else pull.base_sha, "after": pull.head_sha} | fields
    return _event("pull_request", pull.repository, sender or pull.author, **fields)


def retargeted(pull: Pull, branch: str) -> Event:
    """Retarget the pull and tell of it: the diff changes though no commit is pushed."""
    was = {"ref": {"from": pull.base_ref}, "sha": {"from": pull.base_sha}}
    pull.retarget(branch)
    return pull_request(pull, "edited", changes={"base": was})


def issue(pull: Pull) -> Json:
    """The issue side of a pull, which comment events carry instead of the pull itself."""
    simple = pull_shapes.simple(pull)
    kept = (
        "id node_id number title user state locked draft body labels created_at updated_at closed_at author_association assignee "
    )
    kept += "assignees milestone active_lock_reason"
    urls = {name: simple[name] for name in ("url", "html_url", "diff_url", "patch_url")} | {"merged_at": pull.merged_at}
    api = simple["issue_url"]
    return {
        **{name: simple[name] for name in kept.split()},
        "url": api,
        "repository_url": shapes.repository_url(pull.repository),
        "labels_url": f"{api}/labels{{/name}}",
        "comments_url": f"{api}/comments",
        "events_url": f"{api}/events",
        "html_url": simple["html_url"],
        "comments": len(pull.comments),
        "reactions": shapes.reactions(api, []),
        "timeline_url": f"{api}/timeline",
        "performed_via_github_app": None,
        "state_reason": None,
        "pull_request": urls,
    }


def issue_comment(pull: Pull, comment: IssueComment, action: str = "created", **changes: Any) -> Event:
    fields = {"action": action, "issue": issue(pull), "comment": pull_shapes.issue_comment(pull, comment), **changes}
    return _event("issue_comment", pull.repository, comment.user, **fields)


def review(pull: Pull, it: Review, action: str = "submitted") -> Event:
    """Review states are lower-case in webhooks."""
    shape = pull_shapes.review(pull, it)
    shape["state"] = it.state.lower()
    fields = {"action": action, "review": shape, "pull_request": pull_shapes.simple(pull)}
    return _event("pull_request_review", pull.repository, it.user, **fields)


def review_comment(pull: Pull, thread: Thread, comment: ReviewComment, action: str = "created") -> Event:
    shape = pull_shapes.review_comment(pull, thread, comment)
    fields = {"action": action, "comment": shape, "pull_request": pull_shapes.simple(pull)}
    return _event("pull_request_review_comment", pull.repository, comment.user, **fields)


def review_thread(pull: Pull, thread: Thread, action: str, sender: Account) -> Event:
    comments = [pull_shapes.review_comment(pull, thread, comment) for comment in thread.comments]
    shape = {"node_id": thread.node_id, "comments": comments}
    fields = {"action": action, "thread": shape, "pull_request": pull_shapes.simple(pull)}
    return _event("pull_request_review_thread", pull.repository, sender, **fields)


def check_run(repository: Repository, run: CheckRun, action: str, sender: Account | None = None, identifier: str = "") -> Event:
    """`rerequested` or, with `identifier`, `requested_action`."""
    fields: Json = {"action": action, "check_run": pull_shapes.check_run(repository, run)}
    fields["check_run"]["check_suite"] = _suite(repository, run.suite)
    if identifier:
        fields["requested_action"] = {"identifier": identifier}
    return _event("check_run", repository, sender or repository.world.account("mona"), **fields)


def _suite(repository: Repository, suite: CheckSuite) -> Json:
    runs = [run for run in repository.check_runs if run.suite is suite]
    done = bool(runs) and all(run.status == "completed" for run in runs)
    url = f"{shapes.repository_url(repository)}/check-suites/{suite.id}"
    return {
        "id": suite.id,
        "node_id": suite.node_id,
        "head_branch": None,
        "head_sha": suite.head_sha,
        "status": "completed" if done else "queued",
        "conclusion": runs[-1].conclusion if done else None,
        "url": url,
        "before": None,
        "after": suite.head_sha,
        "pull_requests": pull_shapes.pull_references(repository, suite.head_sha),
        "app": shapes.app(repository.world, suite.app),
        "created_at": suite.created_at,
        "updated_at": suite.created_at,
    }


def check_suite(repository: Repository, suite: CheckSuite, action: str = "rerequested", sender: Account | None = None) -> Event:
    fields: Json = {"action": action, "check_suite": _suite(repository, suite)}
    head = repository.objects.commits[suite.head_sha]
    who = {"name": head.author, "email": f"{head.author}@users.noreply.example"}
    fields["check_suite"] |= {
        "latest_check_runs_count": sum(run.suite is suite for run in repository.check_runs),
        "check_runs_url": f"{fields['check_suite']['url']}/check-runs",
        "head_commit": {
            "id": head.sha,
            "tree_id": head.tree,
            "message": head.message,
            "timestamp": head.date,
            "author": who,
            "committer": who,
        },
    }
    return _event("check_suite", repository, sender or repository.world.account("mona"), **fields)


def installation(world: World, it: Installation, action: str, repositories: Sequence[Repository] = ()) -> Event:
    """`created`, `deleted`, `suspend`, `unsuspend` or `new_permissions_accepted`."""
    fields: Json = {"action": action, "repositories": [_reference(repository) for repository in repositories], "requester": None}
    return _installed("installation", world, it, fields)


def installation_repositories(
    world: World, it: Installation, action: str, added: Sequence[Repository] = (), removed: Sequence[Repository] = ()
) -> Event:
    fields: Json = {
        "action": action,
        "repository_selection": it.selection,
        "repositories_added": [_reference(repository) for repository in added],
        "repositories_removed": [_reference(repository) for repository in removed],
        "requester": None,
    }
    return _installed("installation_repositories", world, it, fields)


def _installed(name: str, world: World, it: Installation, fields: Json) -> Event:
    shape = shapes.installation(world, it)
    # Times of an installation are epoch seconds in webhooks, though text in the REST API.
    epoch = int(datetime.fromisoformat(it.created_at).timestamp())
    shape |= {"created_at": epoch, "updated_at": epoch}
    return Event(name, {**fields, "installation": shape, "sender": shapes.user(world, it.account)})


def _reference(repository: Repository) -> Json:
    shape = shapes.repository(repository)
    return {name: shape[name] for name in ("id", "node_id", "name", "full_name", "private")}


def renamed(repository: Repository, name: str) -> Event:
    """Rename the repository and tell of it."""
    was = repository.name
    repository.rename(name)
    changes = {"repository": {"name": {"from": was}}}
    return _event("repository", repository, repository.owner, action="renamed", changes=changes)


def transferred(repository: Repository, owner: str) -> Event:
    """Give the repository to another account and tell of it; the App's installation there speaks for it from now on."""
    was = repository.owner
    repository.transfer(owner)
    changes = {"owner": {"from": {"organization" if was.type == "Organization" else "user": shapes.user(repository.world, was)}}}
    return _event("repository", repository, repository.owner, action="transferred", changes=changes)


def merge_group(pull: Pull, action: str = "checks_requested") -> Event:
    """The merge queue asks for checks on a commit that no pull request names."""
    head = pull.repository.objects.commits[pull.head_sha]
    who = {"name": head.author, "email": f"{head.author}@users.noreply.example"}
    commit = {
        "id": head.sha,
        "tree_id": head.tree,
        "message": head.message,
        "timestamp": head.date,
        "author": who,
        "committer": who,
    }
    group = {
        "head_sha": head.sha,
        "head_ref": f"refs/heads/gh-readonly-queue/{pull.base_ref}/pr-{pull.number}-{pull.base_sha}",
        "base_sha": pull.base_sha,
        "base_ref": f"refs/heads/{pull.base_ref}",
        "head_commit": commit,
    }
    return _event("merge_group", pull.repository, pull.author, action=action, merge_group=group)


def ping(world: World, app: App) -> Event:
    times = {"created_at": app.created_at, "updated_at": app.created_at}
    hook = {"type": "App", "id": app.id, "name": "web", "active": True, "events": list(app.events), "app_id": app.id, **times}
    config = {"content_type": "json", "insecure_ssl": "0", "secret": "********", "url": world.url}
    return Event("ping", {"zen": "Practicality beats purity.", "hook_id": app.id, "hook": {**hook, "config": config}})
