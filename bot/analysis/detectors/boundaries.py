"""Literals that switch a boundary off for a scenario: `networks='none'`, `auth: null`, `.tls(false)`, `--no-auth`."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from ast_grep_py import SgNode

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.analysis.shapes import CALLS, STATEMENT_ENDS, callee, last_name, node_at, slot

_NAMES = (
    r"networks?|(?:(?:require|requires|enable|use|with)_?)?auth(?:n|z|enticat(?:ion|e|ed|or)|orization)?(?:_?(?:required|enabled))?"
    r"|login_?required|permissions|roles|scopes|acls?|polic(?:y|ies)|security_?groups?|(?:(?:use|enable|with|require)_?)?tls"
    r"|tls_?enabled|(?:use|enable|require)_?(?:ssl|https)|ssl_?enabled|firewall|sandbox(?:ed)?|csrf(?:_?(?:enabled|protection))?"
    r"|encrypt(?:ed|ion)?|rate_?limit(?:ing|er)?"
)
# The value is looked for first, for its few spellings are found a hundred times faster than the many names.
_VALUE = re.compile(
    r"(?P<sign>=>|[=:(])\s*(?P<off>None|null|nil|nullptr|NULL|undefined|[fF]alse|\[\]|\(\)|vec!\[\]|(?:Collections\.)?empty\w+\(\)"
    r"|[\"'](?:none|off|disabled|None|NONE)[\"']|:none|:off)(?![\w(.])"
)
_NAME = re.compile(rf"(?P<before>[.\"':]|(?<![\w$@]))(?P<name>{_NAMES})[\"']?\s*$", re.IGNORECASE)
_SWITCHES = frozenset(["null", "None", "nil", "false"])
_FLAG = re.compile(
    r"(?<=\s)--(?:(?:no|disable|without)-(?P<name>auth|tls|firewall|sandbox|csrf|authentication|encryption)"
    r"|(?P<other>auth|tls|firewall|sandbox|encryption|acl)=(?P<off>none|off|false|no|disabled))(?=\s|$)"
)
_BUILDERS = frozenset(["java", "kotlin", "rust", "csharp"])
_LONGEST_NAME = 40
_MOST = 500  # places that are looked at in one file

_COMPARING = re.compile(
    r"assert|expect|equal|verif|should|match|include|mock|patch|called|fake|stub|dict$|partial|receive|with$|yield|t\.is\b|same",
    re.IGNORECASE,
)
_SETTINGS = re.compile(r"(?:config|cfg|configuration|options|opts|settings|params|parameters|request|input)$", re.IGNORECASE)
_SETTINGS_FIELD = re.compile(r"(?:options|opts|config|cfg|settings|params)\w*(?:\.|->)$", re.IGNORECASE)
_BEFORE = 60  # characters in which the owner of an assigned field is looked for
_PARAMETERS = re.compile(r"parameter|formal|attributes?$|type_annotation|annotation")
_LITERALS = frozenset("composite_literal struct_expression initializer_list".split())


@detector("boundary-off")
def boundary_off(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Each such literal that configures a call, a builder or a settings object."""
    for start, end in _flags(document) if document.language == "shell" else _literals(document):
        line = document.line_at(start)
        yield Found(line, line, document.text[start:end], {"": document.text[start:end]})


def _flags(document: Document) -> Iterator[tuple[int, int]]:
    for match in _FLAG.finditer(document.text):
        word = node_at(document, *match.span())
        if word is not None and word.kind() == "word" and any(n.kind() in CALLS for n in word.ancestors()):
            yield match.span()


def _literals(document: Document) -> Iterator[tuple[int, int]]:
    for name, match in islice(_named(document), _MOST):
        if _configures(document, name, match):
            closing = match["sign"] == "("
            start = name.start("name") if closing or name["before"] in ".:" else name.start()
            yield start, match.end() + closing


def _named(document: Document) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    """Each name on an added line with the value that switches it off."""
    for match in _VALUE.finditer(document.text):
        if document.line_at(match.start("off")) in document.added:
            name = _NAME.search(document.text, max(0, match.start() - _LONGEST_NAME), match.start())
            if name:
                yield name, match


def _configures(document: Document, name: re.Match[str], value: re.Match[str]) -> bool:
    named, off = node_at(document, *name.span("name")), node_at(document, *value.span("off"))
    if named is None or off is None or _is_prose(named, name["name"]) or _is_prose(off, value["off"]):
        return False
    place = slot(off)
    if any(_COMPARING.search(callee(call)) for call in place.calls):
        return False
    if value["sign"] == "(":
        builds = document.language in _BUILDERS and name["before"] == "." and value["off"] in _SWITCHES
        return builds and document.text[value.end() : value.end() + 1] == ")"
    return bool(place.name) and (_in_settings(off) or _assigned(document, name, value))


def _is_prose(node: SgNode, wanted: str) -> bool:
    """The words stand in a comment or a longer string."""
    kind = node.kind()
    return ("comment" in kind or "string" in kind or "heredoc" in kind) and node.text().strip("\"'") != wanted.strip("\"'")


def _in_settings(value: SgNode) -> bool:
    """The literal is an argument, or a field of a literal whose type is one of settings."""
    for around in value.ancestors():
        kind = around.kind()
        if kind in _LITERALS:
            named = around.field("type") or around.field("name")
            return named is None or bool(_SETTINGS.search(last_name(named.text())))
        if kind in CALLS:
            made = kind == "object_creation_expression" and around.field("initializer") is not None
            return not made or bool(_SETTINGS.search(last_name(callee(around))))
        if kind in STATEMENT_ENDS or _PARAMETERS.search(kind):
            break
    return False


def _assigned(document: Document, name: re.Match[str], value: re.Match[str]) -> bool:
    """`options.tls = false`"""
    before = document.text[max(0, name.start() - _BEFORE) : name.start("name")]
    return value["sign"] == "=" and bool(_SETTINGS_FIELD.search(before))
