"""The server as processes of its own: killed, asked to stop, split over several, and one that was down for a while."""

import asyncio
import json
import os
import signal
import socket
import sys
from contextlib import asynccontextmanager

from bot.sandbox import payloads
from tests.wiring.test_server import (
    ROOT,
    STARTED,
    becomes,
    conclusions,
    get,
    leaky,
    lines_commented,
    until,
)


@asynccontextmanager
async def process(environment: dict[str, str], *arguments: str, verb: str = "serve"):
    """`testwarden serve` and its address."""
    given = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    command = (sys.executable, "-m", "bot", verb, *arguments)
    running = await asyncio.create_subprocess_exec(*command, env=given, stderr=asyncio.subprocess.PIPE)
    assert running.stderr
    address, said = None, []
    async with asyncio.timeout(STARTED):
        while address is None and (line := await running.stderr.readline()):
            said.append(line.decode())
            address = json.loads(line).get("address")
    assert address is not None, said
    reading = asyncio.create_task(running.stderr.read())
    try:
        yield running, address
    finally:
        if running.returncode is None:
            running.kill()
        await running.wait()
        await reading


async def test_killed_before_anything_was_posted_it_posts_once_after_a_restart(github, environment):
    pull = leaky(github)
    gate = github.faults.hold("POST */reviews")
    async with process(environment) as (first, address):
        delivery = await github.deliver(payloads.pull_request(pull, "opened"), to=f"{address}/webhook")
        assert delivery.status_code == 202
        await gate.reached()
        first.kill()
        await first.wait()
    gate.release()
    async with process(environment) as (_, address):
        await until(lambda: conclusions(pull) == ["failure"])
        assert (await github.hooks.redeliver(delivery)).status_code == 0, "the first address is gone"
        again = await github.deliver(payloads.pull_request(pull, "opened"), to=f"{address}/webhook", guid=delivery.guid)
        assert (again.status_code, again.answer) == (202, "Accepted before.\n")
    assert lines_commented(pull) == [3, 7, 8]
    assert len(pull.comments) == 1


async def test_asked_to_stop_it_ends_the_run_in_hand_and_takes_deliveries_until_then(github, environment):
    pull = leaky(github)
    other = pull.repository.open_pull({"tests/test_other.py": "def test_other():\n    assert True\n"}, author="mona")
    gate = github.faults.hold("POST */reviews")
    async with process(environment) as (running, address):
        await becomes(f"{address}/readyz", lambda status, _: status == 200)
        await github.deliver(payloads.pull_request(pull, "opened"), to=f"{address}/webhook")
        await gate.reached()
        running.send_signal(signal.SIGTERM)
        await becomes(f"{address}/readyz", lambda status, text: status == 503 and "stopping" in text)
        late = await github.deliver(payloads.pull_request(other, "opened"), to=f"{address}/webhook")
        assert late.status_code == 202
        gate.release()
        assert await asyncio.wait_for(running.wait(), STARTED) == 0
    assert conclusions(pull) == ["failure"]
    assert conclusions(other) == []
    async with process(environment):
        await until(lambda: conclusions(other) == ["success"])


async def test_one_process_receives_and_another_works(github, environment):
    pull = leaky(github)
    async with process(environment, "--no-worker") as (_, address), process(environment):
        await github.deliver(payloads.pull_request(pull, "opened"), to=f"{address}/webhook")
        await until(lambda: conclusions(pull) == ["failure"])
    assert lines_commented(pull) == [3, 7, 8]


async def test_without_settings_it_refuses_in_one_sentence(environment):
    del environment["GITHUB_WEBHOOK_SECRET"]
    given = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment}
    command = (sys.executable, "-m", "bot", "serve")
    running = await asyncio.create_subprocess_exec(*command, env=given, stderr=asyncio.subprocess.PIPE)
    _, said = await running.communicate()
    assert running.returncode == 64
    assert said.decode() == (
        "testwarden: GITHUB_WEBHOOK_SECRET is not set: set it to the webhook secret entered on the App's page (Settings > "
        "Developer settings > GitHub Apps > your App), several separated by commas while you rotate.\n"
    )


async def test_what_was_missed_while_nobody_listened_is_reviewed_once(github, environment):
    """Delivered in vain, never delivered at all, and left by a process that died: sweeps find each."""
    lost = leaky(github)
    untold = lost.repository.open_pull({"tests/test_untold.py": "def test_untold():\n    assert True\n"}, author="mona")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    github.hooks.url = f"http://127.0.0.1:{port}/webhook"
    delivery = await github.deliver(payloads.pull_request(lost, "opened"))
    assert delivery.status_code != 202
    async with process({**environment, "PORT": str(port), "TESTWARDEN_SWEEP_SECONDS": "1"}):
        await until(lambda: conclusions(lost) == ["failure"] and conclusions(untold) == ["success"])
        await until(lambda: any(d.guid == delivery.guid and d.status_code == 202 for d in github.hooks.log))
    assert lines_commented(lost) == [3, 7, 8]
    assert len(lost.comments) == len(untold.comments) == 1


async def test_one_receives_and_another_works_on_postgres(github, environment_on_postgres):
    pull = leaky(github)
    environment = environment_on_postgres
    async with process(environment, "--no-worker") as (_, address), process(environment, verb="worker") as (_, nowhere):
        assert nowhere == ""
        await github.deliver(payloads.pull_request(pull, "opened"), to=f"{address}/webhook")
        await until(lambda: conclusions(pull) == ["failure"])
        assert 'testwarden_jobs{state="dead"} 0.0' in (await get(f"{address}/metrics"))[1]
    assert lines_commented(pull) == [3, 7, 8]
