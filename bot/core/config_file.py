"""A configuration file's bytes -> plain values and the line of each, or the problems in it. The bytes may be a stranger's.

The YAML is read without YAML's surprises: only `true` and `false` are booleans (`off` is a word), only digits are a number, a key
stands once, and there are no aliases, which a short file can swell with.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from bot.model import Problem

PATHS = (".github/testwarden.yml", ".testwarden.yml")  # the first that is there
SIZE_LIMIT = 64 * 1024
DEPTH_LIMIT = 12
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER = re.compile(r"-?[0-9]{1,9}")
_UNSAID = re.compile(r"[^A-Za-z0-9 ,.]")
_WORDS: Mapping[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True, slots=True)
class File:
    """`values` is what the file says, a mapping at its top; `lines` holds the line of each dotted key."""

    name: str
    values: Mapping[str, Any]
    lines: Mapping[str, int] = field(default_factory=dict)

    def problem(self, key: str, expected: str) -> Problem:
        """A problem at a key; one that is missing is shown where the part stands that lacks it."""
        at = key
        while at and at not in self.lines:
            at = at.rpartition(".")[0]
        return Problem(self.name, self.lines.get(at, 1), key, expected)


class _Wrong(Exception):
    def __init__(self, line: int, key: str, expected: str) -> None:
        super().__init__(expected)
        self.line, self.key, self.expected = line, key, expected


def read(name: str, raw: bytes) -> File | Problem:
    """The file, or the first thing that keeps it from being one. An empty file says nothing, and is fine."""
    try:
        if len(raw) > SIZE_LIMIT:
            raise _Wrong(1, "", f"expected at most {SIZE_LIMIT // 1024} KB; split what is long into `extends`")
        text = raw.decode("utf-8-sig")
        _insist_on_a_plain_tree(text)
        root = yaml.compose(text, Loader=_Loader)
        lines: dict[str, int] = {}
        values = _value(root, "", lines) if root is not None else {}
        if values is None:
            values = {}
        if not isinstance(values, dict):
            raise _Wrong(1, "", "expected keys and values, as in `fail_on: high`")
        return File(name, values, lines)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return Problem(name, line, "", "expected UTF-8 text")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = _UNSAID.sub("", error.problem or "cannot be read")  # a parser may quote what it stumbled over
        return Problem(name, mark.line + 1 if mark else 1, "", f"expected YAML: {said}")
    except yaml.YAMLError:
        return Problem(name, 1, "", "expected YAML without control characters")
    except _Wrong as wrong:
        return Problem(name, wrong.line, wrong.key, wrong.expected)


def _insist_on_a_plain_tree(text: str) -> None:
    """Read as a flat sequence of events, so that nothing deep or swelling is ever built."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise _Wrong(line, "", "expected no alias; write the value out")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEPTH_LIMIT:
                raise _Wrong(line, "", f"expected at most {DEPTH_LIMIT} levels")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _value(node: yaml.Node, at: str, lines: dict[str, int]) -> Any:
    if isinstance(node, yaml.MappingNode):
        return dict(_pairs(node, at, lines))
    if isinstance(node, yaml.SequenceNode):
        values = []
        for index, item in enumerate(node.value):
            key = f"{at}[{index}]"
            lines[key] = item.start_mark.line + 1
            values.append(_value(item, key, lines))
        return values
    plain = isinstance(node, yaml.ScalarNode) and not node.style  # None or "", as the loader has it
    if plain and node.value in _WORDS:
        return _WORDS[node.value]
    return int(node.value) if plain and _NUMBER.fullmatch(node.value) else str(node.value)


def _pairs(node: yaml.MappingNode, at: str, lines: dict[str, int]) -> Iterator[tuple[str, Any]]:
    for name, value in node.value:
        line = name.start_mark.line + 1
        if not isinstance(name, yaml.ScalarNode):
            raise _Wrong(line, at, "expected a word as the key")
        key = f"{at}.{name.value}" if at else str(name.value)
        if key in lines:
            raise _Wrong(line, key, f"expected once; it stands on line {lines[key]} too")
        lines[key] = line
        yield str(name.value), _value(value, key, lines)
