"""Every sentence the bot says on GitHub. What comes from a pull request passes through markdown on its way into one of them."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from bot.core import suggestion
from bot.core.markdown import ELLIPSIS, LINE_LIMIT, code, link, plain
from bot.model import Comment, Conclusion, Confidence, Finding, Hit, Measured, Rule, Severity, Skipped, Suppressed, Tier, Verdict

Say = Callable[[str], str]  # makes a stranger's words harmless where the sentence goes: plain in Markdown, one_line elsewhere

SEVERITIES = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.NOTE)  # most severe first
_BADGES = {Severity.CRITICAL: "🔴", Severity.HIGH: "🟠", Severity.MEDIUM: "🟡", Severity.NOTE: "🔵"}

CHECK_NAME = "Testwarden"
NO_TEST_FILES = "No test files changed."
SPAN_LIMIT = 160
WHAT_IT_SAID = "what it said"
HOW_TO_DISMISS = f"to keep it, answer {code('/fp REASON')} or {code('/ar REASON')}"
KEPT_REASON = 200
ID_LENGTH = 7  # the beginning of a fingerprint that a command takes for it


# --- a finding in its rule's words --------------------------------------------------------------------------------------

_VARIABLE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


def phrase(hit: Hit, rule: Rule, fingerprint: str, twin: str = "", kin: str = "") -> Finding:
    """The hit in its rule's words. A capture is hostile: it stands in a code span, its first line only, at most 80 characters."""
    values = {**hit.captures, "quote": hit.quote}
    return Finding(
        rule=rule.id,
        title=rule.title,
        tier=rule.speaks_as or rule.tier,
        severity=rule.severity if rule.speaks_as is Tier.DEFECT else Severity.NOTE,
        confidence=rule.confidence,
        cwe=rule.cwe,
        path=hit.path,
        line=hit.line,
        end_line=max(hit.line, hit.end_line),
        side=hit.side,
        quote=hit.quote,
        what=fill(rule.what, values),
        why=fill(rule.why, values),
        fix=fill(rule.fix, values),
        fingerprint=fingerprint,
        rank=rule.rank,
        twin=twin,
        strict=rule.strict,
        kin=kin,
        elsewhere=hit.elsewhere,
        suggestion=hit.suggestion,
        secret=hit.secret,
    )


def fill(template: str, values: Mapping[str, str]) -> str:
    """`{name}` -> the value. In a code span of the template it is part of the span; outside one, a capture of code (its name in
    capitals) becomes a span, and a detector's own words stay words. An unknown name becomes an ellipsis."""

    def value(match: re.Match[str]) -> str:
        return values.get(match[1]) or ELLIPSIS

    def aside(match: re.Match[str]) -> str:
        return code(value(match)) if match[1].isupper() else plain(value(match), LINE_LIMIT)

    spans = enumerate(" ".join(template.split()).split("`"))  # every second piece stands between backticks
    return "".join(code(_VARIABLE.sub(value, s), SPAN_LIMIT) if n % 2 else _VARIABLE.sub(aside, s) for n, s in spans)


def variables(rule: Rule) -> frozenset[str]:
    """The names that the rule's words fill in."""
    return frozenset(_VARIABLE.findall(f"{rule.title} {rule.what} {rule.why} {rule.fix}"))


def usual(what: str, lines: int, most: int, in_file: bool) -> str:
    """`what`, and that it is the custom here: so many lines that the pull leaves alone do the same."""
    count = f"{most} or more" if lines >= most else str(lines)
    where = "of this file" if in_file else "of the changed test files"
    return f"{clause(what)}; {count} untouched lines {where} do the same"


def sentence(text: str) -> str:
    """`text` with a capital first letter and a full stop."""
    text = text.strip()
    return text if not text else text[0].upper() + text[1:] + ("" if text[-1] in ".?!" else ".")


def how_to_allow(rule: Rule) -> str:
    """What a comment in the code can do about a rule."""
    if rule.strict:
        return "No comment in the code silences this rule in the pull that adds it."
    return f"To keep it, say why in a comment on this line: {code(f'testwarden: allow {rule.id} REASON')}."


def measured(how: Measured) -> str:
    """How quiet a rule was on ordinary commits. What it said there was said of code that nobody knew to be wrong."""
    spoke = f"it spoke in {how.spoke}" if how.spoke else "it did not speak"
    return f"On {how.commits} ordinary commits of open repositories {spoke} ({how.date}, at {code(how.at)})."


