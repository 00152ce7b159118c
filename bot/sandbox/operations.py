"""The table of REST operations: path template, who may call it, what permission it takes, and the handler.

Handlers are plain functions from a `Call` to a `Reply`: no two of them ever interleave, so the state is always consistent.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote, unquote, urlencode

from bot.sandbox.errors import Refused, not_accessible, not_found
from bot.sandbox.payloads import Event
from bot.sandbox.people import App, Installation, Token
from bot.sandbox.repository import Pull, Repository
from bot.sandbox.state import World
from bot.sandbox.webhooks import Hookshot

PER_PAGE, MAX_PER_PAGE = 30, 100
_LEVELS = {"read": 1, "write": 2, "admin": 3}
_SLASHED = {"path", "basehead"}  # parameters that may hold unencoded slashes


@dataclass
class Reply:
    """`data` is sent as JSON; `raw`, when set, as it is."""

    data: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    content_type: str = "application/json; charset=utf-8"


@dataclass
class Call:
    """One request on its way to its handler: already authenticated, `repository` already found and visible."""

    world: World
    hooks: Hookshot
    operation: "Operation"
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    accept: str
    token: Token | None
    _repository: Repository | None = None

    @property
    def installation(self) -> Installation:
        assert self.token is not None, "the table lets only installation tokens reach this operation"
        return self.token.installation

    @property
    def app(self) -> App:
        return self.installation.app

    @property
    def repository(self) -> Repository:
        assert self._repository is not None, "the path names no repository"
        return self._repository

    @property
    def fields(self) -> Mapping[str, Any]:
        """The JSON body, which must be an object."""
        if self.body is None:
            return {}
        if not isinstance(self.body, dict):
            raise Refused(400, "Body should be a JSON object")
        return self.body

    def number(self, name: str) -> int:
        """A numeric path parameter; anything else is a path GitHub does not know."""
        if not self.params[name].isdecimal():
            raise not_found()
        return int(self.params[name])

    def pull(self, name: str = "pull_number") -> Pull:
        pull = self.repository.pulls.get(self.number(name))
        if pull is None or pull.vanished:
            raise not_found()
        return pull

    def wants(self, media: str) -> bool:
        """Whether a media type such as `raw` or `diff` was asked for, in its versioned or plain spelling."""
        return re.search(rf"application/vnd\.github\.(v3\.)?{media}\b", self.accept) is not None

    def announce(self, event: Event) -> None:
        """Tell the app of what was just written, when the stand-in was asked to send webhooks of writes."""
        self.hooks.echo(event)

    def page(self, items: Sequence[Any], shape: Callable[[Any], Any], envelope: str = "") -> Reply:
        """One page of a list with GitHub's Link header; `envelope` names the list inside `{"total_count": …}`."""
        size = min(max(_integer(self.query.get("per_page"), PER_PAGE), 1), MAX_PER_PAGE)
        page = max(_integer(self.query.get("page"), 1), 1)
        last = max(-(-len(items) // size), 1)
        shown = [shape(item) for item in items[(page - 1) * size : page * size]]
        relations = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
        if page == 1:
            relations = {name: to for name, to in relations.items() if name in ("next", "last")}
        if page >= last:
            relations = {name: to for name, to in relations.items() if name in ("prev", "first")}
        links = [f'<{self.address(page=to)}>; rel="{name}"' for name, to in relations.items()]
        headers = {"Link": ", ".join(links)} if last > 1 else {}
        return Reply({"total_count": len(items), envelope: shown} if envelope else shown, headers=headers)

    def address(self, **query: Any) -> str:
        """This request's own URL with some of the query changed, as Link headers spell it."""
        path = self.operation.template.format(**{name: quote(value, safe="") for name, value in self.params.items()})
        return f"{self.world.url}{path}?{urlencode({**self.query, **query})}"


Handler = Callable[[Call], Reply]


@dataclass(frozen=True)
class Operation:
    """`needs` is written as in X-Accepted-GitHub-Permissions: `;` parts alternatives, `,` joins what is needed together."""

    method: str
    template: str
    handler: Handler
    needs: str = ""
    actor: Literal["installation", "app", "anyone"] = "installation"

    @property
    def name(self) -> str:
        return f"{self.method} {self.template}"

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"\{(\w+)\}", self.template)


_TABLE: list[tuple[re.Pattern[str], Operation]] = []


def operation(
    name: str, needs: str = "", actor: Literal["installation", "app", "anyone"] = "installation"
) -> Callable[[Handler], Handler]:
    """Enter a handler into the table: `@operation("GET /repos/{owner}/{repo}", "metadata=read")`."""
    method, template = name.split(" ")

    def enter(handler: Handler) -> Handler:
        pattern = re.sub(r"\{(\w+)\}", lambda m: f"(?P<{m[1]}>{'.+' if m[1] in _SLASHED else '[^/]+'})", template)
        _TABLE.append((re.compile(pattern), Operation(method, template, handler, needs, actor)))
        return handler

    return enter


def operations() -> list[Operation]:
    return [entry for _, entry in _TABLE]


def match(method: str, raw_path: str) -> tuple[Operation, dict[str, str]]:
    """The operation that a still percent-encoded path names, and its parameters, decoded. No such path is a 404, as on GitHub."""
    for pattern, entry in _TABLE:
        found = pattern.fullmatch(raw_path)
        if found and entry.method == method:
            return entry, {name: unquote(value) for name, value in found.groupdict().items()}
    raise not_found()


def granted(needs: str, permissions: Mapping[str, str]) -> bool:
    def enough(need: str) -> bool:
        name, _, level = need.strip().partition("=")
        return name == "metadata" or _LEVELS.get(permissions.get(name, ""), 0) >= _LEVELS[level]

    return not needs or any(all(enough(need) for need in option.split(",")) for option in needs.split(";"))


def require(entry: Operation, permissions: Mapping[str, str]) -> None:
    if not granted(entry.needs, permissions):
        raise not_accessible(entry.needs)


def _integer(text: str | None, default: int) -> int:
    return int(text) if text and text.isdecimal() else default
