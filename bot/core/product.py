"""What a pull does outside its tests, as far as each of its test files is concerned: code changed under a test that goes, a test
helper that the product imports, a literal that both sides hold.

Only the diff is read, for the rest of the product is not at hand. What is passed on are paths, names and places, never a value.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from bot.core.diff import PatchError, Row, read, rows
from bot.core.languages import Languages
from bot.core.product_imports import Reference, called, calls, imported, references
from bot.core.product_literals import Literal, core, literals
from bot.core.product_packaging import Packaged, holds, packaged
from bot.core.security_tests import DENIAL
from bot.model import ChangedFile, Echo, Import, Kind, Product, Source, Touched

_MOST_FILES = 200
_MOST_TEXT = 400_000  # characters of all product patches that are read
_MOST_SYMBOLS = 100
_LINE = 300  # characters of a line that are read
_MOST_ECHOES = 50
_MOST_IMPORTS = 200  # of one product file
_MOST_IMPORTERS = 5  # of one test file
_MOST_LITERALS = 500  # of all product files
_TOLD = (Kind.CODE, Kind.GONE, Kind.DATA, Kind.CONFIG)
_MOST_PLACES = 20  # of one literal in one file
# Not shipped: scripts for developers, documentation, examples, published test kits; and what others wrote.
_ASIDE = re.compile(
    r"(?:^|/)(?:docs?|examples?|samples?|demos?|scripts?|tools?|hack|dev|ci|bench\w*|\.\w+|vendor|third_party|node_modules|testing"
    r"|test[-_]?kit|playground|sandbox|stories|changelogs?|locales?|i18n)/"
    r"|(?:^|/)(?:setup|noxfile|tasks|fabfile|manage|conf)\.py$|[-_.](?:lock|example|sample|dist|template)(?:\.|$)|-lock\.\w+$"
    r"|testing[-/]|test[-_]?kit|\.(?:md|rst|adoc|txt|svg|css|html|stories\.\w+)$|(?:^|/)(?:gulpfile|webpack\.\S+|\w+\.config)\.\w+$",
    re.IGNORECASE,
)
_TEST_FOLDER = re.compile(r"test|spec|e2e")
_NAMED = re.compile(
    r"\b(?:def|class|func|function|fn|fun|interface|struct|trait|module|object)\s+(?:\([^)]*\)\s*)?(?:self\.)?(\w+)"
)
_LAMBDA = re.compile(r"^\s*(?:export\s+)?(?:const|let|var)\s+(\w+)\s*=\s*(?:async\s*)?(?:function\b|\(|\w+\s*=>)")
_METHOD = re.compile(r"^\s*(?:[\w<>\[\],.?*&:@~]+\s+)*(\w+)\s*\([^;]*$")
_TYPED = re.compile(r"^\s*(?:[\w<>\[\],.?*&:@~]+\s+)+[*&]?(\w+)\s*\([^;={]*$")
_WORD = re.compile(r"\w+")
_NO_METHOD = frozenset(
    "if for while switch catch return else do elif elsif and or not throw new await yield with assert super raise rescue except"
    " delete defer go case unless until import from puts print echo".split()
)


def relate(sources: Sequence[Source], changed: Sequence[ChangedFile], languages: Languages) -> tuple[Source, ...]:
    """The sources, each with what the pull does outside its tests that concerns it; after them the test files that it removes."""
    gone = [s for f in changed if (s := _gone(f, languages)) is not None]
    tests = [*sources, *gone]
    paths = {s.path for s in tests}
    product = [f for f in changed if f.path not in paths and _is_product(f, languages)]
    return related(tests, product, fewer_denials(s for s in tests if s.kind.is_test or s.kind is Kind.GONE))


def related(tests: Sequence[Source], product: Iterable[ChangedFile], denials: int) -> tuple[Source, ...]:
    """The test files with what these product files have to do with each."""
    files = tuple(islice(product, _MOST_FILES))
    patches = tuple(_patches(files))
    by_name: dict[str, list[tuple[_Patch, Reference]]] = defaultdict(list)
    for patch in patches:
        for reference in patch.imports:
            for name in calls(reference):
                by_name[name].append((patch, reference))
    shared = islice((_Shared(p.path, literal, core(literal.value)) for p in patches for literal in p.literals), _MOST_LITERALS)
    told = _Told(patches, by_name, tuple(shared), tuple(islice(_shipped(files), _MOST_IMPORTS)))
    return tuple(_related(s, told, denials) if (patches or told.shipped) and s.kind in _TOLD else s for s in tests)


@dataclass(frozen=True, slots=True)
class _Patch:
    """One product file's patch, read."""

    path: str
    rows: tuple[Row, ...]
    imports: tuple[Reference, ...]
    touched: Touched
    literals: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class _Shared:
    """A literal of a product file, and the word by which a text that cannot hold it is told."""

    path: str
    literal: Literal
    word: str


@dataclass(frozen=True, slots=True)
class _Told:
    """What all the patches say, imports by the names that they call. Most test files are passed over by names and words alone, so
    that many files against many cost no more than both."""

    patches: tuple[_Patch, ...]
    by_name: Mapping[str, Sequence[tuple[_Patch, Reference]]]
    shared: tuple[_Shared, ...]
    shipped: tuple[Packaged, ...]


