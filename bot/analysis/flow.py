"""Backward slices inside one file: the expressions that feed an expression, found by following names to what they are given.

Flow-blind and name-based, within the enclosing functions and the module: several assignments to one name all count. What a
function returns, what a container holds and what a parameter receives are not followed, except the parameters of a lambda, which
are fed by the call it is handed to (`entries(env).forEach(([k, v]) => ...)`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice
from typing import cast

from ast_grep_py import Config, SgNode

from bot.analysis.document import Document, Scope
from bot.analysis.expressions import arguments_of, callee_of, names_in, span_of
from bot.analysis.grammar import grammar_for, knows
from bot.analysis.kinds import ASSIGNMENTS, CALL_KINDS, CALLS, LAMBDAS, MEMBERS, NAMES, PARAMETERS

_SIDES = (("left", "right"), ("name", "value"), ("pattern", "value"), ("declarator", "value"), ("declarator", "right"))
_HOPS = 4
_LIMIT = 80


@dataclass(frozen=True, slots=True)
class _Given:
    """A value on its way to a name, and where it stands: asking the node for that takes a look along its whole line. `scope`: the
    function in which a name is given it."""

    node: SgNode
    span: tuple[int, int]
    scope: Scope | None = None


class Flow:
    """The assignments of one document, by name."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._read: dict[tuple[int, int, str], list[SgNode]] = {}
        self._fed: dict[tuple[int, int, str], list[_Given]] = {}

    def calls(self, callee: str) -> Iterator[tuple[SgNode, str]]:
        """Calls whose callee ends with a match of the expression, and the callee's text, in source order."""
        if not self.document.search(_somewhere(callee)):
            return
        ending = _compiled(rf"(?:{callee})$")
        for node in self._find(CALLS, rf"(?:{callee})"):
            name = callee_of(node)
            if ending.search(name):
                yield node, name

    def feeding(self, *nodes: SgNode, wall: re.Pattern[str] | None = None, hops: int = _HOPS) -> list[SgNode]:
        """The expressions themselves, then what their names are given, and so on. A call whose callee matches `wall` lets nothing
        through: what stands in it does not feed what is around it."""
        found = list(nodes)
        seen = {span_of(n) for n in nodes}
        edge = found
        for _ in range(hops):
            fresh = (given.node for inner in edge for given in self._values(inner, wall) if _fresh(given.span, seen))
            edge = list(islice(fresh, max(0, _LIMIT - len(found))))
            found = found + edge
        return found[:_LIMIT]

    def given(self, name: str) -> list[SgNode]:
        """Everything that a name is given in the file."""
        return [given.node for given in self._assignments.get(name, [])]

    def _values(self, node: SgNode, wall: re.Pattern[str] | None) -> "list[_Given]":
        """What the names in a node are given, found once: a file's many calls are fed by the same few expressions."""
        at = (*span_of(node), wall.pattern if wall else "")
        if at not in self._fed:
            names = self._names(node, wall)
            self._fed[at] = [given for name in names for given in (*self._given(name), *_handed_to_lambda(name))]
        return self._fed[at]

    def _names(self, node: SgNode, wall: re.Pattern[str] | None) -> list[SgNode]:
        """The names that a node reads, each key once; a large table is walked once for all that it feeds."""
        at = (*span_of(node), wall.pattern if wall else "")
        if at not in self._read:
            self._read[at] = list({_key(n): n for n in names_in(node, wall)}.values())
        return self._read[at]

    def _given(self, name: SgNode) -> "list[_Given]":
        key = _key(name)
        entries = self._assignments.get(key, [])
        if not entries or "." in key or key.startswith("@"):
            return entries
        line = name.range().start.line + 1
        around = [g for g in entries if g.scope is None or g.scope.start <= line <= g.scope.end]
        nearest = max((g.scope.start if g.scope else 0 for g in around), default=0)
        own = span_of(name)
        return [g for g in around if (g.scope.start if g.scope else 0) == nearest and g.span != own]

    @cached_property
    def _assignments(self) -> "dict[str, list[_Given]]":
        out: dict[str, list[_Given]] = {}
        scopes: dict[int, Scope | None] = {}
        for node in self._find(ASSIGNMENTS):
            target, value = _sides(node)
            if target is None or value is None:
                continue
            line = node.range().start.line + 1
            if line not in scopes:
                scopes[line] = self.document.scope(line)
            for name in _targets(target):
                out.setdefault(_key(name), []).append(_Given(value, span_of(value), scopes[line]))
        return out

    def _find(self, kinds: Mapping[str, str], regex: str = "") -> list[SgNode]:
        """The nodes of the kinds that the file's grammar knows, in source order."""
        root = self.document.root
        grammar = grammar_for(self.document.language, self.document.path)
        known = [{"kind": k} for k in kinds.get(self.document.language, "").split() if grammar and knows(grammar, k)]
        if root is None or not known:
            return []
        return root.find_all(cast(Config, {"rule": {"any": known, **({"regex": regex} if regex else {})}}))


