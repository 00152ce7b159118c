"""Findings and what could not be read -> the verdict. Considerations have no say in it."""

from collections.abc import Sequence

from bot.model import Conclusion, Finding, Skipped, Tier, Verdict


def conclude(findings: Sequence[Finding], skipped: Sequence[Skipped]) -> Verdict:
    """DEFECTS when there is one; else INCONCLUSIVE when a test file was not analysed; else CLEAN."""
    defects = tuple(f for f in findings if f.tier is Tier.DEFECT)
    blind = tuple(s for s in skipped if s.clouds)
    if defects:
        return Verdict(Conclusion.DEFECTS, defects, blind)
    return Verdict(Conclusion.INCONCLUSIVE if blind else Conclusion.CLEAN, (), blind)
