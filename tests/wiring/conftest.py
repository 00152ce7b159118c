"""A server's surroundings: a small GitHub, a home, a place to work in, and a log."""

import io
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from bot.sandbox.server import StandIn
from tests.tried import tried


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("home")  # one for all tests, since compiling the token rules takes seconds


@pytest.fixture
async def github() -> AsyncIterator[StandIn]:
    async with StandIn() as github:
        yield github


@pytest.fixture
def environment(github, home, tmp_path) -> dict[str, str]:
    database = tried(f"sqlite:///{tmp_path}/jobs.sqlite")
    here = {"HOST": "127.0.0.1", "PORT": "0", "TESTWARDEN_HOME": str(home), "DATABASE_URL": database}
    return {**github.environment(), **here, "TESTWARDEN_WORKERS": "1", "TESTWARDEN_LEASE_SECONDS": "1"}


@pytest.fixture
def environment_on_postgres(environment, postgres_url) -> dict[str, str]:
    return {**environment, "DATABASE_URL": tried(postgres_url)}


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    handlers, level = logging.root.handlers[:], logging.root.level
    yield io.StringIO()
    logging.root.handlers[:], logging.root.level = handlers, level
    structlog.reset_defaults()
