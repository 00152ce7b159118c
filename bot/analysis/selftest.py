"""The rulebook against its own evidence, through the real engine: what /readyz and `testwarden rules test` ask."""

from collections.abc import Iterator
from dataclasses import replace

from bot.analysis.detectors import load_all
from bot.analysis.engine import scan
from bot.core.examples import Complaint, judge, source_of
from bot.model import Example, Rule, Rulebook


def run(rulebook: Rulebook) -> list[Complaint]:
    """Every example of every rule that does not hold; an empty list when all do. The text is ours, so no child is needed."""
    load_all()
    return [c for rule in rulebook.rules.values() for c in check(rule)]


def check(rule: Rule) -> Iterator[Complaint]:
    """The complaints about one rule. A rule that cannot even be run is one as well, with the error as its outcome."""
    runs = True
    for index, example in enumerate(rule.examples):
        try:
            complaint = judge(rule, index, example, found(rule, example))
        except Exception as error:  # a broken pattern, an unknown name, an unknown specimen: all the rule file's fault
            runs = False
            complaint = Complaint(rule.id, example.language, index, f"ERROR {type(error).__name__}: {error}", example.expect, ())
        if complaint:
            yield complaint
    if runs:
        yield from _suggestions(rule)


def _suggestions(rule: Rule) -> Iterator[Complaint]:
    """Every suggestion applied: the line must then be silent, and each language that offers one must show it."""
    waiting = {m.language for m in rule.matchers if m.edit}
    for index, example in enumerate(rule.examples):
        source = source_of(rule, example)
        offered = {h.line: h.suggestion for h in scan(source, [rule]) if h.suggestion}
        if not offered:
            continue
        waiting -= {example.language, "any"}
        lines = source.text.split("\n")
        fixed = replace(source, text="\n".join(offered.get(n, line) for n, line in enumerate(lines, 1)))
        if left := tuple(h.line for h in scan(fixed, [rule]) if h.line in offered):
            yield Complaint(rule.id, example.language, index, "UNFIXED", (), left)
    for language in sorted(waiting):
        yield Complaint(rule.id, language, 0, "UNTRIED", (), ())


def found(rule: Rule, example: Example, *, prefilter: bool = True) -> tuple[int, ...]:
    """The lines on which a rule speaks in an example; without the prefilter, its keywords are not asked first."""
    if not prefilter:
        rule = replace(rule, matchers=tuple(replace(m, keywords=()) for m in rule.matchers))
    return tuple(h.line for h in scan(source_of(rule, example), [rule]))
