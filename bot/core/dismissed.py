"""Findings that a person dismissed, on this pull or on an earlier one of the repository, kept back in their name."""

from collections.abc import Iterable

from bot.model import Dismissal, Finding, Heard, Suppressed


def keep_back(heard: Heard, dismissals: Iterable[Dismissal]) -> Heard:
    """What is still to be said. A dismissed finding keeps back that finding alone, by its whole fingerprint; a dismissed rule
    keeps back what it finds on the pull, except what only a look at each finding may excuse (`Finding.strict`)."""
    by_target = {d.target: d for d in dismissals}
    said: list[Finding] = []
    suppressed = list(heard.suppressed)
    for finding in heard.findings:
        dismissal = by_target.get(finding.fingerprint) or (None if finding.strict else by_target.get(finding.rule))
        if dismissal is None:
            said.append(finding)
        else:
            undo = "/open" if dismissal.target == finding.fingerprint else f"/testwarden restore {finding.rule}"
            suppressed.append(Suppressed(finding, f"dismissed by {dismissal.by}", dismissal.reason, undo=undo))
    kept = {s.finding.fingerprint for s in suppressed}
    return Heard(tuple(said), tuple(suppressed), tuple(r for r in heard.refused if r.finding.fingerprint not in kept))
