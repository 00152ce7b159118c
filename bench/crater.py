"""Run the bot over whole test trees and over commits of repositories, and compare with the last run.

    python -m bench.crater tree DIR [--under PREFIX]             every file below DIR as one added diff
    python -m bench.crater head REPO [--under PREFIX]            every file of a repository's HEAD, as one added diff
    python -m bench.crater commits REPO --range A..B             each commit as a pull request
    python -m bench.crater commits ROOT --list FILE.jsonl        lines with repo, sha, parent; clones at ROOT/owner+name/repo

With --record the number of commits in which each rule spoke goes into rules/measured.toml, for the rules' pages.

Prints findings by rule, every defect with its line, and saves a snapshot under bench/out/ to compare with the last one.
"""

import argparse
import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

from bench.harness import OUT, Bench, Seen, added, bench, cpu_seconds, git, peak_children_mb, percentile
from bot.core.binaries import what
from bot.core.summary import choose
from bot.model import ChangedFile, Rulebook, Status, Tier
from bot.rulebook import MEASURED, rules_directory


def tree_files(root: Path, under: str) -> dict[str, str]:
    files = (p for p in sorted(root.rglob("*")) if p.is_file() and ".git" not in p.parts)
    named = {str(p.relative_to(root)): p for p in files}
    return {n: p.read_bytes().decode("utf-8", "replace") for n, p in named.items() if n.startswith(under)}


def head_files(repo: Path, under: str) -> dict[str, str]:
    listing = git(repo, "ls-tree", "-r", "-z", "HEAD").split(b"\0")
    files: dict[str, str] = {}
    for entry in listing:
        if not entry.startswith(b"100"):
            continue
        meta, name = entry.split(b"\t", 1)
        path = name.decode("utf-8", "replace")
        if path.startswith(under):
            files[path] = git(repo, "cat-file", "blob", meta.split()[2].decode()).decode("utf-8", "replace")
    return files


def commit_files(repo: Path, parent: str, sha: str) -> tuple[list[ChangedFile], dict[str, str], dict[str, str]]:
    """The changed files of parent..sha as GitHub would list them, the head's texts, and what its binaries begin with."""
    raw = git(repo, "diff", "--raw", "-z", "-M", "--no-abbrev", parent, sha).split(b"\0")
    files, texts, binaries, i = [], {}, {}, 0
    while i < len(raw) - 1:
        fields = raw[i].decode().split()
        status = {"A": "added", "D": "removed", "R": "renamed", "C": "copied"}.get(fields[4][0], "modified")
        old = raw[i + 1].decode("utf-8", "replace")
        path = raw[i + 2].decode("utf-8", "replace") if status in ("renamed", "copied") else old
        i += 3 if status in ("renamed", "copied") else 2
        if not fields[1].startswith("100"):
            continue
        both = [f":(literal){old}", f":(literal){path}"]
        diff = git(repo, "diff", "-M", "--no-ext-diff", "--no-textconv", parent, sha, "--", *both).decode("utf-8", "replace")
        at = diff.find("\n@@ ")
        patch = diff[at + 1 :].rstrip("\n") if at >= 0 else None
        count = sum(line.startswith("+") for line in (patch or "").split("\n"))
        files.append(ChangedFile(path, status, patch, fields[3], old if old != path else None, count, 0))
        content = git(repo, "cat-file", "blob", fields[3])
        if b"\0" in content[:8000]:  # git's own test for a binary file; one that is only renamed shows no diff that says so
            binaries[path] = what(content)
        else:
            texts[path] = content.decode("utf-8", "replace")
    return files, texts, binaries


def lines(name: str, seen: Seen) -> list[str]:
    return [f"{f.tier} {f.rule} {name}:{f.path}:{f.line} {f.quote}" for f in seen.plan.findings] + [
        f"shadow {f.rule} {name}:{f.path}:{f.line} {f.quote}" for f in seen.shadow
    ]


