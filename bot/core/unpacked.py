"""What commands do with a file that nobody can read: run it, link it, or unpack it into something that is run.

Read, never run. A command counts only when the file's name (or a pattern that covers it) stands in it, directly or by way of a
variable; what it writes is followed for one step.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

_SHELL = r"(?:(?:ba|da|z|k|a)?sh|\$[({]?(?:CONFIG_)?SHELL[)}]?)"
_INTERPRETER = rf"(?:\S*/)?(?:{_SHELL}|python[\d.]*|perl|node|ruby|php|lua\w*|guile|tclsh|osascript)"
_COMPILER = (
    r"(?:\S*/)?(?:[\w-]*-)?(?:gcc|g\+\+|cc|c\+\+|clang|clang\+\+|ld|tcc|as|rustc|\$[({]?(?:CC|CXX|LD|LINK)[)}]?)(?:-[\d.]+)?"
)
_UNPACKS = (
    r"(?:xz(?:cat)?|unxz|lzma|unlzma|gzip|gunzip|zcat|bzip2|bunzip2|bzcat|zstd(?:cat)?|unzstd|brotli|lz4(?:cat)?|uncompress"
    r"|base(?:64|32)|uudecode|openssl|gpg|xxd|dd|head|tail|tr|sed|cut|od|strings|cat|objcopy|7z\w?|unzip|tar|cpio|awk)"
)
_DECOMPRESSES = (
    r"(?:(?:xz|gzip|bzip2|zstd|lzma|lz4|brotli)\s+(?:-\w+\s+)*-\w*d\w*|unxz|unlzma|gunzip|bunzip2|unzstd|(?:xz|z|bz|zstd)cat\b"
    r"|(?:xz|gzip)\s+--decompress|openssl\s+(?:enc|base64)\b[^|]*\s-d\b|base64\s+(?:-\w+\s+)*(?:-d|-D|--decode)\b)"
)
_END = r"(?=\s*(?:$|[|>&;)\"'`\]]|\d?>)|\s+-(?:\s|$)|\s+-s\b|\s+/dev/stdin)"
_PIPED = re.compile(
    rf"\|\s*(?:sudo\s+)?(?:{_INTERPRETER}(?:\s+-(?!\w*[ce]\b)[\w-]+)*{_END}|{_COMPILER}\s[^|]*(?<=\s)-(?:\s|$)|as{_END})"
)
_SUBSTITUTED = re.compile(
    rf"(?:\b(?:eval|source)|(?:^|[\s;&(\[])\.|{_INTERPRETER}\s+(?:-\w+\s+)*-\w*[ce]\w*)\s+[\"']?(?:\$\(|`|<\()[^)`]*$"
    rf"|(?:^|[\s;&(`@]){_INTERPRETER}\s+<\([^)]*$"
)
_AS_SCRIPT = re.compile(
    rf"(?:^|[\s;&(`@\"'\[])(?:{_INTERPRETER}|source|\.)\s+(?:-(?!\w*[ce]\b)[\w-]+\s+)*[\"']?$"
    r"|\bjava\b.*\s(?:-jar|-cp|-classpath)\s+\S*$|\b(?:wine|mono|dotnet|valgrind|strace|insmod|qemu-\S+)\s+(?:-\S+\s+)*[\"']?$"
    r"|\b(?:LD_PRELOAD|DYLD_INSERT_LIBRARIES)=\S*$|-javaagent:\S*$"
)
_CHMOD = re.compile(r"\bchmod\s+(?:[ugoa]*\+\w*x\w*|[0-7]*[1357][0-7]*)\s[^;|&]*$")
_COMPILES = re.compile(rf"(?:^|[\s;&(`@])(?:{_COMPILER}|libtool)\s[^;|&]*$")
_STARTS = re.compile(r"^[\s@-]*[\"']?$")
_OBJECT = re.compile(r"\.(?:o|a|so(?:\.\d+)*|lib|obj|dylib|bc|s|c|cc|cpp)$")
_DATA = re.compile(
    r"\.(?:xz|gz|tgz|bz2|lzma|lz|br|zst|lz4|7z|rar|zip|tar|png|jpe?g|gif|bmp|ico|webp|tiff?|pdf|woff2?|ttf|otf|mp[34]|wav|ogg"
    r"|flac|webm|der|p12|pfx|jks|keystore|sqlite3?|db|parquet|avro|np[yz]|pkl|pickle|mo|txt|json|ya?ml|xml|csv|h5|onnx)$",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[^\s\"'`;|&<>()\[\],]+")
_OPEN = re.compile(r"[$*{}()@]|^\.{1,2}$")  # a folder that is not said
_PREFIXED = re.compile(r"^(?:-\w+|--[\w-]+|\w+|@)[=]|^[@<]")
_OUTPUT = re.compile(
    r">{1,2}\s*[\"']?([^\s\"'`;|&<>()]+)|\s(?:-o|--output)[=\s]\s*[\"']?([^\s\"'`;|&<>()]+)|\bof=([^\s\"'`;|&<>()]+)"
)
_COPIED = re.compile(r"\b(?:cp|mv|install|ln)\s[^;|&]*\s[\"']?([^\s\"'`;|&<>()]+)[\"']?\s*$")
_IN_PLACE = re.compile(r"^[\s@]*(?:unxz|unlzma|gunzip|bunzip2|unzstd|(?:xz|gzip|bzip2|lzma)\s+(?:-\w+\s+)*-\w*d)\b")
_GIVEN = re.compile(r"([A-Za-z_]\w*)\s*[:?]?=\s*[\"']?(?:`|\$\((?:shell\s)?)[^`)]*$")
_CMAKE_CALL = re.compile(r"\b(?:execute_process|add_custom_command|add_custom_target|add_test)\s*\(", re.IGNORECASE)
_CMAKE_ENDS = re.compile(
    r"\b(?:WORKING_DIRECTORY|RESULT_VARIABLE|ERROR_\w+|TIMEOUT|DEPENDS|COMMENT|VERBATIM|BYPRODUCTS|INPUT_FILE|OUTPUT_QUIET)\b"
)
_NEAR = 4_000


@dataclass(frozen=True, slots=True)
class Command:
    """A command on a 1-based line: as it is written, and with its variables filled in. `bare`: it may be no command, but a word
    of a list, as configuration files have them."""

    line: int
    text: str
    full: str
    bare: bool = False


class Unpacking:
    """The commands of one file, and the file's text."""

    def __init__(self, commands: Sequence[Command], text: str) -> None:
        self._commands = commands
        self._text = text
        self._lines = text.split("\n")

    def into_code(self, paths: Sequence[str], *, anything: bool) -> Iterator[tuple[Command, str]]:
        """Each command that makes code of one of the files, with the token that names it; with `anything`, also those that
        unpack what they do not name into an interpreter (then the token is '')."""
        for command in self._commands:
            token = next((t for t, at in _tokens(command.full, paths) if self._becomes_code(command, t, at)), None)
            if token is None and anything and _unpacks_into_interpreter(command.full):
                token = ""
            if token is not None:
                yield command, token

    def _becomes_code(self, command: Command, token: str, at: int) -> bool:
        if _runs(command, token, at):
            return True
        given = _GIVEN.search(self._lines[command.line - 1].split(command.text[:20])[0])
        if given and self._is_evaluated(given.group(1)):
            return True
        return any(self._is_run(name, command) for name in _outputs(command.full, token, at))

    def _is_evaluated(self, name: str) -> bool:
        variable = rf"\$[({{]?{re.escape(name)}\b"
        used = rf"\b(?:eval|{_SHELL}\s+-c)\s+[\"']?{variable}|(?:echo|printf)\b[^|\n]*{variable}[^|\n]*\|\s*{_INTERPRETER}\b"
        return re.search(used, self._text) is not None

    def _is_run(self, name: str, maker: Command) -> bool:
        """The file `name` is run, compiled, linked or included somewhere."""
        base = re.escape(name.rpartition("/")[2])
        included = (
            rf"(?:^-?s?include\s+\S*|\binclude\s*\(\s*\S*|\badd_(?:library|executable)\s*\([^)]*|\w+_SOURCES\s*\+?=.*){base}\b"
        )
        if re.search(included, self._text, re.MULTILINE):
            return True
        uses = ((c, t, at) for c in self._commands if c is not maker for t, at in _tokens(c.full, (name,)))
        return any(_runs(c, t, at) for c, t, at in uses)


