"""`testwarden replay`: a stored webhook payload, signed and sent to a running server as GitHub would send it."""

import hashlib
import hmac
import http.client
import json
import re
from typing import BinaryIO
from urllib.parse import urlsplit
from uuid import uuid4

import click

from bot import settings
from bot.cli.local import LocalError
from bot.core.markdown import one_line

SECONDS = 30.0  # GitHub itself gives up after 10
SHOWN = 500


@click.command()
@click.argument("event")
@click.argument("payload", type=click.File("rb"))
@click.option("--url", default="http://127.0.0.1:8080/webhook", show_default=True, help="The server's webhook address.")
@click.option("--delivery", default=None, help="The delivery's GUID.  [default: a new one]")
def replay(event: str, payload: BinaryIO, url: str, delivery: str | None) -> int:
    """Send a stored webhook PAYLOAD (a file, or - for standard input) of the kind EVENT to a running server.

    It is signed with the first secret of GITHUB_WEBHOOK_SECRET and takes the way of a real delivery. Prints the answer.
    """
    if not re.fullmatch(r"[a-z_]{1,60}", event):
        raise LocalError(f"{event!r} is no event's name: take the value of X-GitHub-Event, such as pull_request.")
    body = payload.read()
    _insist_on_object(body)
    status, answer = post(url, event, body, settings.load_webhook_secret(), delivery or str(uuid4()))
    said = one_line(answer.decode("utf-8", "replace"), SHOWN)
    click.echo(f"{status} {said}".rstrip())
    if status < 300:
        return 0
    click.echo(f"testwarden: The server refused the delivery ({status}): see its log, and compare the secrets.", err=True)
    return 1


def post(url: str, event: str, body: bytes, secret: str, delivery: str) -> tuple[int, bytes]:
    """One signed delivery; the answer's status and body. No redirect is followed and no proxy used."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise LocalError(f"{url!r} is no address: pass --url http://HOST:PORT/webhook.")
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "GitHub-Hookshot/testwarden-replay",
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": delivery,
        "X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(),
    }
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=SECONDS)
    try:
        connection.request("POST", f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}", body, headers)
        response = connection.getresponse()
        return response.status, response.read(64_000)
    except (OSError, http.client.HTTPException) as error:
        raise LocalError(
            f"{url} does not answer ({type(error).__name__}): start it with `testwarden serve`, or pass --url."
        ) from None
    finally:
        connection.close()


def _insist_on_object(body: bytes) -> None:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        raise LocalError("The payload is no JSON: take one from the App's page (Advanced > Recent Deliveries).") from None
    if not isinstance(payload, dict):
        raise LocalError("The payload is no JSON object: take one from the App's page (Advanced > Recent Deliveries).")
