"""GraphQL."""

from typing import Any

from bot.sandbox.operations import Call


def answer(call: Call) -> Any:
    return {"data": None}
