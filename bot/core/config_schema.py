"""What a configuration file may say: the published JSON Schema, and the check of a file against it. One source for both."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any

from bot.core.config_file import File
from bot.core.languages import translate
from bot.model import Problem

SEVERITIES = ("critical", "high", "medium", "note")
STATUSES = ("off", "consideration", "on")
PERMISSIONS = ("write", "maintain", "admin")

_RULE_ID = {"pattern": "^[a-z0-9][a-z0-9-]{1,62}$", "examples": ["fetch-pipe-shell"]}
_GLOB = {"type": "string", "minLength": 1, "maxLength": 200, "format": "glob", "examples": ["services/**/tests/*.py"]}
_WORD = {"type": "string", "minLength": 1, "maxLength": 100}


def _several(of: Mapping[str, Any], says: str) -> dict[str, Any]:
    return {"type": "array", "items": of, "maxItems": 200, "description": says}


def _block(says: str, required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": properties,
        "description": says,
    }


_ENABLED = {"type": "boolean", "description": "Review pull requests at all."}
_FAIL_ON = {"enum": [*SEVERITIES, "never"], "description": "The check fails for a defect of this severity or above."}
_RULES = {
    "type": "object",
    "propertyNames": _RULE_ID,
    "additionalProperties": {"enum": list(STATUSES)},
    "description": "How loudly a rule may speak: not at all, only as a consideration, or as it is written.",
}

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Testwarden",
    **_block(
        "The settings of Testwarden: .github/testwarden.yml of a repository, or of an organisation's .github repository.",
        enabled=_ENABLED,
        drafts={"type": "boolean", "description": "Review drafts too."},
        base_branches=_several(_GLOB, "Review pulls into these branches only."),
        ignore_authors=_several(_WORD, "Do not review the pulls of these accounts."),
        labels=_block(
            "Labels that decide whether a pull is reviewed.",
            skip=_several(_WORD, "A pull with one of these is not reviewed."),
            require=_several(_WORD, "A pull without any of these is not reviewed."),
        ),
        tests=_block(
            "Which files are test files, where the usual paths do not tell.",
            include=_several(_GLOB, "These are test files too."),
            exclude=_several(_GLOB, "These are not."),
        ),
        rules=_RULES,
        fail_on=_FAIL_ON,
        max_comments={
            "type": "integer",
            "minimum": 0,
            "maximum": 30,
            "description": "Inline comments per run; the rest is listed.",
        },
        considerations={"type": "integer", "minimum": 0, "maximum": 20, "description": "Considerations shown in the summary."},
        allow=_several(
            _block(
                "Findings that are kept back.",
                ("rule", "reason"),
                rule={"type": "string", **_RULE_ID, "description": "The rule's id."},
                path={**_GLOB, "description": "Only in files whose path matches."},
                reason={"type": "string", "minLength": 3, "maxLength": 200, "description": "Why this is all right."},
                expires={"type": "string", "format": "date", "examples": ["2027-01-31"], "description": "The last day it holds."},
            ),
            "Findings that are kept back, each with a reason.",
        ),
        dismissals=_block(
            "Who may dismiss a finding by a command.",
            by_author={
                "type": "boolean",
                "description": "In an organisation's file: the pull's author may dismiss findings on it.",
            },
            need={"enum": list(PERMISSIONS), "description": "The permission that it takes."},
        ),
        paths=_several(
            _block(
                "Other settings for some paths.",
                ("path",),
                path={**_GLOB, "description": "The files that the entry is about."},
                enabled=_ENABLED,
                fail_on=_FAIL_ON,
                rules=_RULES,
            ),
            "Other settings for some paths; the last match holds.",
        ),
        extends={
            "type": "string",
            "pattern": r"^[A-Za-z0-9._-]{1,100}/[A-Za-z0-9._-]{1,100}(?::[A-Za-z0-9._/-]{1,200})?$",
            "examples": ["acme/settings:testwarden/strict.yml"],
            "description": "A file of another repository that holds where this one says nothing. It extends no further.",
        },
        final=_several(
            {"type": "string", "maxLength": 100},
            "In an organisation's file: keys that no repository may loosen, such as fail_on or rules.fetch-pipe-shell.",
        ),
    ),
}

_PYTHON = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}
_SAID = {"object": "keys and values", "array": "a list", "string": "text", "boolean": "true or false", "integer": "a number"}


def check(file: File) -> tuple[Problem, ...]:
    """Everything in the file that the schema does not allow, in the order of the lines."""
    found = [file.problem(key, expected) for key, expected in _check(file.values, SCHEMA, "")]
    return tuple(sorted(found, key=lambda p: (p.line, p.key)))


def _check(value: Any, schema: Mapping[str, Any], at: str) -> Iterator[tuple[str, str]]:
    if "enum" in schema:
        if value not in schema["enum"]:
            yield at, f"expected one of {', '.join(schema['enum'])}"
        return
    name = schema["type"]
    if not _is(value, name):
        yield at, f"expected {_SAID[name]}, found {next((said for n, said in _SAID.items() if _is(value, n)), 'nothing')}"
    elif name == "object":
        yield from _check_keys(value, schema, at)
    elif name == "array":
        if len(value) > schema["maxItems"]:
            yield at, f"expected at most {schema['maxItems']} entries"
        for index, item in enumerate(value):
            yield from _check(item, schema["items"], f"{at}[{index}]")
    elif name == "integer" and not schema["minimum"] <= value <= schema["maximum"]:
        yield at, f"expected a number from {schema['minimum']} to {schema['maximum']}"
    elif name == "string":
        yield from _check_text(value, schema, at)


def _check_keys(value: Mapping[str, Any], schema: Mapping[str, Any], at: str) -> Iterator[tuple[str, str]]:
    known = schema.get("properties", {})
    for name, inner in value.items():
        key = f"{at}.{name}" if at else name
        if name in known:
            yield from _check(inner, known[name], key)
        elif schema["additionalProperties"] is False:
            near = get_close_matches(name, known, 1)
            yield key, f"unknown key; did you mean {near[0]}?" if near else f"unknown key; expected one of {', '.join(known)}"
        elif not re.search(schema["propertyNames"]["pattern"], name):
            yield key, f"expected such as {schema['propertyNames']['examples'][0]}"
        else:
            yield from _check(inner, schema["additionalProperties"], key)
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{at}.{name}", "expected, and missing; add it"


def _check_text(value: str, schema: Mapping[str, Any], at: str) -> Iterator[tuple[str, str]]:
    least, most = schema.get("minLength", 0), schema.get("maxLength", 10_000)
    if not least <= len(value) <= most:
        yield at, f"expected {least} to {most} characters"
    elif not re.search(schema.get("pattern", ""), value) or not _FORMATS[schema.get("format", "")](value):
        yield at, f"expected such as {schema['examples'][0]}"


def _is(value: Any, name: str) -> bool:
    return isinstance(value, _PYTHON[name]) and (name == "boolean" or not isinstance(value, bool))


def _is_glob(value: str) -> bool:
    """Few stars, so that matching stays fast; no escape from the repository; braces in pairs."""
    if value.count("*") > 12 or value.startswith("/") or ".." in value.split("/") or "\n" in value:
        return False
    try:
        re.compile(translate(value))
    except re.error:
        return False
    return True


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


_FORMATS: Mapping[str, Callable[[str], bool]] = {"": lambda _: True, "glob": _is_glob, "date": _is_date}
