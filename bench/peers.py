"""What other tools say of the same change: whichever of these is on PATH, on the lines that the pull adds.

A throw-away virtual environment with some of them, its bin/ put on PATH, is all it takes; none is a dependency. Those that name
no CWE are counted by the line alone, and the table says so. Tools that must build the product or fetch their rules are not asked.
"""

import csv
import io
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

Remark = tuple[int, str]  # a line, and the CWEs that are named with it ('' for none)
_CWE = re.compile(r"CWE-\d+")
_ESLINT = (
    "bidi-characters buffer-noassert child-process disable-mustache-escape eval-with-expression new-buffer"
    " no-csrf-before-method-override non-literal-fs-filename non-literal-regexp non-literal-require object-injection"
    " possible-timing-attacks pseudoRandomBytes unsafe-regex"
)
_ESLINT_RULES = json.dumps({f"security/detect-{rule}": 2 for rule in _ESLINT.split()})
_SCRIPTS, _NATIVE = (".js", ".mjs", ".cjs"), (".c", ".cc", ".cpp", ".cxx", ".h", ".hpp")


def _bandit(output: str) -> Iterator[Remark]:
    for found in json.loads(output)["results"]:
        yield found["line_number"], f"CWE-{found['issue_cwe'].get('id')}"


def _ruff(output: str) -> Iterator[Remark]:
    for found in json.loads(output):
        yield found["location"]["row"], ""


def _dlint(output: str) -> Iterator[Remark]:
    for line in output.splitlines():
        yield int(line), ""


def _detect_secrets(output: str) -> Iterator[Remark]:
    for found in (f for file in json.loads(output)["results"].values() for f in file):
        yield found["line_number"], ""


def _njsscan(output: str) -> Iterator[Remark]:
    said = json.loads(output[output.index("{") :])
    for found in (*said["nodejs"].values(), *said["templates"].values()):
        for place in found.get("files", ()):
            for line in range(place["match_lines"][0], place["match_lines"][1] + 1):
                yield line, found["metadata"]["cwe"]


def _eslint(output: str) -> Iterator[Remark]:
    for found in (m for file in json.loads(output) for m in file["messages"] if m["ruleId"]):
        yield found["line"], ""


def _flawfinder(output: str) -> Iterator[Remark]:
    for row in csv.DictReader(io.StringIO(output)):
        yield int(row["Line"]), row["CWEs"]


def _cppcheck(output: str) -> Iterator[Remark]:
    for line in output.splitlines():
        number, _, cwe = line.partition(" ")
        yield int(number), f"CWE-{cwe}"


@dataclass(frozen=True, slots=True)
class Peer:
    """One tool: the files it reads, its command (FILE stands for the path), and how its answer is read. `beside`: it wants its
    text on standard input, and to be started where it is installed. `on_error`: it answers on standard error."""

    name: str
    suffixes: tuple[str, ...]
    command: tuple[str, ...]
    read: Callable[[str], Iterator[Remark]]
    names_cwe: bool = False
    beside: bool = False
    on_error: bool = False

    def remarks(self, file: Path) -> list[Remark]:
        """What it says of the file; nothing where it fails."""
        program = shutil.which(self.command[0]) or ""
        command = [program, *(word.replace("FILE", str(file)) for word in self.command[1:])]
        where = Path(program).resolve().parents[3] if self.beside else file.parent
        text = file.read_bytes() if self.beside else None
        try:
            done = subprocess.run(command, capture_output=True, check=False, cwd=where, input=text, timeout=120)
            return list(self.read((done.stderr if self.on_error else done.stdout).decode("utf-8", "replace")))
        except (ValueError, KeyError, subprocess.TimeoutExpired):
            return []


def _command(line: str, *more: str) -> tuple[str, ...]:
    return (*line.split(), *more)


PEERS = (
    Peer("bandit", (".py",), _command("bandit -q -f json -s B101 FILE"), _bandit, names_cwe=True),
    Peer("ruff S", (".py",), _command("ruff check --isolated --select=S --ignore=S101 --output-format=json FILE"), _ruff),
    Peer("dlint", (".py",), _command("flake8 --isolated --select=DUO --format=%(row)d FILE"), _dlint),
    Peer("detect-secrets", ("",), _command("detect-secrets scan --all-files FILE"), _detect_secrets),
    Peer("njsscan", (*_SCRIPTS, ".ts"), _command("njsscan --json FILE"), _njsscan, names_cwe=True),
    Peer(
        "eslint security",
        _SCRIPTS,
        _command("eslint --no-config-lookup -f json --stdin --stdin-filename x.js --plugin security --rule", _ESLINT_RULES),
        _eslint,
        beside=True,
    ),
    Peer("flawfinder", _NATIVE, _command("flawfinder --csv -Q -D FILE"), _flawfinder, names_cwe=True),
    Peer(
        "cppcheck",
        _NATIVE,
        _command("cppcheck --quiet --enable=warning,portability FILE", "--template={line} {cwe}"),
        _cppcheck,
        names_cwe=True,
        on_error=True,
    ),
)


@dataclass(slots=True)
class Score:
    """Of `cases` that a tool can read: on how many it names the labelled line, with the CWE too; and all that it says there."""

    cases: int = 0
    lines: int = 0
    right: int = 0
    remarks: int = 0


@dataclass(slots=True)
class Table:
    """The installed tools' scores. `ask` is the only thing that changes it."""

    asked: tuple[Peer, ...] = field(default_factory=lambda: tuple(p for p in PEERS if shutil.which(p.command[0])))
    scores: dict[str, Score] = field(default_factory=dict)

    def ask(self, file: Path, added: set[int], wanted: set[int], cwe: str) -> None:
        """Let every tool that reads such files look at one case: its added lines, and those of them that it should name."""
        for peer in self.asked:
            if file.suffix in peer.suffixes or "" in peer.suffixes:
                score = self.scores.setdefault(peer.name, Score())
                said = [(line, named) for line, named in peer.remarks(file) if line in added]
                score.cases += 1
                score.remarks += len(said)
                score.lines += any(line in wanted for line, _ in said)
                score.right += any(line in wanted and cwe in _CWE.findall(named) for line, named in said)

    def __str__(self) -> str:
        rows = [f"{'peer':16} cases it reads  right line  and CWE  remarks in all"]
        for peer in (p for p in self.asked if p.name in self.scores):
            score = self.scores[peer.name]
            right = f"{score.right:7}" if peer.names_cwe else " (none)"
            rows.append(f"{peer.name:16} {score.cases:14} {score.lines:11}  {right} {score.remarks:15}")
        return "\n".join(rows)
