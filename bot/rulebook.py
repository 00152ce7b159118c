"""rules/<family>/<id>.yml -> Rulebook, read once at start. An error names the file, the key and what was expected.

The format is described for authors in CONTRIBUTING.md. Nothing here comes from a pull request.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import yaml

from bot.core.language_table import LanguagesError
from bot.core.language_table import parse as parse_languages
from bot.core.languages import Languages
from bot.model import Condition, Confidence, Edit, Example, Kind, Matcher, Measured, Rule, Rulebook, Severity, Status, Tier

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C loader is ten times faster and parses the same language
_RULE_KEYS = frozenset(
    "id code title tier severity confidence status cwe wave kinds what why fix references rank match examples".split()
)
_MATCHER_KEYS = frozenset(
    "rule constraints utils transform text detector options keywords anchor quote where unless suggest".split()
)
_AST_KEYS = ("rule", "constraints", "utils", "transform")
_EDIT_KEYS = frozenset(["replace", "with"])
_EXAMPLE_KEYS = frozenset(["flagged", "clean", "gap", "lines", "base", "path", "near_miss", "because", "beside", "product"])

_EVIDENCE = re.compile(rb"^examples:\n(?:[ #][^\n]*\n?|\n)*", re.MULTILINE)  # up to the next key of the file

MEASURED = "measured.toml"

E = TypeVar("E", bound=StrEnum)


class RulebookError(ValueError):
    """A rule file is wrong: which file, which key, what was expected."""

    def __init__(self, file: str, key: str, expected: str) -> None:
        super().__init__(f"{file}: {key}: {expected}")
        self.file, self.key, self.expected = file, key, expected


def rules_directory() -> Path:
    """Where the rules lie: beside the package in a checkout, inside it in an installed wheel."""
    packaged = Path(__file__).parent / "_rules"
    return packaged if packaged.is_dir() else Path(__file__).parents[1] / "rules"


def load(directory: Path | None = None, *, evidence: bool = True) -> Rulebook:
    """Every rule file below `directory`, ordered by id, with what was measured of it. Raises RulebookError at the first fault.

    Without `evidence` the examples, most of a file, are neither read nor asked for: a third of the time, for whoever only applies
    rules that were loaded with it before.
    """
    root = directory or rules_directory()
    measured = load_measured(root)
    rules: dict[str, Rule] = {}
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.yml")):
        raw = path.read_bytes()
        rule = parse(str(path.relative_to(root)), raw, evidence=evidence)
        if rule.id != path.stem:
            raise RulebookError(str(path.relative_to(root)), "id", f"expected the file's name, {path.stem!r}")
        if rule.id in rules:
            raise RulebookError(str(path.relative_to(root)), "id", f"{rule.id!r} is already the id of another file")
        rules[rule.id] = replace(rule, measured=measured.get(rule.id))
        digest.update(path.name.encode() + b"\0" + raw + b"\0")
    if not rules:
        raise RulebookError(str(root), "*.yml", "expected at least one rule file")
    return Rulebook(MappingProxyType(dict(sorted(rules.items()))), digest.hexdigest()[:12])


def load_measured(directory: Path) -> Mapping[str, Measured]:
    """measured.toml beside the rules, which `python -m bench.crater` writes; nothing when there is none."""
    file = directory / MEASURED
    if not file.is_file():
        return {}
    try:
        table = tomllib.loads(file.read_text("utf-8"))
        return {i: Measured(table["commits"], spoke, table["date"], table["at"]) for i, spoke in table["spoke"].items()}
    except (ValueError, KeyError) as error:
        raise RulebookError(MEASURED, "file", f"expected as `python -m bench.crater --record` writes it: {error}") from None


def load_languages(directory: Path | None = None) -> Languages:
    """languages.toml beside the rules. Raises RulebookError at the first fault."""
    name = "languages.toml"
    try:
        return parse_languages(tomllib.loads(((directory or rules_directory()) / name).read_text("utf-8")))
    except OSError as error:
        raise RulebookError(name, "file", f"expected beside the rules: {error.strerror}") from None
    except LanguagesError as error:
        raise RulebookError(name, error.key, error.expected) from None
    except ValueError as error:
        raise RulebookError(name, "file", f"expected TOML: {error}") from None


def parse(name: str, raw: bytes, *, evidence: bool = True) -> Rule:
    """One rule file's bytes -> Rule."""
    try:
        data = yaml.load(raw if evidence else _EVIDENCE.sub(b"", raw), Loader=_Loader)  # noqa: S506 (a safe loader, the C one when it is there)
    except yaml.YAMLError as error:
        raise RulebookError(name, "file", f"expected YAML: {error}") from None
    at = _At(name, data, "file")
    at.only(_RULE_KEYS)
    tier = at.enum("tier", Tier)
    rule = Rule(
        id=at.text("id"),
        code=at.text("code"),
        title=at.text("title"),
        tier=tier,
        severity=Severity.NOTE if tier is Tier.CONSIDERATION else at.enum("severity", Severity),
        confidence=at.enum("confidence", Confidence),
        status=at.enum("status", Status, Status.ACTIVE),
        cwe=at.texts("cwe"),
        wave=at.number("wave", 1),
        kinds=frozenset(_enum(at, "kinds", k, Kind) for k in at.texts("kinds", ("code",))),
        what=at.text("what"),
        why=at.text("why"),
        fix=at.text("fix"),
        references=at.texts("references", ()),
        rank=at.number("rank", 50),
        matchers=tuple(_matchers(at)),
        examples=tuple(_examples(at)) if evidence else (),
    )
    if evidence:
        _insist_on_evidence(name, rule)
    return rule


