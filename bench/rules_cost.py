"""What each rule costs: python -m bench.rules_cost REPO [--under PREFIX] [--suffix .py]

Every file of a repository's HEAD as a pull that adds it, read in this process by the analyst's own engine. Prints CPU seconds by
matcher, with the files it was tried on, and what all rules share: choosing them by keyword, parsing, finding scopes, forgetting.
Then, for the largest file, the time per line for the file and for parts of it, for more and more of the same (its first eighth,
over and over), and with the rules of its own language alone. A part may cost less per line than the whole, for a rule is tried
only where one of its keywords stands; of the same, each line costs the same.
"""

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from bench.crater import head_files
from bench.harness import OUT
from bot.analysis.detectors import load_all
from bot.analysis.engine import Look, scan
from bot.analysis.forget import forget
from bot.analysis.plan import Plan
from bot.analysis.tokens import FINDER
from bot.model import Kind, Lines, Rule, Source
from bot.rulebook import load, load_languages

_SHARES = (8, 4, 2, 1)  # of the largest file
_FOLDS = (1, 2, 4, 8, 16, 32)  # of its first eighth
_TIMES = 5


def sources(options: argparse.Namespace) -> Iterator[Source]:
    languages = load_languages()
    for path, text in head_files(options.where, options.under).items():
        place = languages.place(path)
        if place and path.endswith(options.suffix) and text:
            yield source(path, place.language, place.kind, text)


def source(path: str, language: str, kind: Kind, text: str) -> Source:
    return Source(path, language, kind, text, Lines(frozenset(range(1, text.count("\n") + 2))))


def by_rule(plan: Plan, files: Sequence[Source]) -> tuple[dict[str, float], Counter[str]]:
    """CPU seconds and number of files, by matcher."""
    spent: dict[str, float] = defaultdict(float)
    tried: Counter[str] = Counter()

    def note(what: str, begun: float) -> None:
        spent[what] += time.process_time() - begun
        tried[what] += 1

    for file in files:
        begun = time.process_time()
        look = Look(file, plan)
        note("(choosing, and one walk for all patterns)", begun)
        begun = time.process_time()
        look.document.scope(1)  # reads the tree
        note("(parsing, scopes)", begun)
        for rule, matcher in look.live:
            begun = time.process_time()
            look.take(rule, matcher)
            note(f"{rule.id} {matcher.detector or ('text' if matcher.text else 'pattern')}", begun)
        begun = time.process_time()
        look.hits()
        forget(len(file.text))
        note("(counting a custom, forgetting)", begun)
    return spent, tried


def milliseconds(file: Source, plan: Plan) -> float:
    """The best of a few runs: the others were disturbed."""
    best = float("inf")
    for _ in range(_TIMES):
        begun = time.process_time()
        scan(file, plan)
        best = min(best, time.process_time() - begun)
        forget(len(file.text))
    return best * 1000


def part(file: Source, share: int, folds: int = 1) -> Source:
    lines = file.text.split("\n")
    return source(file.path, file.language, file.kind, "\n".join(lines[: len(lines) // share] * folds))


def of_language(rules: Sequence[Rule], language: str) -> list[Rule]:
    kept = (replace(r, matchers=tuple(m for m in r.matchers if m.language in (language, "any"))) for r in rules)
    return [r for r in kept if r.matchers]


def matchers(rules: Sequence[Rule]) -> int:
    return sum(len(r.matchers) for r in rules)


def main() -> None:
    options = arguments()
    rules = list(load().rules.values())
    load_all()
    cache = OUT / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    FINDER.cache = cache
    FINDER.warm()
    plan, files = Plan(rules), list(sources(options))
    spent, tried = by_rule(plan, files)
    for what, seconds in sorted(spent.items(), key=lambda item: -item[1])[: options.top]:
        print(f"{seconds * 1000:8.0f} ms {tried[what]:6} files {seconds / tried[what] * 1e6:8.0f} us each  {what}")
    print(f"{sum(spent.values()):.2f} s in all for {len(files)} files, {sum(f.text.count(chr(10)) for f in files)} lines")
    largest = max((f for f in files if f.text.count("\n") <= options.lines), key=lambda f: f.text.count("\n"))
    own = of_language(rules, largest.language)
    print(f"{largest.path}: with all {matchers(rules)} matchers; with the {matchers(own)} for its language")
    table("parts of it", [part(largest, share) for share in _SHARES], plan, Plan(own))
    table("more of the same", [part(largest, _SHARES[0], folds) for folds in _FOLDS], plan, Plan(own))


def table(what: str, files: Sequence[Source], plan: Plan, own: Plan) -> None:
    print(f"{what}:")
    for file in files:
        lines, whole = file.text.count("\n") + 1, milliseconds(file, plan)
        print(f"{lines:8} lines {whole:7.1f} ms, {whole / lines * 1000:5.1f} us a line; {milliseconds(file, own):7.1f} ms")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("where", type=Path)
    parser.add_argument("--under", default="")
    parser.add_argument("--suffix", default="", help="only files whose path ends like this")
    parser.add_argument("--top", type=int, default=40)
    parser.add_argument("--lines", type=int, default=3_200, help="the largest file that is looked at by itself")
    return parser.parse_args()


if __name__ == "__main__":
    main()
