"""Where a defect and advice tell the same weakness of the same line, the defect is enough."""

from collections.abc import Sequence

from bot.model import Finding, Side, Tier


def without_echoes(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings in their order, without the considerations that share a line and a CWE with a defect."""
    told = {(*_line(f), cwe) for f in findings if f.tier is Tier.DEFECT for cwe in f.cwe}
    return tuple(f for f in findings if f.tier is Tier.DEFECT or not any((*_line(f), cwe) in told for cwe in f.cwe))


def _line(finding: Finding) -> tuple[str, Side, int]:
    return finding.path, finding.side, finding.line
