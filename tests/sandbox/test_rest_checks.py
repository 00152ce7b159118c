"""Check runs and statuses, with the rules that GitHub's schema leaves unsaid."""

from typing import Any

import pytest

from bot.sandbox.repository import Pull
from bot.sandbox.talk import CheckRun
from tests.sandbox.conftest import Answer, Client

RUNS = "/repos/acme/rocket/check-runs"


def notes(count: int, **more: Any) -> list[dict[str, Any]]:
    return [
        {"path": "a", "start_line": n + 1, "end_line": n + 1, "annotation_level": "failure", "message": "m", **more}
        for n in range(count)
    ]


def output(**more: Any) -> dict[str, Any]:
    return {"output": {"title": "t", "summary": "s", **more}}


async def create(client: Client, pull: Pull, **fields: Any) -> Answer:
    return await client("POST", RUNS, {"name": "Testwarden", "head_sha": pull.head_sha, **fields})


async def test_a_run_from_start_to_end(client: Client, pull: Pull) -> None:
    made = (await create(client, pull, status="in_progress", external_id="1/1/x")).json
    assert (made["status"], made["conclusion"], made["completed_at"]) == ("in_progress", None, None)
    assert [it["number"] for it in made["pull_requests"]] == [1]
    ended = (await client("PATCH", f"{RUNS}/{made['id']}", {"status": "completed", "conclusion": "success", **output()})).json
    assert (ended["status"], ended["conclusion"], ended["output"]["title"]) == ("completed", "success", "t")
    assert ended["completed_at"] is not None
    assert (await client("GET", f"{RUNS}/{made['id']}")).json["external_id"] == "1/1/x"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": ""}, 'Invalid request.\n\n"name" wasn\'t supplied.'),
        ({"head_sha": "0" * 40}, f"No commit found for SHA: {'0' * 40}"),
        ({"status": "completed"}, 'Invalid request.\n\n"conclusion" wasn\'t supplied.'),
        ({"conclusion": "stale"}, None),
        ({"status": "done"}, None),
        ({"output": {"title": "t"}}, 'Invalid request.\n\n"summary" wasn\'t supplied.'),
        ({"output": {"summary": "s"}}, 'Invalid request.\n\n"title" wasn\'t supplied.'),
        (output(summary="x" * 65_536), "Invalid request.\n\nOnly 65535 characters are allowed; 65536 were supplied."),
        (output(annotations=notes(51)), "Invalid request.\n\nNo more than 50 items are allowed; 51 were supplied."),
        (
            output(annotations=[{"start_line": 1, "end_line": 1, "message": "m"}]),
            'Invalid request.\n\n"path", "annotation_level" weren\'t supplied.',
        ),
        (output(annotations=notes(1, end_line=3, start_column=1)), "Validation Failed"),
        (output(annotations=notes(1, annotation_level="error")), "Validation Failed"),
        (
            {"actions": [{"label": "x" * 21, "description": "d", "identifier": "i"}]},
            "Invalid request.\n\nOnly 20 characters are allowed; 21 were supplied.",
        ),
    ],
)
async def test_refusals(client: Client, pull: Pull, fields: dict[str, Any], message: str | None) -> None:
    answer = await create(client, pull, **fields)
    assert answer.status == 422
    assert message is None or answer.json["message"] == message
    assert pull.repository.check_runs == []


async def test_annotations_append(client: Client, pull: Pull) -> None:
    number = (await create(client, pull, **output(annotations=notes(50)))).json["id"]
    updated = (await client("PATCH", f"{RUNS}/{number}", output(annotations=notes(3)))).json
    assert updated["output"]["annotations_count"] == 53
    assert len((await client("GET", f"{RUNS}/{number}/annotations?per_page=100")).json) == 53


async def test_runs_are_listed_by_name_app_and_newest_of_each(client: Client, pull: Pull) -> None:
    ids = [(await create(client, pull, external_id=str(n))).json["id"] for n in range(2)]
    other = client.github.world.new_app("other-ci")
    pull.repository.check_runs.append(
        CheckRun(7, "Testwarden", pull.repository.suite(pull.head_sha, other), "completed", "", "success")
    )
    url = f"/repos/acme/rocket/commits/{pull.head_sha}/check-runs"
    mine = f"{url}?check_name=Testwarden&app_id={client.github.app.id}"
    assert [it["id"] for it in (await client("GET", mine)).json["check_runs"]] == [ids[1]]
    assert (await client("GET", f"{mine}&filter=all")).json["total_count"] == 2
    assert (await client("GET", url)).json["total_count"] == 2
    assert (await client("GET", f"{url}?check_name=nothing")).json == {"total_count": 0, "check_runs": []}


async def test_another_apps_run_is_not_ours_to_change(client: Client, pull: Pull) -> None:
    other = client.github.world.new_app("other-ci")
    pull.repository.check_runs.append(
        CheckRun(7, "CI", pull.repository.suite(pull.head_sha, other), "queued", "2026-01-01T00:00:00Z")
    )
    answer = await client("PATCH", f"{RUNS}/7", {"status": "in_progress"})
    assert (answer.status, answer.json["message"][:16]) == (403, "Invalid app_id `")


async def test_a_fork_leaves_pull_requests_empty(client: Client, pull: Pull) -> None:
    fork = pull.repository.fork("mona")
    other = pull.repository.open_pull({"x": "x\n"}, fork=fork)
    assert (await create(client, other)).json["pull_requests"] == []


async def test_a_status_description_is_short(client: Client, pull: Pull) -> None:
    client.allow(statuses="write")
    url = f"/repos/acme/rocket/statuses/{pull.head_sha}"
    assert (await client("POST", url, {"state": "success", "description": "x" * 140})).status == 201
    assert (await client("POST", url, {"state": "success", "description": "x" * 141})).status == 422
