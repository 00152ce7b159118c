"""The plan as a SARIF 2.1.0 log, for code scanning and for editors.

Terms and limits: docs.oasis-open.org/sarif/sarif/v2.1.0 and GitHub's "SARIF support for code scanning".
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from bot.core import words
from bot.core.discreet import in_report
from bot.model import Finding, Review, Rule, Rulebook, Severity, Side, Skipped, Suppressed, Tier

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
FINGERPRINT = "testwarden/v1"
_LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.NOTE: "note"}
_SCORES = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.NOTE: "2.0"}  # security-severity
_TAGS = 10  # GitHub keeps no more


def as_sarif(review: Review, rulebook: Rulebook, version: str, docs: str = "") -> dict[str, Any]:
    """One run with the metadata of every rule it names. A file that was not analysed is a notification of the invocation."""
    results = [(f, None) for f in review.findings] + [(s.finding, s) for s in review.suppressed]
    named = sorted({f.rule for f, _ in results})
    index = {rule: i for i, rule in enumerate(named)}
    driver: dict[str, Any] = {
        "name": words.CHECK_NAME,
        "semanticVersion": version,
        "rules": [_rule(rulebook.rules[rule], docs) for rule in named],
        "properties": {"rulebook": rulebook.digest},
    }
    if docs:
        driver["informationUri"] = docs
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "automationDetails": {"id": "testwarden/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation([s for s in review.skipped if s.clouds])],
        "results": [_result(finding, suppressed, index) for finding, suppressed in results],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule, docs: str) -> dict[str, Any]:
    why, fix = words.sentence(words.fill(rule.why, {})), words.sentence(words.fill(rule.fix, {}))
    help_uri = f"{docs.rstrip('/')}/rules/{rule.id}" if docs else next(iter(rule.references), "")
    tags = ["security" if rule.tier is Tier.DEFECT else "maintainability", "tests"]
    properties: dict[str, Any] = {
        "tags": [*tags, *(f"external/cwe/{cwe.lower()}" for cwe in rule.cwe)][:_TAGS],
        "precision": rule.confidence.value,
    }
    if rule.speaks_as is Tier.DEFECT:
        properties["security-severity"] = _SCORES[rule.severity]
    described: dict[str, Any] = {
        "id": rule.id,
        "name": rule.code,
        "shortDescription": {"text": words.sentence(rule.title)},
        "fullDescription": {"text": _text(why)},
        "help": {"text": _text(f"{why} {fix}"), "markdown": f"{why}\n\n**Fix:** {fix}"},
        "defaultConfiguration": {"level": _LEVELS[rule.severity] if rule.speaks_as is Tier.DEFECT else "note"},
        "properties": properties,
    }
    if help_uri:
        described["helpUri"] = help_uri
    return described


def _result(finding: Finding, suppressed: Suppressed | None, index: Mapping[str, int]) -> dict[str, Any]:
    artifact = {"uri": quote(finding.path, safe="/", errors="replace"), "uriBaseId": "%SRCROOT%"}
    location: dict[str, Any] = {"artifactLocation": artifact}
    if finding.side is Side.RIGHT:  # a removed line is no line of the file
        location["region"] = {"startLine": finding.line, "endLine": finding.end_line}
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index[finding.rule],
        "level": _LEVELS[finding.severity] if finding.tier is Tier.DEFECT else "note",
        "message": {"text": _text(words.annotation(finding))},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {FINGERPRINT: finding.fingerprint},
        "properties": {"tier": finding.tier.value, "side": finding.side.value},
    }
    if finding.secret:  # no partial fingerprint: those outlive a key
        result["properties"]["secret"] = in_report(finding.secret)
    if suppressed is not None:
        result["suppressions"] = [{"kind": "inSource", "justification": f"{suppressed.by}: {suppressed.reason}"}]
    return result


def _invocation(blind: Sequence[Skipped]) -> dict[str, Any]:
    notes = [
        {
            "level": "error",
            "message": {"text": _text(f"Not analysed: {s.reason}")},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": quote(s.path, safe="/", errors="replace")}}}],
        }
        for s in blind
    ]
    return {"executionSuccessful": not blind, "toolExecutionNotifications": notes}


def _text(text: str) -> str:
    """A plain text message: what would be read as an embedded link (section 3.11.6) is escaped."""
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
