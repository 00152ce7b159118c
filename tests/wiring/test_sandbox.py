"""`make run` without credentials: what a newcomer sees, from the first line to Ctrl-C."""

import asyncio
import os
import re
import signal
import sys
from pathlib import Path

import aiohttp

ROOT = Path(__file__).parents[2]


async def test_the_sandbox_reviews_its_sample_and_shows_it(tmp_path):
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PORT": "0", "TESTWARDEN_HOME": str(tmp_path)}
    command = (sys.executable, "-m", "bot", "sandbox")
    sandbox = await asyncio.create_subprocess_exec(
        *command, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        said = ""
        async with asyncio.timeout(120):
            while "is reviewed" not in said and (line := await sandbox.stdout.readline()):
                said += line.decode()
        assert said.startswith("SANDBOX: a made-up GitHub on this machine."), await sandbox.stderr.read()
        page = re.search(r"its review +(http://127\.0\.0\.1:\d+/\S+)", said)[1]
        bot = re.search(r"own pages +(http://127\.0\.0\.1:\d+/)", said)[1]
        async with aiohttp.ClientSession() as session:
            async with session.get(page) as response:
                assert response.status == 200
                html = await response.text()
            async with session.get(bot) as response:
                assert response.status == 200
        assert "security defects found in the changed test files" in html
        assert "tests/test_follow.py" in html
        assert f"{bot}rules/" in html
        sandbox.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(sandbox.wait(), 60) == 0
    finally:
        if sandbox.returncode is None:
            sandbox.kill()
            await sandbox.wait()
    assert [p.name for p in tmp_path.iterdir()] == ["cache"]
