"""(one source, rules) -> hits on the lines the pull adds. Pure but for native code that may crash: run it in the child.

A rule is tried only where one of its keywords stands in the file. Where many are left, one walk of the tree tries all their
patterns together (50 patterns in one walk cost what 6 single walks do); only those that match are then run in full.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, cast

from ast_grep_py import Config, SgNode

from bot.analysis.detectors import DETECTORS, Found
from bot.analysis.document import Document
from bot.analysis.plan import Plan
from bot.core.discreet import SHOWN, beginning
from bot.core.markdown import ELLIPSIS
from bot.core.predicates import PREDICATES
from bot.core.scene import Scene
from bot.core.suggestion import suggest
from bot.core.words import variables
from bot.model import HashKey, Hit, Matcher, Rule, Side, Source, Tier

QUOTE_LIMIT = 60
CAPTURE_LIMIT = 80
_WORKING_LIMIT = 1_000  # of a quote or a capture until concealed values are out of it
HITS_PER_RULE = 50  # a file with more of one kind is data, and a review nobody reads
_WORTH_A_WALK = 8  # fewer patterns are cheaper one by one
_MARK = "TESTWARDEN_RULE_"
_METAVARIABLE = re.compile(r"(?<!\$)\$([A-Z_][A-Z0-9_]*)")
_SEQUENCE = re.compile(r"\$\$\$([A-Z_][A-Z0-9_]*)")


def scan(source: Source, rules: Sequence[Rule] | Plan, key: HashKey | None = None) -> tuple[Hit, ...]:
    """Every hit of `rules` in one file, ordered by line and rule. A line carries at most one hit of a rule.

    What comes out holds no value that a detector has concealed, no capture that the rule's words do not name, and no source text
    in `identity`, which is a digest. A Plan saves time where the same rules are tried on many files. Secret values get a hash
    where there is a `key`.
    """
    if not source.lines.added and not source.lines.removed:
        return ()
    look = Look(source, rules if isinstance(rules, Plan) else Plan(rules), key)
    for rule, matcher in look.live:
        look.take(rule, matcher)
    return look.hits()


class Look:
    """One file under the rules that may say something of it: `live`, to be taken one after another."""

    def __init__(self, source: Source, plan: Plan, key: HashKey | None = None) -> None:
        self.document = Document(source, key)
        live = plan.live(self.document)
        matched = _walk_once(self.document, list(dict.fromkeys(m.ast for _, m in live if m.ast)))
        self.live = [(r, m) for r, m in live if not m.ast or m.ast in matched]
        self._hits: dict[tuple[str, Side, int], Hit] = {}
        self._counts: Counter[str] = Counter()

    def take(self, rule: Rule, matcher: Matcher) -> None:
        """Try one matcher, and keep what it hits on changed lines."""
        if self._counts[rule.id] >= HITS_PER_RULE:
            return
        for found in _run(self.document, matcher):
            key = (rule.id, found.side, found.line)
            if key in self._hits or not _changed(self.document, found) or _stood_before(rule, self.document, found):
                continue
            scene = _scene(self.document, found)
            if _holds(matcher, scene):
                self._hits[key] = _hit(rule, matcher, self.document, found, scene)
                self._counts[rule.id] += 1
                if self._counts[rule.id] >= HITS_PER_RULE:
                    return

    def hits(self) -> tuple[Hit, ...]:
        """What was hit, as it may leave the analyst."""
        spoke = {r.id: r for r, _ in self.live if not self.document.whole and r.id in self._counts and _may_be_custom(r)}
        custom = {name: self._elsewhere(rule) for name, rule in spoke.items()}
        hits = (replace(h, elsewhere=custom.get(h.rule, 0)) for h in self._hits.values())
        said = (_discreet(h, self.document.concealed) for h in hits)
        return tuple(sorted(said, key=lambda h: (h.line, h.rule)))

    def _elsewhere(self, rule: Rule) -> int:
        """On how many lines that the pull leaves alone the rule would speak, fifty at most. Asked only of a rule that has
        spoken."""
        lines: set[int] = set()
        for matcher in (m for r, m in self.live if r is rule):
            for found in _run(self.document, matcher, untouched=True):
                if found.side is Side.RIGHT and not _changed(self.document, found) and found.line not in lines:
                    if _holds(matcher, _scene(self.document, found)):
                        lines.add(found.line)
                    if len(lines) >= HITS_PER_RULE:
                        return len(lines)
        return len(lines)


def _may_be_custom(rule: Rule) -> bool:
    return rule.tier is Tier.DEFECT and not rule.strict


def _stood_before(rule: Rule, document: Document, found: Found) -> bool:
    """The pull only moves the line: the same text is among those it removes. No defect comes in by that. Rules that compare with
    the base (family C) judge moves themselves, strict ones speak anyway, and those that ask for a confirmation may ask again."""
    if rule.speaks_as is not Tier.DEFECT or rule.strict or rule.code.startswith("TS-C") or found.side is Side.LEFT:
        return False
    line = document.lines[found.line - 1].strip()
    return any(line == gone.text.strip() for gone in document.source.lines.removed)


def _changed(document: Document, found: Found) -> bool:
    if found.side is Side.LEFT:
        return any(removed.line == found.line for removed in document.source.lines.removed)
    if found.spans:
        cut = found.over_cuts and any(found.line <= gone.before <= found.end_line for gone in document.source.lines.removed)
        return cut or document.touches(found.line, found.end_line)
    return found.line in document.added


def _walk_once(document: Document, rules: Sequence[str]) -> frozenset[str]:
    """Those of `rules` whose bare pattern matches somewhere. Rules with utilities are not tried, but kept."""
    waiting = {ast: _ast(ast)["rule"] for ast in rules if "utils" not in _ast(ast)}
    if len(waiting) < _WORTH_A_WALK or document.root is None:  # without patterns the file is not even parsed
        return frozenset(rules)
    kept = set(rules) - set(waiting)
    while waiting:
        found = _seen_together(document.root, waiting)
        if not found:
            break
        kept |= found
        for ast in found:  # the first alternative that matches a node hides the others, so walk again without it
            del waiting[ast]
    return frozenset(kept)


def _seen_together(root: SgNode, rules: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """One walk with all rules as alternatives, each marked by a capture of its own."""
    marks = {f"{_MARK}{n}": ast for n, ast in enumerate(rules)}
    alternatives = [{"all": [rules[ast], {"pattern": f"${mark}"}]} for mark, ast in marks.items()]
    found: set[str] = set()
    order = list(marks)
    for node in root.find_all(cast(Config, {"rule": {"any": alternatives}})):
        place = next(i for i, mark in enumerate(order) if node.get_match(mark) is not None)
        found.add(marks[order[place]])
        order.insert(0, order.pop(place))  # what has matched once matches often: look for it first
    return found


def _run(document: Document, matcher: Matcher, untouched: bool = False) -> Iterator[Found]:
    """What the matcher finds; of a pattern's matches those on added lines, or those on others."""
    if matcher.detector:
        yield from DETECTORS[matcher.detector](document, _options(matcher.options))
    elif matcher.text:
        yield from _text(document, matcher)
    elif document.root is not None:
        for node in document.root.find_all(cast(Config, _ast(matcher.ast))):
            anchor = (node.get_match(matcher.anchor) if matcher.anchor else None) or node
            first, last = document.extent(anchor)
            if (first in document.added) is not untouched:  # before anything is copied out of the tree
                yield _structural(document, node, anchor, matcher, (first, last))


