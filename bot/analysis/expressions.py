"""An expression and its parts, in every grammar: what a call calls and takes, the names it reads, the strings it holds."""

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from bot.analysis.kinds import ARGUMENTS, BARE_CALLS, CALL_KINDS, COMPARES, LAMBDAS, MEMBERS, NAMES, STRING_TEXT


def callee_of(call: SgNode) -> str:
    """What is called, as written, without its arguments: `requests.get`, `puts`, `echo`, `new Function`."""
    kind = call.kind()
    if kind in ("subshell", "shell_command_expression"):
        return "`"
    if kind == "command":
        return next((c.text() for c in call.children() if c.kind() == "command_name"), "")
    if kind in BARE_CALLS:
        return call.text()[:12].split("(")[0].split()[0]
    arguments = arguments_of(call)
    if arguments is None:
        return call.text()[:200]
    return call.text()[: arguments.range().start.index - call.range().start.index].strip()


def arguments_of(call: SgNode) -> SgNode | None:
    """The node that holds a call's arguments; None when it has none."""
    if call.kind() in BARE_CALLS:
        return call
    return next((c for c in reversed(call.children()) if c.kind() in ARGUMENTS), None) or next(
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
        if kind in NAMES:
            yield current
            continue
        if _is_wall(current, kind, wall):
            continue
        if kind in MEMBERS:
            yield current
        stack.extend(reversed(_read_by(current, kind)))


def string_of(node: SgNode) -> str | None:
    """The value of a plain string literal, None for anything else."""
    if "string" not in node.kind() or node.kind() in STRING_TEXT:
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
        if kind not in STRING_TEXT and ("string" in kind or kind in ("char_literal", "word")) and kind != "concatenated_string":
            yield current
        else:
            stack.extend(reversed(current.children()))


def _dead(node: SgNode, wall: re.Pattern[str] | None) -> Iterator[tuple[int, int]]:
    stack = [node]
    while stack:
        current = stack.pop()
        kind = current.kind()
        if kind in STRING_TEXT or _is_wall(current, kind, wall):
            yield span_of(current)
        else:
            stack.extend(current.children())


def _is_wall(node: SgNode, kind: str, wall: re.Pattern[str] | None) -> bool:
    if kind in COMPARES:
        return True
    if kind == "unary_expression" and node.text().startswith("!"):
        return True
    if kind == "binary_expression":
        operator = node.field("operator")
        return operator is not None and operator.text() in ("==", "!=", "===", "!==", "in", "<", ">", "instanceof")
    return wall is not None and kind in CALL_KINDS and wall.search(callee_of(node)) is not None


def _read_by(node: SgNode, kind: str) -> list[SgNode]:
    """The children of a node that are read: not the names of members, methods, keywords and types."""
    children = node.children()
    if kind in MEMBERS:
        return children[:1]
    if kind in ("method_invocation", "member_call_expression", "scoped_call_expression") or (
        kind == "call" and node.field("method")
    ):
        name = node.field("name") or node.field("method")
        return [c for c in children if name is None or span_of(c) != span_of(name) or c.kind() == "constant"]
    if kind in ("keyword_argument", "pair"):
        return children[-1:]
    if kind in LAMBDAS:
        return []
    return children


def span_of(node: SgNode) -> tuple[int, int]:
    """The character offsets between which a node stands."""
    span = node.range()
    return span.start.index, span.end.index
