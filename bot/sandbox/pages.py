"""Pages."""

from aiohttp import web

from bot.sandbox.state import World
from bot.sandbox.webhooks import Hookshot


def add_routes(application: web.Application, world: World, hooks: Hookshot) -> None:
    return None