def _matchers(at: "_At") -> list[Matcher]:
    out: list[Matcher] = []
    for language, entries in at.mapping("match").items():
        for index, entry in enumerate(entries if isinstance(entries, list) else [entries]):
            m = _At(at.file, entry, f"match.{language}[{index}]")
            m.only(_MATCHER_KEYS)
            ways = [k for k in ("rule", "text", "detector") if k in m.data]
            if len(ways) != 1:
                raise m.wrong("", "expected exactly one of rule, text, detector")
            ast = {k: m.data[k] for k in _AST_KEYS if k in m.data} if "rule" in m.data else None
            out.append(
                Matcher(
                    language=language,
                    ast=json.dumps(ast, sort_keys=True) if ast else "",
                    text=m.text("text", ""),
                    detector=m.text("detector", ""),
                    options=json.dumps(m.data.get("options", {}), sort_keys=True),
                    keywords=m.texts("keywords", ()),
                    anchor=m.text("anchor", "") or None,
                    quote=m.text("quote", "") or None,
                    where=_conditions(m, "where"),
                    unless=_conditions(m, "unless"),
                    edit=_edit(m),
                )
            )
    return out


def _edit(at: "_At") -> Edit | None:
    """`suggest: {replace: REGEX, with: TEXT}`."""
    if "suggest" not in at.data:
        return None
    it = _At(at.file, at.mapping("suggest"), f"{at.where}.suggest")
    it.only(_EDIT_KEYS)
    by = it.data.get("with")
    if not isinstance(by, str):
        raise it.wrong("with", "expected text, '' to take out what was found")
    try:
        re.compile(it.text("replace")).sub(by, "")
    except re.error as error:
        raise it.wrong("replace", f"expected a regular expression: {error}") from None
    return Edit(it.text("replace"), by)


def _conditions(at: "_At", key: str) -> tuple[Condition, ...]:
    out = []
    for item in at.data.get(key) or []:
        if isinstance(item, str):
            out.append(Condition(item))
        elif isinstance(item, dict) and len(item) == 1 and all(isinstance(v, str) for v in item.values()):
            ((predicate, capture),) = item.items()
            out.append(Condition(predicate, capture))
        else:
            raise at.wrong(key, "expected a predicate's name or one {predicate: CAPTURE}")
    return tuple(out)


