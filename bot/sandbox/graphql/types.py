"""What the walk goes over: typed values, who asks, refusals, and the table of resolvers that the other modules fill."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.operations import granted
from bot.sandbox.people import Account, Token
from bot.sandbox.repository import Repository
from bot.sandbox.state import World

Resolver = Callable[..., Any]
"""Gets the parent object, the context, and the field's arguments by their GraphQL names."""

FIELDS: dict[str, dict[str, Resolver]] = {}
INTERFACES: Mapping[str, tuple[str, ...]] = {
    "Blob": ("GitObject", "Node"),
    "Bot": ("Actor", "Node"),
    "CheckRun": ("Node",),
    "CheckSuite": ("Node",),
    "Commit": ("GitObject", "Node"),
    "IssueComment": ("Comment", "Minimizable", "Node", "Reactable"),
    "Organization": ("Actor", "Node", "RepositoryOwner"),
    "PullRequest": ("Node", "Comment"),
    "PullRequestReview": ("Comment", "Minimizable", "Node"),
    "PullRequestReviewComment": ("Comment", "Minimizable", "Node", "Reactable"),
    "PullRequestReviewThread": ("Node",),
    "Repository": ("Node",),
    "Tree": ("GitObject", "Node"),
    "User": ("Actor", "Node", "RepositoryOwner"),
}


class Problem(Exception):
    """A refusal of one field: it becomes null, and an entry of this `type` stands in `errors`."""

    def __init__(self, type_: str, message: str) -> None:
        super().__init__(message)
        self.type = type_


@dataclass(frozen=True)
class Object:
    """A value on the walk with its GraphQL type; `home` is the pull or repository it belongs to."""

    type: str
    it: Any
    home: Any = None


@dataclass(frozen=True)
class Context:
    """Who asks."""

    world: World
    token: Token

    def need(self, permission: str) -> None:
        """GitHub refuses a field inside HTTP 200."""
        if not granted(permission, self.token.permissions):
            raise Problem("FORBIDDEN", "Resource not accessible by integration")

    def is_me(self, account: Account) -> bool:
        return account.id == self.token.installation.app.bot.id

    def sees(self, repository: Repository) -> bool:
        reachable = repository in self.world.reachable(self.token.installation)
        return reachable and (self.token.repositories is None or repository.id in self.token.repositories)


def define(type_name: str, fields: Mapping[str, Resolver]) -> None:
    """Enter a type's fields into the table."""
    FIELDS[type_name] = dict(fields)


def plain(**fields: Callable[[Any], Any]) -> dict[str, Resolver]:
    """Fields that take no argument and need no context: functions of the value alone."""

    def bind(read: Callable[[Any], Any]) -> Resolver:
        return lambda parent, context: read(parent.it)

    return {name: bind(read) for name, read in fields.items()}


def actor(account: Account) -> Object:
    return Object(account.type, account)


def login(account: Account) -> str:
    """GraphQL writes a bot's login without the `[bot]` that the REST API appends."""
    return account.login.removesuffix("[bot]")


for _type in ("User", "Organization"):
    define(_type, plain(id=lambda it: it.node_id, databaseId=lambda it: it.id, login=lambda it: it.login))
define("Bot", plain(id=lambda it: it.node_id, databaseId=lambda it: it.id, login=login))
