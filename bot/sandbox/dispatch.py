"""The way of one API request: find the operation, know the caller, check what it may, run the handler, answer as GitHub does."""

import hashlib
import json
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bot.sandbox import auth, graphql, rest
from bot.sandbox.errors import Refused, not_found
from bot.sandbox.faults import Faults
from bot.sandbox.journal import Exchange
from bot.sandbox.operations import Call, Operation, Reply, match, require
from bot.sandbox.people import Token
from bot.sandbox.repository import Repository
from bot.sandbox.state import World
from bot.sandbox.webhooks import Hookshot

FAMILIES = (rest, graphql)  # importing them has entered their operations into the table
VERSIONS = ("2022-11-28", "2026-03-10")


@dataclass
class Dispatcher:
    """Answers API requests. `prefix` is the path below which the API lies: empty, or `/api/v3` as on GitHub Enterprise Server."""

    world: World
    hooks: Hookshot
    faults: Faults
    prefix: str = ""

    async def serve(self, exchange: Exchange) -> Reply:
        """The answer to one request, faults included. Raises ConnectionDropped when the script says to hang up."""
        resource = "core"
        try:
            entry, params = match(exchange.method, self._normal(exchange.path))
            exchange.operation = entry.name
            resource = "graphql" if entry.template == "/graphql" else "core"
            faulty = await self.faults.meet(exchange)
            if faulty is not None:
                return self._dressed(faulty, exchange, entry, resource)
            reply = self._handled(entry, params, exchange, resource)
            reply = await self.faults.meet(exchange, reply) or reply
            return self._dressed(reply, exchange, entry, resource)
        except Refused as refused:
            reply = Reply(refused.body, refused.status, refused.headers)
            return self._dressed(reply, exchange, None, resource)

    def _normal(self, path: str) -> str:
        """The path without the prefix, and with the owner and name that a `/repositories/{id}` path stands for."""
        if self.prefix and path == "/api/graphql":
            return "/graphql"
        if not path.startswith(self.prefix):
            raise not_found()
        path = path.removeprefix(self.prefix)
        head, _, rest_of_path = path.removeprefix("/repositories/").partition("/")
        if path.startswith("/repositories/") and head.isdecimal():
            repository = self.world.repositories.get(int(head))
            if repository is None:
                raise not_found()
            return f"/repos/{repository.full_name}" + (f"/{rest_of_path}" if rest_of_path else "")
        return path

    def _handled(self, entry: Operation, params: dict[str, str], exchange: Exchange, resource: str) -> Reply:
        headers = exchange.headers
        if not headers.get("User-Agent"):
            raise Refused(
                403, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header."
            )
        version = headers.get("X-GitHub-Api-Version", VERSIONS[0])
        if version not in VERSIONS:
            raise Refused(400, f'"{version}" is not a supported version. Supported versions are: {", ".join(VERSIONS)}.')
        token = self._actor(entry, headers.get("Authorization", ""))
        if token is not None:
            self.world.limits.spend(resource)
        repository = self._repository(entry, params, exchange, token)
        if token is not None:
            require(entry, token.permissions)
        call = Call(
            self.world,
            self.hooks,
            entry,
            params,
            exchange.query,
            _body(exchange.body),
            headers.get("Accept", ""),
            token,
            repository,
        )
        return entry.handler(call)

    def _actor(self, entry: Operation, authorization: str) -> Token | None:
        if entry.actor == "app":
            auth.verify_app(self.world, authorization)
        return auth.verify_installation(self.world, authorization) if entry.actor == "installation" else None

    def _repository(self, entry: Operation, params: dict[str, str], exchange: Exchange, token: Token | None) -> Repository | None:
        if token is None or "{repo}" not in entry.template:
            return None
        found, moved = self.world.find(params["owner"], params["repo"])
        if found is None or found not in self.world.reachable(token.installation):
            raise not_found()
        if token.repositories is not None and found.id not in token.repositories:
            raise not_found()
        if moved:
            raise self._redirect(found, entry, exchange, params)
        if found.archived and exchange.method != "GET":
            raise Refused(403, "Repository was archived so is read-only.")
        return found

    def _redirect(self, repository: Repository, entry: Operation, exchange: Exchange, params: dict[str, str]) -> Refused:
        """GET is sent on with 301, anything else with 307, which keeps method and body."""
        tail = entry.template.removeprefix("/repos/{owner}/{repo}").format(**{k: quote(v, safe="") for k, v in params.items()})
        query = "&".join(f"{quote(name)}={quote(value)}" for name, value in exchange.query.items())
        target = f"{self.world.url}/repositories/{repository.id}{tail}" + (f"?{query}" if query else "")
        permanent = exchange.method == "GET"
        refused = Refused(
            301 if permanent else 307, "Moved Permanently" if permanent else "Temporary Redirect", headers={"Location": target}
        )
        refused.extra = {"url": target}
        return refused

    def _dressed(self, reply: Reply, exchange: Exchange, entry: Operation | None, resource: str) -> Reply:
        """The headers every answer carries, and 304 for a content the caller has: ETags hold for one token only."""
        extra = {
            "X-GitHub-Request-Id": uuid.uuid4().hex.upper()[:24],
            "X-GitHub-Media-Type": "github.v3; format=json",
            "X-GitHub-Api-Version-Selected": exchange.headers.get("X-GitHub-Api-Version", VERSIONS[0]),
        }
        if entry is not None and entry.needs:
            extra["X-Accepted-GitHub-Permissions"] = entry.needs
        if reply.raw is None and reply.status != 204:
            reply.raw = json.dumps(reply.data).encode()
        if exchange.method == "GET" and reply.status == 200:
            identity = exchange.headers.get("Authorization", "").encode() + (reply.raw or b"")
            tag = f'W/"{hashlib.sha256(identity).hexdigest()}"'
            extra["ETag"] = tag
            if exchange.headers.get("If-None-Match") == tag:
                self.world.limits.spend(resource, -1)
                reply = Reply(None, 304, raw=b"")
        reply.headers = {**extra, **self.world.limits.headers(resource), **reply.headers}
        return reply


def _body(raw: bytes) -> Any:
    if not raw:
        return None
    try:
        return json.loads(raw)
    except ValueError as error:
        raise Refused(400, "Problems parsing JSON") from error
