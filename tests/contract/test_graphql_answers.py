"""Every GraphQL field the stand-in knows, asked in one query each way in, and the answers held against GitHub's schema."""

from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLUnionType,
    get_named_type,
)

from bot.sandbox import StandIn
from bot.sandbox.git import submodule
from bot.sandbox.graphql.types import FIELDS
from bot.sandbox.repository import Pull
from bot.sandbox.talk import Anchor, CheckRun
from tests.contract import description

pytestmark = pytest.mark.skipif(bool(description.missing()), reason=description.missing())

ARGUMENTS = {"first": "(first:5)", "number": "(number:1)", "expression": '(expression:"main:src")'}


def selection(named: Any, seen: set[str]) -> str:
    """All fields of a type that the stand-in knows, and theirs, each type once; empty when there is nothing new to select."""
    if isinstance(named, GraphQLInterfaceType | GraphQLUnionType):
        possible = [it for it in description.graphql().schema.get_possible_types(named) if it.name in FIELDS]
        parts = [f"... on {it.name}{inner}" for it in possible if (inner := selection(it, seen))]
        return f"{{__typename {' '.join(parts)}}}"
    if named.name in seen:
        return ""
    seen.add(named.name)
    chosen = []
    for name in FIELDS[named.name]:
        field: GraphQLField = named.fields[name]
        inner_type = get_named_type(field.type)
        if isinstance(inner_type, GraphQLScalarType | GraphQLEnumType):
            chosen.append(name)
        else:
            given = next((ARGUMENTS[it] for it in field.args if it in ARGUMENTS), "")
            inner = selection(inner_type, seen)
            # Types of one interface may give a field different nullability, so each gets a key of its own.
            chosen.append(f"{named.name}_{name}:{name}{given}{inner}" if inner else "")
    chosen = [part if ":" in part else f"{named.name}_{part}:{part}" for part in chosen if part]
    return f"{{__typename {' '.join(chosen)}}}" if chosen else ""


def wrong(kind: GraphQLOutputType, value: Any, where: str) -> Iterator[str]:
    """Where an answer is not of the type that the schema gives it."""
    if isinstance(kind, GraphQLNonNull):
        if value is None:
            yield f"{where} is null"
        else:
            yield from wrong(kind.of_type, value, where)
    elif value is None:
        return
    elif isinstance(kind, GraphQLList):
        for index, item in enumerate(value):
            yield from wrong(kind.of_type, item, f"{where}[{index}]")
    elif isinstance(kind, GraphQLEnumType):
        if value not in kind.values:
            yield f"{where} is {value!r}, which is no {kind.name}"
    elif isinstance(kind, GraphQLScalarType):
        native = {"Int": int, "Boolean": bool}.get(kind.name, str)
        if type(value) is not native:
            yield f"{where} is {value!r}, which is no {kind.name}"
    else:
        actual = description.graphql().schema.type_map[value["__typename"]]
        assert isinstance(actual, GraphQLObjectType)
        for key, item in value.items():
            name = key.partition("_")[2]
            if not key.startswith("__"):
                yield from wrong(actual.fields[name].type, item, f"{where}.{name}")


def world(github: StandIn) -> Pull:
    """Something of every kind."""
    repository = github.repository(
        "acme/rocket", {"src/engine.py": "x\n", "bin": b"\0", "lib": submodule("1" * 40), "a/b/c": "d\n"}
    )
    pull = repository.open_pull({"tests/test_a.py": "one\ntwo\nthree\n", "src/engine.py": None}, title="T", body="B")
    me = github.app
    pull.comment("", "ours", me)
    pull.comment("mona", "theirs").minimized = "spam"
    review = pull.add_review(me.bot, "Looked.", "COMMENTED", pull.head_sha, me)
    for anchor in (
        Anchor("tests/test_a.py", "RIGHT", 3, 1, "RIGHT"),
        Anchor("tests/test_a.py", line=2),
        Anchor("tests/test_a.py"),
    ):
        pull.start_thread(me.bot, "hm", anchor, review, me)
    pull.reply(pull.threads[0], "mona", "why")
    pull.threads[1].resolved_by = pull.author
    pull.push({"tests/test_a.py": "one\n2\nthree\n"})
    stamp = github.world.stamp()
    run = CheckRun(
        github.world.next_id(), "T", repository.suite(pull.head_sha, me), "completed", stamp, "action_required", stamp, "x"
    )
    repository.check_runs += [run, CheckRun(github.world.next_id(), "U", run.suite, "in_progress", stamp)]
    return pull


async def test_answers_are_of_the_types_the_schema_gives() -> None:
    schema, seen = description.graphql().schema, set[str]()
    root = schema.query_type
    assert root is not None
    repository, limit = (selection(schema.type_map[name], seen) for name in ("Repository", "RateLimit"))
    query = f'{{repository(owner:"acme",name:"rocket"){repository} rateLimit{limit}}}'
    # Nothing in the stand-in's table is left out but the ways in and what mutations return.
    assert {name for name in FIELDS if not name.endswith(("Payload", "Edge"))} - seen == {"Query", "Mutation"}
    async with StandIn() as github, aiohttp.ClientSession() as session:
        world(github)
        installation = github.world.installation_of("acme")
        assert installation is not None
        token = github.world.mint(installation, installation.permissions, None)
        headers = {"Authorization": f"Bearer {token.value}"}
        async with session.post(github.graphql_url, json={"query": query}, headers=headers) as response:
            answer = await response.json()
    assert "errors" not in answer
    assert [
        problem for name in ("repository", "rateLimit") for problem in wrong(root.fields[name].type, answer["data"][name], name)
    ] == []
