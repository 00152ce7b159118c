"""What every grammar has and names differently: the node at a place, a call's callee, the slot that a value fills."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from ast_grep_py import SgNode

from bot.analysis.document import Document

_LONGEST_LINE = 2_000
CALLS = frozenset(
    "call call_expression new_expression method_invocation object_creation_expression invocation_expression macro_invocation"
    " function_call_expression member_call_expression scoped_call_expression nullsafe_member_call_expression command".split()
)
MADE = frozenset("new_expression object_creation_expression composite_literal struct_expression".split())
COLLECTIONS = frozenset(
    "list tuple set dictionary object array hash array_creation_expression composite_literal literal_value initializer_list"
    " initializer_expression array_initializer anonymous_object_creation_expression struct_expression array_expression".split()
)
STATEMENT_ENDS = frozenset(
    "block statement_block compound_statement body_statement module program source_file translation_unit compilation_unit"
    " class_body declaration_list statements do_block".split()
)
_SLOTS = {
    "keyword_argument": "name",
    "pair": "key",
    "field_initializer": "field",
    "initializer_pair": "designator",
    "assignment_expression": "left",
    "argument": "name",
    "array_element_initializer": "",
    "value_argument": "",
    "keyed_element": "key",
}
_POSITIONAL = frozenset(["argument_list", "arguments", "value_arguments"])
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a value goes: the name of the parameter, key or field ('' by position), the node that gives it that name (the value
    itself by position), and the calls around it, innermost first."""

    name: str
    node: SgNode
    calls: tuple[SgNode, ...]


def node_at(document: Document, start: int, end: int) -> SgNode | None:
    """The smallest named node that covers the characters [start, end); None without a tree, and on a line as long as only
    machines write: finding places along it takes time that grows with its square."""
    if document.root is None or len(document.lines[document.line_at(start) - 1]) > _LONGEST_LINE:
        return None
    around = _whole(document)
    while (closer := around.part(start, end)) is not None:
        around = closer
    return around.node


class _Place:
    """A node and, once they are asked for, its children by where they begin: a file's many places share the way to them."""

    def __init__(self, node: SgNode) -> None:
        self.node = node
        self._known: dict[int, _Place] = {}

    def part(self, start: int, end: int) -> "_Place | None":
        """The named child that covers the characters [start, end)."""
        at = bisect_right(self._begins, start) - 1
        if at < 0:
            return None
        if at not in self._known:
            self._known[at] = _Place(self._children[at])
        child = self._known[at]
        return child if end <= child.node.range().end.index and child.node.is_named() else None

    @cached_property
    def _children(self) -> list[SgNode]:
        return self.node.children()

    @cached_property
    def _begins(self) -> list[int]:
        return [child.range().start.index for child in self._children]


@lru_cache(maxsize=1)
def _whole(document: Document) -> _Place:
    assert document.root is not None
    return _Place(document.root)


def callee(call: SgNode) -> str:
    """What is called, as written up to the arguments: `self.api.post_server`, `new Server`, `http.Post`."""
    for name in ("function", "constructor", "type"):
        if (found := call.field(name)) is not None:
            return found.text()
    method = call.field("name") or call.field("method")
    if method is not None:
        receiver = call.field("object") or call.field("receiver") or call.field("scope")
        return f"{receiver.text()}.{method.text()}" if receiver else method.text()
    children = call.children()
    return children[0].text() if children else ""


def last_name(dotted: str) -> str:
    """`self.api.post_server` -> `post_server`; `Foo::bar` -> `bar`."""
    return re.split(r"\.|::|->|\\", dotted)[-1]


def snake(name: str) -> str:
    """`imageUUID`, `image-uuid`, `ImageUuid` -> `image_uuid`."""
    return _CAMEL.sub("_", name.strip("\"':@$.")).replace("-", "_").lower()


def slot(value: SgNode) -> Slot:
    """The slot a literal fills, looking outwards no further than its own statement."""
    name, named, place = "", False, value
    calls: list[SgNode] = []
    for node in ancestors(value):
        kind = node.kind()
        if kind in STATEMENT_ENDS:
            break
        if not named and not calls:
            name, named = _slot_name(node)
            place = node if name else place
        if kind in CALLS:
            calls.append(node)
    return Slot(name, place, tuple(calls))


def ancestors(node: SgNode) -> Iterator[SgNode]:
    """From the node's parent outwards."""
    yield from node.ancestors()


def _slot_name(node: SgNode) -> tuple[str, bool]:
    kind = node.kind()
    if kind in _POSITIONAL:
        return "", True
    field = _SLOTS.get(kind)
    if field is None:
        return "", False
    if field and (found := node.field(field)) is not None:
        return snake(found.text()), True
    children = [c for c in node.children() if c.is_named()]
    return (snake(children[0].text()), True) if len(children) > 1 else ("", False)
