"""Every GitHub REST operation this product uses, by GitHub's own operation id; nothing else may name a URL.

Values are filled in percent-encoded (RFC 6570), so neither a name nor a branch can leave its segment.
"""

import re

from bot.model import Pull

_REPO = "/repos/{owner}/{repo}"
MINT = "/app/installations/{installation}/access_tokens"
INSTALLATIONS = "/app/installations{?per_page,page}"
INSTALLATION = "/app/installations/{installation}"
REPOSITORIES = "/installation/repositories{?per_page,page}"
DELIVERIES = "/app/hook/deliveries{?per_page,cursor}"
ATTEMPTS = "/app/hook/deliveries/{delivery}/attempts"
_PULL = _REPO + "/pulls/{number}"
FILES = _PULL + "/files{?per_page,page}"
REVIEWS = _PULL + "/reviews"
REVIEWS_PAGE = REVIEWS + "{?per_page,page}"
REVIEW = _PULL + "/reviews/{review}"
ISSUE_COMMENTS = _REPO + "/issues/{number}/comments"
ISSUE_COMMENT = _REPO + "/issues/comments/{comment}"
REVIEW_COMMENT = _REPO + "/pulls/comments/{comment}"
REPLIES = _PULL + "/comments/{comment}/replies"
REACTIONS = ISSUE_COMMENT + "/reactions"
THREAD_REACTIONS = REVIEW_COMMENT + "/reactions"
PERMISSION = _REPO + "/collaborators/{login}/permission"
CHECK_RUNS = _REPO + "/check-runs"
CHECK_RUN = _REPO + "/check-runs/{check}"
CHECKS_OF = _REPO + "/commits/{ref}/check-runs{?check_name,app_id}"
COMPARE = _REPO + "/compare/{basehead}{?per_page,page}"
BLOB = _REPO + "/git/blobs/{sha}"

_IDS = {
    ("POST", MINT): "apps/create-installation-access-token",
    ("GET", INSTALLATION): "apps/get-installation",
    ("GET", INSTALLATIONS): "apps/list-installations",
    ("GET", REPOSITORIES): "apps/list-repos-accessible-to-installation",
    ("GET", DELIVERIES): "apps/list-webhook-deliveries",
    ("POST", ATTEMPTS): "apps/redeliver-webhook-delivery",
    ("GET", FILES): "pulls/list-files",
    ("GET", REVIEWS_PAGE): "pulls/list-reviews",
    ("POST", REVIEWS): "pulls/create-review",
    ("DELETE", REVIEW): "pulls/delete-pending-review",
    ("PATCH", REVIEW_COMMENT): "pulls/update-review-comment",
    ("POST", REPLIES): "pulls/create-reply-for-review-comment",
    ("POST", REACTIONS): "reactions/create-for-issue-comment",
    ("POST", THREAD_REACTIONS): "reactions/create-for-pull-request-review-comment",
    ("GET", PERMISSION): "repos/get-collaborator-permission-level",
    ("POST", ISSUE_COMMENTS): "issues/create-comment",
    ("PATCH", ISSUE_COMMENT): "issues/update-comment",
    ("POST", CHECK_RUNS): "checks/create",
    ("PATCH", CHECK_RUN): "checks/update",
    ("GET", CHECKS_OF): "checks/list-for-ref",
    ("GET", COMPARE): "repos/compare-commits",
    ("GET", BLOB): "git/get-blob",
}
_KNOWN = [
    (method, re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(re.sub(r"\{\?.*\}", "", route))) + r"(?:\?.*)?"), name)
    for (method, route), name in _IDS.items()
]

# Writes that may be sent again when their answer was lost: a second token does no harm.
REPEATABLE = frozenset({"apps/create-installation-access-token", "graphql"})

# Writes that people see, and are told of: GitHub counts them apart from all others.
CONTENT = frozenset(
    "pulls/create-review pulls/update-review-comment pulls/create-reply-for-review-comment issues/create-comment "
    "issues/update-comment reactions/create-for-issue-comment reactions/create-for-pull-request-review-comment".split()
)


def operation(method: str, path: str) -> str:
    """GitHub's id of the operation at that path (below the API's root), for metrics: one of a small fixed set."""
    return next((name for verb, shape, name in _KNOWN if verb == method and shape.fullmatch(path)), "other")


def values(pull: Pull) -> dict[str, str]:
    """What fills the routes of a pull request."""
    return {"owner": pull.owner, "repo": pull.repo, "number": str(pull.number)}
