"""What the documents and the deployment files say of the program, against the program."""

import re
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.__main__ import main
from bot.analysis.limits import Limits
from bot.core.compose import MOST_COMMENTS
from bot.github.pulls import LISTED
from bot.jobs.memory import OTHERS_PER_HOUR, TRUSTED_PER_HOUR
from bot.settings import HashSettings, Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PROSE = "".join(file.read_text() for file in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")))
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
VARIABLES = {str(field.alias): field.default for kind in (Settings, HashSettings) for field in kind.model_fields.values()}
ROWS = dict(re.findall(r"^\| `([A-Z_`, ]+)` \|[^|]+\| ([^|]+) \|$", README, re.MULTILINE))
COMMANDS = {
    *(line.partition(": ")[2] for line in (ROOT / "Procfile").read_text().splitlines()),
    *(service["command"] for service in COMPOSE["services"].values() if "command" in service),
    *re.findall(r"^    (testwarden [^#\n]*[^#\s])", PROSE, re.MULTILINE),
    *(" ".join(shown.split()) for shown in re.findall(r"`(testwarden\s[^`]+)`", PROSE)),
}


def test_the_readme_names_every_variable_and_no_other() -> None:
    named = re.findall(r"\b(?:(?:GITHUB|TESTWARDEN)_[A-Z_]+|DATABASE_URL|LOG_LEVEL|PORT|HOST(?=`))\b", README)
    assert set(named) == set(VARIABLES)


def test_the_readme_says_what_holds_without_a_variable() -> None:
    told = {name: default for names, default in ROWS.items() for name in names.split("`, `")}
    told["HOST"], told["PORT"] = ROWS["HOST`, `PORT"].split(", ")
    literal = {name: default.strip("`") for name, default in told.items() if default.startswith("`")}
    assert literal == {name: str(VARIABLES[name]) for name in literal}
    assert literal.keys() >= {"HOST", "PORT", "TESTWARDEN_LEASE_SECONDS", "LOG_LEVEL"}
    required = {field.alias for field in Settings.model_fields.values() if field.is_required()}
    assert {name for name, default in told.items() if default == "required"} == required


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_that_is_shown_exists(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    program, *arguments = command.split()
    verbs = takewhile(re.compile("[a-z]+").fullmatch, arguments)
    assert (program, main([*verbs, "--help"])) == ("testwarden", 0)
    told = capsys.readouterr().out
    assert all(option in told for option in arguments if option.startswith("--"))


def test_the_limits_that_are_told_are_those_that_hold() -> None:
    limits, commands = Limits(), " ".join((ROOT / "docs/commands.md").read_text().split())
    told = " ".join(README.split())
    assert f"Files over {limits.file_bytes / 1e6:g} MB, and files that take longer than {limits.file_seconds:g} s of CPU" in told
    assert f"a pull has {limits.pull_seconds:g} s in all. GitHub lists at most {LISTED:,} files" in told
    assert f"At most {MOST_COMMENTS} inline comments per push" in told
    assert (
        f"{TRUSTED_PER_HOUR} commands an hour of those who may write to the repository, and {OTHERS_PER_HOUR} of all" in commands
    )


def test_the_fleet_is_told_only_what_the_program_knows() -> None:
    given = [service.get("environment", {}) for name, service in COMPOSE["services"].items() if name != "postgres"]
    assert {variable for environment in given for variable in environment} <= set(VARIABLES)
    for environment in given:
        assert all(":?" in environment[secret] for secret in ("GITHUB_PRIVATE_KEY", "GITHUB_WEBHOOK_SECRET", "DATABASE_URL"))
