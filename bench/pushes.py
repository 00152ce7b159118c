"""What ten pushes of a real pull request say: python -m bench.pushes REPO [--over 2000] [--files 30] [--pushes 10] [--added]

Takes the last commits of a repository. The pull request holds test files that changed in both halves of them: those in which most
is found, then those that changed most often. It is opened with the first half, and the second is pushed in equal portions, to the
wired server over the stand-in GitHub. Prints each look, and compares what was said with what was found, by rule, path and text of
the line: each finding is to be commented once when it comes, and only what is new may call anybody. Ends with 1 when that failed.
"""

import argparse
import asyncio
import logging
import sys
import tempfile
from collections import Counter
from pathlib import Path

import structlog

from bench.harness import added, bench, git
from bot.model import Outcome, Tier
from bot.rulebook import load_languages
from bot.sandbox import payloads
from bot.sandbox.repository import Pull
from bot.sandbox.server import StandIn
from bot.settings import load
from bot.wiring.server import server

CANDIDATES = 300  # files that are looked at before some are chosen
LARGEST = 1_000_000
Tree = dict[str, bytes]
Key = tuple[str, str, str]


def changed(repo: Path, old: str, new: str) -> Counter[str]:
    """How many commits between the two touch each path that both have."""
    touched = Counter(git(repo, "log", "--format=", "--name-only", "--no-renames", f"{old}..{new}").decode().split("\n"))
    there = set(git(repo, "diff", "--name-only", "--no-renames", "--diff-filter=AM", old, new).decode().split("\n"))
    return Counter({path: count for path, count in touched.items() if path and path in there})


def content(repo: Path, commit: str, path: str) -> bytes | None:
    """The file at that commit, None where there is none that a person wrote."""
    listing = git(repo, "ls-tree", "-l", commit, "--", f":(literal){path}").split()
    if not listing or not listing[0].startswith(b"100") or int(listing[3]) > LARGEST:
        return None
    return git(repo, "cat-file", "blob", listing[2].decode())


async def chosen(repo: Path, commits: list[str], files: int) -> list[str]:
    half = commits[len(commits) // 2]
    before, after = changed(repo, commits[0], half), changed(repo, half, commits[-1])
    languages = load_languages()
    tests = [path for path, _ in after.most_common() if path in before and (place := languages.place(path)) and place.strong][
        :CANDIDATES
    ]
    texts = {path: (content(repo, commits[-1], path) or b"").decode("utf-8", "replace") for path in tests}
    async with bench() as at:
        found = (await at.look([added(path, text) for path, text in texts.items()], texts)).plan.findings
    worth = Counter(f.path for f in found if f.tier is Tier.DEFECT)
    return sorted(tests, key=lambda path: (-worth[path], -after[path], path))[:files]


class Watched:
    """The server's looks, as they end."""

    def __init__(self) -> None:
        self.ended: asyncio.Queue[Outcome] = asyncio.Queue()

    async def look(self, github: StandIn, pull: Pull, action: str) -> tuple[Outcome, int]:
        github.journal.clear()
        delivery = await github.deliver(payloads.pull_request(pull, action))
        assert delivery.status_code == 202, delivery.answer
        outcome = await self.ended.get()
        return outcome, len(github.journal.calls)


def found(outcome: Outcome, tree: Tree) -> Counter[Key]:
    """The defects of a look, by what anybody can see of them."""
    assert outcome.review is not None, outcome.ended
    kept = [f for f in outcome.review.findings if f.tier is Tier.DEFECT and f.side == "RIGHT"]
    lines = {path: data.decode("utf-8", "replace").split("\n") for path, data in tree.items()}
    return Counter((f.rule, f.path, lines[f.path][f.line - 1].strip()) for f in kept)


async def run(options: argparse.Namespace) -> int:
    repo: Path = options.repo
    shas = git(repo, "rev-list", "--first-parent", "--reverse", f"-n{options.over}", "HEAD").decode().split()
    paths = await chosen(repo, shas, options.files)
    half = len(shas) // 2
    stops = [half + round(n * (len(shas) - 1 - half) / options.pushes) for n in range(options.pushes + 1)]
    trees = [{p: data for p in paths if (data := content(repo, shas[stop], p)) is not None} for stop in stops]
    base = {p: data for p in paths if not options.added and (data := content(repo, shas[0], p)) is not None}
    with tempfile.TemporaryDirectory() as home:
        async with StandIn() as github:
            place = {"HOST": "127.0.0.1", "PORT": "0", "TESTWARDEN_HOME": home, "DATABASE_URL": f"sqlite:///{home}/jobs.sqlite"}
            watched = Watched()
            async with server(load(**github.environment(), **place), ended=watched.ended.put_nowait) as address:
                github.hooks.url = f"{address}/webhook"
                pull = github.repository("acme/real", {"README.md": b"real\n", **base}).open_pull(trees[0])
                return await replay(github, pull, watched, trees)


async def replay(github: StandIn, pull: Pull, watched: Watched, trees: list[Tree]) -> int:
    before: Counter[Key] = Counter()
    came = said = calling = most = 0
    print("push  files  lines touched  defects  new by text  comments  reviews  requests")
    for number, tree in enumerate(trees):
        if number:
            last = trees[number - 1]
            gone = dict.fromkeys(last.keys() - tree.keys())
            pull.push({**{p: data for p, data in tree.items() if last.get(p) != data}, **gone})
        outcome, requests = await watched.look(github, pull, "synchronize" if number else "opened")
        now = found(outcome, tree)
        new = (now - before).total()
        posted, reviews = len(pull.threads), len(pull.reviews)
        plan = outcome.review
        assert plan is not None
        came += new
        calling += bool(new)
        most = max(most, requests if number and not new else 0)
        touched = sum(f.additions + f.deletions for f in pull.files())
        print(
            f"{number:4}  {len(pull.files()):5}  {touched:13}  {now.total():7}  {new:11}  {posted:8}  {reviews:7}  {requests:8}",
            flush=True,
        )
        for key in now - before:
            print("      new:", *key[:2], key[2][:90])
        said += sum(c.defects for c in plan.comments)
        before = now
    print(f"defects that came: {came}; said in comments: {said}; threads: {len(pull.threads)}; summaries: {len(pull.comments)}")
    print(f"notifications: {len(pull.comments) + len(pull.reviews)}; 1 + pushes with something new: {1 + calling}")
    print(f"requests of a push with nothing new: at most {most}")
    fine = came == said and len(pull.comments) == 1 and len(pull.reviews) == calling
    return 0 if fine else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repo", type=Path)
    parser.add_argument("--over", type=int, default=2000, help="how many of the last first-parent commits")
    parser.add_argument("--files", type=int, default=30)
    parser.add_argument("--pushes", type=int, default=10)
    parser.add_argument("--added", action="store_true", help="the pull request adds the files, so that all their lines count")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    return asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
