"""The log of webhook deliveries and their redelivery; only the app itself may ask."""

from bot.sandbox.errors import not_found
from bot.sandbox.operations import PER_PAGE, Call, Reply, operation
from bot.sandbox.webhooks import Delivery


@operation("GET /app/hook/config", actor="app")
def get_hook_config(call: Call) -> Reply:
    return Reply({"content_type": "json", "insecure_ssl": "0", "secret": "********", "url": call.hooks.url})


@operation("GET /app/hook/deliveries", actor="app")
def list_deliveries(call: Call) -> Reply:
    """Newest first. `status=failure` shows answers from 400 on only, so a delivery that met no server is not among them."""
    wanted = call.query.get("status")
    found = [delivery for delivery in reversed(call.hooks.log) if wanted in (None, delivery.outcome)]
    size = min(int(call.query.get("per_page", PER_PAGE)), 100)
    cursor = call.query.get("cursor")
    if cursor is not None:
        found = [delivery for delivery in found if delivery.id <= int(cursor.removeprefix("v1_"))]
    page, rest = found[:size], found[size:]
    headers = {"Link": f'<{call.address(cursor=f"v1_{rest[0].id}")}>; rel="next"'} if rest else {}
    return Reply([delivery.item() for delivery in page], headers=headers)


@operation("GET /app/hook/deliveries/{delivery_id}", actor="app")
def get_delivery(call: Call) -> Reply:
    return Reply(_delivery(call).full())


@operation("POST /app/hook/deliveries/{delivery_id}/attempts", actor="app")
def redeliver(call: Call) -> Reply:
    """202 at once; the attempt itself follows, under the same GUID."""
    call.hooks.schedule(_delivery(call))
    return Reply({}, 202)


def _delivery(call: Call) -> Delivery:
    wanted = call.number("delivery_id")
    for delivery in call.hooks.log:
        if delivery.id == wanted:
            return delivery
    raise not_found()
