"""The page about configuration says what the schema says, and its examples do what it says of them."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.core.config import parse, published, settle
from bot.core.config_file import PATHS, SIZE_LIMIT
from bot.core.markdown import code, table
from bot.model import Config
from bot.rulebook import load

PAGE = (Path(__file__).parents[2] / "docs/configuration.md").read_text()
RULES = load().rules
EXAMPLES = re.findall(r"```yaml\n(.*?)```(?:\n\n```text\n(.*?)```)?", PAGE, re.DOTALL)


def rows(properties: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str, str, str]]:
    for name, schema in properties.items():
        if "properties" in schema:
            yield from rows(schema["properties"], f"{prefix}{name}.")
            continue
        default = schema.get("default")
        default = ", ".join(default) if isinstance(default, list) else default
        shown = code(str(default).lower() if isinstance(default, bool) else str(default)) if default not in (None, "") else ""
        yield code(prefix + name), _kind(schema), shown, schema["description"]
        inside = schema.get("items", {}).get("properties", {})
        yield from rows(inside, f"{prefix}{name}[].")


def _kind(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(code(value) for value in schema["enum"])
    if schema["type"] == "integer":
        return f"{schema['minimum']} to {schema['maximum']}"
    if schema["type"] == "object":
        return f"rule: {', '.join(code(v) for v in schema['additionalProperties']['enum'])}"
    if schema["type"] == "array":
        inner = schema["items"]
        return "list" if inner["type"] == "object" else f"list of {'globs' if inner.get('format') == 'glob' else 'words'}"
    return {"boolean": "`true`, `false`", "string": schema.get("format", "text")}[schema["type"]]


def test_every_key_stands_there_as_the_schema_has_it() -> None:
    assert table(("key", "value", "default", "meaning"), rows(published()["properties"])) in PAGE


def test_the_limits_and_places_are_those_that_hold() -> None:
    assert f"{SIZE_LIMIT // 1024} KB" in PAGE
    for path in PATHS:
        assert code(path) in PAGE


@pytest.mark.parametrize(("text", "said"), EXAMPLES)
def test_each_example_is_heeded_or_refused_as_it_says(text: str, said: str) -> None:
    file, problems = parse("testwarden.yml", text.encode(), RULES)
    if file is not None:
        organisation = "final:" in text
        config, refused = settle(file, None, None) if organisation else settle(None, None, file)
        problems += refused
        assert config != Config()
    assert [f"{p.file}:{p.line}: {p.key}: {p.expected}" for p in problems] == said.splitlines()


def test_there_are_examples_of_both_kinds() -> None:
    assert {bool(said) for _, said in EXAMPLES} == {True, False}
