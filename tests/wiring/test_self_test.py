"""The rules' self-test decides whether a server is ready, and is done once for a release."""

import asyncio
import shutil
from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa

from bot.jobs.database import Database
from bot.jobs.passed import DAYS, Passed
from bot.rulebook import rules_directory
from bot.settings import load
from bot.wiring import self_test
from bot.wiring.server import server
from tests.wiring.test_server import becomes, get


@pytest.fixture(params=["sqlite", "postgres"])
def database(request, tmp_path) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path}/jobs.sqlite" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    database = Database(url)
    database.create()
    yield database
    database.dispose()


@pytest.fixture
def rules(tmp_path, monkeypatch):
    """The shipped rules, to be changed."""
    copy = tmp_path / "rules"
    shutil.copytree(rules_directory(), copy)
    monkeypatch.setattr(self_test, "rules_directory", lambda: copy)
    return copy


class Runs:
    """How often the self-test was run, and what it finds."""

    def __init__(self) -> None:
        self.count, self.failing = 0, list[str]()
        self.meanwhile = lambda: None

    async def run(self) -> list[str]:
        self.count += 1
        self.meanwhile()
        return self.failing


@pytest.fixture
def runs(monkeypatch) -> Runs:
    runs = Runs()
    monkeypatch.setattr(self_test, "run", runs.run)
    return runs


async def test_the_first_server_of_a_release_is_ready_when_every_rule_holds_against_its_examples(environment, tmp_path):
    url = f"sqlite:///{tmp_path}/new/jobs.sqlite"
    async with server(load(**{**environment, "DATABASE_URL": url}), worker=False) as address:
        assert "the rules' self-test is still running" in (await get(f"{address}/readyz"))[1]
        await becomes(f"{address}/readyz", lambda status, _: status == 200, self_test.SECONDS)
    database = Database(url)
    assert Passed(database).holds(self_test.release())
    database.dispose()


async def test_what_one_process_has_seen_pass_no_other_runs_until_a_rule_is_changed(database, rules, runs):
    assert await self_test.failing(Passed(database)) == []
    other = Database(database.url)
    assert await self_test.failing(Passed(other)) == []
    other.dispose()
    assert runs.count == 1
    rule = next(rules.rglob("*.yml"))
    whole = rule.read_text()
    rule.write_text(whole.replace("title: ", "title:  ", 1))
    assert await self_test.failing(Passed(database)) == []
    assert runs.count == 2
    rule.write_text(whole)
    assert await self_test.failing(Passed(database)) == []
    assert runs.count == 2, "going back to a release that passed needs no other run"


async def test_a_rule_that_fails_is_tried_at_every_start(database, runs):
    runs.failing = ["hide-bidi"]
    for _ in range(2):
        assert await self_test.failing(Passed(database)) == ["hide-bidi"]
    assert runs.count == 2


async def test_files_that_change_while_they_are_tried_have_not_passed(database, rules, runs):
    runs.meanwhile = lambda: (rules / "new.yml").write_text(f"# {runs.count}\n")
    await self_test.failing(Passed(database))
    (rules / "new.yml").unlink()
    await self_test.failing(Passed(database))
    assert runs.count == 2


async def test_a_store_that_does_not_answer_keeps_nothing_from_being_tried(database, runs):
    with database.drain.begin() as connection:
        connection.execute(sa.text("DROP TABLE testwarden_self_test"))
    assert await self_test.failing(Passed(database)) == []
    assert runs.count == 1


async def test_a_pass_of_long_ago_does_not_count(database, runs):
    await self_test.failing(Passed(database))
    with database.drain.begin() as connection:
        connection.execute(sa.text(f"UPDATE testwarden_self_test SET at = at - {DAYS * 86400 + 1}"))
    await self_test.failing(Passed(database))
    assert runs.count == 2


@pytest.mark.parametrize("what", ["version", "platform", "code"])
def test_python_the_machine_and_our_own_code_are_part_of_a_release(what, monkeypatch, tmp_path):
    before = self_test.release()
    if what == "version":
        monkeypatch.setattr(self_test.sys, "version", "3.99")
    elif what == "platform":
        monkeypatch.setattr(self_test.platform, "platform", lambda: "elsewhere")
    else:
        shutil.copytree(self_test.PACKAGE, tmp_path / "bot")
        (tmp_path / "bot" / "review.py").write_text("\n")
        monkeypatch.setattr(self_test, "PACKAGE", tmp_path / "bot")
    assert self_test.release() != before == (monkeypatch.undo() or self_test.release())


def test_what_is_installed_is_part_of_a_release(monkeypatch):
    before = self_test.release()
    monkeypatch.setattr(self_test, "distributions", lambda: [])
    assert self_test.release() != before


@pytest.mark.parametrize("worker", [True, False])
async def test_the_second_server_of_a_release_is_ready_at_once(environment, tmp_path, runs, worker, monkeypatch):
    release = asyncio.Event()

    async def never() -> list[str]:
        runs.count += 1
        await release.wait()
        return []

    monkeypatch.setattr(self_test, "run", never)
    settings = load(**{**environment, "DATABASE_URL": f"sqlite:///{tmp_path}/new/jobs.sqlite"})
    async with server(settings, worker) as address:
        assert "the rules' self-test is still running" in (await get(f"{address}/readyz"))[1]
        release.set()
        await becomes(f"{address}/readyz", lambda status, _: status == 200)
    release.clear()
    async with server(settings, worker) as address:
        await becomes(f"{address}/readyz", lambda status, _: status == 200)
    assert runs.count == 1


def test_a_process_that_may_make_no_tables_needs_none_made(postgres_url):
    """`testwarden migrate` has made this table with the others."""
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT count(*) FROM testwarden_self_test").fetchone() == (0,)
