"""What becomes of a match's text: whether anything runs it."""

import re
from collections.abc import Iterator

from bot.core.lexical import Lexed, Span, lex
from bot.core.places import place
from bot.core.predicates.registry import predicate
from bot.core.scene import Scene

_EXECUTES = re.compile(
    r"(?:^|[.:>_])(?:system|popen|Popen|run|call|check_call|check_output|getoutput|getstatusoutput|exec\w*|spawn\w*|shell\w*|sh"
    r"|bash|[cC]ommand|eval|evalString|passthru|proc_open|fromShellCommandline|Process|ProcessBuilder|Start|Function|runIn\w*"
    r"|instance_eval|class_eval|source|RunScript|invoke|ssh|on|launch\w*|fork)$"
)
_CALL = re.compile(r"([\w.:>$]+)\s*\(")
_GIVEN = re.compile(r"\s*(?:[\w<>]+\s+){0,3}([$@]{0,2}[\w.]+)\s*(?::\s*\w+\s*)?:?=")


@predicate("in-comment")
def in_comment(scene: Scene, text: str) -> bool:
    """The match begins inside a comment."""
    span = _span(scene, text)
    return span is not None and span.comment


@predicate("in-string")
def in_string(scene: Scene, text: str) -> bool:
    """The match begins inside a string literal (not at its quote), whatever becomes of the string."""
    span = _span(scene, text)
    return span is not None and not span.comment and span.start < place(scene, text)[0]


@predicate("string-only")
def string_only(scene: Scene, text: str) -> bool:
    """The match is data (X-STRING): it stands in a comment, or in a string that is handed to nothing that would run it, neither
    directly nor under the name it is given."""
    span = _span(scene, text)
    if span is None or span.comment:
        return span is not None
    lexed = lex(scene.text, scene.language)
    if any(_EXECUTES.search(name) for name in lexed.calls_around(span.start)):
        return False
    begin, end = lexed.statement(span.start)
    given = _GIVEN.match(lexed.code, begin, end)
    return not (given and any(given.group(1) in lexed.code[slice(*lexed.statement(at))] for at in _executions(lexed)))


def _executions(lexed: Lexed) -> Iterator[int]:
    return (m.start() for m in _CALL.finditer(lexed.code) if _EXECUTES.search(m.group(1)))


def _span(scene: Scene, text: str) -> Span | None:
    return lex(scene.text, scene.language).span_at(place(scene, text)[0])
