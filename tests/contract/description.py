"""GitHub's own description of its APIs, as a judge of what passed through the stand-in."""

import functools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from graphql import GraphQLError, build_schema, parse, validate
from graphql.execution.values import get_variable_values
from graphql.language import OperationDefinitionNode
from openapi_schema_validator import OAS30Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

from bot.sandbox.journal import Exchange
from bot.sandbox.payloads import Event

HOME = Path(__file__).parents[2] / ".testwarden" / "contract"
_ROOT = "urn:github"
# Where the description is wrong about what GitHub sends:
FLAWS = (
    # an account cannot be a user and an enterprise at once;
    re.compile(r"GET /app/installations: answer 200\[\d+\]\['account'\]: "),
    # a directory is a list, which has no field to tell its kind by;
    re.compile(r"GET /repos/\{owner\}/\{repo\}/contents/\{path\}: answer 200: \["),
    # the fork of a pull request may be gone;
    re.compile(r"GET /repos/\{owner\}/\{repo\}/pulls.*: answer 200(\[\d+\])?\['head'\]\['repo'\]: None "),
    # a comment that is outdated or on a whole file has no line.
    re.compile(r"\w+ /repos/\{owner\}/\{repo\}/pulls/.*comments.*: answer 20[01](\[\d+\])?\['(position|line)'\]: None "),
    # an installation's times are numbers in webhooks.
    re.compile(r"installation\w*\.\w+: payload\['installation'\]\['(created|updated)_at'\]: \d+ is not of type 'string'"),
)


def missing() -> str:
    """Why the descriptions are not here; empty when they are."""
    if (HOME / "VERSIONS").exists():
        return ""
    reason = HOME / "REASON"
    return reason.read_text().strip() if reason.exists() else "run `sh tests/contract/setup.sh` once"


def _pointer(*parts: str | int) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


class Rest:
    """The OpenAPI description. Paths are looked up by the operation the stand-in recognised, so no path is matched twice."""

    def __init__(self) -> None:
        self.document = json.loads((HOME / "openapi.json").read_bytes())
        self._registry: Registry[Any] = Registry().with_resource(_ROOT, DRAFT4.create_resource(self.document))

    def operation(self, name: str) -> tuple[dict[str, Any], tuple[str, ...]] | None:
        """The description of "METHOD /template" and where it stands, None when GitHub has no such operation."""
        method, template = name.split(" ")
        found = self.document["paths"].get(template, {}).get(method.lower())
        return (found, ("paths", template, method.lower())) if found else None

    def request(self, exchange: Exchange) -> Iterator[str]:
        """What is wrong with a request: parameters and body fields GitHub does not know, missing ones, wrong types."""
        known = self.operation(exchange.operation) if exchange.operation else None
        if known is None:
            yield f"GitHub has no operation {exchange.operation or exchange.path}"
            return
        described, place = known
        parameters = {it["name"]: (it, where) for it, where in self._parameters(described, place) if it["in"] == "query"}
        for name, value in exchange.query.items():
            if name not in parameters:
                yield f"unknown query parameter {name}"
                continue
            schema, where = parameters[name]
            yield from self._errors(_plain(value, self._resolved(schema["schema"])), (*where, "schema"), f"query {name}")
        content = described.get("requestBody", {}).get("content", {})
        if exchange.body and "application/json" in content:
            yield from self._body(exchange, (*place, "requestBody", "content", "application/json", "schema"))
        elif described.get("requestBody", {}).get("required") and not exchange.body:
            yield "the body is missing"

    def response(self, exchange: Exchange) -> Iterator[str]:
        """What is wrong with an answer of the stand-in: an undocumented status, or a body unlike the documented one."""
        known = self.operation(exchange.operation) if exchange.operation else None
        if known is None or exchange.status == 0:
            return
        described, place = known
        answers = described["responses"]
        if str(exchange.status) not in answers:
            # Refusals that every operation shares are not repeated under each.
            if exchange.status not in (301, 304, 307, 400, 401, 403, 404, 422):
                yield f"undocumented status {exchange.status}"
            return
        where: tuple[str | int, ...] = (*place, "responses", str(exchange.status))
        answer = answers[str(exchange.status)]
        if "$ref" in answer:
            where = tuple(answer["$ref"].removeprefix("#/").split("/"))
            answer = self._resolved(answer)
        if "application/json" in answer.get("content", {}) and exchange.answer_type.startswith("application/json"):
            schema = (*where, "content", "application/json", "schema")
            yield from self._errors(json.loads(exchange.answer), schema, f"answer {exchange.status}")

    def webhook(self, event: Event) -> Iterator[str]:
        """What is wrong with a payload that the stand-in sends."""
        name = "-".join(part.replace("_", "-") for part in (event.name, event.action) if part)
        known = self.document["x-webhooks"].get(name)
        if known is None:
            yield "GitHub has no such event"
            return
        where = ("x-webhooks", name, "post", "requestBody", "content", "application/json", "schema")
        yield from self._errors(event.payload, where, "payload")

    def _body(self, exchange: Exchange, where: tuple[str | int, ...]) -> Iterator[str]:
        body = exchange.json
        yield from self._errors(body, where, "body")
        schema = functools.reduce(lambda at, part: at[part], where, self.document)
        fields = schema.get("properties", {})
        if isinstance(body, dict) and fields and "oneOf" not in schema:
            yield from (f"unknown body field {name}" for name in body if name not in fields)
            for name, value in body.items():
                items = fields.get(name, {}).get("items", {}).get("properties")
                if items and isinstance(value, list):
                    yield from (f"unknown body field {name}[].{it}" for entry in value for it in entry if it not in items)

    def _parameters(self, described: Mapping[str, Any], place: tuple[str, ...]) -> Iterator[tuple[Any, tuple[str | int, ...]]]:
        for index, parameter in enumerate(described.get("parameters", ())):
            if "$ref" in parameter:
                yield self._resolved(parameter), tuple(parameter["$ref"].removeprefix("#/").split("/"))
            else:
                yield parameter, (*place, "parameters", index)

    def _resolved(self, schema: Any) -> Any:
        if "$ref" not in schema:
            return schema
        return functools.reduce(lambda at, part: at[part], schema["$ref"].removeprefix("#/").split("/"), self.document)

    def _errors(self, value: Any, where: tuple[str | int, ...], what: str) -> Iterator[str]:
        judge = OAS30Validator({"$ref": f"{_ROOT}#{_pointer(*where)}"}, registry=self._registry)
        for error in judge.iter_errors(value):
            if error.validator == "enum" and error.instance is None and error.schema.get("nullable"):
                continue  # GitHub leaves null out of the enums of nullable fields
            if error.instance == "merge_group" and [*error.absolute_path][-3:-1] == ["app", "events"]:
                continue  # and this event out of the enum of what the App in a payload is subscribed to
            yield f"{what}{''.join(f'[{part!r}]' for part in error.absolute_path)}: {error.message[:200]}"


