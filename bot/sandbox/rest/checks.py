"""Check runs, commit statuses and SARIF uploads, with the rules GitHub's schema does not state."""

from typing import Any

from bot.sandbox import payloads, pull_shapes
from bot.sandbox.errors import Refused, invalid_request, not_found
from bot.sandbox.operations import Call, Reply, operation
from bot.sandbox.shapes import repository_url, user
from bot.sandbox.talk import Annotation, CheckRun

MAX_ANNOTATIONS = 50
TEXT_LIMIT = 65_535
MAX_ACTIONS = 3
STATUSES = ("queued", "in_progress", "completed")
CONCLUSIONS = ("action_required", "cancelled", "failure", "neutral", "success", "skipped", "timed_out")
LEVELS = ("notice", "warning", "failure")
_REQUIRED = ("path", "start_line", "end_line", "annotation_level", "message")
_ACTION = {"label": 20, "description": 40, "identifier": 20}


@operation("POST /repos/{owner}/{repo}/check-runs", "checks=write")
def create_check_run(call: Call) -> Reply:
    fields = call.fields
    for name in ("name", "head_sha"):
        if not isinstance(fields.get(name), str) or not fields[name]:
            raise invalid_request(f'"{name}" wasn\'t supplied.')
    if fields["head_sha"] not in call.repository.objects.commits:
        raise Refused(422, f"No commit found for SHA: {fields['head_sha']}")
    _check(fields)
    suite = call.repository.suite(fields["head_sha"], call.app)
    run = CheckRun(call.world.next_id(), fields["name"], suite, "queued", call.world.stamp())
    _apply(call, run)
    call.repository.check_runs.append(run)
    call.announce(payloads.check_run(call.repository, run, "created", call.app.bot))
    return Reply(pull_shapes.check_run(call.repository, run), 201)


@operation("GET /repos/{owner}/{repo}/check-runs/{check_run_id}", "checks=read")
def get_check_run(call: Call) -> Reply:
    return Reply(pull_shapes.check_run(call.repository, _run(call)))


@operation("PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}", "checks=write")
def update_check_run(call: Call) -> Reply:
    run = _run(call)
    if run.app.id != call.app.id:
        raise Refused(403, f"Invalid app_id `{run.app.id}` - check run can only be modified by the GitHub App that created it.")
    _check(call.fields)
    was = run.status
    _apply(call, run)
    if run.status == "completed" != was:
        call.announce(payloads.check_run(call.repository, run, "completed", call.app.bot))
    return Reply(pull_shapes.check_run(call.repository, run))


@operation("GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations", "checks=read")
def list_annotations(call: Call) -> Reply:
    run = _run(call)
    return call.page(run.annotations, lambda it: pull_shapes.annotation(call.repository, run, it))


@operation("GET /repos/{owner}/{repo}/commits/{ref}/check-runs", "checks=read")
def list_check_runs(call: Call) -> Reply:
    commit = call.repository.resolve(call.params["ref"])
    if commit is None:
        raise Refused(422, f"No commit found for SHA: {call.params['ref']}")
    query = call.query
    runs = [
        run
        for run in call.repository.runs_for(commit.sha)
        if query.get("check_name") in (None, run.name)
        and query.get("app_id") in (None, str(run.app.id))
        and query.get("status") in (None, run.status)
    ]
    if query.get("filter", "latest") == "latest":
        runs = list({(run.app.id, run.name): run for run in runs}.values())
    return call.page(runs[::-1], lambda run: pull_shapes.check_run(call.repository, run), envelope="check_runs")


