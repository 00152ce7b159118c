"""How a line of source stands, whatever its language: its indentation, and whether it is a comment, or leaves its block."""

import re

_TAB = 8
# `#` begins a comment in some languages and a directive or an attribute in others: who must tell them apart has a reading of
# its own.
COMMENT = re.compile(r"^\s*(?:#|//|\*|/\*|--)")
C_COMMENT = re.compile(r"^\s*(?://|\*|/\*)")
LEAVES = re.compile(r"^\s*(?:return\b|break\b|throw\b|raise\b|panic\(|exit\(|errx?\(|\w*fail(?:ed|ure)?\w*\s*\(|\w+\.Fatalf?\()")


def indentation(text: str) -> int:
    """The columns before the line's first letter; a tab goes to the next multiple of eight."""
    return len(text[: len(text) - len(text.lstrip())].expandtabs(_TAB))
