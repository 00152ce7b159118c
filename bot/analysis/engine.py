"""(one source, rules) -> hits on the lines the pull adds. Pure but for native code that may crash: run it in the child.

A rule is tried only where one of its keywords stands in the file. All patterns of a file are first tried in one walk of the tree
(one walk of 50 patterns costs what 7 single walks do); only rules that matched there are run in full, with constraints.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

from ast_grep_py import Config, SgNode

from bot.analysis.detectors import DETECTORS, Found
from bot.analysis.document import Document
from bot.core import predicates_advice as _predicates_advice  # noqa: F401 (registers its predicates)
from bot.core.predicates import PREDICATES
from bot.core.scene import Scene
from bot.model import Hit, Matcher, Rule, Source

QUOTE_LIMIT = 60
CAPTURE_LIMIT = 80
HITS_PER_RULE = 50  # a file with more of one kind is data, and a review nobody reads
_METAVARIABLE = re.compile(r"\$([A-Z_][A-Z0-9_]*)")


def scan(source: Source, rules: Sequence[Rule]) -> tuple[Hit, ...]:
    """Every hit of `rules` in one file, ordered by line and rule. A line carries at most one hit of a rule."""
    if not source.lines.added:
        return ()
    document = Document(source)
    live = [(r, m) for r in rules if source.kind in r.kinds for m in r.matchers if _applies(m, source)]
    matched = _walk_once(document, [m for _, m in live if m.ast])
    hits: dict[tuple[str, int], Hit] = {}
    counts: dict[str, int] = {}
    for rule, matcher in live:
        if matcher.ast and matcher not in matched:
            continue
        for found in _run(document, matcher):
            key = (rule.id, found.line)
            if key in hits or counts.get(rule.id, 0) >= HITS_PER_RULE or not _changed(document, found):
                continue
            scene = _scene(document, found)
            if _holds(matcher, scene):
                counts[rule.id] = counts.get(rule.id, 0) + 1
                hits[key] = _hit(rule, document, found, scene)
    return tuple(sorted(hits.values(), key=lambda h: (h.line, h.rule)))


def _applies(matcher: Matcher, source: Source) -> bool:
    if matcher.language not in (source.language, "any"):
        return False
    return not matcher.keywords or any(k in source.text for k in matcher.keywords)


def _changed(document: Document, found: Found) -> bool:
    if found.spans:
        return any(n in document.added for n in range(found.line, found.end_line + 1))
    return found.line in document.added


def _walk_once(document: Document, matchers: Sequence[Matcher]) -> set[Matcher]:
    """The matchers whose bare pattern matches somewhere; those with utilities are kept untried."""
    bare = {m: _ast(m)["rule"] for m in matchers if "utils" not in _ast(m)}
    kept = {m for m in matchers if m not in bare}
    if document.root is None or len(bare) < 3:
        return kept | set(bare)
    waiting = dict(bare)
    for node in document.root.find_all({"rule": {"any": list(bare.values())}}):
        for matcher in [m for m, rule in waiting.items() if node.matches(**rule)]:
            kept.add(matcher)
            del waiting[matcher]
        if not waiting:
            break
    return kept


def _run(document: Document, matcher: Matcher) -> Iterator[Found]:
    if matcher.detector:
        yield from DETECTORS[matcher.detector](document, _options(matcher.options))
    elif matcher.text:
        yield from _text(document, matcher)
    elif document.root is not None:
        names = _names(matcher.ast)
        for node in document.root.find_all(cast(Config, _ast(matcher))):
            yield _structural(node, matcher, names)


def _structural(node: SgNode, matcher: Matcher, names: frozenset[str]) -> Found:
    captures = {n: c.text() for n in names if (c := node.get_match(n)) is not None}
    anchor = (node.get_match(matcher.anchor) if matcher.anchor else None) or node
    quoted = (node.get_match(matcher.quote) if matcher.quote else None) or anchor
    span = anchor.range()
    quote = quoted if quoted.range().start.line == span.start.line else anchor
    return Found(span.start.line + 1, span.end.line + 1, _first_line(quote.text()), {**captures, "": node.text()})


def _text(document: Document, matcher: Matcher) -> Iterator[Found]:
    for match in _regex(matcher.text).finditer(document.text):
        line = document.line_at(match.start())
        captures = {k: v for k, v in match.groupdict().items() if v is not None}
        quote = captures.get(matcher.quote or "", match.group())
        yield Found(
            line, document.line_at(max(match.start(), match.end() - 1)), _first_line(quote), {**captures, "": match.group()}
        )


def _scene(document: Document, found: Found) -> Scene:
    scope = document.scope(found.line)
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
    )


def _holds(matcher: Matcher, scene: Scene) -> bool:
    def ask(predicate: str, capture: str | None) -> bool:
        return PREDICATES[predicate](scene, scene.captures.get(capture, "") if capture else scene.matched)

    return all(ask(c.predicate, c.capture) for c in matcher.where) and not any(
        ask(c.predicate, c.capture) for c in matcher.unless
    )


def _hit(rule: Rule, document: Document, found: Found, scene: Scene) -> Hit:
    said = {k: _first_line(v)[:CAPTURE_LIMIT] for k, v in found.captures.items() if k}
    code = found.identity or scene.line_text(found.line)
    identity = f"{scene.scope_name}\0{' '.join(code.split())}"
    end = found.end_line if found.spans else found.line
    return Hit(rule.id, document.path, found.line, end, found.quote, said, identity)


def _first_line(text: str) -> str:
    line = text.strip().split("\n", 1)[0].strip()
    return line if len(line) <= QUOTE_LIMIT else line[:QUOTE_LIMIT]


@lru_cache(maxsize=4096)
def _ast(matcher: Matcher) -> dict[str, Any]:
    rule: dict[str, Any] = json.loads(matcher.ast)
    return rule


@lru_cache(maxsize=4096)
def _names(ast: str) -> frozenset[str]:
    return frozenset(_METAVARIABLE.findall(ast))


@lru_cache(maxsize=1024)
def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.MULTILINE)


@lru_cache(maxsize=1024)
def _options(text: str) -> Mapping[str, Any]:
    options: Mapping[str, Any] = json.loads(text)
    return options
