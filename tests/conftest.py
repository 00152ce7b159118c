"""For every test: what passes through a stand-in GitHub is held against GitHub's own description of its APIs.

That description is fetched by tests/contract/setup.sh; without it nothing is judged, and tests/contract skips, saying why.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox import server
from bot.sandbox.journal import Exchange
from tests import postgres

# The stand-in's own tests send what no client should, to see it refused.
STANDIN_TESTS = Path(__file__).parent / "sandbox"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "off_contract(reason): sends requests that GitHub's API description does not allow, on purpose"
    )


@pytest.fixture(autouse=True)
def contract(request: pytest.FixtureRequest) -> Iterator[list[Exchange]]:
    """The exchanges of this test; at its end every request and every answer must agree with GitHub's description."""
    seen: list[Exchange] = []
    server.OBSERVERS.append(seen.append)
    yield seen
    server.OBSERVERS.clear()
    if not seen:
        return
    from tests.contract import description

    if description.missing():
        return
    lawless = STANDIN_TESTS in request.path.parents or request.node.get_closest_marker("off_contract") is not None
    problems = [problem for exchange in seen for problem in description.response_problems(exchange)]
    if not lawless:
        problems += [problem for exchange in seen for problem in description.request_problems(exchange)]
    assert not problems, "\n".join(problems)


# --- PostgreSQL ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    programs = postgres.programs()
    if programs is None:
        if os.environ.get(postgres.REQUIRED):
            pytest.fail("PostgreSQL is required here, and there is no initdb")
        pytest.skip("there is no initdb on this machine: install PostgreSQL 15 or newer to run this")
    server = postgres.Server(programs)
    yield server
    server.close()


@pytest.fixture(scope="session")
def prepared(postgres_server: postgres.Server) -> str:
    """A database with every table, to copy: making them takes a second."""
    from bot.jobs.service import migrate

    name = postgres_server.create()
    migrate(postgres_server.url(name))
    return name


@pytest.fixture
def postgres_url(postgres_server: postgres.Server, prepared: str) -> Iterator[str]:
    """A prepared database of one test's own."""
    name = postgres_server.create(prepared)
    yield postgres_server.url(name)
    postgres_server.drop(name)
