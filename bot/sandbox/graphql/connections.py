"""Relay connections: nodes, edges and cursors over any list, with GitHub's rules on page sizes."""

import base64
from dataclasses import dataclass
from typing import Any

from bot.sandbox.graphql.types import Object, Problem, define, plain

MAX_PAGE = 100
_ITEMS = (
    "CheckAnnotation CheckRun CheckSuite IssueComment Label PullRequest PullRequestChangedFile PullRequestCommit "
    "PullRequestReview PullRequestReviewComment PullRequestReviewThread"
).split()


def cursor(index: int) -> str:
    return base64.b64encode(f"cursor:v2:{index}".encode()).decode()


def _index(text: str) -> int:
    try:
        return int(base64.b64decode(text, validate=True).decode().removeprefix("cursor:v2:"))
    except ValueError as error:
        raise Problem("INVALID_CURSOR_ARGUMENTS", f"`{text}` does not appear to be a valid cursor.") from error


@dataclass(frozen=True)
class Connection:
    """One page of a list of `item`s: `items` of `total`, the first of them at index `start`."""

    item: str
    items: list[Object]
    start: int
    total: int

    @property
    def info(self) -> dict[str, Any]:
        ends = (self.start, self.start + len(self.items) - 1) if self.items else (None, None)
        return {
            "startCursor": None if ends[0] is None else cursor(ends[0]),
            "endCursor": None if ends[1] is None else cursor(ends[1]),
            "hasPreviousPage": self.start > 0,
            "hasNextPage": self.start + len(self.items) < self.total,
        }


def connect(
    field: str,
    items: list[Object],
    *,
    item: str,
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
    before: str | None = None,
) -> Connection:
    """The page that `first`/`after` or `last`/`before` name. One of first and last must be given, and be at most 100."""
    if first is None and last is None:
        message = f"You must provide a `first` or `last` value to properly paginate the `{field}` connection."
        raise Problem("MISSING_PAGINATION_BOUNDARIES", message)
    for name, count in (("first", first), ("last", last)):
        if count is not None and count > MAX_PAGE:
            message = f"Requesting {count} records on the `{field}` connection exceeds the `{name}` limit of {MAX_PAGE} records."
            raise Problem("EXCESSIVE_PAGINATION", message)
    start = _index(after) + 1 if after else 0
    end = _index(before) if before else len(items)
    if first is not None:
        end = min(end, start + first)
    if last is not None:
        start = max(start, end - last)
    return Connection(item, items[start:end], start, len(items))


define(
    "PageInfo",
    plain(
        startCursor=lambda page: page["startCursor"],
        endCursor=lambda page: page["endCursor"],
        hasPreviousPage=lambda page: page["hasPreviousPage"],
        hasNextPage=lambda page: page["hasNextPage"],
    ),
)
for _item in _ITEMS:
    define(
        f"{_item}Connection",
        plain(
            nodes=lambda page: page.items,
            edges=lambda page: [Object(f"{page.item}Edge", (page.start + i, node)) for i, node in enumerate(page.items)],
            pageInfo=lambda page: Object("PageInfo", page.info),
            totalCount=lambda page: page.total,
        ),
    )
    define(f"{_item}Edge", plain(cursor=lambda edge: cursor(edge[0]), node=lambda edge: edge[1]))
