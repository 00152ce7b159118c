"""Pull requests, their files and commits."""

from bot.sandbox import pull_shapes
from bot.sandbox.errors import Refused
from bot.sandbox.operations import Call, Reply, operation
from bot.sandbox.repository import Pull

MAX_FILES = 3000
# Entries beyond these lose their patch when a page is large (docs: "List pull requests files"; seen from about 70 on).
PATCHES_PER_RESPONSE = 70
DIFF_MAX_FILES = 300


@operation("GET /repos/{owner}/{repo}/pulls", "pull_requests=read")
def list_pulls(call: Call) -> Reply:
    wanted, head, base = call.query.get("state", "open"), call.query.get("head"), call.query.get("base")

    def listed(pull: Pull) -> bool:
        return (
            not pull.vanished
            and wanted in (pull.state, "all")
            and (head is None or head == f"{pull.head_owner.login}:{pull.head_ref}")
            and (base is None or base == pull.base_ref)
        )

    newest_first = [pull for _, pull in sorted(call.repository.pulls.items(), reverse=call.query.get("direction") != "asc")]
    return call.page([pull for pull in newest_first if listed(pull)], pull_shapes.simple)


@operation("GET /repos/{owner}/{repo}/pulls/{pull_number}", "pull_requests=read")
def get_pull(call: Call) -> Reply:
    pull = call.pull()
    if call.wants("diff"):
        return _diff(pull)
    return Reply(pull_shapes.full(pull))


def _diff(pull: Pull) -> Reply:
    files = pull.files()
    if len(files) > DIFF_MAX_FILES:
        raise Refused(
            406,
            f"Sorry, the diff exceeded the maximum number of files ({DIFF_MAX_FILES}). "
            "Consider using 'List pull requests files' API or locally cloning the repository instead.",
            [{"resource": "PullRequest", "field": "diff", "code": "too_large"}],
        )
    parts = []
    for file in files:
        old, new = file.previous_path or file.path, file.path
        head = f"diff --git a/{old} b/{new}\n"
        before = f"a/{old}" if file.before else "/dev/null"
        after = f"b/{new}" if file.after else "/dev/null"
        parts.append(head + (f"--- {before}\n+++ {after}\n{file.patch}\n" if file.patch else "Binary files differ\n"))
    return Reply(raw="".join(parts).encode(), content_type="application/vnd.github.v3.diff; charset=utf-8")


@operation("GET /repos/{owner}/{repo}/pulls/{pull_number}/files", "pull_requests=read")
def list_files(call: Call) -> Reply:
    pull = call.pull()
    reply = call.page(pull.files()[:MAX_FILES], lambda file: pull_shapes.changed_file(pull.repository, pull.head_sha, file))
    for item in reply.data[PATCHES_PER_RESPONSE:]:
        item.pop("patch", None)
    return reply


@operation("GET /repos/{owner}/{repo}/pulls/{pull_number}/commits", "pull_requests=read")
def list_commits(call: Call) -> Reply:
    pull = call.pull()
    return call.page(pull.commits[:250], lambda commit: pull_shapes.commit(pull.repository, commit))


@operation("GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls", "pull_requests=read")
def list_pulls_of_commit(call: Call) -> Reply:
    sha = call.params["commit_sha"]
    if sha not in call.repository.objects.commits:
        raise Refused(422, f"No commit found for SHA: {sha}")
    pulls = [pull for pull in call.repository.pulls.values() if sha in {commit.sha for commit in pull.commits}]
    return call.page(pulls, pull_shapes.simple)
