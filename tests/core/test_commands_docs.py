"""The table of commands stands in the documents as the code has it."""

from pathlib import Path

import pytest

from bot.core.commands import help_text
from bot.jobs.memory import OTHERS_PER_HOUR, TRUSTED_PER_HOUR

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("document", ["README.md", "docs/commands.md"])
def test_the_table_is_the_one_that_help_shows(document: str) -> None:
    assert help_text() in (ROOT / document).read_text()


def test_the_limits_are_those_that_hold() -> None:
    said = (ROOT / "docs/commands.md").read_text()
    assert f"{TRUSTED_PER_HOUR} commands an hour" in said
    assert f"and {OTHERS_PER_HOUR} of all others" in said
