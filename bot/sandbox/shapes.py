"""The JSON of GitHub's nouns that several endpoints and the webhooks share."""

from typing import Any

from bot.sandbox.people import Account, App, Installation
from bot.sandbox.repository import Repository
from bot.sandbox.state import World
from bot.sandbox.talk import Reaction

Json = dict[str, Any]

_USER_LINKS = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}
_REPOSITORY_LINKS = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}


def user(world: World, account: Account) -> Json:
    api = f"{world.url}/users/{account.login}"
    return {
        "login": account.login,
        "id": account.id,
        "node_id": account.node_id,
        "avatar_url": f"{world.web}/avatars/{account.id}",
        "gravatar_id": "",
        "url": api,
        "html_url": f"{world.web}/{account.login}",
        **{name: api + tail for name, tail in _USER_LINKS.items()},
        "type": account.type,
        "site_admin": False,
    }


def organization(world: World, account: Account) -> Json:
    api = f"{world.url}/orgs/{account.login}"
    return {
        "login": account.login,
        "id": account.id,
        "node_id": account.node_id,
        "url": api,
        "repos_url": f"{api}/repos",
        "events_url": f"{api}/events",
        "hooks_url": f"{api}/hooks",
        "issues_url": f"{api}/issues",
        "members_url": f"{api}/members{{/member}}",
        "public_members_url": f"{api}/public_members{{/member}}",
        "avatar_url": f"{world.web}/avatars/{account.id}",
        "description": None,
    }


def repository_url(repository: Repository) -> str:
    return f"{repository.world.url}/repos/{repository.full_name}"


def web_url(repository: Repository) -> str:
    return f"{repository.world.web}/{repository.full_name}"


def repository(it: Repository) -> Json:
    api, web = repository_url(it), web_url(it)
    open_pulls = sum(pull.state == "open" for pull in it.pulls.values())
    return {
        "id": it.id,
        "node_id": it.node_id,
        "name": it.name,
        "full_name": it.full_name,
        "private": it.private,
        "owner": user(it.world, it.owner),
        "html_url": web,
        "description": None,
        "fork": it.parent is not None,
        "url": api,
        **{name: api + tail for name, tail in _REPOSITORY_LINKS.items()},
        "git_url": f"git:{web.partition(':')[2]}.git",
        "ssh_url": f"git@sandbox:{it.full_name}.git",
        "clone_url": f"{web}.git",
        "svn_url": web,
        "homepage": None,
        "mirror_url": None,
        "language": None,
        "license": None,
        "size": 1,
        "forks": 0,
        "forks_count": 0,
        "stargazers_count": 0,
        "watchers": 0,
        "watchers_count": 0,
        "open_issues": open_pulls,
        "open_issues_count": open_pulls,
        "has_issues": True,
        "has_projects": True,
        "has_downloads": True,
        "has_wiki": True,
        "has_pages": False,
        "has_discussions": False,
        "archived": it.archived,
        "topics": [],
        "is_template": False,
        "web_commit_signoff_required": False,
        "disabled": False,
        "visibility": "private" if it.private else "public",
        "default_branch": it.default_branch,
        "created_at": it.created_at,
        "updated_at": it.created_at,
        "pushed_at": it.created_at,
    }


def full_repository(it: Repository) -> Json:
    return {**repository(it), "network_count": 0, "subscribers_count": 0}


def app(world: World, it: App) -> Json:
    return {
        "id": it.id,
        "client_id": it.client_id,
        "slug": it.slug,
        "node_id": f"A_kwDO{it.id:08x}",
        "owner": user(world, it.owner),
        "name": it.name,
        "description": "",
        "external_url": f"{world.web}/apps/{it.slug}",
        "html_url": f"{world.web}/apps/{it.slug}",
        "created_at": it.created_at,
        "updated_at": it.created_at,
        "permissions": it.permissions,
        "events": list(it.events),
    }


def installation(world: World, it: Installation) -> Json:
    api = f"{world.url}/app/installations/{it.id}"
    return {
        "id": it.id,
        "client_id": it.app.client_id,
        "account": user(world, it.account),
        "repository_selection": it.selection,
        "access_tokens_url": f"{api}/access_tokens",
        "repositories_url": f"{world.url}/installation/repositories",
        "html_url": f"{world.web}/settings/installations/{it.id}",
        "app_id": it.app.id,
        "app_slug": it.app.slug,
        "target_id": it.account.id,
        "target_type": it.account.type,
        "permissions": it.permissions,
        "events": list(it.app.events),
        "created_at": it.created_at,
        "updated_at": it.created_at,
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "suspended_by": None if it.suspended_at is None else user(world, it.account),
        "suspended_at": it.suspended_at,
    }


def reaction(world: World, it: Reaction) -> Json:
    return {
        "id": it.id,
        "node_id": it.node_id,
        "user": user(world, it.user),
        "content": it.content,
        "created_at": it.created_at,
    }


def reactions(url: str, its: list[Reaction]) -> Json:
    """The roll-up that comments carry."""
    kinds = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")
    counts = {kind: sum(it.content == kind for it in its) for kind in kinds}
    return {"url": f"{url}/reactions", "total_count": len(its), **counts}
