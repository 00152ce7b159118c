"""Findings that the configuration allows, kept back in its name and with its reason until the day it gave."""

from bot.core import words_config as words
from bot.core.in_force import entry_for, holds
from bot.model import Config, Finding, Heard, Suppressed


def allow(heard: Heard, config: Config, today: str) -> Heard:
    """What is still to be said. An entry that has expired is told beside the finding it kept back. `today` is an ISO date."""
    said: list[Finding] = []
    suppressed = list(heard.suppressed)
    refused = list(heard.refused)
    for finding in heard.findings:
        entry = entry_for(config, finding)
        if entry is not None and holds(entry, today):
            suppressed.append(Suppressed(finding, words.allowed(entry), entry.reason))
            continue
        said.append(finding)
        if entry is not None:
            refused.append(Suppressed(finding, words.allowed(entry), entry.reason, words.expired(entry)))
    kept = {s.finding.fingerprint for s in suppressed}
    return Heard(tuple(said), tuple(suppressed), tuple(r for r in refused if r.finding.fingerprint not in kept))
