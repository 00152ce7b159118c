"""What was measured of the rules lies beside them, and is read with them."""

from pathlib import Path

import pytest

from bot.model import Measured
from bot.rulebook import MEASURED, RulebookError, load, load_measured, rules_directory

TABLE = 'date = "2026-11-22"\nat = "0a1b2c3"\ncommits = 480\n\n[spoke]\nadv-sleep-poll = 21\nhide-bidi = 0\n'


def test_each_measured_rule_has_its_count(tmp_path: Path) -> None:
    (tmp_path / MEASURED).write_text(TABLE)
    assert load_measured(tmp_path) == {
        "adv-sleep-poll": Measured(480, 21, "2026-11-22", "0a1b2c3"),
        "hide-bidi": Measured(480, 0, "2026-11-22", "0a1b2c3"),
    }


def test_nothing_is_measured_where_no_table_lies(tmp_path: Path) -> None:
    assert load_measured(tmp_path) == {}


def test_a_broken_table_names_its_file(tmp_path: Path) -> None:
    (tmp_path / MEASURED).write_text("commits = 480")
    with pytest.raises(RulebookError, match=r"measured\.toml: file: expected as"):
        load_measured(tmp_path)


def test_what_was_measured_is_of_rules_that_exist() -> None:
    assert set(load_measured(rules_directory())) <= set(load().rules)
