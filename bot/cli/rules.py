"""`testwarden rules`: look at the rulebook, try it against its own evidence, begin a rule, write the pages."""

import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType

import click

from bot.cli.local import LocalError
from bot.core import wording
from bot.core.catalog import index, languages, page
from bot.core.examples import Complaint
from bot.model import Rule, Rulebook, Tier
from bot.rulebook import load, rules_directory

SelfTest = Callable[[Rulebook], Sequence[Complaint]]

FAILED = 1
HEAD = ("ID", "CODE", "TIER", "SEVERITY", "STATUS", "LANGUAGES")
WRITTEN = "<!-- Written by `testwarden rules docs`: change the rule file instead. -->"
_SLUG = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+")
_FOLDER = re.compile(r"[a-z][a-z0-9-]*")
SKELETON = """\
# Every key that stands empty has to be filled in; `testwarden rules test {id}` names the next one that is missing.
id: {id}
code:                 # the family's letter and a number of its own, as TS-{letter}99
title:                # a phrase without a full stop: what is wrong
tier: consideration   # defect: it escapes the test, runs what nobody reviewed, or blinds a safety net
# severity: high      # of a defect: critical, high or medium
confidence: medium    # high, medium or low
status: shadow        # computed and counted but not shown, until its precision is known; then active
cwe: []               # such as [CWE-295]
wave: 3
kinds: [code]         # code, data (recordings, snapshots), config (of the test runner)
what:                 # names the token on this line: "`{{quote}}` does this"
why:                  # one clause: the consequence here
fix:                  # one imperative sentence
references: []
match:
  # python:
  #   - keywords: [word]                  # the file must hold one of them to be looked at
  #     rule: {{pattern: call($ARGUMENT)}}  # or text: 'regular expression', or detector: name
examples:
  # At least two flagged and two clean for each language, one of the clean ones a near miss.
  # python:
  #   - flagged: |
  #       call(1)
  #     lines: [1]
  #   - clean: |
  #       call(0)
  #     near_miss: true
  #     because: why this one is not meant
"""


@click.group("rules")
def rules_group() -> None:
    """Look at the rules and work on them."""


@rules_group.command("list")
@click.option("--tier", type=click.Choice([t.value for t in Tier]), help="Only the rules of one tier.")
def list_rules(tier: str | None) -> None:
    """List the rules: id, code, tier, severity, status, languages."""
    rules = [r for r in load().rules.values() if tier in (None, r.tier)]
    click.echo(columns([HEAD, *(row(r) for r in rules)]))


@rules_group.command()
@click.argument("rule_id", metavar="ID")
def show(rule_id: str) -> None:
    """Print the page of one rule: what it finds, why, examples, what helps, how to allow it."""
    (rule,) = pick(load(), [rule_id]).rules.values()
    click.echo(page(rule), nl=False)


@rules_group.command("test")
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.pass_obj
def try_rules(self_test: SelfTest, ids: tuple[str, ...]) -> int:
    """Run the examples of the named rules, or of all, and say which do not hold.

    MISSING: not found. NOISY: found where clean. MISPLACED: found on other lines. GAP CLOSED: a known miss is found now.
    WORDS: what the rule says is too long or too vague.

    Exit status: 0 all hold, 1 some do not.
    """
    rulebook = pick(load(), ids)
    complaints = self_test(rulebook)
    for complaint in complaints:
        click.echo(described(complaint, rulebook.rules[complaint.rule], file_of(complaint.rule)))
    unfit = [(rule.id, words) for rule in rulebook.rules.values() for words in wording.complaints(rule)]
    for rule_id, words in unfit:
        click.echo(f"WORDS {file_of(rule_id)}: {words}")
    click.echo(verdict(rulebook, len(complaints), len(unfit)))
    return FAILED if complaints or unfit else 0


@rules_group.command()
@click.argument("family")
@click.argument("rule_id", metavar="ID")
@click.option(
    "--to", "directory", type=click.Path(path_type=Path, file_okay=False), help="The folder of all rules.  [default: rules/]"
)
def new(family: str, rule_id: str, directory: Path | None) -> None:
    """Write the skeleton of a rule, FAMILY/ID.yml. It does not load until it is filled in."""
    path = begin(directory or rules_directory(), family, rule_id)
    click.echo(f"Wrote {path}: fill it in, then run `testwarden rules test {rule_id}`.")


@rules_group.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), default=Path("docs/rules"))
def docs(directory: Path) -> None:
    """Write a page for each rule and an index of them into DIRECTORY (docs/rules unless named)."""
    written, removed = write_pages(load(), directory)
    click.echo(f"Wrote {written} files in {directory}" + (f" and removed {removed} of rules that are gone." if removed else "."))


