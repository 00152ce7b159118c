"""Binaries of the pull that become code: run, linked or loaded as they are, or unpacked into something that is.

`binary-consumed`: the file names a binary among the tests that the same pull adds or changes (its companions), in a command or in
a call. Options, both by the end of the callee's name: `sink`, calls that load code, or build objects by running it; `program`,
those whose first word is a program. In a build file outside the tests, which is read only beside such a binary, unpacking
anything into an interpreter counts as well. The finding's capture `binary` is the name that stands there.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ast_grep_py import SgNode

from bot.analysis.detectors import Found, detector
from bot.analysis.detectors.commands import runs
from bot.analysis.detectors.flows import fed_calls, found_at
from bot.analysis.document import Document
from bot.analysis.expressions import arguments_of, strings_in
from bot.analysis.flow import flow_of
from bot.core.unpacked import Command, Unpacking, cmake_commands, is_program, names
from bot.model import Kind

_WRAPS = frozenset(
    "list array composite_literal literal_value array_creation_expression array_initializer arguments argument_list argument"
    " value_arguments value_argument call_suffix".split()
)
_TYPES = frozenset("slice_type array_type type_identifier comment dimensions".split())
_CMAKE = re.compile(r"(?:^|/)CMakeLists\.txt$|\.cmake$")
_LISTING = frozenset("make yaml json toml ini text".split())
_RECIPE = re.compile(
    r"\t|.*(?:COMMAND|\b(?:command|cmd|run|script|entrypoint|exec|(?:pre|post)?test[\w:-]*)[\"']?\s*[:=])", re.IGNORECASE
)
_VARIABLE = re.compile(r"\$\$?[({]?([A-Za-z_]\w*)[)}]?")
_LOOP = re.compile(r"\bfor\s+(\w+)\s+in\s+([^;\n]+)")
_ASSIGNED = re.compile(
    r"^[ \t]*(?:(?:export|local|readonly|set)\b[ \t]*\(?[ \t]*)?([A-Za-z_]\w*)[ \t]*(?:[:?+]?=|[ \t])[ \t]*([^\s|`][^\n|`]*)$",
    re.MULTILINE,
)
_RUN = re.compile(r"\$\([^)]*\s")  # what a command prints is not known
_LONGEST = 400
_HOPS = 2


@detector("binary-consumed")
def binary_consumed(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Each place where a companion becomes code, on the line that reads it."""
    companions, build = document.source.companions, document.source.kind is Kind.BUILD
    if companions or build:
        yield from _in_commands(document, companions, anything=build)
    if companions and options.get("sink"):
        yield from _in_calls(document, str(options["sink"]), companions)
    if companions and options.get("program"):
        yield from _as_program(document, str(options["program"]), companions)


def _in_commands(document: Document, companions: Sequence[str], *, anything: bool) -> Iterator[Found]:
    values = _values(document.text)
    commands = [Command(n, text, _filled(text, values), _bare(document, n)) for n, text in _commands(document)]
    for command, token in Unpacking(commands, document.text).into_code(companions, anything=anything):
        line = document.lines[command.line - 1]
        shown = (token, token.rpartition("/")[2], command.text.split()[0], command.text[:1])
        quote = next((t for t in shown if t and t in line), line.strip())
        named = token.rpartition("/")[2] or "what it unpacks"
        yield Found(command.line, command.line, quote[:60], {"binary": named, "": command.text})


def _commands(document: Document) -> Iterator[tuple[int, str]]:
    if _CMAKE.search(document.path):
        yield from cmake_commands(document.text)
    else:
        yield from ((run.line, run.text) for run in runs(document) if not run.text.startswith("dnl "))


def _bare(document: Document, line: int) -> bool:
    return document.language in _LISTING and not _RECIPE.match(document.lines[line - 1])


def _values(text: str) -> dict[str, str]:
    """What variables of a shell, Make or CMake text are given, once each: the last that is short enough."""
    found = {**dict(_ASSIGNED.findall(text)), **dict(_LOOP.findall(text))}
    return {name: value.strip(" \"')") for name, value in found.items() if len(value) < _LONGEST and not _RUN.search(value)}


def _filled(text: str, values: Mapping[str, str]) -> str:
    for _ in range(_HOPS):
        text = _VARIABLE.sub(lambda m: values.get(m.group(1), m.group()), text)[: _LONGEST * 10]
    return text


def _in_calls(document: Document, sink: str, companions: Sequence[str]) -> Iterator[Found]:
    for call, callee, feeding in fed_calls(document, sink):
        if name := _named(feeding, companions):
            yield found_at(document, call, callee, {"binary": name})


def _as_program(document: Document, program: str, companions: Sequence[str]) -> Iterator[Found]:
    flow = flow_of(document)
    programs = [c for c in companions if is_program(c)]
    for call, callee in flow.calls(program):
        word = _first_word(arguments_of(call))
        if word is not None and (name := _named(flow.feeding(word), programs)):
            yield found_at(document, call, callee, {"binary": name})


def _first_word(node: SgNode | None) -> SgNode | None:
    """The first of a call's arguments, or of the list that is its first argument."""
    while node is not None and node.kind() in _WRAPS:
        node = next((c for c in node.children() if c.is_named() and c.kind() not in _TYPES), None)
    return node


def _named(feeding: Sequence[SgNode], companions: Sequence[str]) -> str:
    """The file name of the companion that the strings which feed a call lead to."""
    words = [s.text().strip("\"'`") for node in feeding for s in strings_in(node)]
    words = [w for w in words if " " not in w]
    for path in companions:
        folder, _, name = path.rpartition("/")
        whole = [f"{folder.rpartition('/')[2]}/{w}" if w == name and folder.rpartition("/")[2] in words else w for w in words]
        if any(names(w, path) for w in whole):
            return name
    return ""
