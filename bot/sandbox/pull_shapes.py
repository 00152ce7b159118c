"""The JSON of a pull request and of all that hangs on it."""

from typing import Any
from urllib.parse import quote

from bot.sandbox import shapes
from bot.sandbox.diff import FileDiff
from bot.sandbox.git import Commit
from bot.sandbox.people import Account
from bot.sandbox.repository import Pull, Repository
from bot.sandbox.shapes import Json, repository_url, user, web_url
from bot.sandbox.state import World
from bot.sandbox.talk import Annotation, CheckRun, IssueComment, Review, ReviewComment, Thread
from bot.sandbox.threads import position


def api_url(pull: Pull) -> str:
    return f"{repository_url(pull.repository)}/pulls/{pull.number}"


def html_url(pull: Pull) -> str:
    return f"{web_url(pull.repository)}/pull/{pull.number}"


def association(repository: Repository, account: Account) -> str:
    if account.id == repository.owner.id:
        return "OWNER"
    return "COLLABORATOR" if account.login in repository.collaborators else "NONE"


def _side(world: World, repository: Repository | None, owner: Account, ref: str, sha: str) -> Json:
    return {
        "label": f"{owner.login}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": user(world, owner),
        "repo": shapes.repository(repository) if repository else None,
    }


def simple(pull: Pull) -> Json:
    """A pull as lists show it."""
    world, api, web = pull.repository.world, api_url(pull), html_url(pull)
    issue = f"{repository_url(pull.repository)}/issues/{pull.number}"
    links = {
        "self": api,
        "html": web,
        "issue": issue,
        "comments": f"{issue}/comments",
        "review_comments": f"{api}/comments",
        "review_comment": f"{repository_url(pull.repository)}/pulls/comments{{/number}}",
        "commits": f"{api}/commits",
        "statuses": f"{repository_url(pull.repository)}/statuses/{pull.head_sha}",
    }
    return {
        "url": api,
        "id": pull.id,
        "node_id": pull.node_id,
        "html_url": web,
        "diff_url": f"{web}.diff",
        "patch_url": f"{web}.patch",
        "issue_url": issue,
        **{f"{name}_url": links[name] for name in ("comments", "review_comments", "review_comment", "commits", "statuses")},
        "number": pull.number,
        "state": pull.state,
        "locked": pull.locked,
        "active_lock_reason": None,
        "title": pull.title,
        "user": user(world, pull.author),
        "body": pull.body or None,
        "labels": [_label(pull, name) for name in pull.labels],
        "milestone": None,
        "created_at": pull.created_at,
        "updated_at": pull.updated_at,
        "closed_at": pull.closed_at,
        "merged_at": pull.merged_at,
        "merge_commit_sha": None,
        "assignee": None,
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "head": _side(world, pull.head_repository, pull.head_owner, pull.head_ref, pull.head_sha),
        "base": _side(world, pull.repository, pull.repository.owner, pull.base_ref, pull.base_sha),
        "_links": {name: {"href": link} for name, link in links.items()},
        "author_association": association(pull.repository, pull.author),
        "auto_merge": None,
        "draft": pull.draft,
    }


def _label(pull: Pull, name: str) -> Json:
    url = f"{repository_url(pull.repository)}/labels/{quote(name)}"
    return {"id": 1, "node_id": "LA_1", "url": url, "name": name, "description": None, "color": "ededed", "default": False}


def full(pull: Pull) -> Json:
    files = pull.files()
    return {
        **simple(pull),
        "merged": pull.merged_at is not None,
        "mergeable": None,
        "rebaseable": None,
        "mergeable_state": "unknown",
        "merged_by": None,
        "comments": len(pull.comments),
        "review_comments": len(pull.review_comments),
        "maintainer_can_modify": False,
        "commits": len(pull.commits),
        "additions": sum(file.additions for file in files),
        "deletions": sum(file.deletions for file in files),
        "changed_files": len(files),
    }


def changed_file(repository: Repository, head: str, file: FileDiff, *, patch: bool = True) -> Json:
    path = quote(file.path)
    shape: Json = {
        "sha": file.sha,
        "filename": file.path,
        "status": file.status,
        "additions": file.additions,
        "deletions": file.deletions,
        "changes": file.additions + file.deletions,
        "blob_url": f"{web_url(repository)}/blob/{head}/{path}",
        "raw_url": f"{web_url(repository)}/raw/{head}/{path}",
        "contents_url": f"{repository_url(repository)}/contents/{path}?ref={head}",
    }
    if patch and file.patch is not None:
        shape["patch"] = file.patch
    if file.previous_path is not None:
        shape["previous_filename"] = file.previous_path
    return shape


def commit(repository: Repository, it: Commit) -> Json:
    world, api = repository.world, f"{repository_url(repository)}/commits/{it.sha}"
    author = user(world, world.account(it.author))
    who = {"name": it.author, "email": f"{it.author}@users.noreply.example", "date": it.date}
    return {
        "url": api,
        "sha": it.sha,
        "node_id": f"C_{it.sha[:20]}",
        "html_url": f"{web_url(repository)}/commit/{it.sha}",
        "comments_url": f"{api}/comments",
        "commit": {
            "url": f"{repository_url(repository)}/git/commits/{it.sha}",
            "author": who,
            "committer": who,
            "message": it.message,
            "tree": {"sha": it.tree, "url": f"{repository_url(repository)}/git/trees/{it.tree}"},
            "comment_count": 0,
            "verification": {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None},
        },
        "author": author,
        "committer": author,
        "parents": [
            {
                "sha": sha,
                "url": f"{repository_url(repository)}/commits/{sha}",
                "html_url": f"{web_url(repository)}/commit/{sha}",
            }
            for sha in it.parents
        ],
    }


