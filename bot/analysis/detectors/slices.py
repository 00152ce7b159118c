"""Backward slices inside one file: the expressions that feed an expression, found by following names to what they are given.

Flow-blind and name-based, within the enclosing functions and the module: several assignments to one name all count. What a
function returns, what a container holds and what a parameter receives are not followed, except the parameters of a lambda, which
are fed by the call it is handed to (`entries(env).forEach(([k, v]) => ...)`).
"""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from typing import cast

from ast_grep_py import Config, SgNode, SgRoot

from bot.analysis.document import Document, Scope
from bot.analysis.grammar import grammar_for

_ASSIGNMENTS = {
    "python": "assignment augmented_assignment named_expression for_statement for_in_clause as_pattern",
    "javascript": "variable_declarator assignment_expression augmented_assignment_expression for_in_statement",
    "java": "variable_declarator assignment_expression enhanced_for_statement resource",
    "kotlin": "property_declaration assignment for_statement",
    "go": "short_var_declaration assignment_statement var_spec const_spec range_clause",
    "c": "init_declarator assignment_expression for_range_loop",
    "ruby": "assignment operator_assignment for",
    "csharp": "variable_declarator assignment_expression foreach_statement",
    "php": "assignment_expression augmented_assignment_expression foreach_statement",
    "rust": "let_declaration assignment_expression for_expression let_condition",
    "shell": "variable_assignment for_statement",
}
_CALLS = {
    "python": "call",
    "javascript": "call_expression new_expression",
    "java": "method_invocation object_creation_expression",
    "kotlin": "call_expression",
    "go": "call_expression",
    "c": "call_expression",
    "ruby": "call subshell",
    "csharp": "invocation_expression object_creation_expression",
    "php": "function_call_expression member_call_expression scoped_call_expression object_creation_expression echo_statement"
    " print_intrinsic shell_command_expression include_expression"
    " include_once_expression require_expression require_once_expression",
    "rust": "call_expression macro_invocation",
    "shell": "command",
}
_SIDES = (("left", "right"), ("name", "value"), ("pattern", "value"), ("declarator", "value"), ("declarator", "right"))
_NAMES = frozenset(
    "identifier simple_identifier variable_name instance_variable class_variable global_variable constant interpolated_identifier"
    " shorthand_property_identifier shorthand_property_identifier_pattern".split()
)
_MEMBERS = frozenset(
    "attribute member_expression field_access member_access_expression selector_expression field_expression"
    " navigation_expression nullsafe_member_access_expression".split()
)
_ARGUMENTS = frozenset("argument_list arguments call_suffix value_arguments token_tree parenthesized_expression".split())
_BARE_CALLS = frozenset(  # without a node that holds their arguments
    "command subshell shell_command_expression echo_statement print_intrinsic include_expression"
    " include_once_expression require_expression require_once_expression".split()
)
_STRING_TEXT = frozenset(
    "string_content string_fragment interpreted_string_literal_content raw_string_literal_content string_literal_content"
    " verbatim_string_literal raw_string comment line_comment block_comment multiline_comment heredoc_body".split()
)
_LAMBDAS = frozenset(
    "arrow_function function_expression lambda lambda_expression lambda_literal closure_expression anonymous_function"
    " func_literal block do_block".split()
)
_PARAMETERS = frozenset(
    "formal_parameters lambda_parameters inferred_parameters block_parameters closure_parameters parameter_list parameters"
    " implicit_parameter identifier".split()
)
# The value does not come through.
_COMPARES = frozenset("comparison_operator not_operator equality_expression comparison_expression check_expression".split())
_HOPS = 4
_LIMIT = 80


