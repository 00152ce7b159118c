"""GraphQL the way GitHub answers it: partial data beside typed errors under HTTP 200, whole refusals for unknown fields.

Queries are parsed by graphql-core and walked generically over the resolvers of this package; there is no schema here, so a test
that wants a query checked against GitHub's real schema does that beside it (tests/contract).
"""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLSyntaxError
from graphql.language import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)
from graphql.language import (
    Node as Syntax,
)
from graphql.utilities import value_from_ast_untyped

from bot.sandbox.errors import Refused
from bot.sandbox.graphql.connections import Connection
from bot.sandbox.graphql.types import FIELDS, INTERFACES, Context, Object, Problem
from bot.sandbox.operations import Call, Reply, operation

Path = tuple[str | int, ...]


class Rejected(Exception):
    """A query that is refused as a whole, with no data."""

    def __init__(self, message: str, **more: Any) -> None:
        super().__init__(message)
        self.error = {"message": message, **more}


@operation("POST /graphql")
def execute(call: Call) -> Reply:
    """Run one query or mutation and answer with `data` and, when something was refused, `errors`."""
    query = call.fields.get("query")
    if not isinstance(query, str):
        raise Refused(400, "A query attribute must be specified and must be a string.")
    assert call.token is not None
    try:
        walk = _Walk(query, call.fields.get("operationName"), call.fields.get("variables") or {})
        data = walk.run(Context(call.world, call.token))
    except Rejected as rejected:
        return Reply({"errors": [rejected.error]})
    return Reply({"data": data} | ({"errors": walk.errors} if walk.errors else {}))


@dataclass
class _Walk:
    query: str
    name: str | None
    variables: Mapping[str, Any]
    errors: list[dict[str, Any]] = field(default_factory=list)
    fragments: dict[str, FragmentDefinitionNode] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)

    def run(self, context: Context) -> Any:
        try:
            document = parse(self.query)
        except GraphQLSyntaxError as error:
            places = [{"line": place.line, "column": place.column} for place in error.locations or []]
            raise Rejected(f"Parse error: {error.message}", locations=places) from error
        found = [it for it in document.definitions if isinstance(it, OperationDefinitionNode)]
        chosen = [it for it in found if self.name is None or (it.name is not None and it.name.value == self.name)]
        if len(chosen) != 1:
            raise Rejected("An operation name is required" if chosen else f'No operation named "{self.name}"')
        self.fragments = {it.name.value: it for it in document.definitions if isinstance(it, FragmentDefinitionNode)}
        self._bind(chosen[0])
        self.context = context
        kind = chosen[0].operation.value
        return self._select(Object(kind.capitalize(), None), [chosen[0].selection_set], (), (kind,))

    def _bind(self, chosen: OperationDefinitionNode) -> None:
        """Variables by name; one that the query requires and the request lacks refuses the whole."""
        for declared in chosen.variable_definitions or ():
            name = declared.variable.name.value
            if name in self.variables:
                self.values[name] = self.variables[name]
            elif declared.default_value is not None:
                self.values[name] = value_from_ast_untyped(declared.default_value)
            elif declared.type.kind == "non_null_type":
                raise Rejected(f"Variable ${name} of type was provided invalid value", locations=[_place(declared)])

    def _select(
        self, parent: Object, sets: Sequence[SelectionSetNode | None], path: Path, names: tuple[str, ...]
    ) -> dict[str, Any]:
        """The fields of one object, those of the same response key merged."""
        grouped: dict[str, list[FieldNode]] = {}
        for chosen in sets:
            for node in self._fields(chosen, parent.type):
                grouped.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
        return {key: self._field(parent, nodes, (*path, key), (*names, key)) for key, nodes in grouped.items()}

    def _fields(self, chosen: SelectionSetNode | None, type_name: str) -> Iterator[FieldNode]:
        for node in chosen.selections if chosen else ():
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, FragmentSpreadNode):
                fragment = self.fragments[node.name.value]
                if _applies(fragment.type_condition.name.value, type_name):
                    yield from self._fields(fragment.selection_set, type_name)
            elif isinstance(node, InlineFragmentNode) and (
                node.type_condition is None or _applies(node.type_condition.name.value, type_name)
            ):
                yield from self._fields(node.selection_set, type_name)

    def _included(self, node: Any) -> bool:
        for directive in node.directives or ():
            wanted = next(self._value(argument.value) for argument in directive.arguments or ())
            if (directive.name.value == "include") is not bool(wanted):
                return False
        return True

    def _field(self, parent: Object, nodes: list[FieldNode], path: Path, names: tuple[str, ...]) -> Any:
        node, name = nodes[0], nodes[0].name.value
        if name == "__typename":
            return parent.type
        resolver = FIELDS.get(parent.type, {}).get(name)
        if resolver is None:
            raise Rejected(
                f"Field '{name}' doesn't exist on type '{parent.type}'",
                path=list(names),
                extensions={"code": "undefinedField", "typeName": parent.type, "fieldName": name},
                locations=[_place(node)],
            )
        arguments = {argument.name.value: self._value(argument.value) for argument in node.arguments or ()}
        try:
            call = inspect.signature(resolver).bind(parent, self.context, **arguments)
        except TypeError as error:
            raise Rejected(
                f"Field '{name}' was given arguments it does not take: {sorted(arguments)}", path=list(names)
            ) from error
        try:
            return self._complete(resolver(*call.args, **call.kwargs), nodes, path, names)
        except Problem as problem:
            told = {"type": problem.type, "path": list(path), "locations": [_place(node)], "message": str(problem)}
            self.errors.append(told | ({"extensions": {"saml_failure": False}} if problem.type == "FORBIDDEN" else {}))
            return None

    def _complete(self, found: Any, nodes: list[FieldNode], path: Path, names: tuple[str, ...]) -> Any:
        if isinstance(found, list):
            return [self._complete(it, nodes, (*path, index), names) for index, it in enumerate(found)]
        if isinstance(found, Connection):
            found = Object(f"{found.item}Connection", found)
        if not isinstance(found, Object):
            return found
        sets = [node.selection_set for node in nodes]
        if not any(sets):
            raise Rejected(
                f"Field must have selections (field '{nodes[0].name.value}' returns {found.type} but has no selections)",
                path=list(names),
                extensions={"code": "selectionMismatch", "nodeName": f"field '{nodes[0].name.value}'", "typeName": found.type},
                locations=[_place(nodes[0])],
            )
        return self._select(found, sets, path, names)

    def _value(self, node: Any) -> Any:
        return value_from_ast_untyped(node, self.values)


def _applies(condition: str, type_name: str) -> bool:
    return condition == type_name or condition in INTERFACES.get(type_name, ())


def _place(node: Syntax) -> dict[str, int]:
    token = node.loc.start_token if node.loc else None
    return {"line": token.line, "column": token.column} if token else {"line": 1, "column": 1}
