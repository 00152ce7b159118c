"""The summary comment and the check's text, as Markdown. A helper of compose and report: it decides nothing."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.core import words, words_config, words_summary
from bot.core.markdown import clip, code, fold, line_url, link, plain, table
from bot.model import Finding, Problem, Rulebook, Settled, Side, Skipped, Source, Suppressed, Tier, Verdict

SHOWN_DEFECTS = 50
SHOWN_CONSIDERATIONS = 5
SHOWN_FILES = 20
SHOWN_BLIND = 10
SHOWN_SUPPRESSED = 20
DEFAULTS = Settled()


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a pull: everything that the texts about it are made of. `docs` is the address of our pages, '' if unknown."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    sources: tuple[Source, ...]
    skipped: tuple[Skipped, ...]
    rulebook: Rulebook
    head_sha: str = ""
    pull_page: str = ""
    docs: str = ""
    suppressed: tuple[Suppressed, ...] = ()
    refused: tuple[Suppressed, ...] = ()
    listed: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()
    settled: Settled = DEFAULTS
    unplaced: tuple[Problem, ...] = ()

    @property
    def files(self) -> int:
        """How many test files the pull changes, as far as we can tell; what else was read counts when something was found."""
        read = {s.path for s in self.sources if s.kind.is_test} | {f.path for f in self.findings}
        return len(read | {s.path for s in self.skipped if s.clouds})

    @property
    def analysed(self) -> tuple[Source, ...]:
        unread = {s.path for s in self.skipped}
        found = {f.path for f in self.findings}
        read = (s for s in self.sources if (s.path not in unread if s.kind.is_test else s.path in found))
        return tuple({s.path: s for s in read}.values())

    @property
    def advice(self) -> list[Finding]:
        return [f for f in self.findings if f.tier is Tier.CONSIDERATION]

    def rule_url(self, rule: str) -> str:
        return f"{self.docs.rstrip('/')}/rules/{rule}" if self.docs else ""


def summary(look: Look, tail: str) -> str:
    """The whole summary comment: the verdict first, `tail` (the marker) last, whatever is cut between them."""
    blocks = [
        *_verdict(look),
        words_config.problems(look.settled, look.unplaced),
        _fixed(look),
        considerations(look),
        _kept_back(look),
        fold(words_summary.SCOPE_TITLE, _scope(look)),
        f"<sub>{link(words_summary.FOOTER, look.docs)} · {words_summary.COMMANDS}</sub>",
    ]
    return clip("\n\n".join(filter(None, blocks)), tail, notice=words.CUT)


def check_text(look: Look) -> str:
    """The check run's summary: the verdict, the defects, and what was looked at."""
    return clip(
        "\n\n".join(filter(None, [*_verdict(look), words_config.problems(look.settled, ()), _scope(look)])),
        notice=words.CUT,
    )


def _verdict(look: Look) -> list[str]:
    defects, blind = look.verdict.defects, look.verdict.blind
    return [
        words.headline(look.verdict, look.files),
        words.also_unread(blind, look.files) if defects and blind else "",
        _defects(look) if defects else "",
        _listing([words_summary.not_looked_at(s) for s in blind], SHOWN_BLIND),
        words_config.HOW_TO_CHANGE if any(s.wanted for s in blind) else words_summary.BY_HAND if blind else "",
    ]


def _defects(look: Look) -> str:
    worst_first = sorted(look.verdict.defects, key=words.by_severity)
    rows = [(words.badge(f.severity), where(look, f), _defect(look, f), words.identity(f)) for f in worst_first[:SHOWN_DEFECTS]]
    more = len(worst_first) - SHOWN_DEFECTS
    return table(words_summary.DEFECT_HEAD, rows) + (f"\n\n{words_summary.in_annotations(more)}" if more > 0 else "")


def _defect(look: Look, finding: Finding) -> str:
    named = words.named(finding, look.rule_url(finding.rule))
    said = [words.in_full(finding)] if finding.fingerprint in look.listed else []
    if others := same_value(finding, look.findings):
        said.append(words.sentence(words_summary.same_value(where(look, others[0]), len(others) - 1)))
    return "<br>".join([named, *said])


