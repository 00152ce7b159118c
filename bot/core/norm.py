"""What a repository does all the time is no news in a pull that does it once more: such a defect becomes a consideration."""

from collections.abc import Sequence
from dataclasses import replace

from bot.core import words
from bot.core.in_force import insisted_on
from bot.model import Config, Finding, Severity, Side, Tier

CUSTOM = 5  # untouched lines that do the same
COUNTED = 50  # and no further


def lower(findings: Sequence[Finding], config: Config) -> tuple[Finding, ...]:
    """The findings, those that are custom as considerations that say so.

    Only lines count that the pull leaves alone, so no pull makes a custom of its own. What is strict is never one, nor what the
    configuration has a rule speak of in so many words.
    """
    pull = {rule: _in_pull(findings, rule) for rule in {f.rule for f in findings}}
    return tuple(_lowered(f, pull[f.rule]) if _may_be(f, config) else f for f in findings)


def _in_pull(findings: Sequence[Finding], rule: str) -> int:
    """Each file's count once: all its findings of the rule carry the same."""
    return sum({f.path: f.elsewhere for f in findings if f.rule == rule}.values())


def _may_be(finding: Finding, config: Config) -> bool:
    is_open = finding.tier is Tier.DEFECT and finding.side is Side.RIGHT and not finding.strict
    return is_open and not insisted_on(config, finding.rule, finding.path)


def _lowered(finding: Finding, pull: int) -> Finding:
    in_file = finding.elsewhere >= CUSTOM
    if not in_file and pull < CUSTOM:
        return finding
    what = words.usual(finding.what, finding.elsewhere if in_file else pull, COUNTED, in_file)
    return replace(finding, tier=Tier.CONSIDERATION, severity=Severity.NOTE, what=what)
