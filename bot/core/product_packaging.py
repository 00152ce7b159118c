"""Test folders that a pull starts to ship: read from the lines it adds to a packaging file, each alone."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from posixpath import basename, dirname, join, normpath

from bot.core.diff import Row

_LINE = 500
_TESTS = r"(?P<folder>(?:[\w-]+[./]+)*(?:tests?|specs?|__tests__|e2e|testing)(?:[./][\w-]+)*)"
# By the file's name: what an added line looks like that takes a folder in. `src/test` is where Maven and Gradle keep theirs.
_SHIPS = (
    (re.compile(r"MANIFEST\.in"), re.compile(rf"^\s*(?:recursive-include|graft|include)\s+{_TESTS}(?:[/\s*]|$)")),
    (
        re.compile(r"setup\.(?:py|cfg)|pyproject\.toml"),
        re.compile(
            rf"^(?!.*exclude).*\b(?:packages|include|package_data|data_files|package_dir)\b.*?[\"'\s\[]{_TESTS}[\"'./*,\]]"
        ),
    ),
    (
        re.compile(r"package\.json"),
        re.compile(rf"^\s*(?:\"files\"\s*:\s*\[.*?)?\"(?:\./)?{_TESTS}(?:/[^\"]*)?\"\s*[,\]]?\s*\]?,?\s*$"),
    ),
    (re.compile(r".+\.gemspec"), re.compile(rf"\bfiles\b.*?[\"'{{,]{_TESTS}[/\"'}},]")),
    (re.compile(r"Cargo\.toml"), re.compile(rf"^\s*include\s*=.*?\"/?{_TESTS}[/\"]")),
    (re.compile(r"pom\.xml"), re.compile(r"<goal>\s*test-jar\s*</goal>")),
    (
        re.compile(r"build\.gradle(?:\.kts)?"),
        re.compile(r"\bfrom\s*\(?\s*sourceSets\.(?:test\b|getByName\(\"test\"\))"),
    ),
)


@dataclass(frozen=True, slots=True)
class Packaged:
    """An added line of a packaging file, and the folder that it ships, from the repository's root."""

    path: str
    line: int
    folder: str


def packaged(path: str, read_rows: Sequence[Row]) -> Iterator[Packaged]:
    """What a file's patch starts to ship; nothing where it is no packaging file."""
    ships = next((found for name, found in _SHIPS if name.fullmatch(basename(path))), None)
    for row in read_rows if ships else ():
        match = ships.search(row.text[:_LINE]) if ships and row.sign == "+" else None
        if match:
            folder = match.groupdict().get("folder") or "src/test"
            folder = folder if "/" in folder else folder.replace(".", "/")
            yield Packaged(path, row.line, normpath(join(dirname(path), folder)))


def holds(folder: str, test: str) -> bool:
    """Whether the test file lies in the folder, or is it."""
    return test.startswith(f"{folder}/") or test == folder