def issue_comment(pull: Pull, it: IssueComment) -> Json:
    world = pull.repository.world
    api = f"{repository_url(pull.repository)}/issues/comments/{it.id}"
    return {
        "url": api,
        "html_url": f"{html_url(pull)}#issuecomment-{it.id}",
        "issue_url": f"{repository_url(pull.repository)}/issues/{pull.number}",
        "id": it.id,
        "node_id": it.node_id,
        "user": user(world, it.user),
        "created_at": it.created_at,
        "updated_at": it.updated_at,
        "author_association": association(pull.repository, it.user),
        "body": it.body,
        "reactions": shapes.reactions(api, it.reactions),
        "performed_via_github_app": None if it.app is None else shapes.app(world, it.app),
    }


def review(pull: Pull, it: Review) -> Json:
    web = f"{html_url(pull)}#pullrequestreview-{it.id}"
    shape: Json = {
        "id": it.id,
        "node_id": it.node_id,
        "user": user(pull.repository.world, it.user),
        "body": it.body,
        "state": it.state,
        "html_url": web,
        "pull_request_url": api_url(pull),
        "author_association": association(pull.repository, it.user),
        "_links": {"html": {"href": web}, "pull_request": {"href": api_url(pull)}},
        "commit_id": it.commit_id,
    }
    return shape | ({"submitted_at": it.submitted_at} if it.submitted_at else {})


def review_comment(pull: Pull, thread: Thread, it: ReviewComment) -> Json:
    """A review comment. Outdated: `line` and `position` are null and the original place is all that is left."""
    world = pull.repository.world
    api = f"{repository_url(pull.repository)}/pulls/comments/{it.id}"
    web = f"{html_url(pull)}#discussion_r{it.id}"
    now, then = thread.now, thread.original
    file = pull.file(now.path) if now else None
    shape: Json = {
        "url": api,
        "pull_request_review_id": it.review_id,
        "id": it.id,
        "node_id": it.node_id,
        "diff_hunk": thread.diff_hunk,
        "path": then.path,
        "position": position(file, now) if file and now else None,
        "original_position": then.line or 1,
        "commit_id": thread.commit,
        "original_commit_id": thread.original_commit,
        "user": user(world, it.user),
        "body": it.body,
        "created_at": it.created_at,
        "updated_at": it.updated_at,
        "html_url": web,
        "pull_request_url": api_url(pull),
        "author_association": association(pull.repository, it.user),
        "_links": {"self": {"href": api}, "html": {"href": web}, "pull_request": {"href": api_url(pull)}},
        "reactions": shapes.reactions(api, it.reactions),
        "start_line": now.start_line if now else None,
        "original_start_line": then.start_line,
        "start_side": now.start_side if now else None,
        "line": now.line if now else None,
        "original_line": then.line or 1,
        "side": then.side,
        "subject_type": then.subject_type,
        "performed_via_github_app": None if it.app is None else shapes.app(world, it.app),
    }
    return shape | ({"in_reply_to_id": it.in_reply_to} if it.in_reply_to else {})


def annotation(repository: Repository, run: CheckRun, it: Annotation) -> Json:
    return {**vars(it), "blob_href": f"{web_url(repository)}/blob/{run.head_sha}/{quote(it.path)}"}


def check_run(repository: Repository, it: CheckRun) -> Json:
    api = f"{repository_url(repository)}/check-runs/{it.id}"
    return {
        "id": it.id,
        "name": it.name,
        "node_id": it.node_id,
        "head_sha": it.head_sha,
        "external_id": it.external_id,
        "url": api,
        "html_url": f"{web_url(repository)}/runs/{it.id}",
        "details_url": it.details_url or f"{web_url(repository)}/runs/{it.id}",
        "status": it.status,
        "conclusion": it.conclusion,
        "started_at": it.started_at,
        "completed_at": it.completed_at,
        "output": {
            "title": it.title,
            "summary": it.summary,
            "text": it.text,
            "annotations_count": len(it.annotations),
            "annotations_url": f"{api}/annotations",
        },
        "check_suite": {"id": it.suite.id},
        "app": shapes.app(repository.world, it.app),
        "pull_requests": pull_references(repository, it.head_sha),
    }


def pull_references(repository: Repository, sha: str) -> list[Json]:
    """The open pulls with that head; GitHub leaves out those from forks."""
    return [
        _reference(pull)
        for pull in repository.pulls.values()
        if pull.state == "open" and pull.head_sha == sha and pull.head_repository is repository
    ]


def _reference(pull: Pull) -> Json:
    def end(repository: Repository, ref: str, sha: str) -> dict[str, Any]:
        return {"ref": ref, "sha": sha, "repo": {"id": repository.id, "url": repository_url(repository), "name": repository.name}}

    return {
        "url": api_url(pull),
        "id": pull.id,
        "number": pull.number,
        "head": end(pull.repository, pull.head_ref, pull.head_sha),
        "base": end(pull.repository, pull.base_ref, pull.base_sha),
    }