async def main() -> None:
    options = arguments()
    rows: list[str] = []
    rules: Counter[str] = Counter()
    found: list[int] = []
    shown: list[int] = []
    seconds: list[float] = []
    unseen: list[str] = []
    async with bench(options.rules) as at:
        async for name, seen in looks(at, options):
            rows += lines(name, seen)
            rules.update(" ".join(row.split()[:2]) for row in lines(name, seen))
            advice = [f for f in seen.plan.findings if f.tier is Tier.CONSIDERATION]
            found.append(len(advice))
            shown.append(len(choose(advice)))
            seconds.append(seen.seconds)
            unseen += [f"{name}:{s.path}: {s.reason}" for s in seen.plan.skipped if s.clouds]
    for rule, count in sorted(rules.items()):
        print(f"{count:6}  {rule}")
    for row in [r for r in rows if r.startswith("defect")]:
        print(row)
    for row in unseen:
        print("not analysed:", row)
    defects = sum(row.startswith("defect") for row in rows)
    print(f"pulls {len(seconds)}, defects {defects}, not analysed {len(unseen)}")
    for title, counts in (("found", found), ("shown", shown)):
        spread = f"median {percentile(counts, 0.5)}, p95 {percentile(counts, 0.95)}, max {max(counts, default=0)}"
        print(f"considerations {title} per pull: {spread}")
    print(f"seconds per pull: p50 {percentile(seconds, 0.5):.3f}, p95 {percentile(seconds, 0.95):.3f}, max {max(seconds):.2f}")
    compare(options.snapshot, sorted(rows))
    if options.record:
        record(at.rulebook, rows, len(seconds))
    own, children = cpu_seconds()
    print(f"CPU seconds: story {own:.1f}, analyst and git {children:.1f}; largest child {peak_children_mb():.0f} MB")


async def looks(at: Bench, options: argparse.Namespace) -> AsyncIterator[tuple[str, Seen]]:
    if options.what == "commits":
        for repo, parent, sha in commits(options):
            name = f"{repo.parent.name if repo.name == 'repo' else repo.name}@{sha[:10]}"
            yield name, await at.look(*commit_files(repo, parent, sha))
    else:
        texts = (tree_files if options.what == "tree" else head_files)(options.where, options.under)
        yield options.where.name, await at.look([added(p, t) for p, t in texts.items()], texts)


def commits(options: argparse.Namespace) -> list[tuple[Path, str, str]]:
    if options.list:
        entries = [json.loads(line) for line in options.list.read_text().splitlines()]
        return [(options.where / e["repo"].replace("/", "+") / "repo", e["parent"], e["sha"]) for e in entries]
    shas = git(options.where, "rev-list", "--no-merges", options.range).decode().split()
    return [(options.where, f"{sha}^", sha) for sha in shas]


def compare(name: str, rows: list[str]) -> None:
    OUT.mkdir(exist_ok=True)
    file = OUT / f"{name}.txt"
    before = set(file.read_text().splitlines()) if file.exists() else set()
    if before:
        print(f"against the last snapshot: {len(set(rows) - before)} new, {len(before - set(rows))} gone")
        for row in sorted(set(rows) - before)[:40]:
            print("  +", row)
        for row in sorted(before - set(rows))[:40]:
            print("  -", row)
    file.write_text("\n".join(rows) + "\n")


def record(rulebook: Rulebook, rows: list[str], commits: int) -> None:
    """Write in how many commits each rule spoke or, in the shadow, would have."""
    spoke = Counter(rule for rule, _ in {(row.split()[1], row.split()[2].split(":")[0]) for row in rows})
    at = git(Path.cwd(), "rev-parse", "--short", "HEAD").decode().strip()
    lines = [f"{rule.id} = {spoke[rule.id]}" for rule in rulebook.rules.values() if rule.status is not Status.OFF]
    head = [
        "# In how many ordinary commits each rule spoke; `python -m bench.crater commits ROOT --list FILE --record` writes it."
    ]
    facts = [f'date = "{datetime.now(UTC).date()}"', f'at = "{at}"', f"commits = {commits}", "", "[spoke]"]
    (rules_directory() / MEASURED).write_text("\n".join([*head, *facts, *lines]) + "\n", encoding="utf-8")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["tree", "head", "commits"])
    parser.add_argument("where", type=Path)
    parser.add_argument("--under", default="")
    parser.add_argument("--range", default="HEAD~50..HEAD")
    parser.add_argument("--list", type=Path)
    parser.add_argument("--rules", type=Path, help="a directory of rule files; all of the product's by default")
    parser.add_argument("--record", action="store_true", help="write rules/measured.toml")
    parser.add_argument("--snapshot", default="last", help="name of the snapshot to compare with and to write")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
