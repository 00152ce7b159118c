"""Everything that was found out -> the plan: inline comments, the summary, the check, and which comments of ours to retire."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.core import memo, words, words_config
from bot.core.buttons import buttons
from bot.core.familiar import seen
from bot.core.in_force import at
from bot.core.markdown import clip, fold, mark, marks, one_line, without_marks
from bot.core.suggestion import inert
from bot.core.summary import DEFAULTS, Look, check_text, summary
from bot.model import (
    Annotation,
    Check,
    Comment,
    Conclusion,
    Config,
    Delta,
    Finding,
    Heard,
    Lines,
    Notice,
    PullRequest,
    Review,
    Rulebook,
    Settled,
    Severity,
    Side,
    Skipped,
    Source,
    Spoken,
    Tier,
    Verdict,
)

MOST_COMMENTS = 30  # per run; a page with more is not read, and GitHub answers large batches with 502
TITLE_LIMIT = 255
_NOTHING_KEPT_BACK = Heard(())


def compose(
    request: PullRequest,
    delta: Delta,
    verdict: Verdict,
    sources: Sequence[Source],
    skipped: Sequence[Skipped],
    rulebook: Rulebook,
    heard: Heard = _NOTHING_KEPT_BACK,
    docs: str = "",
    settled: Settled = DEFAULTS,
) -> Review:
    """The plan for one pull. The same look makes the same plan, letter for letter: no time, no chance, no order of arrival.

    `docs` is the address under which our rules' pages stand, '' when none is public.
    """
    config = settled.config
    findings = _comments(delta, {s.path: s.lines for s in sources}, docs, min(config.max_comments, MOST_COMMENTS))
    notices = [_notice(notice) for notice in delta.notices if notice.placed]
    comments = tuple(sorted((*findings, *notices), key=lambda c: (c.path, c.line, c.side, c.fingerprint)))
    inline = {f for c in findings for f in (c.fingerprint, *c.also)}
    new_defects = {f.fingerprint for f in delta.new if f.tier is Tier.DEFECT}
    unplaced = tuple(n.problem for n in delta.notices if not n.placed)
    look = Look(
        verdict=verdict,
        findings=delta.findings,
        sources=tuple(sources),
        skipped=tuple(skipped),
        rulebook=rulebook,
        head_sha=request.head_sha,
        pull_page=request.web_url,
        docs=docs,
        suppressed=heard.suppressed,
        refused=heard.refused,
        listed=delta.listed | (new_defects - inline),
        fixed=delta.fixed,
        settled=settled,
        unplaced=unplaced,
    )
    return Review(
        head_sha=request.head_sha,
        verdict=verdict,
        comments=comments,
        summary=summary(look, _remembered(look)),
        check=_check(look, config),
        findings=delta.findings,
        skipped=tuple(skipped),
        retire=_retired(delta, request.head_sha),
        suppressed=heard.suppressed,
        body=words.review(comments),
        problems=(*settled.problems, *settled.proposed),
        quiet=not unplaced and look.files == len({s.path for s in skipped if s.clouds and s.wanted}),
    )


def _remembered(look: Look) -> str:
    """What the next look has to know of this one."""
    return memo.write(memo.Memo(look.listed, look.fixed, seen(look.sources, look.rulebook)))


# --- inline comments ----------------------------------------------------------------------------------------------------


def _comments(delta: Delta, lines: Mapping[str, Lines], docs: str, most: int) -> list[Comment]:
    """One comment for each line with new defects that GitHub can anchor, of the most severe as many as may be."""
    by_line: dict[tuple[str, Side, int], list[Finding]] = defaultdict(list)
    for finding in delta.new:
        if finding.tier is Tier.DEFECT and finding.path in lines and _anchor(finding, lines[finding.path]):
            by_line[finding.path, finding.side, finding.line].append(finding)
    groups = sorted((sorted(group, key=words.by_severity) for group in by_line.values()), key=lambda g: words.by_severity(g[0]))
    return [_comment(group, lines[group[0].path], docs) for group in groups[:most]]


def _comment(group: Sequence[Finding], lines: Lines, docs: str) -> Comment:
    first, *others = group
    anchor = _anchor(first, lines)
    assert anchor is not None, "only anchored findings are grouped"
    start, line = anchor
    rule_url = f"{docs.rstrip('/')}/rules/{first.rule}" if docs else ""
    names = "\n".join(mark("finding", fp=f.fingerprint, twin=f.twin) for f in group)
    return Comment(
        path=first.path,
        line=line,
        start_line=start,
        side=first.side,
        body=clip(words.inline(first, others, rule_url), names),
        fingerprint=first.fingerprint,
        also=tuple(f.fingerprint for f in others),
    )


def _notice(notice: Notice) -> Comment:
    problem = notice.problem
    body = clip(words_config.notice(problem), mark("finding", fp=notice.fingerprint))
    return Comment(problem.file, problem.line, None, Side.RIGHT, body, notice.fingerprint, notice=True)


def _anchor(finding: Finding, lines: Lines) -> tuple[int | None, int] | None:
    """(start, line) for GitHub, start None for one line; None when GitHub has no place for it.

    A range must lie in one hunk and its ends must differ (docs.github.com/rest/pulls/comments), so it is cut at the hunk's end.
    """
    if finding.side is Side.LEFT:
        return (None, finding.line) if finding.line in lines.commentable_left else None
    if finding.line not in lines.commentable:
        return None
    last = next((end for start, end in lines.hunks if start <= finding.line <= end), finding.line)
    end = finding.line
    while end < min(finding.end_line, last) and end + 1 in lines.commentable:
        end += 1
    return (finding.line if end > finding.line else None, end)


def _retired(delta: Delta, head: str) -> tuple[Spoken, ...]:
    """Our comments as they shall read now: of findings that are gone, unless somebody has taken the thread over; and of those
    kept back, where an answer may have been what keeps them."""
    gone = [_folded(s, "fixed", words.no_longer_reported(head)) for s in delta.gone if not (s.answered or s.resolved)]
    kept = [_folded(s, "kept", words.kept(by)) for s, by in delta.kept if not s.resolved]
    return (*gone, *kept)


def _folded(comment: Spoken, kind: str, says: str) -> Spoken:
    """What the comment said stays, folded away."""
    names = "\n".join(mark(kind, **m.fields) for m in marks(comment.body) if m.kind == "finding")
    said = fold(words.WHAT_IT_SAID, inert(without_marks(comment.body)))
    return replace(comment, body=clip(f"{says}\n\n{said}", names))


# --- the check ----------------------------------------------------------------------------------------------------------


def _check(look: Look, config: Config) -> Check:
    """Success only when everything was analysed and nothing found; failure for a defect that is severe enough where it stands;
    else neutral."""
    defects = sorted(look.verdict.defects, key=lambda f: (f.path, f.line, f.rule, f.fingerprint))
    failing = [f for f in defects if _fails(f, config)]
    fine = "success" if look.verdict.conclusion is Conclusion.CLEAN else "neutral"
    title = words.headline(look.verdict, look.files, one_line) if look.files else words.NO_TEST_FILES
    held = {s.path: s.lines for s in look.sources}
    return Check(
        conclusion="failure" if failing else fine,
        title=title[:TITLE_LIMIT],
        summary=check_text(look),
        annotations=tuple(_annotation(f, held.get(f.path, Lines()), f in failing) for f in defects),
        actions=buttons(look.findings),
    )


def _fails(finding: Finding, config: Config) -> bool:
    least = at(config, finding.path).fail_on
    return least != "never" and words.SEVERITIES.index(finding.severity) <= words.SEVERITIES.index(Severity(least))


def _annotation(finding: Finding, lines: Lines, fails: bool) -> Annotation:
    """An annotation stands on a line of the head: a removed line's stands where that line stood."""
    start, end = finding.line, finding.end_line
    if finding.side is Side.LEFT:
        start = end = max(1, next((r.before for r in lines.removed if r.line == finding.line), 1))
    return Annotation(
        path=finding.path,
        start_line=start,
        end_line=end,
        level="failure" if fails else "warning",
        title=words.title(finding),
        message=words.annotation(finding),
    )
