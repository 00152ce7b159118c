"""One GraphQL query about one repository. Everything that comes from outside travels as a variable, never as query text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.github.client import Client
from bot.github.errors import NotFound
from bot.model import Pull, Repository

_HEAD = "$owner:String!,$name:String!"


@dataclass(frozen=True, slots=True)
class Part:
    """Some fields of a repository. `variables`: name -> (GraphQL type, value), each of which the fields use."""

    fields: str
    variables: Mapping[str, tuple[str, Any]] = field(default_factory=dict)


async def ask(client: Client, where: Pull | Repository, parts: Sequence[Part]) -> Mapping[str, Any]:
    """The fields of all parts, about one repository. Raises Unavailable when GitHub could not make the whole answer."""
    given = {name: declared for part in parts for name, declared in part.variables.items()}
    head = ",".join([_HEAD, *(f"${name}:{kind}" for name, (kind, _) in given.items())])
    query = f"query({head}){{repository(owner:$owner,name:$name){{{' '.join(part.fields for part in parts)}}}}}"
    name = where.repo if isinstance(where, Pull) else where.name
    values = {"owner": where.owner, "name": name} | {variable: value for variable, (_, value) in given.items()}
    found = (await client.graphql_data(query, values)).get("repository")
    if not isinstance(found, dict):
        raise NotFound(404, ("repository",))
    return found


def nodes(parent: Mapping[str, Any] | None, connection: str) -> list[Mapping[str, Any]]:
    """What a connection holds on this page; GitHub puts null in place of what we may not see."""
    found = ((parent or {}).get(connection) or {}).get("nodes") or []
    return [node for node in found if isinstance(node, dict)]


def cursor(parent: Mapping[str, Any], connection: str) -> str | None:
    """Where the connection's next page begins, None when this was the last."""
    page = (parent.get(connection) or {}).get("pageInfo") or {}
    return page.get("endCursor") if page.get("hasNextPage") else None
