"""Calls that are fed by something they must not be fed by, through the names of one file.

`flow`: a rule names the sink (the end of the callee's name) and what must feed it. Options, regular expressions: `sink`;
`source`, found in code, not in a string; `literal`, in its place, a string literal that feeds the call; `carries`, found in any
text that feeds it; `unless`, which must not be found there; `wall`, calls that let nothing through. Switches: `first`, only the
first argument counts; `receiver`, so does what the method is called on.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from ast_grep_py import SgNode

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.analysis.expressions import arguments_of, names_in, search, span_of, strings_in
from bot.analysis.flow import Flow, flow_of


@detector("flow")
def flow(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """The sinks that are fed by the rule's source, each on the line where its arguments begin."""
    source, literal, carries, unless, wall = (
        _compiled(str(options.get(k, ""))) for k in ("source", "literal", "carries", "unless", "wall")
    )
    if literal is None and not (source and document.search(source)):
        return
    told: dict[tuple[int, int], str] = {}
    first, receiver = bool(options.get("first")), bool(options.get("receiver"))
    for call, callee, feeding in fed_calls(document, str(options["sink"]), wall, first=first, receiver=receiver):
        found = next((m.group() for node in feeding if source and (m := search(source, node, wall))), "")
        found = found or (_literal(literal, feeding, told) if literal else "")
        texts = [node.text() for node in (call, *feeding)]
        if not found or (carries and not any(carries.search(t) for t in texts)):
            continue
        if not (unless and any(unless.search(t) for t in texts)):
            yield found_at(document, call, callee, {"source": re.sub(r"[\s(\[{]+$", "", found)})


def _literal(pattern: re.Pattern[str], feeding: list[SgNode], told: dict[tuple[int, int], str]) -> str:
    """The string literal among what feeds a call that the pattern matches. `told`: the answers for the expressions so far, which
    feed other calls as well."""
    for node in feeding:
        if (at := span_of(node)) not in told:
            literals = (s.text().strip("\"'`") for s in strings_in(node))
            told[at] = next((text for text in literals if pattern.search(text)), "")
        if told[at]:
            return told[at]
    return ""


def fed_calls(
    document: Document, sink: str, wall: re.Pattern[str] | None = None, *, first: bool = False, receiver: bool = False
) -> Iterator[tuple[SgNode, str, list[SgNode]]]:
    """The calls of a sink, their callees, and the expressions that feed their arguments, the arguments themselves first."""
    flow = flow_of(document)
    for call, callee in flow.calls(sink):
        arguments = arguments_of(call)
        given = _given(arguments) if arguments is not None else []
        if first:
            del given[1:]
        if receiver:
            given = [*call.children()[:1], *given]
        if given:
            yield call, callee, _with_written(flow, given, wall)


def _given(arguments: SgNode) -> list[SgNode]:
    if arguments.kind() == "token_tree":  # a Rust macro's, which is not parsed further
        return [arguments]
    return [c for c in arguments.children() if c.is_named() and c.kind() not in _NOT_GIVEN]


def found_at(document: Document, call: SgNode, callee: str, captures: Mapping[str, str]) -> Found:
    """The finding of a call: on the line of its arguments, which is the callee's last line; where that stood before, on the added
    one that names what leaves."""
    arguments = arguments_of(call) or call
    line = arguments.range().start.line + 1
    named = captures.get("variable") or captures.get("secret") or ""
    if line not in document.added and named:
        rest = range(line + 1, call.range().end.line + 2)
        line = next((n for n in rest if n in document.added and named in document.lines[n - 1]), line)
    name = re.sub(r".*[\n\s]", "", callee, flags=re.DOTALL) or callee
    quote = name if name in document.lines[line - 1] else document.lines[line - 1].strip()
    return Found(line, line, quote[:60], {**captures, "sink": name, "": call.text()})


_NOT_GIVEN = frozenset("comment line_comment block_comment command_name type_arguments".split())
_WRITES = (
    r"(?:\.(?:write|write_bytes|write_text|writeFile(?:Sync)?|binwrite|[wW]riteAll(?:Bytes|Text))|writeFile(?:Sync)?"
    r"|file_put_contents|Files\.(?:write\w*|copy)|(?:os|ioutil)\.WriteFile)"
)


def _with_written(flow: Flow, fed: list[SgNode], wall: re.Pattern[str] | None) -> list[SgNode]:
    """What feeds an expression, and what is written to a file that it names (and then, say, runs)."""
    feeding = flow.feeding(*fed, wall=wall)
    paths = [name for node in feeding[:8] for name in names_in(node, wall)]
    written = [content for path in paths[:20] for content in _written_to(flow, path.text())]
    return feeding + [more for content in written[:20] for more in flow.feeding(content, wall=wall)]


def _written_to(flow: Flow, path: str) -> Iterator[SgNode]:
    named = re.compile(rf"(?<![\w.]){re.escape(path)}(?!\w)")
    for target, arguments in _writes(flow):
        if path in target and named.search(target):
            yield arguments


@lru_cache(maxsize=4)
def _writes(flow: Flow) -> list[tuple[str, SgNode]]:
    """The calls that write a file: where to (the receiver, what it is given, the first argument), and their arguments."""
    out = []
    for call, callee in flow.calls(_WRITES):
        arguments = arguments_of(call)
        first = next((c for c in arguments.children() if c.is_named()), None) if arguments is not None else None
        if arguments is not None and first is not None:
            receiver = callee.rpartition(".")[0]
            out.append((" ".join([receiver, first.text()[:200], *(v.text() for v in flow.given(receiver))]), arguments))
    return out


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    return re.compile(pattern) if pattern else None
