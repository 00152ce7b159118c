"""What an organisation and a repository ask for, and what people decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.model.terms import Status


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a configuration file: where, and what was expected there. `key` is dotted; `line` 1-based."""

    file: str
    line: int
    key: str
    expected: str


@dataclass(frozen=True, slots=True)
class Allow:
    """Findings that the configuration keeps back: of one rule, in the paths that match, until a day (ISO, '' for ever)."""

    rule: str
    reason: str
    path: str = "**"
    expires: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Override:
    """What holds for some paths instead. None: as everywhere."""

    path: str
    enabled: bool | None = None
    fail_on: str | None = None
    rules: Mapping[str, Status] = field(default_factory=dict)
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Config:
    """The settings in force, merged from the organisation's file and the repository's. `fail_on` is a severity or `never`.

    `origin` says for each dotted key that some file set, which file it was. Of several overrides of a path the last one holds.
    """

    enabled: bool = True
    drafts: bool = True
    base_branches: tuple[str, ...] = ("**",)
    ignore_authors: tuple[str, ...] = ()
    labels_skip: tuple[str, ...] = ()
    labels_require: tuple[str, ...] = ()
    tests_include: tuple[str, ...] = ()
    tests_exclude: tuple[str, ...] = ()
    rules: Mapping[str, Status] = field(default_factory=dict)
    fail_on: str = "note"
    max_comments: int = 30
    considerations: int = 5
    allow: tuple[Allow, ...] = ()
    dismissals_by_author: bool = False
    dismissals_need: str = "write"
    paths: tuple[Override, ...] = ()
    origin: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settled:
    """The settings in force on a pull, and how they came about. `files` they were read from, the organisation's first.

    `problems` are in those files; `broken` are the problems that make a file useless, so that nobody knows what should hold.
    `proposed` are in the file as the pull would have it.
    """

    config: Config = Config()
    files: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    broken: tuple[Problem, ...] = ()
    proposed: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """A problem in the configuration as the pull would have it. `placed`: GitHub takes a comment on that line."""

    problem: Problem
    fingerprint: str
    placed: bool


@dataclass(frozen=True, slots=True)
class Dismissal:
    """Somebody's word that something may stay silent: `target` is a finding's whole fingerprint, or a rule's id. It holds on
    the pull `number`, 0: in the whole repository, as only a finding's may. `accepted`: it is right, and the risk is borne; else
    it is wrong here. `reason` is a stranger's text, `at` an ISO date."""

    target: str
    by: str
    reason: str
    accepted: bool = False
    number: int = 0
    at: str = ""