def pick(rulebook: Rulebook, ids: Sequence[str]) -> Rulebook:
    """The rulebook cut down to these rules; all of it when none is named."""
    for wanted in ids:
        if wanted not in rulebook.rules:
            near = get_close_matches(wanted, rulebook.rules, n=1)
            hint = f"did you mean {near[0]}?" if near else "`testwarden rules list` names them all."
            raise LocalError(f"There is no rule {wanted!r}: {hint}")
    kept = {i: rulebook.rules[i] for i in ids} if ids else dict(rulebook.rules)
    return Rulebook(MappingProxyType(kept), rulebook.digest)


def row(rule: Rule) -> tuple[str, ...]:
    severity = rule.severity if rule.tier is Tier.DEFECT else "-"
    return (rule.id, rule.code, rule.tier, severity, rule.status, " ".join(languages(rule)))


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Rows as text, each column as wide as its longest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(cells, widths, strict=True)).rstrip() for cells in rows)


def file_of(rule_id: str) -> Path:
    """The file of a rule that has been loaded."""
    return next(rules_directory().rglob(f"{rule_id}.yml"))


def described(complaint: Complaint, rule: Rule, file: Path) -> str:
    """One complaint for its author: the outcome, the example's place in the file, the lines, and the example itself."""
    example = rule.examples[complaint.index]
    position = sum(e.language == example.language for e in rule.examples[: complaint.index])
    outcome = complaint.outcome.partition("\n\nStack backtrace")[0]  # of the engine, which says nothing about the rule
    head = f"{outcome} {file}: examples.{example.language}[{position}]"
    lines = f"  expected {_lines(complaint.expected)}, found {_lines(complaint.found)}"
    code = [
        f"  {'>' if n in complaint.found else ' '}{n:4} {text}" for n, text in enumerate(example.code.rstrip("\n").split("\n"), 1)
    ]
    return "\n".join([head, lines, *code, ""])


def _lines(lines: Sequence[int]) -> str:
    return f"{'line' if len(lines) == 1 else 'lines'} {', '.join(map(str, lines))}" if lines else "nothing"


def verdict(rulebook: Rulebook, complaints: int, unfit: int = 0) -> str:
    rules = list(rulebook.rules.values())
    examples = sum(len(r.examples) for r in rules)
    count = f"{len(rules)} {'rule' if len(rules) == 1 else 'rules'}, {examples} examples"
    held = f"{complaints} do not hold" if complaints else "all hold"
    words = f"; {unfit} {'text is' if unfit == 1 else 'texts are'} unfit to be said" if unfit else ""
    return f"{count}: {held}{words}."


def begin(directory: Path, family: str, rule_id: str) -> Path:
    """Write the skeleton and return its path. Nothing that exists is overwritten."""
    if not _FOLDER.fullmatch(family):
        raise LocalError(f"{family!r} is no family: take a folder of {directory}, or a new one in lower-case letters.")
    if not _SLUG.fullmatch(rule_id):
        raise LocalError(f"{rule_id!r} is no id: take lower-case words joined by hyphens, such as tls-off-nonlocal.")
    if taken := next(directory.rglob(f"{rule_id}.yml"), None):
        raise LocalError(f"{taken} has this id already: take another, or edit that file.")
    path = directory / family / f"{rule_id}.yml"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SKELETON.format(id=rule_id, letter=_letter(path.parent)), encoding="utf-8")
    except OSError as error:
        raise LocalError(f"{path} cannot be written ({error.strerror}): name another folder with --to.") from None
    return path


def _letter(folder: Path) -> str:
    """The letter that the family's other rules have in their code; X where there are none."""
    for file in sorted(folder.glob("*.yml")):
        if match := re.search(r"^code: *TS-([A-Z])", file.read_text(encoding="utf-8"), re.MULTILINE):
            return match[1]
    return "X"


def write_pages(rulebook: Rulebook, directory: Path) -> tuple[int, int]:
    """Write every page and the index, and remove the pages that an earlier run wrote for rules that are gone."""
    rules = rulebook.rules.values()
    pages = {f"{r.id}.md": page(r) for r in rules} | {"README.md": index(rules)}
    try:
        directory.mkdir(parents=True, exist_ok=True)
        stale = [p for p in directory.glob("*.md") if p.name not in pages and p.read_text(encoding="utf-8").startswith(WRITTEN)]
        for path in stale:
            path.unlink()
        for name, text in pages.items():
            (directory / name).write_text(f"{WRITTEN}\n\n{text}", encoding="utf-8")
    except OSError as error:
        raise LocalError(f"{directory} cannot be written ({error.strerror}): name another folder.") from None
    return len(pages), len(stale)