def _structural(document: Document, node: SgNode, anchor: SgNode, matcher: Matcher, lines: tuple[int, int]) -> Found:
    quoted = node.get_match(matcher.quote) if matcher.quote else None
    if quoted is None or document.extent(quoted)[0] != lines[0]:
        quoted = anchor
    return Found(*lines, quoted.text(), {**_captures(document, node, matcher.ast), "": node.text()})


def _captures(document: Document, node: SgNode, ast: str) -> dict[str, str]:
    captures = {n: c.text() for n in _names(_METAVARIABLE, ast) if (c := node.get_match(n)) is not None}
    for name in _names(_SEQUENCE, ast):
        if several := node.get_multiple_matches(name):
            captures[name] = document.text[several[0].range().start.index : several[-1].range().end.index]
    for name in _ast(ast).get("transform", ()):
        if (made := node.get_transformed(name)) is not None:
            captures[name] = made
    return captures


def _text(document: Document, matcher: Matcher) -> Iterator[Found]:
    for match in document.finditer(_regex(matcher.text)):
        line = document.line_at(match.start())
        last = document.line_at(max(match.start(), match.end() - 1))
        captures = {k: v for k, v in match.groupdict().items() if v is not None}
        quote = captures.get(matcher.quote or "", match.group())
        yield Found(line, last, quote, {**captures, "": match.group()})


