"""The HTTP face of the server: its routes, and what every answer has in common."""

from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.model import Rulebook
from bot.telemetry import Metrics, describe, logger
from bot.web.pages import Pages
from bot.web.webhook import LARGEST, Webhook

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

Troubles = Callable[[], Awaitable[Sequence[str]]]


def application(webhook: Webhook | None, troubles: Troubles, rulebook: Rulebook, metrics: Metrics) -> web.Application:
    """The whole server's routes; without a webhook, those of a worker. `troubles` says why this process should get no work."""
    app = web.Application(client_max_size=LARGEST, middlewares=[_answered])
    pages = Pages(rulebook)

    async def healthz(_request: web.Request) -> web.Response:
        return web.Response(text="up\n")

    async def readyz(_request: web.Request) -> web.Response:
        reasons = list(await troubles())
        return web.json_response({"ready": not reasons, "reasons": reasons}, status=503 if reasons else 200)

    async def show_metrics(_request: web.Request) -> web.Response:
        return web.Response(body=metrics.render(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    async def home(request: web.Request) -> web.Response:
        return pages.home(request)

    async def setup(request: web.Request) -> web.Response:
        return pages.setup(request)

    async def rule(request: web.Request) -> web.Response:
        return pages.rule(request)

    app.add_routes(
        [
            *([web.post("/webhook", webhook.post)] if webhook else []),
            web.get("/healthz", healthz),
            web.get("/readyz", readyz),
            web.get("/metrics", show_metrics),
            web.get("/rules/{id}", rule),
            web.get("/setup", setup),
            web.get("/", home),
        ]
    )
    app.on_response_prepare.append(_secured)
    return app


@web.middleware
async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Nothing inside shows outside: an unexpected error is one plain sentence there, and a described log line here."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
        return web.Response(status=error.status, text=f"{error.reason}.\n", headers=headers)
    except Exception as error:
        logger.error("a request failed", path=request.path, **describe(error))
        return web.Response(status=500, text="Something went wrong here; the log says what.\n")


async def _secured(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)
    response.headers["Server"] = "testwarden"