def is_program(path: str) -> bool:
    """The name does not say that the file is data."""
    return not _DATA.search(path)


def cmake_commands(text: str) -> Iterator[tuple[int, str]]:
    """(line, command) of what a CMake file has run; the commands of one `execute_process` are a pipeline."""
    for call in _CMAKE_CALL.finditer(text):
        end = _closing(text, call.end())
        pieces = re.split(r"\bCOMMAND\b", text[call.end() : end])
        at = call.end() + len(pieces[0])
        if len(pieces) > 1 and call.group().lower().startswith("execute_process"):
            whole = " | ".join(" ".join(_CMAKE_ENDS.split(piece)[0].split()) for piece in pieces[1:])
            yield text.count("\n", 0, at) + 1, whole
            continue
        for piece in pieces[1:]:
            yield text.count("\n", 0, at) + 1, " ".join(_CMAKE_ENDS.split(piece)[0].split())
            at += len("COMMAND") + len(piece)


def _closing(text: str, start: int) -> int:
    depth = 1
    for match in re.finditer(r'"(?:\\.|[^"\\])*"|#[^\n]*|[()]', text[start : start + _NEAR]):
        depth += {"(": 1, ")": -1}.get(match.group(), 0)
        if depth == 0:
            return start + match.start()
    return min(len(text), start + _NEAR)


