"""Who may call: JWTs, installation tokens, narrowing, suspension, permissions per operation."""

import pytest

from bot.sandbox import StandIn
from bot.sandbox.operations import operations
from bot.sandbox.people import Installation
from bot.sandbox.repository import Pull, Repository
from tests.sandbox.conftest import Client

PULL = "/repos/acme/rocket/pulls/1"


async def mint(client: Client, installation: Installation, body: object = None) -> object:
    answer = await client("POST", f"/app/installations/{installation.id}/access_tokens", body, token=client.jwt())
    return answer.json if answer.status == 201 else (answer.status, answer.json["message"])


@pytest.mark.parametrize("issuer", ["id", "client_id"])
async def test_the_app_is_known_by_either_of_its_names(client: Client, issuer: str) -> None:
    name = str(getattr(client.github.app, issuer))
    answer = await client("GET", "/app", token=client.jwt(iss=name))
    assert (answer.status, answer.json["slug"]) == (200, "testwarden")


@pytest.mark.parametrize(
    ("claims", "status", "message"),
    [
        ({"exp": 700}, 401, "'Expiration time' claim ('exp') is too far in the future"),
        (
            {"exp": -1},
            401,
            "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
        ),
        (
            {"iat": 60},
            401,
            "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
        ),
        ({"iss": "nobody"}, 404, "Integration not found"),
        ({"key": "x" * 40, "algorithm": "HS256"}, 401, "A JSON web token could not be decoded"),
    ],
)
async def test_a_bad_jwt_is_refused(client: Client, claims: dict[str, object], status: int, message: str) -> None:
    answer = await client("GET", "/app", token=client.jwt(**claims))  # type: ignore[arg-type]
    assert (answer.status, answer.json["message"]) == (status, message)


async def test_a_token_is_long_and_holds_what_was_asked(
    client: Client, installation: Installation, repository: Repository
) -> None:
    minted = await mint(client, installation, {"repository_ids": [repository.id], "permissions": {"contents": "read"}})
    assert isinstance(minted, dict)
    assert len(minted["token"]) > 500
    assert "." in minted["token"]
    assert minted["permissions"] == {"contents": "read", "metadata": "read"}
    assert [it["id"] for it in minted["repositories"]] == [repository.id]


async def test_a_narrowed_token_does_not_see_the_neighbour(
    client: Client, installation: Installation, repository: Repository
) -> None:
    other = client.github.repository("acme/secret", private=True)
    minted = await mint(client, installation, {"repository_ids": [repository.id]})
    assert isinstance(minted, dict)
    client.token = minted["token"]
    assert (await client("GET", "/repos/acme/rocket")).status == 200
    assert (await client("GET", f"/repos/{other.full_name}")).status == 404
    data = await client.graphql('{repository(owner:"acme",name:"secret"){id}}')
    assert data["errors"][0]["type"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"permissions": {"contents": "write"}}, "The permissions requested are not granted to this installation."),
        ({"permissions": {"statuses": "read"}}, "The permissions requested are not granted to this installation."),
        (
            {"repository_ids": [999999]},
            "There is at least one repository that does not exist or is not accessible to the parent installation.",
        ),
    ],
)
async def test_a_token_is_never_wider_than_its_installation(
    client: Client, installation: Installation, body: object, message: str
) -> None:
    assert await mint(client, installation, body) == (422, message)


async def test_a_suspended_installation(client: Client, installation: Installation, pull: Pull) -> None:
    installation.suspended_at = client.github.world.stamp()
    expected = (403, "This installation has been suspended")
    assert await mint(client, installation) == expected
    answer = await client("GET", PULL)
    assert (answer.status, answer.json["message"]) == expected


async def test_a_deleted_installation(client: Client, installation: Installation, pull: Pull) -> None:
    del client.github.world.installations[installation.id]
    assert await mint(client, installation) == (404, "Not Found")
    assert (await client("GET", PULL)).status == 401


async def test_expired_and_revoked_tokens(client: Client, pull: Pull, installation: Installation) -> None:
    client.github.world.expire_tokens()
    answer = await client("GET", PULL)
    assert (answer.status, answer.json["message"]) == (401, "Bad credentials")
    client.allow(pull_requests="read")
    assert (await client("DELETE", "/installation/token")).status == 204
    assert (await client("GET", PULL)).status == 401


async def test_no_credentials(client: Client, pull: Pull) -> None:
    async with client.session.get(client.github.url + PULL) as response:
        assert response.status == 401
        assert (await response.json())["message"] == "Requires authentication"


