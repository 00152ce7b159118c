"""Findings that a comment in the code keeps back: our own `testwarden: allow RULE reason`, and the markers tests already carry.

A marker counts on the finding's line, or alone on the line above. One that stood there on the base branch was reviewed when it
was merged; one that the pull adds is named in the summary. Secrets, hidden payloads and what leaves the job (families A, I, J)
heed only a marker of their own that this very line already carried on the base branch.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from bot.model import Finding, Heard, Rule, Rulebook, Side, Source, Suppressed

ON_BASE = "on the base branch"
IN_PULL = "added by this pull"
NO_REASON = "no reason given"

_OPENER = re.compile(r"(?:^|(?<=[\s;,(){}\[\]]))(?:#|//|/\*|<!--)")
_ONLY_COMMENT = re.compile(r"\s*(?:#|//|/\*|\*|<!--)")
_CLOSER = re.compile(r"\s*(?:\*/|-->)\s*$")
_ALLOW = re.compile(r"\btestwarden:\s*allow\s+(?P<rule>[a-z0-9][a-z0-9-]*)\b\s*[:,-]?\s*(?P<reason>\S.*)?")
_SECRETS = (r"gitleaks:allow\b", r"pragma:\s*allowlist\s+secret\b", r"ggignore\b", r"trufflehog:ignore\b")
_GENERAL = (r"nosec\b", r"noqa:\s*S\d+", r"nosemgrep\b", r"NOSONAR\b", r"codeql\[[^\]]+\]", r"lgtm\[[^\]]+\]", r"skipcq\b")
_ABOUT_MARKERS = "TS-C12"  # the rule that finds such markers wanting: they cannot keep it back
_FOREIGN = re.compile(f"(?P<secret>{'|'.join(_SECRETS)})|(?P<general>{'|'.join(_GENERAL)})")


@dataclass(frozen=True, slots=True)
class _Marker:
    name: str
    reason: str
    own: bool  # made for exactly this kind of finding: our marker names the rule, a secret scanner's marker means secrets


def suppress(findings: Sequence[Finding], sources: Iterable[Source], rulebook: Rulebook) -> Heard:
    """Sort out the findings that a marker in the code speaks about. A marker of ours without a reason has no effect.

    Every finding's file is among `sources`: `ground` drops the others.
    """
    held = {s.path: s for s in sources}
    said: list[Finding] = []
    suppressed: list[Suppressed] = []
    refused: list[Suppressed] = []
    texts: dict[str, list[str]] = {}
    for finding in findings:
        source, rule = held[finding.path], rulebook.rules[finding.rule]
        if finding.path not in texts:
            texts[finding.path] = source.text.split("\n")
        marker, origin, same_line = _marker_for(finding, rule, source, texts[finding.path])
        if marker is None:
            said.append(finding)
            continue
        verdict = Suppressed(finding, f"{marker.name}, {origin}", marker.reason)
        if not finding.strict or (marker.own and same_line and origin == ON_BASE):
            suppressed.append(verdict)
        else:
            said.append(finding)
            refused.append(verdict)
    return Heard(tuple(said), tuple(suppressed), tuple(refused))


def _marker_for(finding: Finding, rule: Rule, source: Source, lines: Sequence[str]) -> tuple[_Marker | None, str, bool]:
    if finding.side is Side.LEFT:
        return None, "", False
    for number in dict.fromkeys((finding.line, finding.end_line)):
        marker = _read(_text(lines, number), rule)
        if marker is not None:
            return marker, _origin(source, number, marker, rule), True
    above = _text(lines, finding.line - 1)
    marker = _read(above, rule) if _ONLY_COMMENT.match(above) else None
    return (marker, _origin(source, finding.line - 1, marker, rule), False) if marker else (None, "", False)


def _text(lines: Sequence[str], number: int) -> str:
    return lines[number - 1] if 0 < number <= len(lines) else ""


def _read(line: str, rule: Rule) -> _Marker | None:
    """The marker in the comment of `line` that speaks about `rule`."""
    opener = _OPENER.search(line)
    comment = _CLOSER.sub("", line[opener.end() :]) if opener else ""
    allow = _ALLOW.search(comment)
    if allow is not None:
        wanted = allow["rule"] == rule.id and allow["reason"]
        return _Marker("testwarden: allow", allow["reason"].strip(), own=True) if wanted else None
    foreign = _FOREIGN.search(comment)
    if foreign is None or rule.code == _ABOUT_MARKERS or (foreign["secret"] and not rule.code.startswith("TS-A")):
        return None
    return _Marker(foreign[0], NO_REASON, own=bool(foreign["secret"]))


def _origin(source: Source, number: int, marker: _Marker, rule: Rule) -> str:
    """Where the marker on a line comes from. A changed line that carried the same marker before the change keeps it."""
    added = source.lines.added
    if number not in added:
        return ON_BASE
    start = number - sum(1 for _ in takewhile(lambda n: n in added, range(number - 1, 0, -1)))
    before = (r.text for r in source.lines.removed if start <= r.before <= number + 1)
    return ON_BASE if any(_read(text, rule) == marker for text in before) else IN_PULL
