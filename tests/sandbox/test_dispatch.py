"""What every answer carries, and the refusals that no operation escapes."""

import pytest

from bot.sandbox import StandIn
from bot.sandbox.repository import Pull, Repository
from tests.sandbox.conftest import Client

PULL = "/repos/acme/rocket/pulls/1"


async def test_headers(client: Client, pull: Pull) -> None:
    headers = (await client("GET", PULL, X_GitHub_Api_Version="2022-11-28")).headers
    assert (headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"], headers["X-RateLimit-Resource"]) == (
        "5000",
        "4999",
        "core",
    )
    assert headers["X-GitHub-Api-Version-Selected"] == "2022-11-28"
    assert headers["X-Accepted-GitHub-Permissions"] == "pull_requests=read"
    assert len(headers["X-GitHub-Request-Id"]) == 24


async def test_graphql_has_its_own_budget(client: Client, pull: Pull) -> None:
    await client("GET", PULL)
    answer = await client("POST", client.github.graphql_url, {"query": "{viewer{login}}"})
    assert (answer.headers["X-RateLimit-Resource"], answer.headers["X-RateLimit-Remaining"]) == ("graphql", "4999")
    limits = (await client("GET", "/rate_limit")).json["resources"]
    assert limits["graphql"]["used"] == 1


async def test_the_primary_limit(client: Client, pull: Pull) -> None:
    client.github.world.limits.remaining["core"] = 0
    answer = await client("GET", PULL)
    assert (answer.status, answer.headers["X-RateLimit-Remaining"]) == (403, "0")
    assert answer.json["message"] == "API rate limit exceeded for installation."
    assert int(answer.headers["X-RateLimit-Reset"]) > 0


async def test_an_unchanged_answer_is_free_for_the_same_token(client: Client, pull: Pull) -> None:
    first = await client("GET", PULL)
    again = await client("GET", PULL, If_None_Match=first.headers["ETag"])
    assert (again.status, again.raw, again.headers["X-RateLimit-Remaining"]) == (304, b"", "4999")
    client.allow(pull_requests="read")
    assert (await client("GET", PULL, If_None_Match=first.headers["ETag"])).status == 200


async def test_an_unknown_version(client: Client, pull: Pull) -> None:
    answer = await client("GET", PULL, X_GitHub_Api_Version="2099-01-01")
    assert (answer.status, answer.json["message"][:46]) == (400, '"2099-01-01" is not a supported version. Suppo')


async def test_no_user_agent(client: Client, pull: Pull) -> None:
    answer = await client("GET", PULL, User_Agent="")
    assert (answer.status, answer.json["message"][:40]) == (403, "Request forbidden by administrative rule")


@pytest.mark.parametrize(
    "path", ["/nothing", PULL + "/", "/repos/acme/rocket/pulls/one", "/repos/acme%2Frocket/pulls/1", "/repos/acme/none"]
)
async def test_unknown_paths(client: Client, pull: Pull, path: str) -> None:
    answer = await client("GET", path)
    assert (answer.status, answer.json["message"]) == (404, "Not Found")


async def test_a_known_path_with_another_method(client: Client, pull: Pull) -> None:
    assert (await client("DELETE", PULL)).status == 404


@pytest.mark.parametrize(("body", "message"), [(b"{", "Problems parsing JSON"), (b"[]", "Body should be a JSON object")])
async def test_bad_bodies(client: Client, pull: Pull, body: bytes, message: str) -> None:
    answer = await client("POST", "/repos/acme/rocket/issues/1/comments", body)
    assert (answer.status, answer.json["message"]) == (400, message)


async def test_a_renamed_repository_sends_its_callers_on(client: Client, pull: Pull, repository: Repository) -> None:
    repository.rename("ship")
    moved = await client("GET", f"{PULL}/files?per_page=50")
    target = f"{client.github.url}/repositories/{repository.id}/pulls/1/files?per_page=50"
    assert (moved.status, moved.headers["Location"], moved.json["url"]) == (301, target, target)
    assert len((await client("GET", target)).json) == 2
    kept = await client("POST", "/repos/acme/rocket/issues/1/comments", {"body": "x"})
    assert (kept.status, kept.headers["Location"]) == (307, f"{client.github.url}/repositories/{repository.id}/issues/1/comments")
    assert (await client("GET", "/repos/acme/ship/pulls/1")).status == 200
    assert (await client("GET", "/repositories/999999/pulls/1")).status == 404


async def test_an_archived_repository_is_read_only(client: Client, pull: Pull, repository: Repository) -> None:
    repository.archived = True
    assert (await client("GET", PULL)).status == 200
    answer = await client("POST", "/repos/acme/rocket/issues/1/comments", {"body": "x"})
    assert (answer.status, answer.json["message"]) == (403, "Repository was archived so is read-only.")


async def test_enterprise_paths() -> None:
    async with StandIn(enterprise=True) as github:
        import aiohttp

        repository = github.repository("acme/rocket")
        installation = github.world.installation_of("acme")
        assert installation is not None
        token = github.world.mint(installation, {"pull_requests": "read"}, None)
        repository.open_pull({"a": "b\n"})
        headers = {"Authorization": f"token {token.value}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            async with session.get(f"{github.url}/repos/acme/rocket/pulls/1") as response:
                assert response.status == 200
                assert (await response.json())["url"] == f"{github.web_url}/api/v3/repos/acme/rocket/pulls/1"
            async with session.post(github.graphql_url, json={"query": "{viewer{login}}"}) as response:
                assert await response.json() == {"data": {"viewer": {"login": "testwarden[bot]"}}}
            async with session.get(f"{github.web_url}/repos/acme/rocket/pulls/1") as response:
                assert response.status == 404


async def test_the_environment_is_all_a_bot_needs(github: StandIn) -> None:
    environment = github.environment()
    assert environment["GITHUB_API_URL"] == github.url
    assert environment["GITHUB_PRIVATE_KEY"].startswith("-----BEGIN RSA PRIVATE KEY-----")
    assert environment["GITHUB_WEBHOOK_SECRET"] == github.app.webhook_secret
    assert (environment["GITHUB_APP_ID"], environment["GITHUB_CLIENT_ID"]) == (str(github.app.id), github.app.client_id)
