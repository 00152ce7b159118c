"""The buttons of our check: what they are called here, and which a check has."""

from collections.abc import Iterable

from bot.model import Action, Finding, Tier

RERUN, DISMISS_ADVICE = "re-run", "dismiss-advice"
_RERUN = Action("Review again", "Look at this head once more.", RERUN)
_DISMISS = Action("Dismiss advice", "Keep the considerations here silent.", DISMISS_ADVICE)


def buttons(findings: Iterable[Finding]) -> tuple[Action, ...]:
    """What makes sense after this look; who may press them is asked when somebody does."""
    return (_RERUN, _DISMISS) if any(f.tier is Tier.CONSIDERATION for f in findings) else (_RERUN,)
