"""The verbs of the command line: all are listed, none costs another's imports, and a server refuses to start half set up."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot import __version__
from bot.__main__ import main

ROOT = Path(__file__).parents[2]
VERBS = ["config", "jobs", "migrate", "replay", "review", "rules", "sandbox", "serve", "worker"]


def test_help_lists_every_verb(capsys):
    assert main(["--help"]) == 0
    listed = capsys.readouterr().out.partition("Commands:\n")[2]
    assert [line.split()[0] for line in listed.splitlines()] == VERBS


def test_the_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"testwarden, version {__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["rules"]])
def test_a_group_without_a_verb_shows_its_help(arguments, capsys):
    assert main(arguments) == 64
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"Usage: {' '.join(['testwarden', *arguments])} [OPTIONS] COMMAND [ARGS]...")


def test_a_review_imports_no_server():
    """Half of a short review would be spent on imports."""
    code = "import sys, bot.__main__, bot.wiring, bot.cli.patch, bot.cli.git; print(*sorted(sys.modules), sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    heavy = {
        "aiohttp",
        "dbos",
        "pydantic",
        "sqlalchemy",
        "gidgethub",
        "structlog",
        "rich",
        "ast_grep_py",
        "kingfisher_sdk",
        "jinja2",
    }
    assert heavy & {name.partition(".")[0] for name in done.stdout.split()} == set()


@pytest.mark.parametrize("options", [[], ["--no-worker"]])
def test_a_server_refuses_to_start_without_its_settings(options, capsys, monkeypatch):
    for name in ("GITHUB_APP_ID", "GITHUB_PRIVATE_KEY", "GITHUB_WEBHOOK_SECRET"):
        monkeypatch.delenv(name, raising=False)
    assert main(["serve", *options]) == 64
    said = capsys.readouterr().err
    assert said.startswith("testwarden: GITHUB_APP_ID is not set: set it to the number shown as 'App ID'")
    assert said.count("\n") == 1


def test_a_sandbox_refuses_a_port_that_is_none(capsys, monkeypatch):
    monkeypatch.setenv("PORT", "many")
    assert main(["sandbox"]) == 64
    assert capsys.readouterr().err.startswith("testwarden: PORT is not valid: set it to a free port")


def test_a_good_configuration_is_said_to_be_one(tmp_path, capsys):
    file = tmp_path / "testwarden.yml"
    file.write_text("fail_on: high\n")
    assert main(["config", "check", str(file)]) == 0
    assert capsys.readouterr().out.startswith(f"{file} can be heeded")


def test_an_organisations_configuration_may_say_more(tmp_path, capsys):
    file = tmp_path / "testwarden.yml"
    file.write_text("final: [fail_on]\ndismissals: {by_author: true}\n")
    assert main(["config", "check", "--organisation", str(file)]) == 0
    capsys.readouterr()
    assert main(["config", "check", str(file)]) == 1
    assert [line.split(": ")[:2] for line in capsys.readouterr().out.splitlines()] == [
        [f"{file}:2", "dismissals.by_author"],
        [f"{file}:1", "final"],
    ]


def test_the_schema_that_is_published_is_the_one_that_is_checked(capsys):
    assert main(["config", "schema"]) == 0
    printed = capsys.readouterr().out
    assert printed == (ROOT / "schema/testwarden.schema.json").read_text()


def test_a_wrong_key_of_a_configuration_is_named_with_its_line(tmp_path, capsys):
    file = tmp_path / "testwarden.yml"
    file.write_text("enabled: true\nfail_onn: high\n")
    assert main(["config", "check", str(file)]) == 1
    assert capsys.readouterr().out.startswith(f"{file}:2: fail_onn: ")
