"""Which language a path is in, and whether the path makes it a test file: the value of rules/languages.toml."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.model import Kind

SHAPES = ("section", "indented", "item")
_LONGEST = 1000  # a path longer than that is judged by its ends, so that no path is slow

Globs = tuple[str, ...]
Signal = tuple[str, ...]  # regular expressions that must all be found


@dataclass(frozen=True, slots=True)
class Language:
    """One block. `yes`, `maybe` and `no` are sample paths that must come out strong, weak and neither."""

    name: str
    kind: Kind
    suffixes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    shebangs: tuple[str, ...] = ()
    strong: Globs = ()
    weak: Globs = ()
    excluded: Globs = ()
    signals: tuple[Signal, ...] = ()
    yes: tuple[str, ...] = ()
    maybe: tuple[str, ...] = ()
    no: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Support:
    """Files that count as tests wherever they lie."""

    kind: Kind
    paths: Globs
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """Files of which only a part is a test: from a line matching `open` to where `shape` says that it ends (bot.core.parts)."""

    language: str
    kind: Kind
    paths: Globs
    open: str
    shape: str


@dataclass(frozen=True, slots=True)
class Place:
    """What a path says of a file. `strong`: it is a test. Otherwise its content decides: a signal, or only its test `part`;
    or a changed test in `folder` (the weak folder it lies in)."""

    language: str
    kind: Kind
    strong: bool
    folder: str | None = None
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class Languages:
    """The whole table. Every method is pure and bounded for any path."""

    by_name: Mapping[str, Language]
    fallback: str
    excluded: Globs
    prose: Globs
    binary: Globs
    build: Globs
    lookalikes: Globs
    never: tuple[str, ...]
    strong: Globs
    weak: Globs
    folders: frozenset[str]
    support: tuple[Support, ...]
    parts: tuple[Part, ...]
    recorded_in: frozenset[str]
    recordings: tuple[Signal, ...]
    suffixes: Mapping[str, str]
    names: Mapping[str, str]
    included: Globs = ()

    def including(self, globs: Globs) -> "Languages":
        """The table, and whatever these globs of a configuration file mean as test files, too."""
        return replace(self, included=globs) if globs else self

    def language_of(self, path: str) -> str:
        """The language by file name or longest suffix, the fallback for a name that no block claims."""
        name = path.rsplit("/", 1)[-1]
        if name in self.names:
            return self.names[name]
        at = name.find(".")
        while at >= 0:
            language = self.suffixes.get(name[at:])
            if language is not None:
                return language
            at = name.find(".", at + 1)
        return self.fallback

    def place(self, path: str) -> Place | None:
        """What the path says of the file; None when it can be no test file."""
        if len(path) > _LONGEST:
            path = f"{path[: _LONGEST // 2]}/{path[-_LONGEST // 2 :]}"
        language = self.by_name[self.language_of(path)]
        if any(covers(glob, path) for glob in self.included):
            return Place(language.name, language.kind, strong=True)
        if matches(path, self.excluded):
            return None
        if matches(path, language.excluded):
            return None
        for support in self.support:
            if matches(path, support.paths):
                return Place(language.name, support.kind, strong=True)
        if matches(path, self.prose):
            return None
        if matches(path, self.strong) or matches(path, language.strong):
            return Place(language.name, language.kind, strong=True)
        return self._weak(path, language)

    def _weak(self, path: str, language: Language) -> Place | None:
        for part in self.parts:
            if matches(path, part.paths) and not matches(path, language.weak):
                return Place(part.language, part.kind, strong=False, part=part)
        if matches(path, self.lookalikes):
            return None
        folder = self._folder(path)
        if folder is None and not matches(path, language.weak) and not matches(path, self.weak):
            return None
        return Place(language.name, language.kind, strong=False, folder=folder)

    def _folder(self, path: str) -> str | None:
        """The outermost weak folder that the path lies in, with its own path."""
        at = path.find("/")
        start = 0
        while at >= 0:
            if path[start:at] in self.folders:
                return path[: at + 1]
            start, at = at + 1, path.find("/", at + 1)
        return None

    def is_binary(self, path: str) -> bool:
        return matches(path, self.binary)

    def is_build(self, path: str) -> bool:
        """The file builds the product or its tests, wherever it lies."""
        return matches(path, self.build) and not matches(path, self.excluded)

    def speaks_as_test(self, language: str, text: str) -> bool:
        """A content signal of the language stands in the text."""
        return found(self.by_name[language].signals, text)

    def is_recording(self, language: str, text: str) -> bool:
        """The text (or patch) is recorded traffic in a format we know."""
        return language in self.recorded_in and found(self.recordings, text)

    def shebang(self, text: str) -> str | None:
        """The language that a first line `#!…` names."""
        if not text.startswith("#!"):
            return None
        words = text[2:200].split("\n", 1)[0].replace("/", " ").split()
        interpreters = [w for w in words if not w.startswith("-") and w not in ("usr", "bin", "local", "env")]
        return next((n for n, x in self.by_name.items() if interpreters[:1] and interpreters[0] in x.shebangs), None)


def found(signals: Sequence[Signal], text: str) -> bool:
    return any(all(_regex(pattern).search(text) for pattern in signal) for signal in signals)


def matches(path: str, globs: Globs) -> bool:
    """Some glob matches the whole path or what follows one of its slashes."""
    return bool(globs) and _globs(globs).fullmatch(path) is not None


@lru_cache(maxsize=512)
def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def covers(glob: str, path: str) -> bool:
    """Whether a glob of a configuration file means a path: from the root, or any file of that name when it has no slash."""
    return is_like(glob, path if "/" in glob or "**" in glob else path.rpartition("/")[2])


def is_like(glob: str, name: str) -> bool:
    """The glob matches the whole name."""
    return _glob(glob).fullmatch(name) is not None


@lru_cache(maxsize=512)
def _glob(glob: str) -> re.Pattern[str]:
    return re.compile(translate(glob), re.DOTALL)


@lru_cache(maxsize=512)
def _globs(globs: Globs) -> re.Pattern[str]:
    return re.compile(f"(?:.*/)?(?:{'|'.join(map(translate, globs))})", re.DOTALL)


_GLOB = re.compile(r"\*\*/|\*\*|\*|\?|[{},]|[^*?{},]+")
_MEANS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]", "{": "(?:", "}": ")", ",": "|"}


def translate(glob: str) -> str:
    """A glob of the table -> the source of a regular expression."""
    return "".join(_MEANS.get(piece) or re.escape(piece) for piece in _GLOB.findall(glob))
