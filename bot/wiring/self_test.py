"""`python -m bot.wiring.self_test`: the rules that do not hold against their own examples, one id a line. A process of its own,
because the engine is native code."""

import asyncio
import sys
from pathlib import Path

SECONDS = 300


async def failing() -> list[str]:
    """The ids of the failing rules. Raises RuntimeError when that cannot be told."""
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
