"""`python -m bot.wiring.self_test`: the rules that do not hold against their own examples, one id a line. A process of its own,
because the engine is native code.

It takes ten seconds of a core, so that a release is tried once: its first process notes in the store that it passed, where the
others and every later start find it. (In the store, because that is what the processes of a fleet share; a file would be one
machine's.) Only a pass is noted, and whatever leaves a doubt has it tried again.
"""

import asyncio
import hashlib
import platform
import sys
from collections.abc import Callable
from functools import partial
from importlib.metadata import distributions
from pathlib import Path
from typing import TypeVar

from bot.jobs.passed import Passed
from bot.rulebook import rules_directory
from bot.telemetry import describe, logger

T = TypeVar("T")
SECONDS = 300
PACKAGE = Path(__file__).parents[1]


async def failing(passed: Passed) -> list[str]:
    """The ids of the failing rules: none, at once, where this release has passed before. Raises RuntimeError when it cannot be
    told."""
    tried = await _or_none(release)
    known = tried is not None and await _or_none(partial(passed.holds, tried))
    if known:
        return []
    found = await run()
    if tried and not found and tried == await _or_none(release):  # nobody has changed a file meanwhile
        await _or_none(partial(passed.note, tried))
    return found


async def _or_none(ask: Callable[[], T]) -> T | None:
    try:
        return await asyncio.to_thread(ask)
    except Exception as error:
        logger.warning("the rules' self-test is not remembered", **describe(error))
        return None


def release() -> str:
    """A digest of all that decides how the self-test ends: the rules' files and ours, Python, the machine, what is installed.
    It blocks on the disk, for some 50 ms."""
    installed = sorted(f"{each.name} {each.version}" for each in distributions())
    digest = hashlib.sha256("\0".join((sys.version, platform.platform(), *installed)).encode())
    for folder in (PACKAGE, rules_directory()):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                content = path.read_bytes()
                digest.update(f"\0{path.relative_to(folder)}\0{len(content)}\0".encode("utf-8", "surrogateescape") + content)
    return digest.hexdigest()


async def run() -> list[str]:
    """The ids of the failing rules, tried now. Raises RuntimeError when that cannot be told."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", __name__),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUTF8": "1"},  # and no credential of ours
    )
    try:
        async with asyncio.timeout(SECONDS):
            said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise RuntimeError(f"it ended with {process.returncode}")
    return said.decode().split()


def main() -> None:
    from bot import rulebook
    from bot.analysis import selftest  # native code, which the server itself never loads

    for rule in dict.fromkeys(complaint.rule for complaint in selftest.run(rulebook.load())):
        print(rule)


if __name__ == "__main__":
    main()
