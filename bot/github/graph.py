"""One GraphQL query about one repository. Everything that comes from outside travels as a variable, never as query text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.github.client import Client
from bot.github.errors import NotFound
from bot.model import Pull

_HEAD = "$owner:String!,$name:String!"


@dataclass(frozen=True, slots=True)
class Part:
    """Some fields of a repository. `variables`: name -> (GraphQL type, value), each of which the fields use."""

    fields: str
    variables: Mapping[str, tuple[str, Any]] = field(default_factory=dict)


async def ask(client: Client, pull: Pull, parts: Sequence[Part]) -> Mapping[str, Any]:
    """The fields of all parts. Raises Unavailable when GitHub could not make the whole answer."""
    given = {name: declared for part in parts for name, declared in part.variables.items()}
    head = ",".join([_HEAD, *(f"${name}:{kind}" for name, (kind, _) in given.items())])
    query = f"query({head}){{repository(owner:$owner,name:$name){{{' '.join(part.fields for part in parts)}}}}}"
    values = {"owner": pull.owner, "name": pull.repo} | {name: value for name, (_, value) in given.items()}
    found = (await client.graphql_data(query, values)).get("repository")
    if not isinstance(found, dict):
        raise NotFound(404, ("repository",))
    return found
