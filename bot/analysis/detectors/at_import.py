"""Calls that run when a test file is loaded: they stand at its top level, outside any function, block or main guard.

`at-import`: options `files` (globs of what a runner loads to collect tests), `unless` (an expression that must not match in the
call), and `sinks`: what a call does, in words, -> an expression for the end of its callee. The capture `does` is those words.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ast_grep_py import SgNode

from bot.analysis.detectors import Found, detector
from bot.analysis.detectors.flows import found_at
from bot.analysis.document import Document
from bot.analysis.flow import flow_of
from bot.core.languages import matches

# What does not run when the file is loaded. A class body does; so does what is called on the spot.
_LATER = frozenset(
    "function_definition lambda function_declaration function_expression arrow_function method_definition generator_function"
    " generator_function_declaration method singleton_method do_block block".split()
)
_BLOCKS_OF_OTHERS = frozenset(["block"])  # in Python a block is the body of any statement, in Ruby a closure
_GUARD = re.compile(r"__name__\s*==|require\.main|import\.meta\.main|import\.meta\.vitest|\$0\b|\$PROGRAM_NAME|TYPE_CHECKING")
_CONDITIONALS = frozenset("if_statement if unless if_modifier unless_modifier".split())


@detector("at-import")
def at_import(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Each call, on the line where its arguments begin."""
    if not matches(document.path, tuple(options["files"])):
        return
    unless = re.compile(str(options["unless"]))
    sinks = {does: re.compile(f"(?:{sink})$") for does, sink in options["sinks"].items()}
    calls = list(flow_of(document).calls("|".join(map(str, options["sinks"].values()))))
    now = [(call, callee) for call, callee in calls if _runs_now(call, document.language) and not unless.search(call.text())]
    for does, sink in sinks.items():
        yield from (found_at(document, call, callee, {"does": does}) for call, callee in now if sink.search(callee))


def _runs_now(call: SgNode, language: str) -> bool:
    later = _LATER - _BLOCKS_OF_OTHERS if language == "python" else _LATER
    for node in call.ancestors():
        kind = node.kind()
        if kind in later or (kind in _CONDITIONALS and _GUARD.search(_condition(node))):
            return False
    return True


def _condition(node: SgNode) -> str:
    condition = node.field("condition")
    return condition.text() if condition is not None else ""