def _is_product(file: ChangedFile, languages: Languages) -> bool:
    place = languages.place(file.path)
    return file.patch is not None and (place is None or not place.strong)


def _gone(file: ChangedFile, languages: Languages) -> Source | None:
    place = languages.place(file.path) if file.status == "removed" and file.patch else None
    if place is None or not place.strong or place.kind is not Kind.CODE:
        return None
    try:
        return Source(file.path, place.language, Kind.GONE, "", read(file.patch or ""))
    except PatchError:
        return None


def _patches(product: Iterable[ChangedFile]) -> Iterator[_Patch]:
    left = _MOST_TEXT
    for file in islice((f for f in product if not _ASIDE.search(f.path)), _MOST_FILES):
        left -= len(file.patch or "")
        if left < 0:
            return
        try:
            read_rows = tuple(rows(file.patch or ""))
        except PatchError:
            continue
        imports = tuple(islice(references(file.path, read_rows), _MOST_IMPORTS))
        yield _Patch(file.path, read_rows, imports, _touched(file, read_rows), tuple(literals(file.path, read_rows)))


def _shipped(product: Iterable[ChangedFile]) -> Iterator[Packaged]:
    for file in product:
        if "test-jar" in (file.patch or "") or _TEST_FOLDER.search(file.patch or ""):
            try:
                yield from packaged(file.path, tuple(rows(file.patch or "")))
            except PatchError:
                continue


def _related(source: Source, told: _Told, denials: int) -> Source:
    touched = tuple(p.touched for p in told.patches) if source.lines.removed and denials > 0 else ()
    imports = tuple(islice(_imports(source, told), _MOST_IMPORTERS)) if source.kind is Kind.CODE else ()
    echoes = tuple(islice(_echoes(source, told), _MOST_ECHOES))
    if not (touched or imports or echoes):
        return source
    return replace(source, product=Product(touched, imports, echoes, denials))


def _imports(source: Source, told: _Told) -> Iterator[Import]:
    yield from (Import(p.path, p.line) for p in told.shipped if holds(p.folder, source.path))
    for name in sorted(called(source.path)):
        for patch, reference in told.by_name.get(name, ()):
            for line, names in imported(source.path, (reference,), patch.rows):
                yield Import(patch.path, line, names)


# --- code changed under a test that goes --------------------------------------------------------------------------------


def _touched(file: ChangedFile, read_rows: Sequence[Row]) -> Touched:
    """The functions and types whose lines change: that of the hunk's header, and those that begin above the line in the hunk."""
    changed: dict[str, None] = {}
    defined: set[str] = set()
    dropped: dict[str, None] = {}
    current = ""
    for row in read_rows:
        name = _definition(row.text)
        if row.sign == "-" and name:
            dropped[name] = None
        elif name or row.sign == "@":
            current = name
            defined.add(name)
        if row.sign in "+-" and (name or current):
            changed[name or current] = None
    symbols = [n for n in changed if n not in dropped or n in defined]
    gone = [n for n in dropped if n not in defined]
    return Touched(file.path, tuple(symbols[:_MOST_SYMBOLS]), tuple(gone[:_MOST_SYMBOLS]), file.status == "removed")


def _definition(text: str) -> str:
    """The name of the function or type that begins on a line, '' when none does."""
    text = text[:_LINE]
    match = _NAMED.search(text) or _LAMBDA.match(text) or (_METHOD if text.rstrip().endswith("{") else _TYPED).match(text)
    words = _WORD.findall(text)[:1]
    return match.group(1) if match and not _NO_METHOD & {match.group(1), *words} else ""


def fewer_denials(tests: Iterable[Source]) -> int:
    """How many fewer lines of the pull's tests expect a refusal than before; less than nothing when there are more."""
    sources = list(tests)
    gone = sum(DENIAL.search(r.text[:_LINE]) is not None for s in sources for r in s.lines.removed)
    if not gone:
        return 0
    come = 0
    for source in sources:
        lines = source.text.split("\n")
        come += sum(DENIAL.search(lines[n - 1][:_LINE]) is not None for n in source.lines.added if n <= len(lines))
    return gone - come


# --- a literal on both sides --------------------------------------------------------------------------------------------


def _echoes(source: Source, told: _Told) -> Iterator[Echo]:
    words = frozenset(_WORD.findall(source.text)) if told.shared else frozenset()
    for shared in told.shared:
        if shared.word in words:
            for at in islice(_places(source.text, shared.literal.value), _MOST_PLACES):
                if source.text.count("\n", 0, at) + 1 in source.lines.added:
                    end = at + len(shared.literal.value)
                    yield Echo(at, end, shared.path, shared.literal.line, shared.literal.name, shared.literal.use)


def _places(text: str, value: str) -> Iterator[int]:
    """Where the value stands alone, not within a longer word."""
    at = text.find(value)
    while at >= 0:
        beside = text[max(0, at - 1) : at] + text[at + len(value) : at + len(value) + 1]
        if not _WORD.search(beside) and "-" not in beside:
            yield at
        at = text.find(value, at + len(value))
