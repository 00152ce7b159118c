"""How many labelled defects the bot mentions, and how loudly it errs: python -m bench.recall CASES TRAPS [--peers]

CASES holds one folder per case: bad/ the file with the defect, good/ the file after its fix, case.json with file, lines (in bad),
cwe and tier. As a pull request: base = good, head = bad; then the other way round, where nothing of that CWE may be said. TRAPS
holds look-alikes that must not become a defect. With --peers, the other tools on PATH look at the same changed
lines (bench.peers).
"""

import argparse
import asyncio
import difflib
import json
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from bench.harness import Bench, bench
from bench.peers import Table
from bot.model import ChangedFile, Finding, Tier

TOLERANCE = 3


def pull(path: str, before: bytes, after: bytes) -> ChangedFile:
    """The change from before to after as GitHub would list it."""
    with tempfile.TemporaryDirectory() as folder:
        old, new = Path(folder, "old"), Path(folder, "new")
        old.write_bytes(before)
        new.write_bytes(after)
        command = ["git", "diff", "--no-index", "--no-ext-diff", "--no-textconv", "--text", str(old), str(new)]
        diff = subprocess.run(command, capture_output=True, check=False).stdout.decode("utf-8", "replace")
    patch = diff[diff.find("\n@@ ") + 1 :].rstrip("\n") if "\n@@ " in diff else None
    count = sum(line.startswith("+") for line in (patch or "").split("\n"))
    return ChangedFile(path, "modified", patch, additions=count)


def near(line: int, labelled: Iterable[int], tolerance: int) -> bool:
    return any(abs(line - n) <= tolerance for n in labelled)


def only(folder: Path) -> Path:
    return next(p for p in folder.iterdir() if p.is_file())


async def findings(at: Bench, path: str, before: bytes, after: bytes) -> tuple[Finding, ...]:
    seen = await at.look([pull(path, before, after)], {path: after.decode("utf-8", "replace")})
    return seen.plan.findings


def added(before: bytes, after: bytes) -> set[int]:
    """The lines of `after` that the change brings."""
    blocks = difflib.SequenceMatcher(None, before.split(b"\n"), after.split(b"\n"), False).get_opcodes()
    return {n for tag, _, _, j1, j2 in blocks for n in range(j1 + 1, j2 + 1) if tag != "equal"}


async def main(options: argparse.Namespace) -> None:
    score: dict[str, list[int]] = defaultdict(lambda: [0] * 5)
    missed, noisy, peers = [], [], Table()
    async with bench(options.rules) as at:
        for folder in sorted(p.parent for p in options.cases.glob("*/case.json")):
            case = json.loads((folder / "case.json").read_text())
            bad, good = only(folder / "bad"), only(folder / "good")
            after, before = bad.read_bytes(), good.read_bytes()
            found = await findings(at, case["file"], before, after)
            row = score[case["tier"]]
            row[0] += 1
            right = [f for f in found if case["cwe"] in f.cwe and near(f.line, case["lines"], TOLERANCE)]
            row[1] += bool(right)
            row[2] += any(f.line in case["lines"] for f in right)
            row[3] += any(f.tier is Tier.DEFECT for f in right)
            fixed = await findings(at, case["file"], after, before)
            loud = [f for f in fixed if case["cwe"] in f.cwe]
            row[4] += not loud
            if options.peers:
                brought = added(before, after)
                peers.ask(bad, brought, {n for n in brought if near(n, case["lines"], TOLERANCE)}, case["cwe"])
            if not right:
                said = ", ".join(f"{f.rule}:{f.line}" for f in found) or "nothing"
                kind = f"{case['tier']} {case.get('code') or case['category']} {case['cwe']}"
                missed.append(f"{folder.name} {kind} {case['lines'][:4]}: said {said}")
            noisy += [f"{folder.name} good: {f.rule}:{f.line}" for f in loud]
        print("tier  cases  mentioned  exact line  as defect  good silent")
        for tier, row in sorted(score.items()):
            print(f"{tier:4} {row[0]:6} {row[1]:10} {row[2]:11} {row[3]:10} {row[4]:12}")
        if options.peers:
            print(peers)
        print("\n".join(["missed:", *missed, "not silent after the fix:", *noisy]))
        await traps(at, options.traps)


async def traps(at: Bench, folder: Path) -> None:
    sprung = 0
    for case_file in sorted(folder.glob("*/case.json")):
        case = json.loads(case_file.read_text())
        file = next(p for p in case_file.parent.rglob("*") if p.is_file() and p.name != "case.json")
        found = await findings(at, case["file"], b"", file.read_bytes())
        for f in found:
            if f.tier is Tier.DEFECT:
                on = f.line in case["lines"]
                sprung += on
                print(f"{'TRAP' if on else 'defect beside'} {case_file.parent.name} {f.rule}:{f.line} {f.quote}")
    print(f"traps sprung: {sprung}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", type=Path)
    parser.add_argument("traps", type=Path)
    parser.add_argument("--rules", type=Path, help="a directory of rule files; all of the product's by default")
    parser.add_argument("--peers", action="store_true")
    asyncio.run(main(parser.parse_args()))
