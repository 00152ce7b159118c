"""The plan as a report for programs (JSON) and for people (plain text, Markdown), where there is no pull request to write on."""

from collections.abc import Sequence
from typing import Any

from bot.core import words, words_config, words_summary
from bot.core.discreet import in_report
from bot.core.markdown import code, one_line, without_marks
from bot.core.summary import choose, same_value
from bot.model import Conclusion, Finding, Problem, Review, Rulebook, Skipped, Source, Suppressed, Tier

EXIT_CODES = {Conclusion.CLEAN: 0, Conclusion.DEFECTS: 1, Conclusion.INCONCLUSIVE: 2}


def as_json(review: Review, sources: Sequence[Source], rulebook: Rulebook, elapsed_ms: int) -> dict[str, Any]:
    """The report whose keys scripts rely on; only `elapsed_ms` differs between two runs on the same input."""
    inline = {f for c in review.comments for f in (c.fingerprint, *c.also)}
    return {
        "verdict": review.verdict.conclusion.value,
        "head": review.head_sha or None,
        "files": _files(sources, review.skipped),
        "findings": [_finding(f, f.fingerprint in inline) for f in review.findings],
        "suppressed": [_suppressed(s) for s in review.suppressed],
        "rulebook": rulebook.digest,
        "elapsed_ms": elapsed_ms,
    }


def _files(sources: Sequence[Source], skipped: Sequence[Skipped]) -> list[dict[str, Any]]:
    languages = {s.path: s.language for s in sources}
    reasons = {s.path: s.reason for s in skipped}
    return [
        {
            "path": path,
            "language": languages.get(path),
            "status": "skipped" if path in reasons else "analyzed",
            "reason": reasons.get(path),
        }
        for path in sorted(languages.keys() | reasons.keys())
    ]


def _finding(finding: Finding, inline: bool) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "tier": finding.tier.value,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "cwe": list(finding.cwe),
        "path": finding.path,
        "line": finding.line,
        "end_line": finding.end_line,
        "side": finding.side.value,
        "message": words.message(finding),
        "fix": words.sentence(finding.fix),
        "fingerprint": finding.fingerprint,
        "inline": inline,
        **({"secret": in_report(finding.secret)} if finding.secret else {}),
    }


def _suppressed(suppressed: Suppressed) -> dict[str, Any]:
    finding = suppressed.finding
    return {
        "rule": finding.rule,
        "path": finding.path,
        "line": finding.line,
        "fingerprint": finding.fingerprint,
        "by": suppressed.by,
        "reason": suppressed.reason,
    }


def as_text(review: Review) -> str:
    """For a terminal: the verdict, what could not be looked at, the defects in full, the advice. Nothing in it moves a cursor."""
    verdict = review.verdict
    advice = [f for f in review.findings if f.tier is Tier.CONSIDERATION]
    shown = choose(advice)
    blocks = [
        review.check.title,
        _block(words_summary.NOT_LOOKED_AT, [f"{one_line(s.path, 200)}: {one_line(s.reason)}" for s in verdict.blind]),
        *(_defect(f, review) for f in sorted(verdict.defects, key=words.by_severity)),
        _block(words_config.WRONG, [_problem(p) for p in review.problems]),
        _block(words_summary.kept_back(len(review.suppressed), 0), [_suppression(s) for s in review.suppressed]),
        _block(
            words_summary.considerations(len(advice)),
            [*map(_advice, shown), *words_summary.more_in_json(len(advice) - len(shown))],
        ),
    ]
    return "\n\n".join(filter(None, blocks)) + "\n"


def _block(heading: str, lines: Sequence[str]) -> str:
    return "\n".join([f"{heading}:", *(f"  {line}" for line in lines)]) if lines else ""


def _problem(problem: Problem) -> str:
    place = f"{one_line(problem.file, 200)}:{problem.line}"
    return ": ".join(filter(None, [place, one_line(problem.key), problem.expected]))


def _suppression(suppressed: Suppressed) -> str:
    return f"{_place(suppressed.finding)}: {suppressed.finding.rule}: {suppressed.by}: {one_line(suppressed.reason)}"


def _defect(finding: Finding, review: Review) -> str:
    head = f"{_place(finding)}: {finding.severity}: {words.title(finding)} [{finding.rule}]"
    others = same_value(finding, review.findings)
    also = [words.sentence(words_summary.same_value(_place(others[0]), len(others) - 1))] if others else []
    return "\n    ".join([head, words.message(finding), *also, f"Fix: {words.sentence(finding.fix)}"])


def _advice(finding: Finding) -> str:
    head = f"{_place(finding)}: {words.clause(finding.what)} [{finding.rule}]"
    return f"{head}\n      {words.clause(finding.why)}; {words.clause(finding.fix)}"


def _place(finding: Finding) -> str:
    span = f"{finding.line}" if finding.end_line <= finding.line else f"{finding.line}-{finding.end_line}"
    return f"{one_line(finding.path, 200)}:{span}"


def as_markdown(review: Review) -> str:
    """The summary comment and after it each inline comment under its place, as they would stand on a pull request."""
    comments = [f"### {code(f'{c.path}:{c.start_line or c.line}', 200)}\n\n{without_marks(c.body)}" for c in review.comments]
    return "\n\n".join([without_marks(review.summary), *comments]) + "\n"