async def test_every_operation_refuses_a_token_that_lacks_its_permission(client: Client, pull: Pull) -> None:
    """The table itself is the list: each operation with a permission must answer 403 and name it."""
    client.allow()
    values = {"owner": "acme", "repo": "rocket", "pull_number": "1", "issue_number": "1", "path": "src/engine.py"}
    checked = 0
    for operation in operations():
        if operation.needs in ("", "metadata=read"):
            continue
        parameters = {name: values.get(name, "1") for name in operation.parameters}
        answer = await client(operation.method, operation.template.format(**parameters), {})
        assert (answer.status, operation.name) == (403, operation.name)
        assert answer.json["message"] == "Resource not accessible by integration"
        assert answer.headers["X-Accepted-GitHub-Permissions"] == operation.needs
        checked += 1
    assert checked > 30


async def test_reading_does_not_allow_writing(client: Client, pull: Pull) -> None:
    client.allow(pull_requests="read", checks="read", issues="write")
    assert (await client("POST", f"{PULL}/reviews", {"event": "COMMENT", "body": "x"})).status == 403
    assert (await client("POST", "/repos/acme/rocket/check-runs", {"name": "x", "head_sha": pull.head_sha})).status == 403
    assert (await client("POST", "/repos/acme/rocket/issues/1/comments", {"body": "x"})).status == 403


async def test_an_installation_on_selected_repositories(
    client: Client, installation: Installation, repository: Repository
) -> None:
    installation.repositories = set()
    assert (await client("GET", "/repos/acme/rocket")).status == 404
    installation.repositories.add(repository.id)
    assert (await client("GET", "/repos/acme/rocket")).status == 200
    listed = await client("GET", "/installation/repositories")
    assert (listed.json["total_count"], listed.json["repository_selection"]) == (1, "selected")


@pytest.mark.parametrize(
    ("login", "role", "permission"),
    [("ada", "maintain", "write"), ("bea", "triage", "read"), ("cyd", "admin", "admin"), ("dan", None, "read")],
)
async def test_permission_levels(client: Client, repository: Repository, login: str, role: str | None, permission: str) -> None:
    client.github.world.account(login)
    if role:
        repository.collaborators[login] = role
    answer = await client("GET", f"/repos/acme/rocket/collaborators/{login}/permission")
    assert (answer.json["permission"], answer.json["role_name"]) == (permission, role or "read")


async def test_the_permission_of_somebody_unknown(client: Client) -> None:
    assert (await client("GET", "/repos/acme/rocket/collaborators/nobody/permission")).status == 404


async def test_installations_are_found_by_every_road(client: Client, installation: Installation) -> None:
    token = client.jwt()
    listed = await client("GET", "/app/installations?per_page=100", token=token)
    assert [it["id"] for it in listed.json] == [installation.id]
    for path in (f"/app/installations/{installation.id}", "/repos/acme/rocket/installation", "/orgs/acme/installation"):
        assert (await client("GET", path, token=token)).json["id"] == installation.id


async def test_enterprise_lies_below_its_prefix() -> None:
    async with StandIn(enterprise=True) as github:
        assert github.url.endswith("/api/v3")
        assert github.graphql_url == f"{github.web_url}/api/graphql"
        github.repository("acme/rocket")


async def test_installations_that_are_not_there(client: Client, installation: Installation) -> None:
    installation.repositories = set()
    for path in (
        "/app/installations/999999",
        "/repos/acme/rocket/installation",
        "/repos/acme/none/installation",
        "/orgs/nobody/installation",
    ):
        assert (await client("GET", path, token=client.jwt())).status == 404


async def test_a_manifest_code_becomes_credentials_once(client: Client) -> None:
    client.github.world.manifest_codes["abc"] = client.github.world.new_app("fresh")
    made = await client("POST", "/app-manifests/abc/conversions")
    assert (made.status, made.json["slug"]) == (201, "fresh")
    assert made.json["pem"].startswith("-----BEGIN RSA PRIVATE KEY-----")
    assert made.json["webhook_secret"] != client.github.app.webhook_secret
    assert (await client("POST", "/app-manifests/abc/conversions")).status == 404


async def test_what_anybody_may_ask(client: Client) -> None:
    assert (await client("GET", "/versions", token="")).json == ["2022-11-28", "2026-03-10"]
    assert "hooks" in (await client("GET", "/meta", token="")).json


async def test_the_hook_is_told_without_its_secret(client: Client) -> None:
    client.github.hooks.url = "http://127.0.0.1:1/webhook"
    told = (await client("GET", "/app/hook/config", token=client.jwt())).json
    assert (told["url"], told["secret"]) == ("http://127.0.0.1:1/webhook", "********")


@pytest.mark.parametrize("header", ["Basic abc", "Bearer nothing"])
async def test_strange_credentials(client: Client, pull: Pull, header: str) -> None:
    async with client.session.get(client.github.url + PULL, headers={"Authorization": header}) as response:
        assert (response.status, (await response.json())["message"]) == (401, "Bad credentials")


async def test_at_most_five_hundred_repositories_can_be_named(client: Client, installation: Installation) -> None:
    assert await mint(client, installation, {"repository_ids": list(range(501))}) == (
        422,
        "Too many repositories: at most 500 can be named.",
    )
