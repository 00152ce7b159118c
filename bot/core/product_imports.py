"""What product code imports: read from each line alone, once, and then held against the paths of the test files."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from posixpath import dirname, normpath

from bot.core.diff import Row

_LINE = 500
_PYTHON = re.compile(
    r"^\s*(?:from\s+(?P<module>\.*[\w.]*)\s+import\s+(?P<names>[\w\s,*()]+)|import\s+(?P<whole>[\w.]+)(?:\s+as\s+\w+)?\s*$)"
)
_REQUIRED = re.compile(
    r"(?:\bfrom|\bimport|\brequire(?:_relative)?|\binclude(?:_once)?|#\s*include|^\s*(?:source|\.)|#\[path\s*=|include_str!|include!)\s*\(?\s*[\"'<]?"
    r"(?P<path>\.{0,2}[\w@/.-]*/[\w./-]+)"
)
_JS_NAMES = re.compile(r"(?:import|const|let|var)\s+(?:\w+\s*,\s*)?\{([^}]*)\}")
_DOTTED = re.compile(r"^\s*(?:import\s+(?:static\s+)?|use\s+|using\s+)(?P<name>[\w]+(?:[.\\]\w+)+)")
_GO = re.compile(r"^\s*(?:import\s+)?(?:[\w.]+\s+)?\"(?P<path>[\w.-]+(?:/[\w.-]+)+)\"\s*$")
_MAYBE = re.compile(
    r"\b(?:import|from|require(?:_relative)?|include\w*|use|using|source)\b|^\s*\.\s|#\[path|^\s*(?:\w+\s+)?\"[\w./-]+\"\s*$"
)
_SUFFIX = re.compile(r"\.\w+$")
_TYPES_ONLY = re.compile(r"TYPE_CHECKING|^\s*import\s+type\b|if __name__")
_ABOVE = 12  # rows above an import in which the guard of a type-only one stands
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class Reference:
    """An added line of a product file that imports something, and where it may lead. `paths` are written from the repository's
    root, `ends` by their last folders, `package` by the module's name before them. `names` are what is taken from there."""

    line: int
    text: str
    suffix: str
    paths: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    package: str = ""


def references(product: str, read_rows: Sequence[Row]) -> Iterator[Reference]:
    """The imports that a product file's patch adds, but for those of types alone."""
    guard = -_ABOVE - 1
    for index, row in enumerate(read_rows):
        text = row.text[:_LINE]
        if _TYPES_ONLY.search(text):
            guard = index
        elif row.sign == "+" and _MAYBE.search(text) and not (index - guard <= _ABOVE and text[:1] in " \t"):
            found = _read(row.line, text, product)
            if found:
                yield found


def called(test: str) -> frozenset[str]:
    """The names by one of which an import of this test file calls it: its own and its folder's."""
    *_, folder, name = ("", *test.lower().split("/"))
    return frozenset((folder, _SUFFIX.sub("", name)))


def calls(reference: Reference) -> frozenset[str]:
    """The names by which the import calls what it imports: the last of each path, and those that it takes from there."""
    paths = (*reference.paths, *reference.ends, reference.package)
    return frozenset(n.lower() for n in (*(p.rpartition("/")[2] for p in paths if p), *reference.names))


def imported(test: str, found: Iterable[Reference], read_rows: Sequence[Row]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The lines of these that import the test file, each with the names it takes from there; () for all of it."""
    stem = _SUFFIX.sub("", test)
    module = stem.removesuffix("/__init__").removesuffix("/index").removesuffix("/mod")
    for reference in found:
        if reference.suffix and reference.suffix != _suffix(test):
            continue
        names = _taken(reference, test, stem, module)
        if names is not None:
            yield reference.line, names or _used(reference.text, test, read_rows)


def _taken(reference: Reference, test: str, stem: str, module: str) -> tuple[str, ...] | None:
    if reference.package:
        return () if _ends(dirname(test), reference.package, reversed_ends=True) else None
    if any(p in (test, stem, module) for p in reference.paths) or any(_ends(module.lower(), e.lower()) for e in reference.ends):
        return reference.names
    for name in reference.names:  # `from tests.helpers import auth`: the name may be the file's own
        inner = any(module == f"{p}/{name}" for p in reference.paths) or any(_ends(module, f"{e}/{name}") for e in reference.ends)
        if inner and test.endswith(".py"):
            return ()
    return None


def _read(line: int, text: str, product: str) -> Reference | None:
    suffix = _suffix(product)
    if suffix == ".py" and (python := _PYTHON.match(text)):
        return _python(line, text, python, product)
    if suffix == ".go":
        go = _GO.match(text)
        return Reference(line, text, suffix, package=go["path"]) if go else None
    if required := _REQUIRED.search(text):
        path = required["path"]
        bare = _SUFFIX.sub("", path)
        named = _JS_NAMES.search(text)
        names = tuple(_IDENTIFIER.findall(re.sub(r"\bas\s+\w+", "", named.group(1)))) if named else ()
        here = tuple(dict.fromkeys(normpath(f"{dirname(product)}/{p}") for p in (path, bare)))
        return Reference(line, text, "", here, () if path.startswith(".") else tuple(dict.fromkeys((path, bare))), names)
    if dotted := _DOTTED.match(text):
        path = re.sub(r"[.\\]", "/", dotted["name"])
        return Reference(line, text, suffix, ends=(path,), names=(path.rpartition("/")[2],)) if "/" in path else None
    return None


def _python(line: int, text: str, match: re.Match[str], product: str) -> Reference:
    if match["whole"]:
        return Reference(line, text, ".py", ends=(match["whole"].replace(".", "/"),))
    name = match["module"]
    names = tuple(_IDENTIFIER.findall(re.sub(r"\bas\s+\w+", "", match["names"])))
    dots = len(name) - len(name.lstrip("."))
    path = name.lstrip(".").replace(".", "/")
    if not dots:
        return Reference(line, text, ".py", ends=(path,), names=names)
    folder = dirname(product)
    for _ in range(dots - 1):
        folder = dirname(folder)
    return Reference(line, text, ".py", paths=(f"{folder}/{path}".strip("/"),), names=names)


def _used(text: str, test: str, read_rows: Sequence[Row]) -> tuple[str, ...]:
    """Of a whole package that is imported, the names that the patch's added lines use."""
    package = dirname(test).rpartition("/")[2] if test.endswith(".go") else _SUFFIX.sub("", test.rpartition("/")[2])
    alias = re.search(r"\bas\s+(\w+)|^\s*(?:const|let|var)\s+(\w+)\s*=|^\s*import\s+(\w+)\s+from", text)
    name = next((g for g in alias.groups() if g), package) if alias else package
    pattern = re.compile(rf"\b{re.escape(name)}\.(\w+)")
    return tuple(dict.fromkeys(m for r in read_rows if r.sign == "+" and r.text != text for m in pattern.findall(r.text[:_LINE])))


def _ends(module: str, wanted: str, *, reversed_ends: bool = False) -> bool:
    """The path ends in the wanted one, folders whole; a bare name says too little. Reversed: the wanted one ends in the path."""
    longer, shorter = (wanted, module) if reversed_ends else (module, wanted)
    return ("/" in shorter or reversed_ends) and bool(shorter) and (longer == shorter or longer.endswith("/" + shorter))


def _suffix(path: str) -> str:
    match = _SUFFIX.search(path)
    return match.group() if match else ""
