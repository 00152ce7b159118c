"""The page about reports shows each key that a report has, and no other."""

import json
import re
from pathlib import Path

from bot.core.discreet import SHORT, tell
from bot.core.report import as_json
from bot.core.sarif import FINGERPRINT
from bot.core.specimens import github_token
from bot.model import Conclusion, HashKey, Tier
from tests.nouns import hit, plan, rule, rulebook, source

PAGE = (Path(__file__).parents[2] / "docs/report.md").read_text()
SHOWN = json.loads(re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0])


def shape(value: object) -> object:
    """The keys of a report, all the way down."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return [shape(inner) for inner in value] if isinstance(value, list) and value and isinstance(value[0], dict) else None


def test_the_example_has_the_keys_of_a_report() -> None:
    file, rules = source("a\nb\nc  # nosec\n"), rulebook(rule())
    secret = tell(github_token(), "GitHub", HashKey(b"key"))
    review = plan([hit(line=1, quote="a", secret=secret), hit(line=3, quote="c")], [file], rules)
    assert shape(SHOWN) == shape(as_json(review, [file], rules, 1))


def test_the_page_names_what_there_is() -> None:
    for word in (*Conclusion, *Tier, FINGERPRINT, "TESTWARDEN_HASH_KEY"):
        assert f"`{word}`" in PAGE or f"{word}=" in PAGE
    assert f"`null` below {SHORT} characters" in PAGE
