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
    for index, example in enumerate(rule.examples):
        try:
            complaint = judge(rule, index, example, found(rule, example))
        except Exception as error:  # a broken pattern, an unknown name, an unknown specimen: all the rule file's fault
            complaint = Complaint(rule.id, example.language, index, f"ERROR {type(error).__name__}: {error}", example.expect, ())
        if complaint:
            yield complaint


def found(rule: Rule, example: Example, *, prefilter: bool = True) -> tuple[int, ...]:
    """The lines on which a rule speaks in an example; without the prefilter, its keywords are not asked first."""
    if not prefilter:
        rule = replace(rule, matchers=tuple(replace(m, keywords=()) for m in rule.matchers))
    return tuple(h.line for h in scan(source_of(rule, example), [rule]))