@lru_cache(maxsize=4)
def flow_of(document: Document) -> Flow:
    """The document's flow, shared by the detectors that read it."""
    return Flow(document)


def _sides(node: SgNode) -> tuple[SgNode | None, SgNode | None]:
    for left, right in _SIDES:
        target, value = node.field(left), node.field(right)
        if target is not None and value is not None:
            return target, value
    children = [c for c in node.children() if c.is_named()]
    if node.kind() == "foreach_statement" and len(children) > 2:
        return children[1], children[0]  # PHP: foreach (what as name)
    if node.kind() in ("as_pattern", "for_statement") and len(children) > 1:
        return (children[1], children[0]) if node.kind() == "as_pattern" else (children[0], children[1])
    targets = [c for c in children if c.kind() not in ("binding_pattern_kind", "modifiers")]
    return (targets[0], targets[-1]) if len(targets) > 1 else (None, None)


def _targets(node: SgNode) -> Iterator[SgNode]:
    stack = [node]
    while stack:
        current = stack.pop()
        if current.kind() in NAMES or current.kind() in MEMBERS:
            yield current
        elif current.kind() not in ("user_type", "type_identifier", "type_annotation"):
            stack.extend(reversed(current.children()))


def _handed_to_lambda(name: SgNode) -> list[_Given]:
    """What the call feeds that takes the lambda of which `name` is a parameter: its receiver and its other arguments."""
    key = _key(name)
    for distance, node in enumerate(name.ancestors()):
        if distance > 40:
            break
        if node.kind() not in LAMBDAS or not _takes(node, key):
            continue
        for call in node.ancestors()[:4]:
            if call.kind() not in CALL_KINDS:
                continue
            here = span_of(node)
            arguments = arguments_of(call)
            others = [c for c in (arguments.children() if arguments else []) if not span_of(c)[0] <= here[0] < span_of(c)[1]]
            receiver = call.children()[:1]
            return [_Given(value, span_of(value)) for value in (*receiver, *others)]
        return []
    return []


def _takes(function: SgNode, key: str) -> bool:
    named = (n for child in function.children()[:3] if child.kind() in PARAMETERS for n in _targets(child))
    return any(_key(n) == key for n in named) or (key == "it" and function.kind() == "lambda_literal")


def _key(node: SgNode) -> str:
    return re.sub(r"\s+", "", node.text()).lstrip("&*")


def _fresh(span: tuple[int, int], seen: set[tuple[int, int]]) -> bool:
    if span in seen:
        return False
    seen.add(span)
    return True


@lru_cache(maxsize=256)
def _somewhere(callee: str) -> re.Pattern[str]:
    """A callee's expression, to be looked for anywhere in a text: it saves the parse of a file that cannot call it."""
    return re.compile(re.sub(r"(?<![\[\\])\^", r"(?<![\\w.])", callee))


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