class Flow:
    """The assignments of one document, by name."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._read: dict[tuple[int, int, str], list[SgNode]] = {}

    def calls(self, callee: str) -> Iterator[tuple[SgNode, str]]:
        """Calls whose callee ends with a match of the expression, and the callee's text, in source order."""
        if not _somewhere(callee).search(self.document.text):
            return
        ending = _compiled(rf"(?:{callee})$")
        for node in self._find(_CALLS, rf"(?:{callee})"):
            name = callee_of(node)
            if ending.search(name):
                yield node, name

    def feeding(self, *nodes: SgNode, wall: re.Pattern[str] | None = None, hops: int = _HOPS) -> list[SgNode]:
        """The expressions themselves, then what their names are given, and so on. A call whose callee matches `wall` lets nothing
        through: what stands in it does not feed what is around it."""
        found = list(nodes)
        seen: set[tuple[int, int]] = {_where(n) for n in nodes}
        edge = found
        for _ in range(hops):
            edge = [value for inner in edge for value in self._values(inner, wall) if _fresh(value, seen)]
            found = found + edge
            if len(found) > _LIMIT:
                break
        return found[:_LIMIT]

    def given(self, name: str) -> list[SgNode]:
        """Everything that a name is given in the file."""
        return [value for _, value in self._assignments.get(name, [])]

    def _values(self, node: SgNode, wall: re.Pattern[str] | None) -> Iterator[SgNode]:
        for name in self._names(node, wall):
            yield from self._given(name)
            yield from _handed_to_lambda(name)

    def _names(self, node: SgNode, wall: re.Pattern[str] | None) -> list[SgNode]:
        """The names that a node reads, each key once; a large table is walked once for all that it feeds."""
        at = (*_where(node), wall.pattern if wall else "")
        if at not in self._read:
            self._read[at] = list({_key(n): n for n in names_in(node, wall)}.values())
        return self._read[at]

    def _given(self, name: SgNode) -> list[SgNode]:
        key = _key(name)
        entries = self._assignments.get(key, [])
        if "." in key or key.startswith("@"):
            return [value for _, value in entries]
        line = name.range().start.line + 1
        around = [(scope, value) for scope, value in entries if scope is None or scope.start <= line <= scope.end]
        nearest = max((scope.start if scope else 0 for scope, _ in around), default=0)
        here = [value for scope, value in around if (scope.start if scope else 0) == nearest]
        return [value for value in here if _where(value) != _where(name)]

    @cached_property
    def _assignments(self) -> dict[str, list[tuple[Scope | None, SgNode]]]:
        out: dict[str, list[tuple[Scope | None, SgNode]]] = {}
        scopes: dict[int, Scope | None] = {}
        for node in self._find(_ASSIGNMENTS):
            target, value = _sides(node)
            if target is None or value is None:
                continue
            line = node.range().start.line + 1
            if line not in scopes:
                scopes[line] = self.document.scope(line)
            for name in _targets(target):
                out.setdefault(_key(name), []).append((scopes[line], value))
        return out

    def _find(self, kinds: Mapping[str, str], regex: str = "") -> list[SgNode]:
        """The nodes of the kinds that the file's grammar knows, in source order."""
        root = self.document.root
        grammar = grammar_for(self.document.language, self.document.path)
        known = [{"kind": k} for k in kinds.get(self.document.language, "").split() if grammar and _knows(grammar, k)]
        if root is None or not known:
            return []
        return root.find_all(cast(Config, {"rule": {"any": known, **({"regex": regex} if regex else {})}}))


@lru_cache(maxsize=4)
def flow_of(document: Document) -> Flow:
    """The document's flow, shared by the detectors that read it."""
    return Flow(document)


@lru_cache(maxsize=512)
def _knows(grammar: str, kind: str) -> bool:
    """C is read by a grammar of its own, which lacks some of C++'s kinds; asking for one of those is an error."""
    try:
        SgRoot("", grammar).root().find(kind=kind)
    except RuntimeError:
        return False
    return True


def callee_of(call: SgNode) -> str:
    """What is called, as written, without its arguments: `requests.get`, `puts`, `echo`, `new Function`."""
    kind = call.kind()
    if kind in ("subshell", "shell_command_expression"):
        return "`"
    if kind == "command":
        return next((c.text() for c in call.children() if c.kind() == "command_name"), "")
    if kind in _BARE_CALLS:
        return call.text()[:12].split("(")[0].split()[0]
    arguments = arguments_of(call)
    if arguments is None:
        return call.text()[:200]
    return call.text()[: arguments.range().start.index - call.range().start.index].strip()


def arguments_of(call: SgNode) -> SgNode | None:
    """The node that holds a call's arguments; None when it has none."""
    if call.kind() in _BARE_CALLS:
        return call
    return next((c for c in reversed(call.children()) if c.kind() in _ARGUMENTS), None) or next(
        (c for c in call.children() if c.kind() == "template_string"), None
    )


def search(pattern: re.Pattern[str], node: SgNode, wall: re.Pattern[str] | None = None) -> re.Match[str] | None:
    """The first match in a node's text that begins in code: not in a string, a comment, or behind a wall."""
    text = node.text()
    matches = list(pattern.finditer(text))
    if not matches:
        return None
    start = node.range().start.index
    dead = [(a - start, b - start) for a, b in _dead(node, wall)]
    return next((m for m in matches if not any(a <= m.start() < b for a, b in dead)), None)


