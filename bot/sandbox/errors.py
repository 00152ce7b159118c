"""GitHub's refusals, in the exact shape of its error bodies: clients tell one from another by these words."""

from collections.abc import Mapping, Sequence
from typing import Any

DOCS = "https://docs.github.com/rest"
BODY_LIMIT = 65_536


class Refused(Exception):
    """An answer that is an error. `errors` are strings or objects, as the endpoint's family uses them."""

    def __init__(
        self,
        status: int,
        message: str,
        errors: Sequence[str | Mapping[str, Any]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors
        self.headers = dict(headers or {})
        self.extra: dict[str, str] = {}

    @property
    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"message": self.message, **self.extra}
        if self.errors is not None:
            body["errors"] = list(self.errors)
        return {**body, "documentation_url": DOCS, "status": str(self.status)}


def not_found() -> Refused:
    """What GitHub says of a thing that is not there and of one the token may not see."""
    return Refused(404, "Not Found")


def bad_credentials() -> Refused:
    return Refused(401, "Bad credentials")


def bad_jwt(message: str = "A JSON web token could not be decoded") -> Refused:
    return Refused(401, message)


def not_accessible(accepted: str) -> Refused:
    headers = {"X-Accepted-GitHub-Permissions": accepted}
    return Refused(403, "Resource not accessible by integration", headers=headers)


def locked() -> Refused:
    return Refused(403, "Unable to create comment because issue is locked.")


def invalid_review(*errors: str) -> Refused:
    """Reviews and their comments answer with plain strings, and never say which comment is meant."""
    return Refused(422, "Unprocessable Entity", errors)


def invalid_field(resource: str, field: str, code: str, message: str | None = None) -> Refused:
    """Most other endpoints answer with objects."""
    error = {"resource": resource, "code": code, "field": field}
    return Refused(422, "Validation Failed", [error | ({"message": message} if message else {})])


def invalid_request(detail: str) -> Refused:
    """Endpoints checked against a JSON schema (the checks API among them) answer with one sentence."""
    return Refused(422, f"Invalid request.\n\n{detail}")


def too_long(resource: str) -> Refused:
    return invalid_field(resource, "data", "unprocessable", f"Body is too long (maximum is {BODY_LIMIT} characters)")