def same_value(finding: Finding, findings: Iterable[Finding]) -> list[Finding]:
    """The findings elsewhere of which the hash says that they are about the same secret value."""
    if not finding.secret or not finding.secret.hash:
        return []
    place = (finding.path, finding.line)
    return [f for f in findings if f.secret and f.secret.hash == finding.secret.hash and (f.path, f.line) != place]


def considerations(look: Look) -> str:
    """The advice, collapsed: as much as is wanted, of as many different rules as there are."""
    found = look.advice
    most = look.settled.config.considerations
    if not found or not most:
        return ""
    shown = choose(found, most)
    rows = [(briefly(look, f), *map(words.clause, (f.what, f.why, f.fix)), words.identity(f)) for f in shown]
    more = len(found) - len(shown)
    body = table(words_summary.CONSIDERATION_HEAD, rows) + (f"\n\n{words_summary.not_shown(more)}" if more else "")
    return fold(words_summary.considerations(len(found)), body)


def choose(considerations: Iterable[Finding], most: int = SHOWN_CONSIDERATIONS) -> list[Finding]:
    """The ones to show: by rank, but each rule's first before any rule's second; then in the order of rank, path and line."""
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in sorted(considerations, key=_rank):
        by_rule[finding.rule].append(finding)
    in_turn = sorted(((turn, f) for same in by_rule.values() for turn, f in enumerate(same)), key=lambda p: (p[0], _rank(p[1])))
    return sorted((f for _, f in in_turn[:most]), key=_rank)


def _rank(finding: Finding) -> tuple[int, str, int, str]:
    return (finding.rank, finding.path, finding.line, finding.rule)


def where(look: Look, finding: Finding) -> str:
    """`path:line` of a finding, linked when the pull's page is known. A removed line has no page at the head."""
    if finding.side is Side.LEFT:
        return words.on_base(code(f"{finding.path}:{finding.line}", limit=200))
    return _place(look, finding, finding.path)


def briefly(look: Look, finding: Finding) -> str:
    """`file:line` when a link leads to it and no other file of the pull has that name; else as `where`."""
    name = finding.path.rpartition("/")[2]
    alone = sum(s.path.rpartition("/")[2] == name for s in look.sources) == 1
    return _place(look, finding, name if alone and _url(look, finding) else finding.path)


def _place(look: Look, finding: Finding, name: str) -> str:
    span = str(finding.line) if finding.end_line <= finding.line else f"{finding.line}–{finding.end_line}"
    return link(code(f"{name}:{span}", limit=200), _url(look, finding))


def _url(look: Look, finding: Finding) -> str:
    return line_url(look.pull_page, look.head_sha, finding.path, finding.line, finding.end_line)


def _fixed(look: Look) -> str:
    return words_summary.fixed(len(look.fixed)) if look.fixed else ""


def _kept_back(look: Look) -> str:
    both = [(s, "") for s in look.suppressed] + [(s, s.void or words_summary.NO_EFFECT) for s in look.refused]
    if not both:
        return ""
    rows = [
        (where(look, s.finding), code(s.finding.rule), plain(s.by), code(s.reason) + effect, words.identity(s.finding))
        for s, effect in both[:SHOWN_SUPPRESSED]
    ]
    more = len(both) - len(rows)
    body = table(words_summary.KEPT_BACK_HEAD, rows) + (f"\n\n{words_summary.not_shown(more)}" if more else "")
    return fold(words_summary.kept_back(len(look.suppressed), len(look.refused)), body)


def _scope(look: Look) -> str:
    analysed = look.analysed
    rules = sum(1 for r in look.rulebook.rules.values() if r.speaks_as)
    added = sum(len(s.lines.added) for s in analysed)
    unshown = 0 if look.settled.config.considerations else len(look.advice)
    config = words_config.source(look.settled)
    said = words_summary.scope(len(analysed), look.files, added, look.head_sha, look.rulebook.digest, rules, config, unshown)
    passed = Counter(s.reason for s in look.skipped if not s.clouds)
    lines = [
        _listing([f"- {code(s.path, 200)}" for s in analysed], SHOWN_FILES),
        _listing([words_summary.passed_over(reason, count) for reason, count in passed.most_common()], SHOWN_FILES),
    ]
    return "\n\n".join(filter(None, [said, *lines]))


def _listing(items: Sequence[str], most: int) -> str:
    more = [f"- {words_summary.not_shown(len(items) - most)}"] if len(items) > most else []
    return "\n".join([*items[:most], *more])
