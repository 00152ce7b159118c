"""What passed through the stand-in: every request with its answer, for tests that count, search or check them."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import unquote


@dataclass
class Exchange:
    """One request and its answer. `operation` is "METHOD /path/{template}" in the words of GitHub's OpenAPI description,
    empty where no operation has that path; `status` 0 means that no answer was sent."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    operation: str = ""
    status: int = 0
    answer: bytes = field(default=b"", repr=False)
    answer_type: str = ""
    faulty: bool = False

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def writes(self) -> bool:
        """Whether it changed something: a GraphQL query does not, though it is a POST."""
        if self.operation == "POST /graphql":
            return "mutation" in str(self.json.get("query", "")).split("{")[0]
        return self.method != "GET"


Observer = Callable[[Exchange], None]


class Journal:
    """All exchanges in order. Patterns are shell-like: "POST */reviews", "GET *", "* /graphql"."""

    def __init__(self) -> None:
        self._exchanges: list[Exchange] = []

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self._exchanges)

    def __len__(self) -> int:
        return len(self._exchanges)

    def __getitem__(self, index: int) -> Exchange:
        return self._exchanges[index]

    def add(self, exchange: Exchange) -> None:
        self._exchanges.append(exchange)

    def clear(self) -> None:
        self._exchanges.clear()

    def matching(self, pattern: str) -> list[Exchange]:
        return [exchange for exchange in self if fnmatchcase(exchange.operation, pattern)]

    def count(self, pattern: str = "*") -> int:
        return len(self.matching(pattern))

    @property
    def calls(self) -> list[Exchange]:
        """Everything but the minting of tokens: what an installation's rate limit pays for."""
        return [exchange for exchange in self if not exchange.operation.endswith("/access_tokens")]

    @property
    def writes(self) -> list[Exchange]:
        return [exchange for exchange in self.calls if exchange.writes]

    def containing(self, text: str) -> list[Exchange]:
        """The requests that carry a text anywhere: path, query, headers or body, JSON's escapes undone."""
        return [exchange for exchange in self if text in _everything(exchange)]


def _everything(exchange: Exchange) -> str:
    raw = exchange.body.decode("utf-8", "replace")
    try:
        strings = list(_strings(json.loads(raw)))
    except ValueError:
        strings = []
    path = [exchange.path, unquote(exchange.path), *exchange.query.values()]
    return "\n".join([*path, *exchange.headers.values(), raw, *strings])


def _strings(value: Any) -> Iterator[str]:
    """Every text in a JSON value, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from _strings(item)