def names_in(node: SgNode, wall: re.Pattern[str] | None = None) -> Iterator[SgNode]:
    """The variables and members that an expression reads, those interpolated into strings included."""
    stack = [node]
    while stack:
        current = stack.pop()
        kind = current.kind()
        if kind in _NAMES:
            yield current
            continue
        if _is_wall(current, kind, wall):
            continue
        if kind in _MEMBERS:
            yield current
        stack.extend(reversed(_read_by(current, kind)))


def string_of(node: SgNode) -> str | None:
    """The value of a plain string literal, None for anything else."""
    if "string" not in node.kind() or node.kind() in _STRING_TEXT:
        return None
    text = node.text()
    match = re.fullmatch(r"[A-Za-z@$]{0,3}#*(\"\"\"|'''|[\"'`])([\s\S]*?)\1#*", text)
    return match.group(2) if match else None


def strings_in(node: SgNode) -> Iterator[SgNode]:
    """The string literals of an expression, outermost only, in source order."""
    stack = [node]
    while stack:
        current = stack.pop()
        kind = current.kind()
        if kind not in _STRING_TEXT and ("string" in kind or kind in ("char_literal", "word")) and kind != "concatenated_string":
            yield current
        else:
            stack.extend(reversed(current.children()))


def _dead(node: SgNode, wall: re.Pattern[str] | None) -> Iterator[tuple[int, int]]:
    stack = [node]
    while stack:
        current = stack.pop()
        kind = current.kind()
        if kind in _STRING_TEXT or _is_wall(current, kind, wall):
            yield _where(current)
        else:
            stack.extend(current.children())


def _is_wall(node: SgNode, kind: str, wall: re.Pattern[str] | None) -> bool:
    if kind in _COMPARES:
        return True
    if kind == "unary_expression" and node.text().startswith("!"):
        return True
    if kind == "binary_expression":
        operator = node.field("operator")
        return operator is not None and operator.text() in ("==", "!=", "===", "!==", "in", "<", ">", "instanceof")
    return wall is not None and kind in _CALL_KINDS and wall.search(callee_of(node)) is not None


def _read_by(node: SgNode, kind: str) -> list[SgNode]:
    """The children of a node that are read: not the names of members, methods, keywords and types."""
    children = node.children()
    if kind in _MEMBERS:
        return children[:1]
    if kind in ("method_invocation", "member_call_expression", "scoped_call_expression") or (
        kind == "call" and node.field("method")
    ):
        name = node.field("name") or node.field("method")
        return [c for c in children if name is None or _where(c) != _where(name) or c.kind() == "constant"]
    if kind in ("keyword_argument", "pair"):
        return children[-1:]
    if kind in _LAMBDAS:
        return []
    return children


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
        if current.kind() in _NAMES or current.kind() in _MEMBERS:
            yield current
        elif current.kind() not in ("user_type", "type_identifier", "type_annotation"):
            stack.extend(reversed(current.children()))


def _handed_to_lambda(name: SgNode) -> list[SgNode]:
    """What the call feeds that takes the lambda of which `name` is a parameter: its receiver and its other arguments."""
    key = _key(name)
    for distance, node in enumerate(name.ancestors()):
        if distance > 40:
            break
        if node.kind() not in _LAMBDAS or not _takes(node, key):
            continue
        for call in node.ancestors()[:4]:
            if call.kind() not in _CALL_KINDS:
                continue
            here = _where(node)
            arguments = arguments_of(call)
            others = [c for c in (arguments.children() if arguments else []) if not _where(c)[0] <= here[0] < _where(c)[1]]
            receiver = call.children()[:1]
            return [*receiver, *others]
        return []
    return []


def _takes(function: SgNode, key: str) -> bool:
    named = (n for child in function.children()[:3] if child.kind() in _PARAMETERS for n in _targets(child))
    return any(_key(n) == key for n in named) or (key == "it" and function.kind() == "lambda_literal")


def _key(node: SgNode) -> str:
    return re.sub(r"\s+", "", node.text()).lstrip("&*")


def _where(node: SgNode) -> tuple[int, int]:
    span = node.range()
    return span.start.index, span.end.index


def _fresh(node: SgNode, seen: set[tuple[int, int]]) -> bool:
    where = _where(node)
    if where in seen:
        return False
    seen.add(where)
    return True


@lru_cache(maxsize=256)
def _somewhere(callee: str) -> re.Pattern[str]:
    """A callee's expression, to be looked for anywhere in a text: it saves the parse of a file that cannot call it."""
    return re.compile(re.sub(r"(?<![\[\\])\^", r"(?<![\\w.])", callee))


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


_CALL_KINDS = frozenset(k for kinds in _CALLS.values() for k in kinds.split())
