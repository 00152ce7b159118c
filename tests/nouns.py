"""Small complete values of the model's nouns for tests: each argument that matters is given, the rest is filled in."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from bot.core.compose import compose
from bot.core.dismissed import keep_back
from bot.core.fingerprint import stamp
from bot.core.grounding import ground
from bot.core.markdown import marks
from bot.core.recognise import recognise
from bot.core.reconcile import reconcile
from bot.core.suppress import suppress
from bot.core.verdict import conclude
from bot.model import (
    Confidence,
    Dismissal,
    Earlier,
    Finding,
    Hit,
    Kind,
    Lines,
    Pull,
    PullRequest,
    Removed,
    Review,
    Rule,
    Rulebook,
    Severity,
    Side,
    Skipped,
    Source,
    Spoken,
    Status,
    Tier,
)

HEAD = "c" * 40
PAGE = "https://github.com/acme/app/pull/5"
REQUEST = PullRequest(Pull(1, 2, "acme", "app", 5), "b" * 40, "main", HEAD, author="ann", web_url=PAGE)


def rule(id: str = "fetch-pipe-shell", **changes: Any) -> Rule:
    """A defect of severity high, unless told otherwise."""
    made = Rule(
        id=id,
        code="TS-F01",
        title="download piped into a shell",
        tier=Tier.DEFECT,
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        status=Status.ACTIVE,
        cwe=("CWE-494",),
        wave=1,
        kinds=frozenset([Kind.CODE]),
        what="`{quote}` runs whatever {HOST} serves.",
        why="nobody reviews it and nothing pins it",
        fix="download to a file, check a pinned SHA-256, then run it",
        references=("https://cwe.mitre.org/data/definitions/494.html",),
        matchers=(),
        examples=(),
    )
    return replace(made, **changes)


def advice(id: str = "adv-sleep-poll", **changes: Any) -> Rule:
    """A consideration."""
    told: dict[str, Any] = {"code": "TS-Z02", "title": "fixed sleep", "tier": Tier.CONSIDERATION, "severity": Severity.NOTE}
    words = {"what": "`{quote}` waits a fixed time.", "why": "flaky and slow", "fix": "wait on the event", "cwe": ("CWE-362",)}
    return rule(id, **{**told, **words, **changes})


def rulebook(*rules: Rule) -> Rulebook:
    return Rulebook(MappingProxyType({r.id: r for r in sorted(rules, key=lambda r: r.id)}), "0123456789ab")


def source(text: str, path: str = "tests/test_a.py", added: Sequence[int] | None = None, **lines: Any) -> Source:
    """A file of which every line is added, unless told otherwise; one hunk spans it."""
    every = range(1, text.count("\n") + 2)
    mine = Lines(
        frozenset(every if added is None else added),
        frozenset(lines.pop("commentable", every)),
        hunks=lines.pop("hunks", ((1, len(every)),)),
        **lines,
    )
    return Source(path, "python", Kind.CODE, text, mine)


def hit(rule: str = "fetch-pipe-shell", line: int = 1, quote: str = "x", **changes: Any) -> Hit:
    captures: Mapping[str, str] = changes.pop("captures", {})
    made = Hit(rule, "tests/test_a.py", line, changes.pop("end_line", line), quote, captures, f"test_a\0{quote}")
    return replace(made, **changes)


def finding(rule: str = "fetch-pipe-shell", line: int = 1, **changes: Any) -> Finding:
    made = Finding(
        rule=rule,
        title="download piped into a shell",
        tier=Tier.DEFECT,
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        cwe=("CWE-494",),
        path="tests/test_a.py",
        line=line,
        end_line=line,
        side=Side.RIGHT,
        quote="x",
        what="`x` runs what it fetched.",
        why="nothing pins it",
        fix="pin it",
        fingerprint=f"{line:016x}",
    )
    return replace(made, **changes)


def removed(line: int, before: int, text: str) -> Removed:
    return Removed(line, before, text)


def plan(
    hits: Sequence[Hit],
    sources: Sequence[Source],
    rules: Rulebook,
    earlier: Earlier | None = None,
    skipped: Sequence[Skipped] = (),
    request: PullRequest = REQUEST,
    docs: str = "",
    dismissals: Sequence[Dismissal] = (),
) -> Review:
    """The pure half of the story, as bot.review walks it."""
    found, _ = stamp(hits, rules)
    grounded = ground(found, sources)
    earlier = earlier or Earlier()
    heard = keep_back(suppress(recognise(grounded.kept, earlier), sources, rules), dismissals)
    passed = (*skipped, *grounded.doubts)
    delta = reconcile(heard.findings, earlier, sources, passed, suppressed=heard.suppressed)
    return compose(request, delta, conclude(heard.findings, passed), sources, passed, rules, heard, docs)


def published(review: Review, before: Earlier | None = None) -> Earlier:
    """What GitHub holds once `review` was published: our comments read back by their markers, and the summary."""
    kept = [s for s in (before or Earlier()).spoken if s.comment_id not in {r.comment_id for r in review.retire}]
    first = max((s.comment_id for s in kept), default=100) + 1
    new = [
        Spoken(mark.fields["fp"], first + i, f"node-{first + i}", comment.path, comment.body)
        for i, comment in enumerate(review.comments)
        for mark in marks(comment.body)
        if mark.kind == "finding"
    ]
    return Earlier(spoken=(*kept, *new), summary_id=1, summary_body=review.summary)