def _examples(at: "_At") -> list[Example]:
    out: list[Example] = []
    for language, entries in at.mapping("examples").items():
        for index, entry in enumerate(entries):
            e = _At(at.file, entry, f"examples.{language}[{index}]")
            e.only(_EXAMPLE_KEYS)
            kinds = [k for k in ("flagged", "clean", "gap") if k in e.data]
            if len(kinds) != 1:
                raise e.wrong("", "expected exactly one of flagged, clean, gap")
            lines = e.data.get("lines", [])
            if not isinstance(lines, list) or not all(type(n) is int for n in lines):
                raise e.wrong("lines", "expected a list of line numbers")
            if bool(lines) == (kinds[0] == "clean"):
                raise e.wrong("lines", "expected on flagged and gap examples, and only there")
            out.append(
                Example(
                    language=language,
                    code=e.text(kinds[0]),
                    expect=tuple(lines),
                    gap=kinds[0] == "gap",
                    near_miss=e.data.get("near_miss", False) is True,
                    base=e.text("base", "") if "base" in e.data else None,
                    path=e.text("path", "") or None,
                    because=e.text("because", ""),
                    beside=e.texts("beside", ()),
                    product=_product(e),
                )
            )
    return out


def _product(at: "_At") -> Mapping[str, str]:
    """Product files of an example: path -> the lines of its diff, each begun with its sign."""
    files = at.mapping("product") if "product" in at.data else {}
    signed = all(isinstance(v, str) and all(line[:1] in "+- " for line in v.rstrip("\n").split("\n")) for v in files.values())
    if not signed:
        raise at.wrong("product", "expected path: the lines of a diff, each begun with +, - or a blank")
    return MappingProxyType({str(k): v for k, v in files.items()})


def _insist_on_evidence(name: str, rule: Rule) -> None:
    """At least two flagged and two clean examples per language that has a matcher, one of the clean ones a near miss."""
    for language in sorted({m.language for m in rule.matchers}):
        mine = [e for e in rule.examples if language in (e.language, "any")]
        flagged = [e for e in mine if e.expect and not e.gap]
        clean = [e for e in mine if not e.expect]
        if len(flagged) < 2 or len(clean) < 2 or not any(e.near_miss for e in clean):
            raise RulebookError(
                name,
                f"examples.{language}",
                f"expected at least 2 flagged and 2 clean, one of them near_miss; found {len(flagged)} and {len(clean)}",
            )


_MISSING: Any = object()


class _At:
    """A mapping in a rule file, and where it stands."""

    def __init__(self, file: str, data: object, where: str) -> None:
        self.file, self.where = file, where
        if not isinstance(data, dict):
            raise RulebookError(file, where, "expected a mapping")
        self.data: dict[str, Any] = data

    def wrong(self, key: str, expected: str) -> RulebookError:
        return RulebookError(self.file, f"{self.where}.{key}".rstrip("."), expected)

    def only(self, keys: frozenset[str]) -> None:
        for key in self.data:
            if key not in keys:
                raise self.wrong(str(key), f"unknown key; expected one of {', '.join(sorted(keys))}")

    def _get(self, key: str, default: object, ok: Callable[[Any], bool], expected: str) -> Any:
        value = self.data.get(key, default)
        if value is _MISSING:
            raise self.wrong(key, f"missing; expected {expected}")
        if value is not default and not ok(value):
            raise self.wrong(key, f"expected {expected}, found {type(value).__name__}")
        return value

    def text(self, key: str, default: object = _MISSING) -> str:
        value: str = self._get(key, default, lambda v: isinstance(v, str) and bool(v.strip()), "text")
        return value

    def texts(self, key: str, default: object = _MISSING) -> tuple[str, ...]:
        return tuple(self._get(key, default, _is_texts, "a list of texts"))

    def number(self, key: str, default: int) -> int:
        value: int = self._get(key, default, lambda v: type(v) is int, "a whole number")
        return value

    def mapping(self, key: str) -> Mapping[str, Any]:
        value: Mapping[str, Any] = self._get(key, _MISSING, lambda v: isinstance(v, dict) and bool(v), "a mapping")
        return value

    def enum(self, key: str, kind: type[E], default: Any = _MISSING) -> E:
        value = self._get(key, default, lambda v: isinstance(v, str), "text")
        return default if value is default else _enum(self, key, value, kind)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(x, str) for x in value)


def _enum(at: _At, key: str, value: str, kind: type[E]) -> E:
    try:
        return kind(value)
    except ValueError:
        raise at.wrong(key, f"expected one of {', '.join(m.value for m in kind)}, found {value!r}") from None
