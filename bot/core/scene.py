"""What a predicate may look at: one match and the code around it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Scene:
    """One match. `scope` is the text of the enclosing function or test (the whole file at module level) and `scope_name` its
    name ('' at module level); `scope_line` is the line the scope starts on. `captures` hold the matched code as written. `was`
    is the removed line that the match's line took the place of, '' where it took none's."""

    path: str
    language: str
    text: str
    line: int
    end_line: int
    matched: str
    captures: Mapping[str, str] = field(default_factory=dict)
    scope: str = ""
    scope_name: str = ""
    scope_line: int = 1
    was: str = ""

    @property
    def lines(self) -> list[str]:
        """The file's lines. Shared between scenes, so nobody changes them."""
        return _lines(self.text)

    def line_text(self, line: int | None = None) -> str:
        """The text of a line of the file, the match's own by default; '' outside the file."""
        n = self.line if line is None else line
        return self.lines[n - 1] if 0 < n <= len(self.lines) else ""


@lru_cache(maxsize=256)
def stands(pattern: re.Pattern[str], text: str) -> bool:
    """Whether a file or a scope holds a match. Looked for once, however many matches ask; so `text` is the scene's own."""
    return pattern.search(text) is not None


@lru_cache(maxsize=2)
def _lines(text: str) -> list[str]:
    return text.split("\n")
