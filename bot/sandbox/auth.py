"""Who is calling: the app by its JWT, or an installation by its token."""

from typing import Any

import jwt

from bot.sandbox.errors import Refused, bad_credentials, bad_jwt, not_found
from bot.sandbox.people import App, Installation, Token
from bot.sandbox.state import World

JWT_LIFETIME_SECONDS = 600
MAX_REPOSITORIES = 500


def bearer(header: str) -> str:
    scheme, _, value = header.partition(" ")
    if not value:
        raise Refused(401, "Requires authentication")
    if scheme.lower() not in ("bearer", "token"):
        raise bad_credentials()
    return value.strip()


def verify_app(world: World, header: str) -> App:
    """Refuse what GitHub refuses: another algorithm or key, an expired or over-long JWT, a future `iat`, a foreign issuer."""
    token = bearer(header)
    now = world.now().timestamp()
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            world.app.public_key,
            algorithms=["RS256"],
            options={"verify_exp": False, "verify_iat": False, "verify_iss": False},
        )
    except jwt.InvalidTokenError as error:
        raise bad_jwt() from error
    issued, expires = claims.get("iat"), claims.get("exp")
    if not isinstance(expires, int) or expires <= now:
        raise bad_jwt(
            "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires"
        )
    if expires > now + JWT_LIFETIME_SECONDS + 1:
        raise bad_jwt("'Expiration time' claim ('exp') is too far in the future")
    if not isinstance(issued, int) or issued > now + 1:
        raise bad_jwt("'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued")
    if str(claims.get("iss")) not in (str(world.app.id), world.app.client_id):
        raise Refused(404, "Integration not found")
    return world.app


def verify_installation(world: World, header: str) -> Token:
    token = world.tokens.get(bearer(header))
    if token is None or token.revoked or token.expires_at <= world.now() or token.installation.id not in world.installations:
        raise bad_credentials()
    if token.installation.suspended_at is not None:
        raise suspended()
    return token


def suspended() -> Refused:
    return Refused(403, "This installation has been suspended")


def narrow(world: World, installation: Installation, fields: Any) -> tuple[dict[str, str], set[int] | None]:
    """The permissions and repositories of a new token: never more than the installation's, less when less was asked for."""
    wanted = fields.get("permissions")
    if wanted is not None:
        levels = {"read": 1, "write": 2, "admin": 3}
        for name, level in wanted.items():
            if levels.get(level, 9) > levels.get(installation.permissions.get(name, ""), 0):
                raise Refused(422, "The permissions requested are not granted to this installation.")
        wanted = {**wanted, "metadata": "read"}
    reachable = world.reachable(installation)
    ids, names = fields.get("repository_ids"), fields.get("repositories")
    if ids is None and names is None:
        return wanted or dict(installation.permissions), installation.repositories
    if len(ids or names) > MAX_REPOSITORIES:
        raise Refused(422, f"Too many repositories: at most {MAX_REPOSITORIES} can be named.")
    chosen = {repository.id for repository in reachable if repository.id in (ids or ()) or repository.name in (names or ())}
    if len(chosen) != len(set(ids or ()) | set(names or ())):
        raise Refused(
            422, "There is at least one repository that does not exist or is not accessible to the parent installation."
        )
    return wanted or dict(installation.permissions), chosen


def installation_or_404(world: World, installation_id: int) -> Installation:
    found = world.installations.get(installation_id)
    if found is None:
        raise not_found()
    return found
