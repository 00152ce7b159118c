"""Backward slices inside one file: the expressions that feed an expression, found by following names to what they are given.

Flow-blind and name-based, within the enclosing functions and the module: several assignments to one name all count. What a
function returns, what a container holds and what a parameter receives are not followed, except the parameters of a lambda, which
are fed by the call it is handed to (`entries(env).forEach(([k, v]) => ...)`).
"""

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import cast

from ast_grep_py import Config, SgNode

from bot.analysis.document import Document

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
    " print_intrinsic shell_command_expression include_expression require_expression",
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
    "command subshell shell_command_expression echo_statement print_intrinsic include_expression require_expression".split()
)
_STRING_TEXT = frozenset(
    "string_content string_fragment interpreted_string_literal_content raw_string_literal_content string_literal_content"
    " verbatim_string_literal raw_string comment line_comment block_comment multiline_comment heredoc_body".split()
)
_LAMBDAS = frozenset(
    "arrow_function function_expression lambda lambda_expression lambda_literal closure_expression anonymous_function"
    " func_literal block do_block".split()
)
_COMPARES = frozenset("comparison_operator not_operator".split())  # the value does not come through
_HOPS = 4
_LIMIT = 80


class Flow:
    """The assignments of one document, by name."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def calls(self, callee: str) -> Iterator[tuple[SgNode, str]]:
        """Calls whose callee ends with a match of the expression, and the callee's text, in source order."""
        if self.document.root is None:
            return
        kinds = [{"kind": k} for k in _CALLS.get(self.document.language, "").split()]
        ending = _compiled(rf"(?:{callee})$")
        for node in self.document.root.find_all(cast(Config, {"rule": {"any": kinds, "regex": rf"(?:{callee})"}})):
            name = callee_of(node)
            if ending.search(name):
                yield node, name

    def feeding(self, node: SgNode, through: re.Pattern[str] | None = None, hops: int = _HOPS) -> list[SgNode]:
        """The expression itself, then what its names are given, and so on. Calls whose callee matches `through` are walls: their
        arguments do not feed what is around them."""
        found = [node]
        seen: set[tuple[int, int]] = {_where(node)}
        edge = [node]
        for _ in range(hops):
            edge = [value for inner in edge for value in self._values(inner, through) if _fresh(value, seen)]
            found += edge
            if len(found) > _LIMIT:
                break
        return found[:_LIMIT]

    def _values(self, node: SgNode, wall: re.Pattern[str] | None) -> Iterator[SgNode]:
        for name in names_in(node, wall):
            yield from self._given(name)
            yield from _handed_to_lambda(name)

    def _given(self, name: SgNode) -> list[SgNode]:
        entries = self._assignments.get(_key(name), [])
        if not entries or "." in _key(name) or _key(name).startswith("@"):
            return [value for _, value in entries]
        line = name.range().start.line + 1
        best: list[SgNode] = []
        closest = -1
        for at, value in entries:
            scope = self.document.scope(at)
            if scope is not None and not scope.start <= line <= scope.end:
                continue
            depth = scope.start if scope is not None else 0
            if depth > closest:
                best, closest = [], depth
            if depth == closest and _where(value) != _where(name):
                best.append(value)
        return best

    @cached_property
    def _assignments(self) -> dict[str, list[tuple[int, SgNode]]]:
        out: dict[str, list[tuple[int, SgNode]]] = {}
        root = self.document.root
        if root is None:
            return out
        kinds = [{"kind": k} for k in _ASSIGNMENTS.get(self.document.language, "").split()]
        for node in root.find_all(cast(Config, {"rule": {"any": kinds}})):
            target, value = _sides(node)
            if target is None or value is None:
                continue
            for name in _targets(target):
                out.setdefault(_key(name), []).append((node.range().start.line + 1, value))
        return out


@lru_cache(maxsize=4)
def flow_of(document: Document) -> Flow:
    """The document's flow, shared by the detectors that read it."""
    return Flow(document)


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
    for child in function.children():
        kind = child.kind()
        if kind in ("statement_block", "block", "body_statement", "block_body", "compound_statement", "statements", "=>", "->"):
            break
        if any(_key(n) == key for n in _targets(child)):
            return True
    return key == "it" and function.kind() == "lambda_literal"


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
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


_CALL_KINDS = frozenset(k for kinds in _CALLS.values() for k in kinds.split())
