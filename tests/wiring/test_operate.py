"""The operator's verbs, on a store of their own."""

import asyncio
import logging

import pytest
import structlog

from bot.__main__ import main
from bot.jobs.service import Jobs
from bot.jobs.workflow import Patience
from bot.model import Cause, Job, Pull
from bot.telemetry import Metrics


@pytest.fixture(autouse=True)
def logs():
    """The verbs set up logging for their process."""
    loggers = [(logger, logger.handlers[:], logger.level) for logger in (logging.root, logging.getLogger("dbos"))]
    yield
    for logger, handlers, level in loggers:
        logger.handlers[:] = handlers
        logger.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def url(tmp_path, monkeypatch) -> str:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/jobs.sqlite")
    return f"sqlite:///{tmp_path}/jobs.sqlite"


def given_up(url: str) -> None:
    """One dead letter."""

    async def run() -> None:
        async def fail(_: Job) -> str:
            raise LookupError

        jobs = await Jobs.start(url, fail, Metrics(), patience=Patience(tries=1), settle=0)
        await jobs.accept(Job("guid", Pull(5, 42, "octo", "repo\x1b[31m", 7), Cause.PUSHED, "a" * 40))
        async with asyncio.timeout(20):
            while not jobs._queue.counts()["dead"]:  # noqa: ASYNC110 (another thread's transaction)
                await asyncio.sleep(0.02)
        await jobs.stop()

    asyncio.run(run())


def test_migrating_twice_is_migrating_once(url, capsys):
    assert main(["migrate"]) == 0
    assert main(["migrate"]) == 0
    assert capsys.readouterr().out == "The database is ready.\n" * 2


def test_nothing_was_given_up(url, capsys):
    assert main(["jobs", "list"]) == 0
    assert capsys.readouterr().out == "No job was given up.\n"
    assert main(["jobs", "retry", "--all"]) == 0
    assert capsys.readouterr().out == ""


def test_what_was_given_up_is_listed_and_retried(url, capsys):
    given_up(url)
    capsys.readouterr()  # what was logged
    assert main(["jobs", "list"]) == 0
    head, row, hint = capsys.readouterr().out.splitlines()
    assert head.split("  ")[0] == "ID"
    assert row.split()[-3:] == ["pushed", "0", "LookupError"]
    assert "octo/repo" in row
    assert "\x1b" not in row
    assert hint.startswith("Try one again with `testwarden jobs retry ID`")
    assert main(["jobs", "retry", row.split()[0]]) == 0
    assert capsys.readouterr().out == f"{row.split()[0]}: waits\n"
    assert main(["jobs", "retry", row.split()[0]]) == 64
    assert (
        "was given up; `testwarden jobs list` shows those that were. See `testwarden jobs retry --help`."
        in capsys.readouterr().err
    )


@pytest.mark.parametrize("arguments", [["retry"], ["retry", "--all", "review:1"]])
def test_jobs_are_named_or_all(url, capsys, arguments):
    assert main(["jobs", *arguments]) == 64
    assert "name jobs by their ID, or say --all" in capsys.readouterr().err


def test_a_database_that_cannot_be_reached_is_one_sentence_without_its_password(monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", "postgresql://warden:hunter2@127.0.0.1:1/jobs")
    assert main(["migrate"]) == 64
    said = capsys.readouterr().err
    assert said.startswith("testwarden: DATABASE_URL cannot be used (connection failed: ")
    assert "hunter2" not in said
    assert said.count("\n") == 1
