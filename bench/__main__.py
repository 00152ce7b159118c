"""The figures in one go: python -m bench CORPORA

CORPORA holds seed/*.diff, dev/ and traps/ (see bench.recall). Prints milliseconds per file, the whole-process time of `testwarden
review` on the seed patch, and what a running server costs. Quote ratios from one run: machines are noisy.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path

from bench import load, recall
from bench.harness import bench, percentile


async def analysis(corpora: Path) -> None:
    """Milliseconds per pull over the labelled cases, each a pull of one file."""
    pulls, lines = [], 0
    async with bench() as at:
        for case_file in sorted(corpora.glob("dev/*/case.json")):
            case = json.loads(case_file.read_text())
            after = recall.only(case_file.parent / "bad").read_bytes()
            seen = await at.look([recall.pull(case["file"], b"", after)], {case["file"]: after.decode("utf-8", "replace")})
            pulls.append(seen.seconds * 1000)
            lines += after.count(b"\n")
    print(f"{len(pulls)} files, {lines} lines: ms per file p50 {percentile(pulls, 0.5):.0f}, p95 {percentile(pulls, 0.95):.0f}")


def command_line(patch: Path) -> None:
    """The whole process, five times, after one run that fills the cache."""
    seconds = []
    for _ in range(6):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-m", "bot", "review", str(patch)], capture_output=True, check=False)
        seconds.append(time.perf_counter() - begun)
    print(f"testwarden review {patch.name}: first {seconds[0]:.2f} s, then {min(seconds[1:]):.2f} to {max(seconds[1:]):.2f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    options = load.asked(parser).parse_args()
    asyncio.run(analysis(options.corpora))
    command_line(next(options.corpora.glob("seed/*.diff")))
    asyncio.run(load.main(options))
