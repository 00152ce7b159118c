"""Does a line of product code import a given test file? Read from the line alone: its module path against the file's path."""

import re
from collections.abc import Iterator, Sequence
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
_CASED = re.compile(r"[A-Za-z0-9]+")
_SUFFIX = re.compile(r"\.\w+$")
_TYPES_ONLY = re.compile(r"TYPE_CHECKING|^\s*import\s+type\b|if __name__")
_ABOVE = 12  # rows above an import in which the guard of a type-only one stands
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")


def may_import(row: Row) -> bool:
    """The line is an added one and imports something."""
    return row.sign == "+" and _MAYBE.search(row.text[:_LINE]) is not None


def called(test: str) -> frozenset[str]:
    """The words by one of which an import of this test file must call it: those of its own name and of its folder's."""
    *_, folder, name = ("", *test.split("/"))
    return frozenset(w for part in (folder, _SUFFIX.sub("", name)) for w in (*_IDENTIFIER.findall(part), *_CASED.findall(part)))


def imported(test: str, product: str, read_rows: Sequence[Row]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The added lines of a product file's patch that import the test file, each with the names it takes from there."""
    for index, row in enumerate(read_rows):
        if not may_import(row) or _types_only(read_rows, index):
            continue
        names = _imports(row.text[:_LINE], test, product)
        if names is not None:
            yield row.line, names or _used(row.text, test, read_rows)


def _types_only(read_rows: Sequence[Row], index: int) -> bool:
    """The import is indented under `if TYPE_CHECKING`, or of types alone."""
    text = read_rows[index].text
    if _TYPES_ONLY.search(text):
        return True
    indented = text[:1] in " \t"
    return indented and any(_TYPES_ONLY.search(row.text) for row in read_rows[max(0, index - _ABOVE) : index])


def _imports(text: str, test: str, product: str) -> tuple[str, ...] | None:
    """The names that this line imports from the test file; () for all of it, None when it imports something else."""
    stem = _SUFFIX.sub("", test)
    module = stem.removesuffix("/__init__").removesuffix("/index").removesuffix("/mod")
    if (python := _PYTHON.match(text)) and product.endswith(".py") and test.endswith(".py"):
        return _python(python, module, product)
    if (go := _GO.match(text)) and test.endswith(".go"):
        folder = dirname(test)
        return () if folder and go["path"].endswith("/" + folder) else None
    if required := _REQUIRED.search(text):
        wanted = _SUFFIX.sub("", required["path"]) if required["path"].endswith((_suffix(test), ".js")) else required["path"]
        here = normpath(f"{dirname(product)}/{wanted}")
        if here in (stem, module) or (not wanted.startswith(".") and _ends(module, wanted)):
            named = _JS_NAMES.search(text)
            return tuple(_IDENTIFIER.findall(re.sub(r"\bas\s+\w+", "", named.group(1)))) if named else ()
    if dotted := _DOTTED.match(text):
        wanted = re.sub(r"[.\\]", "/", dotted["name"])
        if "/" in wanted and _suffix(test) == _suffix(product) and _ends(module.lower(), wanted.lower()):
            return (wanted.rpartition("/")[2],)
    return None


def _python(match: re.Match[str], module: str, product: str) -> tuple[str, ...] | None:
    if match["whole"]:
        return () if _ends(module, match["whole"].replace(".", "/")) else None
    name = match["module"]
    names = tuple(n for n in _IDENTIFIER.findall(re.sub(r"\bas\s+\w+", "", match["names"])))
    dots = len(name) - len(name.lstrip("."))
    path = name.lstrip(".").replace(".", "/")
    if dots:
        folder = dirname(product)
        for _ in range(dots - 1):
            folder = dirname(folder)
        path = f"{folder}/{path}".strip("/")
    if path and (module == path if dots else _ends(module, path)):
        return names
    submodule = next((n for n in names if module == f"{path}/{n}" or (path and not dots and _ends(module, f"{path}/{n}"))), None)
    return () if submodule else None


def _used(text: str, test: str, read_rows: Sequence[Row]) -> tuple[str, ...]:
    """Of a whole package that is imported, the names that the patch's added lines use."""
    package = dirname(test).rpartition("/")[2] if test.endswith(".go") else _SUFFIX.sub("", test.rpartition("/")[2])
    alias = re.search(r"\bas\s+(\w+)|^\s*(?:const|let|var)\s+(\w+)\s*=|^\s*import\s+(\w+)\s+from", text)
    name = next((g for g in alias.groups() if g), package) if alias else package
    pattern = re.compile(rf"\b{re.escape(name)}\.(\w+)")
    return tuple(dict.fromkeys(m for r in read_rows if r.sign == "+" and r.text != text for m in pattern.findall(r.text[:_LINE])))


def _ends(module: str, wanted: str) -> bool:
    """The path ends in the wanted one, folders whole; a bare name says too little."""
    return "/" in wanted and (module == wanted or module.endswith("/" + wanted))


def _suffix(path: str) -> str:
    match = _SUFFIX.search(path)
    return match.group() if match else ""