def counted(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def files_of(number: int) -> str:
    """The word for so many files."""
    return "file" if number == 1 else "files"


def clause(text: str) -> str:
    """`text` as a clause for a table cell: no full stop."""
    return text.strip().rstrip(".")


# --- the verdict, the first line everywhere -----------------------------------------------------------------------------


def clean(files: int) -> str:
    return f"No security defects detected in the {files} changed test {files_of(files)}."


def defects(found: Sequence[Finding]) -> str:
    count = Counter(f.severity for f in found)
    by_severity = ", ".join(f"{count[s]} {s}" for s in SEVERITIES if count[s])
    return f"{counted(len(found), 'security defect')} found in the changed test files ({by_severity})."


def unread(blind: Sequence[Skipped], files: int, say: Say = plain) -> str:
    others = files - _paths(blind)
    rest = f"no security defects detected in the other {others}" if others else "no other test file was found"
    return f"{_could_not(blind, files, say)}; {rest}."


def also_unread(blind: Sequence[Skipped], files: int, say: Say = plain) -> str:
    """Said after a verdict that names defects."""
    return f"{_could_not(blind, files, say)}."


def headline(verdict: Verdict, files: int, say: Say = plain) -> str:
    """The verdict in one sentence: the first line of the summary, the check's title, the first line at a terminal."""
    match verdict.conclusion:
        case Conclusion.CLEAN:
            return clean(files)
        case Conclusion.DEFECTS:
            return defects(verdict.defects)
        case Conclusion.INCONCLUSIVE:
            return unread(verdict.blind, files, say)


def _could_not(blind: Sequence[Skipped], files: int, say: Say) -> str:
    reasons = list(dict.fromkeys(say(s.reason) for s in blind))
    said = ", ".join(reasons[:2]) + (f", and {len(reasons) - 2} more" if len(reasons) > 2 else "")
    return f"Could not review {_paths(blind)} of {files} test {files_of(files)} ({said})"


def _paths(skipped: Sequence[Skipped]) -> int:
    return len({s.path for s in skipped})


# --- one finding --------------------------------------------------------------------------------------------------------


def on_base(place: str) -> str:
    """Where a removed line stood."""
    return f"{place} on the base"


def badge(severity: Severity) -> str:
    return f"{_BADGES[severity]} {severity}"


def by_severity(finding: Finding) -> tuple[int, str, int, str, str]:
    """The order in which defects are told: the most severe first, then by place."""
    return (SEVERITIES.index(finding.severity), finding.path, finding.line, finding.rule, finding.fingerprint)


def title(finding: Finding) -> str:
    return finding.title[:1].upper() + finding.title[1:]


def message(finding: Finding) -> str:
    """What stands there and why it matters, as two sentences."""
    return f"{sentence(finding.what)} {sentence(finding.why)}"


def named(finding: Finding, rule_url: str) -> str:
    """A defect in a table's cell."""
    return f"{title(finding)} · {link(code(finding.rule), rule_url)}"


def in_full(finding: Finding) -> str:
    """A defect that has no inline comment to say this."""
    return f"{message(finding)} **Fix:** {sentence(finding.fix)}"


def inline(finding: Finding, others: Sequence[Finding], rule_url: str) -> str:
    """The inline comment: what, why here, the fix; then the other rules that met on this line, and how to allow it."""
    head = f"**{title(finding)}** · {code(finding.rule)} · {finding.severity}"
    asks = " · please confirm" if finding.confidence is Confidence.MEDIUM else ""
    also = f"\n\nAlso on this line: {', '.join(code(o.rule) for o in others)}." if others else ""
    said = f"{message(finding)}\n\n**Fix:** {sentence(finding.fix)}"
    said += f"\n\n{suggestion.block(finding.suggestion)}" if finding.suggestion else ""
    return f"{head}{asks}\n\n{said}{also}\n\n<sub>{_footnote(finding, rule_url)}</sub>"


def _footnote(finding: Finding, rule_url: str) -> str:
    allow = "" if finding.strict else f", or write {code(f'testwarden: allow {finding.rule} REASON')} here"
    why = link("why", rule_url) if rule_url else ""
    return " · ".join(filter(None, [why, ", ".join(finding.cwe), f"ID {identity(finding)}", HOW_TO_DISMISS + allow]))


def identity(finding: Finding) -> str:
    """What a command may call the finding."""
    return code(finding.fingerprint[:ID_LENGTH])


def annotation(finding: Finding) -> str:
    """What a check's annotation says: plain text, which GitHub does not render."""
    return f"{message(finding)}\nFix: {sentence(finding.fix)}\n{finding.rule}"


def review(comments: Sequence[Comment]) -> str:
    """The body of the review that carries new inline comments; '' for none."""
    defects, notices = sum(c.defects for c in comments), sum(c.notice for c in comments)
    found = f"{counted(defects, 'new security defect')} on {counted(len(comments) - notices, 'line')} of the changed tests."
    wrong = f"{counted(notices, 'problem')} in the configuration that this pull writes."
    return " ".join(text for text, count in ((found, defects), (wrong, notices)) if count)


def no_longer_reported(head: str) -> str:
    return f"**No longer reported** at {code(head[:7])}."


def kept(by: Suppressed) -> str:
    """By whom or what a finding is kept back that a comment of ours reported, why, and how to have it back."""
    who = f"**{plain(by.by[:1].upper() + by.by[1:])}**"
    return f"{who}: {code(by.reason, KEPT_REASON)}" + (f"\n\n{code(by.undo)} takes that back." if by.undo else "")


# --- why a file was not analysed: the middle of a sentence, after the file's name --------------------------------------------

NO_TEST, REMOVED, UNCHANGED = "not a test file", "removed", "no line changed"
BINARY, LARGE = "binary file", "larger than 3 MB"
NO_CONTENT = "GitHub gave no content"
TOO_LARGE_TOGETHER = "the test files are larger than 32 MB together"
TOO_MANY_LONG = "more than 100 long or oddly encoded test files"


def not_listed(listed: int, changed: int) -> str:
    return f"GitHub lists only {listed} of the {changed} changed files"


# --- what GitHub would not take -----------------------------------------------------------------------------------------

CUT = "*Cut here: GitHub takes no longer text. The check's annotations hold every defect.*"
UNPLACED = "GitHub refused these comments on their lines, so they stand here:"
CHECK_LEFT = "Not finished"
CHECK_QUEUED = "Reviewed on the pull requests of this group"
CHECK_QUEUED_WHY = "A merge group is not reviewed again: see the check of each of its pull requests."
CHECK_CANCELLED = "Not finished: the pull request moved on. A later push or a reopening starts a new review."
