"""The stand-in's vocabulary against GitHub's descriptions, and proof that the judge finds what is wrong."""

import json
from collections.abc import Mapping

import pytest

from bot.sandbox.graphql.types import FIELDS
from bot.sandbox.journal import Exchange
from bot.sandbox.operations import operations
from tests.contract import description

pytestmark = pytest.mark.skipif(bool(description.missing()), reason=description.missing())

REVIEWS = "POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews"


def sent(operation: str, body: object = None, query: Mapping[str, str] | None = None) -> Exchange:
    method, path = operation.split(" ")
    raw = b"" if body is None else json.dumps(body).encode()
    return Exchange(method, path, query or {}, {}, raw, operation=operation)


@pytest.mark.parametrize("name", [entry.name for entry in operations() if entry.name != "POST /graphql"])
def test_every_operation_of_the_standin_is_one_of_githubs(name: str) -> None:
    assert description.rest().operation(name) is not None


@pytest.mark.parametrize("type_name", sorted(FIELDS))
def test_every_graphql_field_of_the_standin_is_one_of_githubs(type_name: str) -> None:
    known = description.graphql().schema.type_map[type_name]
    assert set(FIELDS[type_name]) <= set(known.fields)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("exchange", "problem"),
    [
        (sent("GET /repos/{owner}/{repo}/nothing"), "GitHub has no operation GET /repos/{owner}/{repo}/nothing"),
        (sent("GET /repos/{owner}/{repo}/pulls", query={"perpage": "50"}), "unknown query parameter perpage"),
        (
            sent("GET /repos/{owner}/{repo}/pulls", query={"state": "opened"}),
            "query state: 'opened' is not one of ['open', 'closed', 'all']",
        ),
        (
            sent("GET /repos/{owner}/{repo}/pulls", query={"per_page": "many"}),
            "query per_page: 'many' is not of type 'integer'",
        ),
        (sent(REVIEWS, {"event": "LGTM"}), "body['event']: 'LGTM' is not one of ['APPROVE', 'REQUEST_CHANGES', 'COMMENT']"),
        (sent(REVIEWS, {"event": "COMMENT", "bdoy": "x"}), "unknown body field bdoy"),
        (
            sent(REVIEWS, {"comments": [{"path": "a", "body": "b", "line": 1, "subject_type": "file"}]}),
            "unknown body field comments[].subject_type",
        ),
        (sent(REVIEWS, {"comments": [{"path": "a", "line": 1}]}), "body['comments'][0]: 'body' is a required property"),
        (sent("POST /repos/{owner}/{repo}/check-runs"), "the body is missing"),
    ],
)
def test_a_bad_request_is_found(exchange: Exchange, problem: str) -> None:
    assert description.request_problems(exchange) == [f"{exchange.operation}: {problem}"]


def test_a_good_request_passes() -> None:
    comments = [{"path": "tests/test_a.py", "line": 3, "side": "RIGHT", "body": "hm"}]
    exchange = sent(REVIEWS, {"commit_id": "0" * 40, "event": "COMMENT", "body": "", "comments": comments})
    assert description.request_problems(exchange) == []


@pytest.mark.parametrize(
    ("query", "variables", "problems"),
    [
        ('query($n:Int!){repository(owner:"a",name:"b"){pullRequest(number:$n){headRefOid}}}', {"n": 1}, []),
        (
            'query($n:Int!){repository(owner:"a",name:"b"){pullRequest(number:$n){headOid}}}',
            {"n": 1},
            ["Cannot query field 'headOid' on type 'PullRequest'."],
        ),
        (
            'query($n:Int!){repository(owner:"a",name:"b"){pullRequest(number:$n){number}}}',
            {},
            ["Variable '$n' "],
        ),
    ],
)
def test_queries_are_judged_with_their_variables(query: str, variables: Mapping[str, object], problems: list[str]) -> None:
    exchange = sent("POST /graphql", {"query": query, "variables": variables})
    found = description.request_problems(exchange)
    assert len(found) == len(problems)
    for told, problem in zip(found, problems, strict=True):
        assert told.startswith(f"POST /graphql: {problem}")  # the rest of the sentence is the library's own


def test_a_bad_answer_is_found() -> None:
    exchange = sent("GET /repos/{owner}/{repo}/git/blobs/{file_sha}")
    exchange.status, exchange.answer, exchange.answer_type = 200, b'{"sha": 1}', "application/json; charset=utf-8"
    found = description.response_problems(exchange)
    assert "GET /repos/{owner}/{repo}/git/blobs/{file_sha}: answer 200['sha']: 1 is not of type 'string'" in found