def _tokens(text: str, paths: Sequence[str]) -> Iterator[tuple[str, int]]:
    """The words of a command that name one of the paths, by file name or pattern, and where they begin."""
    for match in _TOKEN.finditer(text):
        prefix = _PREFIXED.match(match.group())
        if any(names(match.group()[prefix.end() if prefix else 0 :], path) for path in paths):
            yield match.group(), match.start()


def names(word: str, path: str) -> bool:
    """The word is a path, or a pattern, that can lead to `path` from some folder: its file name agrees, and its folder's name
    where it has one. A name without a suffix is too common a word to stand alone."""
    folder, slash, name = word.rpartition("/")
    home, _, file = path.rpartition("/")
    if name != file and not ("*" in name and name.strip("*.") and fnmatchcase(file, name)):
        return False
    inner = folder.rpartition("/")[2]
    if slash and not _OPEN.search(inner):
        return inner == home.rpartition("/")[2] and bool(inner)
    return bool(slash) or "." in file or word == path


def _runs(command: Command, token: str, at: int) -> bool:
    text = command.full
    before, after = text[:at], text[at + len(token) :]
    if _PIPED.search(after) or _SUBSTITUTED.search(before):
        return True
    if _AS_SCRIPT.search(before) or _AS_SCRIPT.search(before + token[: token.rfind("=") + 1]):
        return True
    if _COMPILES.search(before) and _OBJECT.search(token):
        return True
    if not is_program(token):
        return False
    return bool(_CHMOD.search(before)) or (not command.bare and "/" in token and _STARTS.match(before) is not None)


def _outputs(text: str, token: str, at: int) -> Iterator[str]:
    """The files that a command which reads the token writes."""
    after = text[at + len(token) :]
    if not re.search(rf"(?:^|[\s;&|(`@/]){_UNPACKS}\b", text) and not _COPIED.search(text):
        return
    for match in _OUTPUT.finditer(after):
        yield next(g for g in match.groups() if g)
    if (copied := _COPIED.search(text)) and copied.group(1) != token:
        yield copied.group(1)
    if _IN_PLACE.match(text):
        yield re.sub(r"\.\w+$", "", token)


def _unpacks_into_interpreter(text: str) -> bool:
    found = re.search(_DECOMPRESSES, text)
    return found is not None and bool(_PIPED.search(text[found.end() :]) or _SUBSTITUTED.search(text[: found.start()]))
