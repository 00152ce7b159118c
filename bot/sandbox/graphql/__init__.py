"""GraphQL for the stand-in; importing this package fills the table of resolvers and enters the endpoint among the operations."""

from bot.sandbox.graphql import content, root, talk, walk

__all__ = ["content", "root", "talk", "walk"]
