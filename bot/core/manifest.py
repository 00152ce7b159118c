"""What the App asks of GitHub (`app.yml` says why), and the address at which GitHub registers one that asks just that."""

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlencode

PERMISSIONS: Mapping[str, str] = MappingProxyType(
    {
        "metadata": "read",
        "contents": "read",
        "pull_requests": "write",
        "checks": "write",
        "issues": "read",
        "merge_queues": "read",
    }
)
EVENTS = ("pull_request", "issue_comment", "pull_request_review_comment", "check_run", "check_suite", "merge_group")
_NEW = "https://github.com/settings/apps/new"


def registration(webhook: str) -> str:
    """GitHub's form for a new App, filled in as far as an address can do that: a secret has to be typed there.

    docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-using-url-parameters
    """
    about = {"name": "testwarden", "url": webhook.rpartition("/")[0], "public": "false"}
    hook = {"webhook_active": "true", "webhook_url": webhook}
    return f"{_NEW}?{urlencode([*{**about, **hook, **PERMISSIONS}.items(), *(('events[]', event) for event in EVENTS)])}"
