"""Binary files among a pull's tests: which they are, what their first bytes say, and which texts of the pull name them.

No rule can read such a file. But some run, or are turned into objects, by whoever meets them; and what a script does with one
stands in the script.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from itertools import islice

from bot.core.changed import changed_lines
from bot.core.languages import Languages
from bot.core.words import BINARY
from bot.model import ChangedFile, Kind, Lines, Reading, Source

HEAD = 64  # as many first bytes as `what` asks for
_MOST = 20  # companions of one text
_MOST_GLOBS = 50
_MAGIC = (
    (b"\x7fELF", "ELF"),
    (b"MZ", "PE"),
    (b"\xfe\xed\xfa\xce", "Mach-O"),
    (b"\xfe\xed\xfa\xcf", "Mach-O"),
    (b"\xce\xfa\xed\xfe", "Mach-O"),
    (b"\xcf\xfa\xed\xfe", "Mach-O"),
    (b"\0asm", "WebAssembly"),
    (b"dex\n03", "DEX"),
    (b"BC\xc0\xde", "LLVM-bitcode"),
    (b"\x1bLua", "Lua-bytecode"),
    (b"YARB", "Ruby-bytecode"),
    (b"!<arch>\n", "archive-of-objects"),
    (b"\xac\xed\x00\x05", "Java-serialized"),
)
_PICKLE = re.compile(rb"\x80[\x02-\x05]", re.DOTALL)
_PYC = re.compile(rb".[\x0c-\x0f]\r\n", re.DOTALL)  # Lib/importlib/_bootstrap_external.py, MAGIC_NUMBER
_FAT = 45  # a Java class has its version where a fat Mach-O counts its parts: JVMS 4.1, mach-o/fat.h
_NAME = re.compile(r"[\w.+-]*\w")
_GLOB = re.compile(r"[\w./${}()+-]*\*[\w.*+-]*\w")
_EMPTY = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"  # git's id of a file with nothing in it


def what(head: bytes) -> str:
    """What the first bytes say of a file, in one word; '' when they say nothing that runs or becomes objects."""
    if head[:4] == b"\xca\xfe\xba\xbe":
        return "Java-class" if int.from_bytes(head[4:8], "big") >= _FAT else "Mach-O"
    if _PYC.match(head):
        return "Python-bytecode"
    if _PICKLE.match(head):
        return "Python-pickle"
    return next((name for magic, name in _MAGIC if head.startswith(magic)), "")


def maybe_binary(file: ChangedFile, languages: Languages) -> bool:
    """The file lies among tests, the pull adds or changes it, and by its name or by its missing diff it is a binary."""
    if file.status in ("removed", "renamed", "unchanged") or languages.place(file.path) is None:
        return False
    hidden = file.patch is None and file.additions == file.deletions == 0 and file.blob != _EMPTY
    return hidden or languages.is_binary(file.path)


def is_build(file: ChangedFile, languages: Languages) -> bool:
    """The pull adds or changes lines of a file that builds the product, and that is no test file by its path."""
    place = languages.place(file.path)
    shown = file.patch is not None and file.status != "removed"
    return shown and languages.is_build(file.path) and (place is None or not place.strong)


def accompany(
    sources: Sequence[Source], changed: Sequence[ChangedFile], reading: Reading, languages: Languages
) -> tuple[Source, ...]:
    """The sources, each with the binaries that it names; after them the build files that may do something with a binary, and the
    binaries at a test's own place. What is added here is no test file."""
    unread = {s.path for s in reading.unread if s.reason == BINARY}
    files = [f for f in changed if maybe_binary(f, languages) and (languages.is_binary(f.path) or f.path in unread)]
    paths = tuple(f.path for f in files)
    if not paths:
        return tuple(sources)
    build = (_build(file, reading, languages) for file in changed if is_build(file, languages))
    told = [replace(s, companions=_named(s.text, paths)) for s in (*sources, *filter(None, build))]
    made_from: dict[str, list[str]] = defaultdict(list)
    for file in changed:
        if file.patch is not None and file.status != "removed":
            made_from[_stem(file.path)].append(file.path)
    ours = [p for p in paths if _at_home(p, languages)]
    return (*told, *(_stand_in(path, made_from.get(_stem(path), []), reading, languages) for path in ours))


def _build(file: ChangedFile, reading: Reading, languages: Languages) -> Source | None:
    text = reading.texts.get(file.path)
    lines = changed_lines(file, text, reading) if text is not None else None
    if text is None or not isinstance(lines, Lines):
        return None
    language = languages.language_of(file.path)
    return Source(file.path, languages.shebang(text) or language, Kind.BUILD, text, lines)


def _at_home(path: str, languages: Languages) -> bool:
    place = languages.place(path)
    return place is not None and place.strong


def _stand_in(path: str, made_from: Sequence[str], reading: Reading, languages: Languages) -> Source:
    """A binary has no lines: one stands for it, which no comment can stand on."""
    text = f"{path.rpartition('/')[2]} {reading.binaries.get(path, '')}".rstrip()
    said = " ".join(text.split("\n"))
    return Source(path, languages.fallback, Kind.BINARY, said, Lines(frozenset({1})), tuple(made_from[:_MOST]))


def _stem(path: str) -> str:
    folder, _, name = path.rpartition("/")
    return f"{folder}/{name[:1]}{name[1:].partition('.')[0]}"


def _named(text: str, paths: Sequence[str]) -> tuple[str, ...]:
    """Those of the paths whose file name stands in the text, or is covered by a pattern that does."""
    likely = any(p.rpartition("/")[2] in text for p in paths)
    words = set(_NAME.findall(text)) if likely else set()
    starred = "\n".join(line for line in text.split("\n") if "*" in line) if "*" in text else ""
    globs = list(dict.fromkeys(m.rpartition("/")[2] for m in _GLOB.findall(starred)))[:_MOST_GLOBS]
    named = (p for p in paths if (name := p.rpartition("/")[2]) in words or any(_covers(g, name) for g in globs))
    return tuple(islice(named, _MOST))


def _covers(glob: str, name: str) -> bool:
    """`fnmatchcase` compiles each pattern first, and most of what looks like one covers nothing. Stars are all it has."""
    head, tail = glob.partition("*")[0], glob.rpartition("*")[2]
    return name.startswith(head) and name.endswith(tail) and fnmatchcase(name, glob)