def _plain(text: str, schema: Mapping[str, Any]) -> Any:
    """A query value in the type that its schema asks for."""
    if schema.get("type") == "integer" and re.fullmatch(r"-?\d+", text):
        return int(text)
    return {"true": True, "false": False}.get(text, text) if schema.get("type") == "boolean" else text


class GraphQL:
    """The GraphQL schema. Each query text is validated once, its variables every time."""

    def __init__(self) -> None:
        self.schema = build_schema((HOME / "schema.graphql").read_text(), assume_valid=True)
        self._judged: dict[str, list[str]] = {}

    def request(self, exchange: Exchange) -> Iterator[str]:
        query = exchange.json["query"]
        try:
            document = parse(query)
        except GraphQLError as error:
            yield str(error)
            return
        if query not in self._judged:
            self._judged[query] = [error.message for error in validate(self.schema, document)]
        yield from self._judged[query]
        for operation in (it for it in document.definitions if isinstance(it, OperationDefinitionNode)):
            found = get_variable_values(self.schema, operation.variable_definitions or (), exchange.json.get("variables") or {})
            yield from (error.message for error in (found if isinstance(found, list) else ()))


@functools.cache
def rest() -> Rest:
    return Rest()


@functools.cache
def graphql() -> GraphQL:
    return GraphQL()


Judge = Callable[[Exchange], Iterator[str]]


def request_problems(exchange: Exchange) -> list[str]:
    """All that GitHub's descriptions have against a request; empty for a good one."""
    judge: Judge = graphql().request if exchange.operation == "POST /graphql" else rest().request
    return [f"{exchange.operation or exchange.path}: {problem}" for problem in judge(exchange)]


def response_problems(exchange: Exchange) -> list[str]:
    """All that GitHub's description has against an answer of the stand-in."""
    if exchange.operation == "POST /graphql" or exchange.faulty:
        return []
    found = [f"{exchange.operation}: {problem}" for problem in rest().response(exchange)]
    return _serious(found)


def payload_problems(event: Event) -> list[str]:
    """All that GitHub's description has against a webhook payload of the stand-in."""
    return _serious([f"{event.name}.{event.action}: {problem}" for problem in rest().webhook(event)])


def _serious(problems: list[str]) -> list[str]:
    return [problem for problem in problems if not any(flaw.match(problem) for flaw in FLAWS)]
