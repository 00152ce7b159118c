"""What `make run` shows without credentials: the same server, pointed at a small GitHub of our own, both on loopback."""

import asyncio
import socket
from tempfile import TemporaryDirectory

from bot import settings as environment
from bot import telemetry
from bot.sandbox import payloads
from bot.sandbox.server import StandIn
from bot.settings import StoreSettings
from bot.wiring.server import asked_to_stop, server

_WELCOME = """\
SANDBOX: a made-up GitHub on this machine. No real repository is read or written.
  the pull request and its review   {page}
  the bot's own pages               {bot}/
Serve the real GitHub with `testwarden serve`. Stop this with Ctrl-C."""


async def sandbox(settings: StoreSettings) -> None:
    """Review a sample pull request through the real webhook and show both, until asked to stop. Nothing leaves this machine, and
    only compiled rules are kept on it. The bot listens on PORT, the sandbox on the next one; on any free port when that is
    taken."""
    telemetry.configure(settings.log_level)
    stop, reviewed = asked_to_stop(), asyncio.Event()
    with TemporaryDirectory(prefix="testwarden-sandbox-") as home:
        async with StandIn(port=_free(settings.port + 1 if 0 < settings.port < 65535 else 0), echoes=True) as github:
            pull = github.load_sample()
            database = f"sqlite:///{home}/jobs.sqlite"
            place = {
                "HOST": "127.0.0.1",
                "PORT": _free(settings.port),
                "TESTWARDEN_HOME": str(settings.home),
                "DATABASE_URL": database,
            }
            here = environment.load(**github.environment(), **place)
            async with server(here, docs=True, ended=lambda _: reviewed.set()) as address:
                github.hooks.url = f"{address}/webhook"
                page = f"{github.web_url}/{pull.repository.full_name}/pull/{pull.number}"
                print(_WELCOME.format(page=page, bot=address), flush=True)
                await github.deliver(payloads.pull_request(pull, "opened"))
                waits = [asyncio.create_task(event.wait()) for event in (stop, reviewed)]
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
                waits[1].cancel()
                if reviewed.is_set():
                    print("The sample pull request is reviewed: open its page.", flush=True)
                await stop.wait()


def _free(port: int) -> int:
    """The port when it can be had on loopback, else 0: any."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return 0
        return port
