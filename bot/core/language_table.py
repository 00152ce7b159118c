"""rules/languages.toml, decoded, -> Languages. An error names the key and what was expected."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from bot.core.languages import SHAPES, Globs, Language, Languages, Part, Signal, Support, translate
from bot.model import Kind

_LANGUAGE_KEYS = frozenset("kind suffixes names shebangs strong weak excluded signals fallback yes maybe no".split())
_SECTION_KEYS = {
    "excluded": frozenset("paths prose binary lookalikes yes".split()),
    "build": frozenset(["paths"]),
    "everywhere": frozenset("strong weak folders".split()),
    "recordings": frozenset("languages signals".split()),
    "support": frozenset("kind paths yes no".split()),
    "part": frozenset("language kind paths open shape".split()),
}


class LanguagesError(ValueError):
    """The table is wrong: which key, what was expected."""

    def __init__(self, key: str, expected: str) -> None:
        super().__init__(f"{key}: {expected}")
        self.key, self.expected = key, expected


def parse(table: Mapping[str, Any]) -> Languages:
    """The decoded TOML -> Languages. Raises LanguagesError at the first fault."""
    excluded = _section(table, "excluded")
    everywhere = _section(table, "everywhere")
    recordings = _section(table, "recordings")
    by_name = {name: _language(name, block) for name, block in table.items() if name not in _SECTION_KEYS and name != "fallback"}
    fallbacks = [name for name in by_name if table[name].get("fallback") is True]
    if len(fallbacks) != 1:
        raise LanguagesError("fallback", f"expected exactly one language with `fallback = true`, found {len(fallbacks)}")
    return Languages(
        by_name=MappingProxyType(by_name),
        fallback=fallbacks[0],
        excluded=_globs_at(excluded, "excluded", "paths"),
        prose=_globs_at(excluded, "excluded", "prose"),
        binary=_globs_at(excluded, "excluded", "binary"),
        build=_globs_at(_section(table, "build"), "build", "paths"),
        lookalikes=_globs_at(excluded, "excluded", "lookalikes"),
        never=_texts(excluded, "excluded", "yes"),
        strong=_globs_at(everywhere, "everywhere", "strong"),
        weak=_globs_at(everywhere, "everywhere", "weak"),
        folders=frozenset(_texts(everywhere, "everywhere", "folders")),
        support=tuple(_support(f"support[{n}]", block) for n, block in enumerate(table.get("support", []))),
        parts=tuple(_part(f"part[{n}]", block, by_name) for n, block in enumerate(table.get("part", []))),
        recorded_in=frozenset(_known("recordings.languages", _texts(recordings, "recordings", "languages"), by_name)),
        recordings=_signals(recordings, "recordings"),
        suffixes=_claims(by_name, "suffixes"),
        names=_claims(by_name, "names"),
    )


def _language(name: str, block: object) -> Language:
    data = _only(name, block, _LANGUAGE_KEYS)
    return Language(
        name=name,
        kind=_kind(data, name),
        suffixes=_texts(data, name, "suffixes"),
        names=_texts(data, name, "names"),
        shebangs=_texts(data, name, "shebangs"),
        strong=_globs_at(data, name, "strong"),
        weak=_globs_at(data, name, "weak"),
        excluded=_globs_at(data, name, "excluded"),
        signals=_signals(data, name),
        yes=_texts(data, name, "yes"),
        maybe=_texts(data, name, "maybe"),
        no=_texts(data, name, "no"),
    )


def _support(where: str, block: object) -> Support:
    data = _only(where, block, _SECTION_KEYS["support"])
    return Support(_kind(data, where), _globs_at(data, where, "paths"), _texts(data, where, "yes"), _texts(data, where, "no"))


def _part(where: str, block: object, by_name: Mapping[str, Language]) -> Part:
    data = _only(where, block, _SECTION_KEYS["part"])
    (language,) = _known(f"{where}.language", (_text(data, where, "language"),), by_name)
    shape = _text(data, where, "shape")
    if shape not in SHAPES:
        raise LanguagesError(f"{where}.shape", f"expected one of {', '.join(SHAPES)}, found {shape!r}")
    opens = _pattern(f"{where}.open", _text(data, where, "open"))
    return Part(language, _kind(data, where), _globs_at(data, where, "paths"), opens, shape)


def _claims(by_name: Mapping[str, Language], key: str) -> Mapping[str, str]:
    """suffix or file name -> language; two languages may not claim the same."""
    owner: dict[str, str] = {}
    for name, language in by_name.items():
        for claim in language.suffixes if key == "suffixes" else language.names:
            if claim in owner:
                raise LanguagesError(f"{name}.{key}", f"{claim!r} is already claimed by {owner[claim]}")
            owner[claim] = name
    return MappingProxyType(owner)


def _section(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    return _only(key, table.get(key), _SECTION_KEYS[key])


def _only(where: str, block: object, keys: frozenset[str]) -> Mapping[str, Any]:
    if not isinstance(block, Mapping):
        raise LanguagesError(where, "expected a table")
    for key in block:
        if key not in keys:
            raise LanguagesError(f"{where}.{key}", f"unknown key; expected one of {', '.join(sorted(keys))}")
    return block


def _text(data: Mapping[str, Any], where: str, key: str) -> str:
    value = data.get(key, "")
    if not isinstance(value, str) or not value.strip():
        raise LanguagesError(f"{where}.{key}", "expected text")
    return value


def _texts(data: Mapping[str, Any], where: str, key: str) -> tuple[str, ...]:
    value = data.get(key, [])
    if not isinstance(value, list) or not all(isinstance(x, str) for x in value):
        raise LanguagesError(f"{where}.{key}", "expected a list of texts")
    return tuple(value)


def _globs_at(data: Mapping[str, Any], where: str, key: str) -> Globs:
    value = data.get(key, "")
    if not isinstance(value, str):
        raise LanguagesError(f"{where}.{key}", "expected globs in one text, separated by spaces")
    globs = tuple(value.split())
    for glob in globs:
        try:
            re.compile(translate(glob))
        except re.error:
            raise LanguagesError(f"{where}.{key}", f"expected a glob, found {glob!r}") from None
    return globs


def _kind(data: Mapping[str, Any], where: str) -> Kind:
    try:
        return Kind(data.get("kind", ""))
    except ValueError:
        raise LanguagesError(f"{where}.kind", f"expected one of {', '.join(k.value for k in Kind)}") from None


def _signals(data: Mapping[str, Any], where: str) -> tuple[Signal, ...]:
    at = f"{where}.signals"
    signals: list[Signal] = []
    for item in data.get("signals", []):
        group = [item] if isinstance(item, str) else item
        if not isinstance(group, list) or not all(isinstance(x, str) for x in group):
            raise LanguagesError(at, "expected regular expressions, or lists of them")
        signals.append(tuple(_pattern(at, x) for x in group))
    return tuple(signals)


def _pattern(at: str, pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise LanguagesError(at, f"expected a regular expression, {error} in {pattern!r}") from None
    return pattern


def _known(at: str, names: Sequence[str], by_name: Mapping[str, Language]) -> tuple[str, ...]:
    for name in names:
        if name not in by_name:
            raise LanguagesError(at, f"{name!r} is no block of this file")
    return tuple(names)
