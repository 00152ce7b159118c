"""Every GitHub REST operation this product uses, by GitHub's own operation id; nothing else may name a URL.

Values are filled in percent-encoded (RFC 6570), so neither a name nor a branch can leave its segment.
"""

import re

from bot.model import Pull

_REPO = "/repos/{owner}/{repo}"
MINT = "/app/installations/{installation}/access_tokens"
INSTALLATION = "/app/installations/{installation}"
PULL = _REPO + "/pulls/{number}"
FILES = PULL + "/files{?per_page,page}"
REVIEWS = PULL + "/reviews"
REVIEWS_PAGE = REVIEWS + "{?per_page,page}"
REVIEW = PULL + "/reviews/{review}"
ISSUE_COMMENTS = _REPO + "/issues/{number}/comments"
ISSUE_COMMENT = _REPO + "/issues/comments/{comment}"
REVIEW_COMMENT = _REPO + "/pulls/comments/{comment}"
CHECK_RUNS = _REPO + "/check-runs"
CHECK_RUN = _REPO + "/check-runs/{check}"
COMPARE = _REPO + "/compare/{basehead}{?per_page,page}"
BLOB = _REPO + "/git/blobs/{sha}"

_IDS = {
    ("POST", MINT): "apps/create-installation-access-token",
    ("GET", INSTALLATION): "apps/get-installation",
    ("GET", PULL): "pulls/get",
    ("GET", FILES): "pulls/list-files",
    ("GET", REVIEWS_PAGE): "pulls/list-reviews",
    ("POST", REVIEWS): "pulls/create-review",
    ("DELETE", REVIEW): "pulls/delete-pending-review",
    ("PATCH", REVIEW_COMMENT): "pulls/update-review-comment",
    ("POST", ISSUE_COMMENTS): "issues/create-comment",
    ("PATCH", ISSUE_COMMENT): "issues/update-comment",
    ("POST", CHECK_RUNS): "checks/create",
    ("PATCH", CHECK_RUN): "checks/update",
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
CONTENT = frozenset({"pulls/create-review", "pulls/update-review-comment", "issues/create-comment", "issues/update-comment"})


def operation(method: str, path: str) -> str:
    """GitHub's id of the operation at that path (below the API's root), for metrics: one of a small fixed set."""
    return next((name for verb, shape, name in _KNOWN if verb == method and shape.fullmatch(path)), "other")


def values(pull: Pull) -> dict[str, str]:
    """What fills the routes of a pull request."""
    return {"owner": pull.owner, "repo": pull.repo, "number": str(pull.number)}