@operation("POST /repos/{owner}/{repo}/statuses/{sha}", "statuses=write")
def create_status(call: Call) -> Reply:
    fields, sha = call.fields, call.params["sha"]
    if sha not in call.repository.objects.commits:
        raise Refused(422, f"No commit found for SHA: {sha}")
    if len(fields.get("description") or "") > 140:
        raise Refused(422, "Validation Failed", ["description is too long (maximum is 140 characters)"])
    if fields.get("state") not in ("error", "failure", "pending", "success"):
        raise Refused(422, "Validation Failed", [{"resource": "Status", "code": "custom", "field": "state"}])
    number, now = call.world.next_id(), call.world.stamp()
    status = {
        "id": number,
        "node_id": f"SC_kwDO{number:08x}",
        "url": f"{repository_url(call.repository)}/statuses/{sha}",
        "avatar_url": None,
        "state": fields["state"],
        "description": fields.get("description"),
        "target_url": fields.get("target_url"),
        "context": fields.get("context", "default"),
        "created_at": now,
        "updated_at": now,
        "creator": user(call.world, call.app.bot),
    }
    call.repository.statuses.setdefault(sha, []).append(status)
    return Reply(status, 201)


def _run(call: Call) -> CheckRun:
    wanted = call.number("check_run_id")
    for run in call.repository.check_runs:
        if run.id == wanted:
            return run
    raise not_found()


def _check(fields: Any) -> None:
    """What must hold of a check run's fields before anything is changed."""
    if fields.get("status") not in (None, *STATUSES):
        raise invalid_request(f"{fields['status']} is not a member of {list(STATUSES)}.")
    if fields.get("conclusion") not in (None, *CONCLUSIONS):
        raise invalid_request(f"{fields['conclusion']} is not a member of {list(CONCLUSIONS)}.")
    if fields.get("status") == "completed" and not fields.get("conclusion"):
        raise invalid_request('"conclusion" wasn\'t supplied.')
    output = fields.get("output")
    if output is not None:
        _check_output(output)
    actions = fields.get("actions") or []
    if len(actions) > MAX_ACTIONS:
        raise invalid_request(f"No more than {MAX_ACTIONS} items are allowed; {len(actions)} were supplied.")
    for action in actions:
        for name, limit in _ACTION.items():
            _short(action.get(name) or "", limit)


def _check_output(output: Any) -> None:
    for name in ("title", "summary"):
        if not isinstance(output.get(name), str):
            raise invalid_request(f'"{name}" wasn\'t supplied.')
    for name in ("summary", "text"):
        _short(output.get(name) or "", TEXT_LIMIT)
    annotations = output.get("annotations") or []
    if len(annotations) > MAX_ANNOTATIONS:
        raise invalid_request(f"No more than {MAX_ANNOTATIONS} items are allowed; {len(annotations)} were supplied.")
    for annotation in annotations:
        missing = [f'"{name}"' for name in _REQUIRED if name not in annotation]
        if missing:
            raise invalid_request(f"{', '.join(missing)} {'wasn' if len(missing) == 1 else 'weren'}'t supplied.")
        columns = "start_column" in annotation or "end_column" in annotation
        badly_placed = columns and annotation["start_line"] != annotation["end_line"]
        if annotation["annotation_level"] not in LEVELS or badly_placed or annotation["start_line"] > annotation["end_line"]:
            raise Refused(422, "Validation Failed", [{"resource": "CheckRun", "code": "invalid", "field": "annotations"}])


def _short(text: str, limit: int) -> None:
    if len(text) > limit:
        raise invalid_request(f"Only {limit} characters are allowed; {len(text)} were supplied.")


def _apply(call: Call, run: CheckRun) -> None:
    """Annotations append; everything else replaces."""
    fields = call.fields
    run.suite.rerequested = False
    for name in ("name", "status", "external_id", "details_url", "started_at"):
        if fields.get(name) is not None:
            setattr(run, name, fields[name])
    if fields.get("conclusion"):
        run.conclusion, run.status = fields["conclusion"], "completed"
        run.completed_at = fields.get("completed_at") or call.world.stamp()
    elif run.status != "completed":
        run.conclusion = run.completed_at = None
    if "actions" in fields:
        run.actions = fields["actions"]
    output = fields.get("output")
    if output:
        run.title, run.summary, run.text = output["title"], output["summary"], output.get("text", run.text)
        known = Annotation.__dataclass_fields__
        run.annotations += [Annotation(**{k: v for k, v in it.items() if k in known}) for it in output.get("annotations") or []]
