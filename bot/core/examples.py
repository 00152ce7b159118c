"""A rule's own evidence, executed: each example against what was found in it."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.diff import rediff
from bot.core.product import fewer_denials, related
from bot.core.specimens import expand
from bot.model import ChangedFile, Example, Kind, Lines, Rule, Source

# Where an example's file would lie when the rule file does not say: a strong test path of that language.
PATHS = {
    "python": "tests/test_example.py",
    "javascript": "tests/example.test.tsx",
    "java": "src/test/java/ExampleTest.java",
    "kotlin": "src/test/kotlin/ExampleTest.kt",
    "go": "example_test.go",
    "c": "tests/example_test.cc",
    "ruby": "spec/example_spec.rb",
    "csharp": "Example.Tests/ExampleTests.cs",
    "php": "tests/ExampleTest.php",
    "rust": "tests/example.rs",
    "shell": "tests/example.bats",
    "powershell": "tests/Example.Tests.ps1",
    "any": "tests/data/example.txt",
}


@dataclass(frozen=True, slots=True)
class Complaint:
    """An example that does not hold. `outcome`: MISSING (not found), NOISY (found where clean), MISPLACED (found on other
    lines), GAP CLOSED (a known miss is found now: make it a flagged example), UNFIXED (what we suggest for these lines leaves the
    finding there), UNTRIED (no flagged example shows what a matcher of this language suggests)."""

    rule: str
    language: str
    index: int
    outcome: str
    expected: tuple[int, ...]
    found: tuple[int, ...]


def source_of(rule: Rule, example: Example) -> Source:
    """The example as a file a pull adds; with a base, as a file it changes."""
    text = expand(example.code)
    path = example.path or PATHS[example.language]
    kind = Kind.CODE if Kind.CODE in rule.kinds else sorted(rule.kinds)[0]
    if example.base is not None:
        lines = rediff(expand(example.base), text)
    else:
        every = frozenset(range(1, text.count("\n") + 2))
        lines = Lines(every, every, hunks=((1, max(every)),))
    source = Source(path, example.language, kind, text, lines, example.beside)
    product = [_changed(name, expand(diff)) for name, diff in example.product.items()]
    return related([source], product, fewer_denials([source]))[0] if product else source


def _changed(path: str, diff: str) -> ChangedFile:
    """A product file's diff, whose lines have signs and no header, as the file list shows it."""
    rows = diff.rstrip("\n").split("\n")
    old, new = (sum(row[:1] in signs for row in rows) for signs in ("- ", "+ "))
    return ChangedFile(path, "modified", f"@@ -{min(old, 1)},{old} +{min(new, 1)},{new} @@\n" + "\n".join(rows))


def judge(rule: Rule, index: int, example: Example, found: Iterable[int]) -> Complaint | None:
    """What is wrong with the lines `found` in an example, None when nothing is."""
    lines = tuple(sorted(found))
    if example.gap:
        outcome = "GAP CLOSED" if lines == example.expect else ""
    elif lines == example.expect:
        outcome = ""
    elif not example.expect:
        outcome = "NOISY"
    else:
        outcome = "MISPLACED" if lines else "MISSING"
    return Complaint(rule.id, example.language, index, outcome, example.expect, lines) if outcome else None
