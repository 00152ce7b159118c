"""POST /webhook: verified, decided, stored durably, acknowledged. Who does not know the secret learns nothing, at little cost."""

import asyncio
import hmac
import json
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from hashlib import sha256

from aiohttp import web

from bot.core.commands import APP
from bot.core.intake import decide
from bot.model import Ignored, Job
from bot.telemetry import Metrics, about, logger

LARGEST = 25 * 1024 * 1024  # GitHub delivers no event above 25 MB: docs.github.com/webhooks/webhook-events-and-payloads
READ_SECONDS = 10  # and hangs up after as long: docs.github.com/webhooks/using-webhooks/best-practices-for-using-webhooks
LARGE = 1024 * 1024
LARGE_AT_ONCE = 4  # large bodies in memory together, so that nobody fills it with bodies we have yet to verify
COME_AGAIN_SECONDS = 30

_SIGNATURE = re.compile(r"sha256=[0-9a-f]{64}")
_EVENT = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_DELIVERY = re.compile(r"[A-Za-z0-9_.:-]{1,100}")


class Refused(Exception):
    """The delivery is not taken: the answer's status, what it is counted as, and one plain sentence."""

    def __init__(self, status: int, outcome: str, sentence: str, **headers: str) -> None:
        super().__init__(sentence)
        self.status, self.outcome, self.sentence = status, outcome, sentence
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class Webhook:
    """`accept` returns when the job is on disk, False for one it already has; what it raises for a full or failing store is
    `unavailable`. `app` is the App's name, as one mentions it."""

    def __init__(
        self,
        secrets: Sequence[str],
        accept: Callable[[Job], Awaitable[bool]],
        metrics: Metrics,
        unavailable: type[Exception],
        app: str = APP,
    ) -> None:
        if not secrets or not all(secrets):
            raise ValueError("a webhook needs a secret")
        self._secrets = [s.encode() for s in secrets]
        self._accept, self._metrics, self._unavailable, self._app = accept, metrics, unavailable, app
        self._large = asyncio.Semaphore(LARGE_AT_ONCE)

    async def post(self, request: web.Request) -> web.Response:
        began = time.monotonic()
        event = request.headers.get("X-GitHub-Event", "")
        try:
            outcome, text = await self._take(request, event)
            answer = web.Response(status=202, text=text)
        except Refused as refused:
            outcome = refused.outcome
            answer = web.Response(status=refused.status, text=refused.sentence + "\n", headers=refused.headers)
        self._metrics.delivered(event, outcome, time.monotonic() - began)
        return answer

    async def _take(self, request: web.Request, event: str) -> tuple[str, str]:
        """-> what it is counted as, and the text of the 202."""
        body = await self._verified(request)
        delivery = request.headers.get("X-GitHub-Delivery", "")
        if not _EVENT.fullmatch(event) or not _DELIVERY.fullmatch(delivery):
            raise Refused(400, "malformed", "The headers X-GitHub-Event and X-GitHub-Delivery are missing; send both.")
        if request.content_type != "application/json":
            raise Refused(415, "malformed", "Set the webhook's content type to application/json.")
        job = decide(event, delivery, _parsed(body), self._app)
        if isinstance(job, Ignored):
            self._metrics.ignored(job.reason)
            return "ignored", f"Ignored: {job.reason}.\n"
        with about(job):
            try:
                new = await self._accept(job)
            except self._unavailable:
                sentence = "The delivery could not be stored; redeliver it later."
                raise Refused(503, "unavailable", sentence, Retry_After=str(COME_AGAIN_SECONDS)) from None
            logger.info("accepted" if new else "accepted before", event_name=event, cause=job.cause.value)
        return ("accepted", "Accepted.\n") if new else ("duplicate", "Accepted before.\n")

    async def _verified(self, request: web.Request) -> bytes:
        """The body, once its signature is right. Only SHA-256 counts: the older header's SHA-1 is never looked at."""
        signature = request.headers.get("X-Hub-Signature-256", "")
        if not _SIGNATURE.fullmatch(signature):
            raise Refused(401, "unsigned", "The header X-Hub-Signature-256 is missing or malformed; set the webhook's secret.")
        body = await self._read(request)
        digests = [f"sha256={hmac.new(secret, body, sha256).hexdigest()}" for secret in self._secrets]
        # Every secret is tried, each in constant time: the answer's timing tells nothing about any of them.
        matching = sum(hmac.compare_digest(digest, signature) for digest in digests)
        if not matching:
            raise Refused(
                401, "wrong-signature", "The signature does not match; give the webhook and this server the same secret."
            )
        return body

    async def _read(self, request: web.Request) -> bytes:
        length = request.content_length
        if length is not None and length > LARGEST:
            raise Refused(413, "too-large", f"The payload is larger than {LARGEST} bytes; send a smaller one.")
        try:
            async with asyncio.timeout(READ_SECONDS):
                if length is not None and length <= LARGE:
                    return await request.read()
                async with self._large:
                    return await request.read()
        except web.HTTPRequestEntityTooLarge:
            raise Refused(413, "too-large", f"The payload is larger than {LARGEST} bytes; send a smaller one.") from None
        except (ConnectionError, web.RequestPayloadError):
            raise Refused(400, "cut-off", "The payload ended before its announced length; send it again.") from None
        except TimeoutError:
            raise Refused(408, "too-slow", f"The payload did not arrive within {READ_SECONDS} seconds; send it again.") from None


def _parsed(body: bytes) -> dict[str, object]:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(400, "malformed", "The payload is not valid JSON; send it as GitHub made it.") from None
    if not isinstance(payload, dict):
        raise Refused(400, "malformed", "The payload is not a JSON object; send it as GitHub made it.")
    return payload
