"""The organisation's file, one it extends, the repository's file -> the settings in force, field by field.

A later file wins, rule by rule and key by key; `allow` and `paths` add up. What the organisation marks `final` a repository may
make stricter, never looser. Files come from the base branch: a pull changes its own review in no way.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from bot.core.config_file import File, read
from bot.core.config_schema import PERMISSIONS, SCHEMA, SEVERITIES, STATUSES, check
from bot.core.in_force import vague
from bot.core.markdown import code, table
from bot.model import Allow, Config, Override, Problem, Rule, Status

_STATUS = {"off": Status.OFF, "consideration": Status.CONSIDERATION, "on": Status.ACTIVE}
_SAID = {status: said for said, status in _STATUS.items()}
_FAIL_ON = ("never", *SEVERITIES)  # ever stricter
# Dotted keys, each the attribute of Config of the same name with an underscore for the dot.
_KEYS = (
    *("enabled", "drafts", "base_branches", "ignore_authors", "labels.skip", "labels.require", "tests.include", "tests.exclude"),
    *("fail_on", "max_comments", "considerations", "dismissals.by_author", "dismissals.need"),
)
_OVERRIDABLE = ("enabled", "fail_on", "rules")
# Who writes to a repository could else lift there what protects it from its writers.
_ORGANISATIONS = "dismissals.by_author"
_ORGANISATION_ALONE = "expected in the organisation's file alone; it has no effect here, so remove it, or set it there"


def parse(name: str, raw: bytes, rules: Mapping[str, Rule]) -> tuple[File | None, tuple[Problem, ...]]:
    """One file, None when it cannot be used, and what is wrong in it. A rule that we do not know makes no file useless:
    it may have been renamed since."""
    file = read(name, raw)
    if isinstance(file, Problem):
        return None, (file,)
    wrong = check(file)
    return (None, wrong) if wrong else (file, (*_unknown(file, rules), *_vague(file, rules)))


def _unknown(file: File, rules: Mapping[str, Rule]) -> Iterator[Problem]:
    named = [(f"rules.{rule}", rule) for rule in file.values.get("rules", {})]
    named += [(f"allow[{n}].rule", entry["rule"]) for n, entry in enumerate(file.values.get("allow", []))]
    for n, entry in enumerate(file.values.get("paths", [])):
        named += [(f"paths[{n}].rules.{rule}", rule) for rule in entry.get("rules", {})]
    for key, rule in named:
        if rule not in rules:
            near = get_close_matches(rule, rules, 1)
            yield file.problem(
                key, f"no such rule; did you mean {near[0]}?" if near else "no such rule; `testwarden rules list` has all"
            )
    for n, key in enumerate(file.values.get("final", [])):
        rule = key.removeprefix("rules.")
        if rule == key and key not in {*_KEYS, "rules", "allow", "labels", "tests", "dismissals"}:
            yield file.problem(f"final[{n}]", "expected a key of this file, such as fail_on or rules.fetch-pipe-shell")
        elif rule != key and rule not in rules:
            yield file.problem(f"final[{n}]", "no such rule; `testwarden rules list` has all")


def _vague(file: File, rules: Mapping[str, Rule]) -> Iterator[Problem]:
    """What `in_force.entry_for` does not heed."""
    for n, entry in enumerate(file.values.get("allow", [])):
        if entry["rule"] in rules and rules[entry["rule"]].strict and vague(Allow(**entry)):
            yield file.problem(
                f"allow[{n}].path", "expected to name the files, since this rule is allowed nowhere else; no effect as it is"
            )


def settle(organisation: File | None, extended: File | None, repository: File | None) -> tuple[Config, tuple[Problem, ...]]:
    """The settings in force, and each place where a file asked for what it does not get."""
    settling = _Settling()
    if organisation is not None:
        settling.add(organisation)
    settling.bind(tuple(organisation.values.get("final", ())) if organisation is not None else ())
    for file in filter(None, (extended, repository)):
        settling.add(file)
    for file in filter(None, (extended, repository)):
        if "final" in file.values:
            settling.problems.append(file.problem("final", _ORGANISATION_ALONE))
    if extended is not None and "extends" in extended.values:
        settling.problems.append(extended.problem("extends", "a file that is extended extends no further; remove it there"))
    if organisation is not None and "extends" in organisation.values:
        settling.problems.append(organisation.problem("extends", "expected in a repository's file alone; remove it here"))
    return settling.config(), tuple(settling.problems)


def _attribute(key: str) -> str:
    return key.replace(".", "_")


class _Settling:
    def __init__(self) -> None:
        self.values: dict[str, Any] = {key: getattr(Config(), _attribute(key)) for key in _KEYS}
        self.rules: dict[str, str] = {}
        self.allow: list[Allow] = []
        self.paths: list[Override] = []
        self.origin: dict[str, str] = {}
        self.problems: list[Problem] = []
        self.final: tuple[str, ...] = ()
        self.floor = self.config()

    def bind(self, final: tuple[str, ...]) -> None:
        """From here on nothing under a final key may become looser than it is now."""
        self.final, self.floor = (*final, _ORGANISATIONS), self.config()

    def add(self, file: File) -> None:
        for key, value in _flat(file.values):
            if key in self.values or key.startswith("rules."):
                if self._loosens(key, value, [self._held(key)]):
                    self._refuse(file, key)
                else:
                    self._set(key, value, file.name)
        for n, entry in enumerate(file.values.get("allow", [])):
            if self._is_final("allow"):
                self._refuse(file, f"allow[{n}]")
            else:
                self.allow.append(Allow(**entry, origin=file.name))
        self.paths += [self._override(file, n, entry) for n, entry in enumerate(file.values.get("paths", []))]

    def _override(self, file: File, number: int, entry: Mapping[str, Any]) -> Override:
        """What is final holds for every path, at its strictest: two overrides may mean the same file."""
        kept: dict[str, Any] = {}
        rules: dict[str, Status] = {}
        for key, value in _flat({k: v for k, v in entry.items() if k in _OVERRIDABLE}):
            if self._loosens(key, value, [self._held(key), *self._held_for_paths(key)]):
                self._refuse(file, f"paths[{number}].{key}")
            elif key.startswith("rules."):
                rules[key.removeprefix("rules.")] = _STATUS[value]
            else:
                kept[key] = value
        return Override(entry["path"], **kept, rules=MappingProxyType(rules), origin=file.name)

    def _held(self, key: str) -> Any:
        rule = key.removeprefix("rules.")
        return getattr(self.floor, _attribute(key)) if rule == key else _SAID[self.floor.rules.get(rule, Status.ACTIVE)]

    def _held_for_paths(self, key: str) -> list[Any]:
        rule = key.removeprefix("rules.")
        if rule != key:
            return [_SAID[o.rules[rule]] for o in self.floor.paths if rule in o.rules]
        return [value for o in self.floor.paths if (value := getattr(o, key)) is not None]

    def _set(self, key: str, value: Any, origin: str) -> None:
        self.origin[key] = origin
        if key.startswith("rules."):
            self.rules[key.removeprefix("rules.")] = value
        else:
            self.values[key] = tuple(value) if isinstance(value, list) else value

    def _is_final(self, key: str) -> bool:
        return any(key == f or key.startswith(f"{f}.") for f in self.final)

    def _loosens(self, key: str, value: Any, held: Sequence[Any]) -> bool:
        return self._is_final(key) and any(looser(key, value, one) for one in held)

    def _refuse(self, file: File, key: str) -> None:
        why = "final in the organisation's file, so this has no effect; remove it, or ask for a change there"
        self.problems.append(file.problem(key, _ORGANISATION_ALONE if key == _ORGANISATIONS else why))

    def config(self) -> Config:
        return Config(
            **{_attribute(key): value for key, value in self.values.items()},
            rules=MappingProxyType({rule: _STATUS[said] for rule, said in sorted(self.rules.items())}),
            allow=tuple(self.allow),
            paths=tuple(self.paths),
            origin=MappingProxyType(dict(sorted(self.origin.items()))),
        )


def _flat(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Dotted keys; lists stay whole."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from ((f"{key}.{inner}", it) for inner, it in value.items())
        else:
            yield key, value


def looser(key: str, new: Any, old: Any) -> bool:
    """Whether `new` would let more pass than `old`."""
    if key.startswith("rules."):
        return STATUSES.index(new) < STATUSES.index(old)
    if key == "fail_on":
        return _FAIL_ON.index(new) < _FAIL_ON.index(old)
    if key == "dismissals.need":
        return PERMISSIONS.index(new) < PERMISSIONS.index(old)
    if key == "dismissals.by_author":
        return bool(new and not old)
    if key in ("base_branches", "tests.include"):
        return "**" not in new and not set(new) >= set(old)
    if key == "labels.require":  # none required is the strictest: every pull is reviewed
        return bool(new) and (not old or not set(new) >= set(old))
    if key in ("ignore_authors", "labels.skip", "tests.exclude"):
        return not set(new) <= set(old)
    return bool(new < old)


def published() -> dict[str, Any]:
    """The JSON Schema of a file, as editors read it: with the value that holds where no file says anything."""
    schema: dict[str, Any] = json.loads(json.dumps(SCHEMA))  # a copy that shares no part with another
    for key in _KEYS:
        outer, _, inner = key.partition(".")
        place = schema["properties"][outer]
        value = getattr(Config(), _attribute(key))
        (place["properties"][inner] if inner else place)["default"] = list(value) if isinstance(value, tuple) else value
    return schema


# --- showing --------------------------------------------------------------------------------------------------------------


def describe(config: Config) -> str:
    """The settings in force and where each comes from, in Markdown."""
    rows = [(code(key), code(_written(getattr(config, _attribute(key)))), _origin(config, key)) for key in _KEYS]
    rows += [
        (code(f"rules.{rule}"), code(_SAID[status]), _origin(config, f"rules.{rule}")) for rule, status in config.rules.items()
    ]
    rows += [(code(f"allow {a.rule}"), code(f"{a.path}: {a.reason}"), code(a.origin)) for a in config.allow]
    rows += [(code(f"paths {o.path}"), code(_overridden(o)), code(o.origin)) for o in config.paths]
    return table(("key", "value", "from"), rows)


def _origin(config: Config, key: str) -> str:
    return code(config.origin[key]) if key in config.origin else "default"


def _overridden(override: Override) -> str:
    said = {"enabled": override.enabled, "fail_on": override.fail_on, **{r: _SAID[s] for r, s in override.rules.items()}}
    return ", ".join(f"{key}: {_written(value)}" for key, value in said.items() if value is not None)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(value) or "none" if isinstance(value, tuple) else str(value)
