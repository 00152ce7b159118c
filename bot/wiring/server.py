"""A server's object graph: the receiver, the durable jobs, the analyst and GitHub, started in order and stopped in order."""

import asyncio
import errno
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import ClientSession, web

from bot import rulebook, telemetry
from bot.analysis.pool import Pool
from bot.github.budget import CONTENT_GAP
from bot.github.forge import GitHubForge
from bot.jobs import fence
from bot.jobs.database import Database
from bot.jobs.inbox import Unavailable
from bot.jobs.memory import StoredMemory
from bot.jobs.passed import Passed
from bot.jobs.service import Jobs, StoreError
from bot.jobs.sweep import MINUTE, Pace
from bot.model import Job, Rulebook
from bot.settings import Settings, SettingsError
from bot.telemetry import Metrics, describe, logger
from bot.web.app import application
from bot.web.webhook import Webhook
from bot.wiring import self_test
from bot.wiring.operate import unusable
from bot.wiring.work import Ended, Work

BACKLOG = 1024  # connections that may wait to be answered: a burst of deliveries is not refused
SECOND_SIGNAL_SECONDS = 1
AGAIN = 60.0  # seconds between two tries of a self-test that did not run


async def serve(settings: Settings, worker: bool = True, receive: bool = True) -> None:
    """Serve GitHub until SIGTERM or SIGINT. Without `worker`, only receive, and without `receive`, only work: another process
    on the same database does the rest.

    Raises SettingsError for what the operator can mend.
    """
    telemetry.configure(settings.log_level, settings.secrets)
    stop = asked_to_stop()
    async with server(settings, worker, receive) as address:
        logger.info("serving", address=address, api=settings.api_url, works=worker, receives=receive)
        await stop.wait()
        logger.info("stopping")


@asynccontextmanager
async def server(
    settings: Settings, worker: bool = True, receive: bool = True, *, docs: bool = False, ended: Ended = lambda _: None
) -> AsyncIterator[str]:
    """A server that listens, as its address ('' for a worker that nobody asks how it is). `docs`: comments link to the rules'
    pages here. `ended` hears of each run.

    It takes deliveries as soon as it can store them, while the analyst is still starting, and is entered when that has started.
    On leaving, readiness falls first; the runs in hand end while deliveries are still taken and stored; then it stops listening.
    """
    metrics, rules, languages = Metrics(), rulebook.load(), rulebook.load_languages()
    health = Health()
    async with AsyncExitStack() as stack:
        port = settings.port if receive else settings.worker_port
        listener = None if port is None else stack.enter_context(_listener(settings.host, port))
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        address = f"http://{host}:{listener.getsockname()[1]}" if listener else ""
        analyst = _analyst(settings, rules, stack) if worker else None
        run, forge = None, None
        if analyst:
            health.analyst = analyst
            forge = await _forge(settings, metrics, stack)
            metrics.budgets = partial(_budgets, forge)
            memory = _memory(settings, stack)
            master = settings.webhook_secrets[0].get_secret_value()
            run = Work(forge, analyst, memory, rules, languages, address if docs else "", master).counted(metrics, ended)
        health.jobs = await _jobs(settings, run, forge, metrics, stack)
        secrets = [s.get_secret_value() for s in settings.webhook_secrets]
        webhook = Webhook(secrets, health.jobs.accept, metrics, Unavailable, settings.app_slug) if receive else None
        if listener:
            runner = web.AppRunner(application(webhook, health.troubles, rules, metrics), access_log=None, shutdown_timeout=10)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.SockSite(runner, listener, backlog=BACKLOG).start()
        if analyst:
            await analyst.start()
        testing = asyncio.create_task(health.self_test(health.jobs.passed), name="self-test")
        stack.push_async_callback(_cancelled, testing)
        yield address
        health.stopping = True
        await health.jobs.finish()


