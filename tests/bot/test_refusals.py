"""Each refusal and each error that somebody may read ends with what to do next."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOM = Path(__file__).parents[2] / "bot"
RAISED = {"LocalError", "SettingsError", "Refused", "HTTPForbidden"}  # usage errors end with the page to see
PROBLEMS = {"problem", "_Wrong", "Problem"}  # with what was expected as the last argument
NEXT = re.compile(
    r"(?:[:;,]|, or|, so) (?:\w+, )?(?:add|ask|check|deepen|did you mean|fetch|give|install|make|name|open|pass|redeliver|remove|"
    r"see|send|set|split|start|take|try|use|write|`testwarden|\{)|^(?:name|give|pass|set) ",
    re.IGNORECASE,
)


def calls() -> Iterator[tuple[str, str, str]]:
    for path in sorted(ROOM.rglob("*.py")):
        if path.parent.name in ("sandbox", "rest", "graphql") and path.name != "pages.py":
            continue  # GitHub's own words
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                func = node.func
                name = func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""
                if name in RAISED | PROBLEMS:
                    for said in _sentences(node):
                        yield f"{path.relative_to(ROOM)}:{node.lineno}", name, said


def _sentences(call: ast.Call) -> Iterator[str]:
    for argument in [*call.args, *(k.value for k in call.keywords)]:
        parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
        texts = [str(p.value) if isinstance(p, ast.Constant) and isinstance(p.value, str) else "{…}" for p in parts]
        if " " in "".join(texts):
            yield "".join(texts)


CALLS = list(calls())


def test_they_are_found():
    assert len(CALLS) > 40
    assert {name for _, name, _ in CALLS} >= {"LocalError", "SettingsError", "Refused", "problem", "_Wrong"}


@pytest.mark.parametrize(("where", "name", "said"), CALLS, ids=[where for where, _, _ in CALLS])
def test_it_ends_with_what_to_do_next(where, name, said):
    if name in PROBLEMS and re.match(r"expected(?!,)|no such rule; ", said):
        return  # what was expected is what to write
    assert NEXT.search(said), said