def _scene(document: Document, found: Found) -> Scene:
    scope = document.scope(found.line) if found.side is Side.RIGHT else None
    return Scene(
        path=document.path,
        language=document.language,
        text=document.text,
        line=found.line,
        end_line=found.end_line,
        matched=found.captures.get("", found.quote),
        captures=found.captures,
        scope=scope.text if scope else document.text,
        scope_name=scope.name if scope else "",
        scope_line=scope.start if scope else 1,
        was=document.olds.get(found.line, "") if found.side is Side.RIGHT else "",
    )


def _holds(matcher: Matcher, scene: Scene) -> bool:
    def ask(predicate: str, capture: str | None) -> bool:
        return PREDICATES[predicate](scene, scene.captures.get(capture, "") if capture else scene.matched)

    return all(ask(c.predicate, c.capture) for c in matcher.where) and not any(
        ask(c.predicate, c.capture) for c in matcher.unless
    )


def _hit(rule: Rule, matcher: Matcher, document: Document, found: Found, scene: Scene) -> Hit:
    wanted = variables(rule)  # what nobody is going to say stays here
    said = {k: _first_line(v) for k, v in found.captures.items() if k in wanted}
    code = found.identity or document.lines[found.line - 1]
    identity = hashlib.sha256(f"{scene.scope_name}\0{' '.join(code.split())}".encode("utf-8", "replace")).hexdigest()
    end = found.end_line if found.spans else found.line
    better = suggest(document.lines[found.line - 1], matcher.edit) if found.side is Side.RIGHT and end == found.line else ""
    quote = _first_line(found.quote)
    return Hit(rule.id, document.path, found.line, end, quote, said, identity, found.side, suggestion=better, secret=found.secret)


def _discreet(hit: Hit, concealed: set[str]) -> Hit:
    """The hit as it may leave the analyst: short, and without any concealed value."""
    quote, captures, provider = hit.quote, dict(hit.captures), hit.secret.provider if hit.secret else ""
    for value in sorted(concealed, key=len, reverse=True):
        quote = _cut(quote, value)
        captures = {k: _cut(v, value) for k, v in captures.items()}
        provider = _cut(provider, value)
    said = {k: _short(v, CAPTURE_LIMIT) for k, v in captures.items()}
    suggestion = "" if any(value in hit.suggestion for value in concealed) else hit.suggestion
    secret = replace(hit.secret, provider=_short(provider, CAPTURE_LIMIT)) if hit.secret else None
    return replace(hit, quote=_short(quote, QUOTE_LIMIT), captures=said, suggestion=suggestion, secret=secret)


def _short(text: str, limit: int) -> str:
    """At most so many characters; an ellipsis shows that there are more."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + ELLIPSIS


def _cut(text: str, value: str) -> str:
    """The text up to the value and its first characters, so that a quote still stands on its line. The value's own beginning at
    the end of a shortened text counts as well."""
    at = text.find(value)
    if at >= 0:
        return text[: at + len(beginning(value))]
    for length in range(min(len(value), len(text)), SHOWN, -1):
        if text.endswith(value[:length]):
            return text[: len(text) - length + len(beginning(value))]
    return text


def _first_line(text: str) -> str:
    return text.strip()[:_WORKING_LIMIT].split("\n", 1)[0].strip()


@lru_cache(maxsize=4096)
def _ast(text: str) -> dict[str, Any]:
    rule: dict[str, Any] = json.loads(text)
    return rule


@lru_cache(maxsize=4096)
def _names(pattern: re.Pattern[str], ast: str) -> frozenset[str]:
    return frozenset(pattern.findall(ast))


@lru_cache(maxsize=1024)
def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.MULTILINE)


@lru_cache(maxsize=1024)
def _options(text: str) -> Mapping[str, Any]:
    options: Mapping[str, Any] = json.loads(text)
    return options