async def _cancelled(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


class Health:
    """Why this process should not get work now."""

    def __init__(self) -> None:
        self.stopping = False
        self.analyst: Pool | None = None
        self.jobs: Jobs | None = None
        self._self_test = ["the rules' self-test is still running"]

    async def troubles(self) -> list[str]:
        stopping = ["stopping"] if self.stopping else []
        silent = ["the analyst is not running"] if self.analyst and not self.analyst.alive else []
        return [*stopping, *silent, *self._self_test, *(await self.jobs.troubles() if self.jobs else [])]

    async def self_test(self, passed: Passed) -> None:
        """Hold every rule against its own examples, unless this release has passed. What keeps that from being done, such as a
        machine that has no time for it, may pass: then it is done again."""
        while True:
            try:
                failing = await self_test.failing(passed)
            except Exception as error:
                self._self_test = ["the rules' self-test did not run"]
                logger.error("the rules' self-test did not run", again_in=AGAIN, **describe(error))
                await asyncio.sleep(AGAIN)
                continue
            self._self_test = [f"rule {rule} fails its self-test; see `testwarden rules test {rule}`" for rule in failing]
            for trouble in self._self_test:
                logger.error(trouble)
            return


# --- the parts ----------------------------------------------------------------------------------------------------------


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise SettingsError(f"PORT {port} is in use: set it to a free port, or stop what listens there.") from None
        raise SettingsError(
            f"HOST {host} cannot be listened on ({error.strerror}): set it to an address of this machine."
        ) from None


def _analyst(settings: Settings, rules: Rulebook, stack: AsyncExitStack) -> Pool:
    analyst = Pool(rules, settings.workers or os.cpu_count() or 1, cache=settings.home / "cache", warm=True)
    stack.push_async_callback(analyst.close)
    return analyst


async def _forge(settings: Settings, metrics: Metrics, stack: AsyncExitStack) -> GitHubForge:
    # A proxy from the environment is for reaching GitHub, not for what runs beside us.
    session = ClientSession(trust_env=not _on_this_machine(settings.api_url))
    await stack.enter_async_context(session)
    return GitHubForge(
        session,
        api_url=settings.api_url,
        graphql_url=settings.graphql_url,
        issuer=settings.issuer,
        app_id=settings.app_id,
        private_key=settings.private_key.get_secret_value(),
        secrets=[secret.get_secret_value() for secret in settings.webhook_secrets],
        counted=metrics.requested,
        before_write=fence.check,
        content_gap=0.0 if _on_this_machine(settings.api_url) else CONTENT_GAP,
    )


def _budgets(forge: GitHubForge) -> list[tuple[int, float, Mapping[str, float]]]:
    return [(meter.installation, meter.blocked, meter.shares) for meter in forge.meters()]


async def _jobs(
    settings: Settings,
    run: Callable[[Job], Awaitable[str]] | None,
    forge: GitHubForge | None,
    metrics: Metrics,
    stack: AsyncExitStack,
) -> Jobs:
    installations = forge.installations if forge else None
    every = settings.sweep_seconds
    pace = Pace(every, grace=min(every, MINUTE))
    try:
        jobs = await Jobs.start(
            settings.database_url,
            run,
            metrics,
            lease_seconds=settings.lease_seconds,
            installations=installations,
            pace=pace,
            slots=settings.slots,
        )
    except StoreError as error:
        raise unusable(error) from None
    stack.push_async_callback(jobs.stop)
    return jobs


def _memory(settings: Settings, stack: AsyncExitStack) -> StoredMemory:
    try:
        database = Database(settings.database_url)
    except OSError as error:
        raise unusable(error.strerror) from None
    stack.callback(database.dispose)
    return StoredMemory(database)


def _on_this_machine(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def asked_to_stop() -> asyncio.Event:
    """Set at the first SIGTERM or SIGINT. A further one ends the process at once, unless it comes with the first: a terminal
    and a process manager may both send it."""
    asked, loop = asyncio.Event(), asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)

    def ask() -> None:
        if not asked.is_set():
            asked.set()
            loop.call_later(SECOND_SIGNAL_SECONDS, lambda: [loop.remove_signal_handler(s) for s in signals])

    for which in signals:
        loop.add_signal_handler(which, ask)
    return asked
