"""A server seen from outside, and what is sent to it."""

import hmac
import json
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import aiohttp

from bot.model import Job
from bot.telemetry import Metrics

SECRET = "It's a Secret to Everybody"
HEAD = "0123456789abcdef0123456789abcdef01234567"


class Full(Exception):
    pass


def payload(action: str = "opened", **more: Any) -> dict[str, Any]:
    repository = {"id": 42, "name": "api", "owner": {"login": "acme"}}
    pull = {"number": 7, "state": "open", "head": {"sha": HEAD}}
    return {"action": action, "number": 7, "installation": {"id": 5}, "repository": repository, "pull_request": pull, **more}


def sign(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, "sha256").hexdigest()


@dataclass
class Server:
    """`taken` are the jobs that were stored; `storing` raises what it holds; `troubles` is what /readyz is told."""

    url: str = ""
    session: aiohttp.ClientSession | None = None
    metrics: Metrics = field(default_factory=Metrics)
    taken: list[Job] = field(default_factory=list)
    storing: Exception | None = None
    troubles: list[str] = field(default_factory=list)

    async def accept(self, job: Job) -> bool:
        if self.storing:
            raise self.storing
        new = all(job.delivery != t.delivery for t in self.taken)
        self.taken += [job] if new else []
        return new

    async def get(self, path: str, **more: Any) -> tuple[int, str, Any]:
        async with self.session.get(self.url + path, **more) as response:
            return response.status, await response.text(), response.headers

    async def post(self, body: object, without: tuple[str, ...] = (), **headers: str) -> tuple[int, str]:
        """A signed delivery; `headers` overrides, `without` leaves out."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {
            "Content-Type": "application/json",
            "X-GitHub-Event": "pull_request",
            "X-GitHub-Delivery": "guid-1",
            "X-Hub-Signature-256": sign(data),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        sent = {name: value for name, value in given.items() if name not in without}
        skip = {"Content-Type"} & set(without)
        async with self.session.post(f"{self.url}/webhook", data=BytesIO(data), headers=sent, skip_auto_headers=skip) as response:
            return response.status, await response.text()

    def count(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(f"testwarden_{name}_total", labels) or 0.0


RULE = b"""
id: tls-off
code: TS-D01
title: TLS verification off for <public> host
tier: defect
severity: high
confidence: high
cwe: [CWE-295]
what: "`{quote}` talks to {HOST} & believes anybody."
why: "whoever sits between reads the token"
fix: "verify"
references: [https://cwe.mitre.org/data/definitions/295.html]
match:
  python: [{text: 'verify=False', keywords: [verify]}]
examples:
  python:
    - {flagged: "get('https://x.io', verify=False)  # <script>alert(1)</script>", lines: [1]}
    - {flagged: "a\\nget('https://y.io', verify=False)", lines: [2], because: "second line"}
    - {clean: "get('https://x.io', verify=True)", near_miss: true}
    - {clean: "get('https://x.io')", because: "the default"}
    - {gap: "get(u, **opts)", lines: [1], because: "the dict is elsewhere"}
"""
