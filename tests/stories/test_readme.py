"""The README shows what the bot says on the sandbox's own pull request."""

import re
from pathlib import Path

from tests.stories.conftest import Life

README = (Path(__file__).parents[2] / "README.md").read_text()
QUOTED = " ".join(word for line in README.splitlines() if line.startswith(">") for word in line.removeprefix(">").split())


def shown(said: str) -> str:
    """Without links, which lead to addresses of the moment, and on one line."""
    return " ".join(re.sub(r"\[why\]\([^)]*\) · |\[(`[^`]*`)\]\([^)]*\)", lambda m: m[1] or "", said).split())


async def test_the_readme_shows_what_is_said(story):
    pull = Life(story.bot, story.github.load_sample())
    await pull.hears("opened")
    summary, _, _ = pull.summary.partition("<details>")
    assert f"{shown(summary)} {shown(pull.first_words('tests/e2e/setup.sh:4'))}" == QUOTED
