"""The REST handlers, one module per family of endpoints; importing this package fills the table of operations."""

from bot.sandbox.rest import apps, checks, comments, content, deliveries, pulls, reviews

__all__ = ["apps", "checks", "comments", "content", "deliveries", "pulls", "reviews"]
