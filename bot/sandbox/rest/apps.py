"""The app, its installations, their tokens and what those reach."""

from bot.sandbox import auth, shapes
from bot.sandbox.errors import Refused, not_found
from bot.sandbox.operations import Call, Reply, operation


@operation("GET /app", actor="app")
def get_app(call: Call) -> Reply:
    return Reply(shapes.app(call.world, call.world.app) | {"installations_count": len(call.world.installations)})


@operation("GET /app/installations", actor="app")
def list_installations(call: Call) -> Reply:
    return call.page(list(call.world.installations.values()), lambda it: shapes.installation(call.world, it))


@operation("GET /app/installations/{installation_id}", actor="app")
def get_installation(call: Call) -> Reply:
    return Reply(shapes.installation(call.world, auth.installation_or_404(call.world, call.number("installation_id"))))


@operation("GET /repos/{owner}/{repo}/installation", actor="app")
def get_repository_installation(call: Call) -> Reply:
    repository, _ = call.world.find(call.params["owner"], call.params["repo"])
    installation = call.world.installation_of(call.params["owner"])
    if repository is None or installation is None or repository not in call.world.reachable(installation):
        raise not_found()
    return Reply(shapes.installation(call.world, installation))


@operation("GET /orgs/{org}/installation", actor="app")
def get_org_installation(call: Call) -> Reply:
    installation = call.world.installation_of(call.params["org"])
    if installation is None:
        raise not_found()
    return Reply(shapes.installation(call.world, installation))


@operation("POST /app/installations/{installation_id}/access_tokens", actor="app")
def create_token(call: Call) -> Reply:
    installation = auth.installation_or_404(call.world, call.number("installation_id"))
    if installation.suspended_at is not None:
        raise auth.suspended()
    permissions, repositories = auth.narrow(call.world, installation, call.fields)
    token = call.world.mint(installation, permissions, repositories)
    shape: shapes.Json = {
        "token": token.value,
        "expires_at": token.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "permissions": permissions,
        "repository_selection": "all" if repositories is None else "selected",
    }
    if repositories is not None:
        shape["repositories"] = [shapes.repository(call.world.repositories[number]) for number in sorted(repositories)]
    return Reply(shape, 201)


@operation("DELETE /installation/token")
def revoke_token(call: Call) -> Reply:
    assert call.token is not None
    call.token.revoked = True
    return Reply(status=204)


@operation("GET /installation/repositories", "metadata=read")
def list_repositories(call: Call) -> Reply:
    assert call.token is not None
    visible = [
        it
        for it in call.world.reachable(call.installation)
        if call.token.repositories is None or it.id in call.token.repositories
    ]
    reply = call.page(visible, shapes.repository, envelope="repositories")
    reply.data["repository_selection"] = call.installation.selection
    return reply


@operation("GET /repos/{owner}/{repo}", "metadata=read")
def get_repository(call: Call) -> Reply:
    return Reply(shapes.full_repository(call.repository))


@operation("GET /repos/{owner}/{repo}/collaborators/{username}/permission", "metadata=read")
def get_permission(call: Call) -> Reply:
    """admin, write, read or none: `maintain` shows as write and `triage` as read; `role_name` tells them apart."""
    account = call.world.accounts.get(call.params["username"])
    if account is None or account.type != "User":
        raise Refused(404, f"{call.params['username']} is not a user")
    fallback = "none" if call.repository.private else "read"
    role = call.repository.collaborators.get(account.login, "admin" if account.id == call.repository.owner.id else fallback)
    permission = {"maintain": "write", "triage": "read"}.get(role, role)
    user = shapes.user(call.world, account) | {"role_name": role}
    return Reply({"permission": permission, "role_name": role, "user": user})


@operation("POST /app-manifests/{code}/conversions", actor="anyone")
def convert_manifest(call: Call) -> Reply:
    """The last step of registering an app: the one-time code becomes its credentials."""
    app = call.world.manifest_codes.pop(call.params["code"], None)
    if app is None:
        raise not_found()
    secrets = {"client_secret": app.client_secret, "webhook_secret": app.webhook_secret, "pem": app.private_key}
    return Reply(shapes.app(call.world, app) | secrets, 201)


@operation("GET /rate_limit")
def get_rate_limit(call: Call) -> Reply:
    resources = {name: call.world.limits.shape(name) for name in ("core", "graphql", "search")}
    return Reply({"resources": resources, "rate": resources["core"]})


@operation("GET /meta", actor="anyone")
def get_meta(call: Call) -> Reply:
    return Reply({"verifiable_password_authentication": False, "hooks": ["127.0.0.1/32"], "api": ["127.0.0.1/32"]})


@operation("GET /versions", actor="anyone")
def get_versions(call: Call) -> Reply:
    return Reply(["2022-11-28", "2026-03-10"])
