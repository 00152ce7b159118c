"""Shell commands, wherever a test runs them: in scripts, in strings and argument lists handed to a shell by any language, in the
command lines of configuration files. A rule names this detector and says which commands it means.

Options: `pattern`, a regular expression that must match from the first program's name (underscores that end a group's name are
dropped, so that alternatives can share one); `unless`, one that must not match anywhere
in the command; `quiet`, one that must not match anywhere in the file; `shown`: true, only commands whose output is not captured;
`here`: true, only those that run on this machine;
`programs`, words of which one must stand in the file, or it is not read for commands at all.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ast_grep_py import SgNode

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.analysis.expressions import arguments_of, callee_of, string_of, strings_in
from bot.analysis.flow import flow_of
from bot.core.shell import commands
from bot.model import Kind

# What runs a command, by the end of the callee's name. It may be generous: the command itself must match the rule's pattern.
RUNS = {
    "python": r"(?:^|\.)(?:system|popen|run|call|check_call|check_output|Popen|getoutput|getstatusoutput|create_subprocess_\w+"
    r"|spawn\w*|exec_?command|execute|run_?(?:command|cmd|shell)|shell|sh|bash|cmd|exec_run|check_?run|local|sudo|exec[lv]p?e?)",
    "javascript": r"(?:(?:^|[^.\w])|(?:child_process|childProcess|cp|shell|shelljs|sh|cy|ssh|container|zx|execa)\.)"
    r"(?:exec(?:File)?(?:Sync)?|spawn(?:Sync)?|execa(?:Sync|Command|CommandSync)?|command(?:Sync)?|sh|shell|run|runCommand"
    r"|execCommand|execAsync|execPromise|execPromisified|\$|cmd)(?:\.\w+)?",
    "java": r"\.exec|ProcessBuilder|\.command|\.execInContainer|\.withCommand|Commandline\.parse|\.execute",
    "kotlin": r"\.exec|ProcessBuilder|\.command|\.execInContainer|\.withCommand|commandLine",
    "go": r"exec\.Command(?:Context)?|sh\.\w+|[rR]un(?:Cmd|Command|Shell|Bash)?|mustRun\w*|[eE]xec(?:Command|InContainer)?"
    r"|[sS]hell(?:Out)?|[bB]ash|\.Output",
    "ruby": r"`|%x|(?:^|\.)(?:system|exec|spawn|popen\w*|capture\w+|sh|run|shell|command|execute|run_\w+|on|pipeline)",
    "csharp": r"Process\.Start|ProcessStartInfo|\.Exec(?:Async)?|RunCommand|RunProcess|\.Run(?:Async)?|Cli\.Wrap",
    "php": r"`|(?:^|[\\>:\s])(?:exec|shell_exec|system|passthru|proc_open|popen|fromShellCommandline|Process|run)",
    "rust": r"\.(?:output|status|spawn|arg|args)|cmd!|run_cmd!|run_fun!",
    "c": r"(?:^|::)(?:system|_?popen|exec[lv]p?e?|posix_spawnp?)",
}
_SHELLS = re.compile(r"(?:.*/)?(?:ba|da|z|k|a)?sh|cmd(?:\.exe)?|p(?:ower)?wsh?(?:ell)?(?:\.exe)?")
_SHELL_FLAG = re.compile(r"-\w*c|/[cC]|-Command")
_COLLECTS = re.compile(r"(?:mutable)?(?:array|list)Of|(?:Arrays\.)?asList|(?:List|Set|Stream)\.of|vec!?", re.IGNORECASE)
_MOCK_CALL = re.compile(r"from (?:unittest\.)?mock import [^\n]*\bcall\b")
_LISTS = frozenset(
    "list tuple array argument_list arguments value_arguments call_suffix array_initializer literal_value composite_literal"
    " array_creation_expression initializer_expression expression_list token_tree".split()
)
_WRAPS = frozenset("argument value_argument literal_element array_element_initializer".split())
_TYPES = frozenset("slice_type array_type type_identifier dimensions implicit_type predefined_type comment".split())
_OPTIONS = frozenset("keyword_argument pair object dictionary hash lambda arrow_function comment".split())
_CONFIG_LINE = re.compile(
    r"""^(?P<lead>\s*[{\[]?(?:-\s+)?(?:["']?(?P<key>[\w.:-]+)["']?\s*[:=]\s*)?(?:[|>][+-]?\s*$)?(?:(?:RUN|CMD|ENTRYPOINT|HEALTHCHECK)\s+(?:--\S+\s+)*)?["'@-]?)"""
)
_PROSE_KEYS = re.compile(
    r"(?i)description|name|title|message|summary|help|text|comment|doc|expected|stdout|stderr|output|pattern|regex|match"
)
_COMPOSE = re.compile(r"^services:[ \t]*$", re.MULTILINE)
_TASKS = re.compile(r"^[ \t]+(?:ansible\.(?:builtin|legacy)\.)?(?:shell|command|raw|script):", re.MULTILINE)  # of Ansible
_MAKEFILE = re.compile(r"(?:^|/)(?:GNU)?[Mm]akefile[^/]*$|\.(?:mk|mak)$")
_WORD = re.compile(r"""[\w./:=@%+,~^${}()*?\[\]"-]*""")


@dataclass(frozen=True, slots=True)
class Run:
    """A command that the file runs, and the line on which its first word stands. `captured`: its output is not shown.
    `elsewhere`: it runs in a container or on another host."""

    line: int
    text: str
    captured: bool = False
    elsewhere: bool = False


@detector("command")
def command(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """The commands that match the rule's pattern, each on the line where it begins; or, where that was there, on an added one
    that holds what the pattern names."""
    pattern, unless, quiet = (_compiled(str(options.get(k, ""))) for k in ("pattern", "unless", "quiet"))
    if (quiet and quiet.search(document.text)) or not _mentions(document, options.get("programs", ())):
        return
    for run in runs(document):
        match = pattern.match(run.text) if pattern else None
        if match is None or (unless and unless.search(run.text)):
            continue
        if (options.get("shown") and run.captured) or (options.get("here") and run.elsewhere):
            continue
        said = {k.rstrip("_"): v for k, v in match.groupdict().items() if v}
        line, quote = _continued(document, run, said) or (run.line, _quote(document, run, match))
        yield Found(line, line, quote, {**said, "": run.text})


def _continued(document: Document, run: Run, said: Mapping[str, str]) -> tuple[int, str] | None:
    """The added line below the command's first that names a capture, with the capture; None when the first line is added."""
    line = run.line
    while line not in document.added and line < len(document.lines) and document.lines[line - 1].endswith("\\"):
        line += 1
        named = next((v for v in said.values() if v in document.lines[line - 1]), "")
        if named and line in document.added:
            return line, named
    return None


def _mentions(document: Document, programs: Sequence[str]) -> bool:
    """One of the programs stands in the text as a word; true when none is asked for. Ten times faster than one expression."""
    return not programs or any(document.glance.may_hold(p) and _word(document.text, p) for p in programs)


def _word(text: str, word: str) -> bool:
    at = text.find(word)
    while at >= 0:
        around = text[max(0, at - 1) : at] + text[at + len(word) : at + len(word) + 1]
        if not any(c.isalnum() or c in "_-" for c in around):
            return True
        at = text.find(word, at + 1)
    return False


@lru_cache(maxsize=4)
def runs(document: Document) -> tuple[Run, ...]:
    """Every command the file runs, in line order."""
    if document.language == "shell":
        found = [Run(c.line + 1, c.text, c.captured, c.elsewhere) for c in commands(document.text)]
    elif document.language in RUNS:
        found = list(_from_calls(document))
    elif document.source.kind is not Kind.DATA or _COMPOSE.search(document.text) or _TASKS.search(document.text):
        found = list(_from_config(document))
    else:
        found = []
    return tuple(sorted(dict.fromkeys(found), key=lambda r: r.line))


def _from_calls(document: Document) -> Iterator[Run]:
    flow = flow_of(document)
    for call, name in flow.calls(RUNS[document.language]):
        if name.endswith(("mock.call", "mocker.call")) or (name == "call" and _MOCK_CALL.search(document.text)):
            continue  # unittest.mock's record of an expected call, not subprocess.call
        for values in _argument_values(document, call):
            yield from _as_commands(values)


def _argument_values(document: Document, call: SgNode) -> Iterator[list[SgNode]]:
    """The words of what a call runs: its string arguments, a list's items, or what the name it is given stands for."""
    if document.language == "rust":
        yield list(strings_in(call))
        return
    arguments = arguments_of(call)
    if arguments is None:
        return
    if call.kind() in ("subshell", "shell_command_expression") or arguments.kind() == "template_string":
        yield [arguments]
        return
    words: list[SgNode] = []
    for argument in _words([arguments]):
        if argument.kind() not in _OPTIONS:
            words += _words(flow_values(document, argument))
    yield words


def flow_values(document: Document, node: SgNode) -> list[SgNode]:
    """The node, or for a bare name what it is given."""
    if node.kind() in ("identifier", "simple_identifier", "variable_name", "instance_variable", "constant"):
        return flow_of(document).feeding(node, hops=1)[1:] or [node]
    return [node]


def _words(nodes: list[SgNode]) -> Iterator[SgNode]:
    """The items of lists and arguments, as deep as they are wrapped."""
    for node in nodes:
        if node.kind() in _LISTS:
            yield from _words([c for c in node.children() if c.is_named() and c.kind() not in _TYPES])
        elif node.kind() in _WRAPS and node.children():
            yield from _words([c for c in node.children() if c.is_named()][-1:])
        elif node.kind() in ("call_expression", "method_invocation", "macro_invocation") and _COLLECTS.fullmatch(callee_of(node)):
            yield from _words([a for a in [arguments_of(node)] if a])
        else:
            yield node


def _as_commands(words: list[SgNode]) -> Iterator[Run]:
    texts = [_text(w) for w in words]
    for index, text in enumerate(texts):
        if _SHELLS.fullmatch(text) and index + 2 < len(texts) and _SHELL_FLAG.fullmatch(texts[index + 1]):
            yield from _split(texts[index + 2], words[index + 2])
            return
    if len(words) == 1:
        yield from _split(texts[0], words[0])
    elif words:
        joined = " ".join(t if _WORD.fullmatch(t) else json.dumps(t, ensure_ascii=False) for t in texts)
        yield Run(words[0].range().start.line + 1, joined)
        if " " in texts[0]:  # a whole command line, and then arguments of the helper that runs it
            yield from _split(texts[0], words[0])
        elif (
            len(texts) == 2 and " " in texts[1] and not _WORD.fullmatch(texts[1])
        ):  # Process.Start("git", "push origin"), on(host, "...")
            yield from _split(f"{texts[0]} {texts[1]}", words[1])
            yield from _split(texts[1], words[1])


def _text(node: SgNode) -> str:
    plain = string_of(node)
    if plain is not None:
        return _unescape(plain)
    pieces = [string_of(s) or s.text() for s in strings_in(node)]
    if node.kind() in ("subshell", "shell_command_expression"):
        return re.sub(r"^%x.|^`|.$", "", node.text())
    return "".join(pieces) if pieces else "$" + re.sub(r"\W.*", "", node.text().lstrip("$*&"), flags=re.DOTALL)


def _unescape(text: str) -> str:
    return text.replace('\\"', '"').replace("\\'", "'").replace("\\\\", "\\")


def _split(text: str, node: SgNode) -> Iterator[Run]:
    first = node.range().start.line + 1
    for found in commands(text.replace("\\n", "\n") if "\n" not in text else text):
        inside = node.text().count("\n") > 0
        yield Run(first + (found.line if inside else 0), found.text)


def _from_config(document: Document) -> Iterator[Run]:
    lines = []
    for line in document.lines:
        lead = _CONFIG_LINE.match(line)
        prose = lead and lead["key"] and _PROSE_KEYS.search(lead["key"])
        body = "" if prose or lead is None else line[lead.end() :]
        quoted = lead is not None and lead["lead"].endswith(('"', "'"))
        lines.append(re.sub(r"""["'],?\s*$""", "", body) if quoted else body)
    text = "\n".join(lines)
    if _MAKEFILE.search(document.path):
        text = text.replace("$$", "$")  # how a recipe writes a shell's dollar
    for found in commands(text):
        yield Run(found.line + 1, found.text, found.captured, found.elsewhere)


def _quote(document: Document, run: Run, match: re.Match[str]) -> str:
    """A token of the command that stands on its line: the rule's own `quote` group, the matched text, or the line itself."""
    line = document.lines[run.line - 1]
    named = match.groupdict().get("quote") or ""
    for text in (named, match.group().strip(), run.text.split(" ")[0]):
        if text and text[:60] in line:
            return text[:60]
    return line.strip()[:60]


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    return re.compile(pattern) if pattern else None
