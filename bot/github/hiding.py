"""Comments of ours folded away as resolved, and unfolded again. As good as can be done: the words in them say the same.

GraphQL alone can do it, and wants pull_requests:write for it, which others found out (github.com/dotnet/maui/pull/36021).
"""

from collections.abc import Sequence

from bot.github.client import Client
from bot.github.errors import Lost, Refused
from bot.ports import Gone, Later

_HIDE = "minimizeComment(input:{{subjectId:$n{0},classifier:RESOLVED}}){{minimizedComment{{isMinimized}}}}"
_SHOW = "unminimizeComment(input:{{subjectId:$n{0}}}){{unminimizedComment{{isMinimized}}}}"


async def hide(client: Client, nodes: Sequence[str]) -> None:
    """Fold the comments with these node ids away, all in one request."""
    await _change(client, _HIDE, nodes)


async def show(client: Client, nodes: Sequence[str]) -> None:
    await _change(client, _SHOW, nodes)


async def _change(client: Client, field: str, nodes: Sequence[str]) -> None:
    if not nodes:
        return
    names = ",".join(f"$n{n}:ID!" for n in range(len(nodes)))
    fields = " ".join(f"c{n}:{field.format(n)}" for n in range(len(nodes)))
    try:
        await client.graphql_data(f"mutation({names}){{{fields}}}", {f"n{n}": node for n, node in enumerate(nodes)})
    except (Refused, Lost, Gone, Later):
        return
