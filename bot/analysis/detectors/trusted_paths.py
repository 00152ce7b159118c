"""A fixed path in the shared temporary folder that a test later runs, loads or takes a key from."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.analysis.leads import finditer, jump
from bot.core.lexical import lex

_MOST = 50  # different paths of one file
_USES = 100  # places where one of them is used
_WINDOW = 200  # characters on its line
_ENDS = r"(?![\w$%{*?-])"
_PATH = re.compile(rf"(?P<path>(?<![\w.-])(?:/private)?/(?:var/)?tmp/[\w.+@/-]*[\w]|/dev/shm/[\w.+@/-]+){_ENDS}")
_WINDOWS_PATH = re.compile(rf"(?P<path>[A-Za-z]:\\\\?[Tt]e?mp\\\\?[\w.+\\-]+){_ENDS}")
_NAMED = re.compile(r"(?P<name>[A-Za-z_$][\w.$]*)\s*(?::\s*\w+\s*)?(?::=|=)\s*[bBuUrRf@]?[\"'`]?$")
# What treats the content of a file as code, as a key or as an order.
_RUNS = (
    r"subprocess\.\w+|Popen|check_call|check_output|os\.(?:system|exec\w+|spawn\w+)|execv\w*|execl\w*|exec\.Command(?:Context)?"
    r"|spawn(?:Sync)?|execFile(?:Sync)?|ProcessBuilder|Runtime\.getRuntime\(\)\.exec|Command::new|Process\.(?:Start|spawn)|proc_open"
    r"|system|popen"
)
_LOADS = r"CDLL|LoadLibrary|dlopen|System\.load|plugin\.Open|libloading::Library::new|NativeLibrary\.Load"
_REVIVES = r"pickle\.load|joblib\.load|torch\.load|marshal\.load|unserialize|ObjectInputStream|Marshal\.load"
_IMPORTS = r"spec_from_file_location|run_path|SourceFileLoader|import_module|sys\.path\.(?:insert|append)"
_INCLUDES = r"require|require_relative|require_once|include|include_once|load"
_KEYS = (
    r"PYTHONPATH|LD_PRELOAD|LD_LIBRARY_PATH|NODE_OPTIONS|load_cert_chain|key_filename|private_key|keyfile|certfile|IdentityFile"
    r"|SSH_AUTH_SOCK|KUBECONFIG|GOOGLE_APPLICATION_CREDENTIALS|AWS_SHARED_CREDENTIALS_FILE"
)
_TRUSTS = re.compile(
    rf"\b(?:{_RUNS})\s*\(\s*\[?\s*$|\b(?:{_LOADS})\s*\(\s*$|\b(?:{_REVIVES})\w*\s*\([^)]*$|\b(?:{_IMPORTS})\s*\([^)]*$"
    rf"|\b(?:{_INCLUDES})\s*\(?\s*$|\b(?:{_KEYS})\b[^\n]*$"
)
_SHELL_TRUSTS = re.compile(
    r"(?:^\s*|[;&|]\s*|\b(?:sudo|exec|then|do)\s+)(?:(?:\.|source|bash|sh|python3?|node|ruby|perl)\s+)?[\"']?$|\bLD_PRELOAD=[\"']?$|-i\s+[\"']?$"
)
_MAKES = re.compile(
    r"open\(|write|Write|creat|touch|mkdir|chmod|copy|cp\b|mv\b|tee\b|>\s*[\"']?$|install\b|download|curl|wget|dump|save|put_contents"
    r"|keygen|genrsa|-o\s+[\"']?$"
)


@detector("predictable-trusted")
def predictable_trusted(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Each such path that the file makes in one place and trusts in another; reported where it is trusted."""
    places: dict[str, list[int]] = defaultdict(list)
    for match in _paths(document.text):
        places[match["path"]].append(match.start())
    for path, direct in islice(places.items(), _MOST):
        names = {name for at in direct if (name := _name(document, at))}
        uses = sorted([*direct, *(at for name in names for at in _uses(document, name))])[:_USES]
        trusted = next((at for at in uses if _trusted(document, at)), None)
        if trusted is not None and any(_made(document, at) for at in uses):
            line = document.line_at(trusted)
            yield Found(line, line, _token(document, trusted, path), {"path": path, "": path})


def _paths(text: str) -> list[re.Match[str]]:
    windows = _WINDOWS_PATH.finditer(text) if ":\\" in text else ()
    return sorted([*finditer(_PATH, text), *windows], key=lambda m: m.start())


def _uses(document: Document, name: str) -> Iterator[int]:
    """Where the variable is read."""
    read = re.compile(rf"(?<![\w.]){re.escape(name)}\b(?!\s*(?::=|=[^=]))")
    return (match.start() for match in jump(read, document.text, (name,)))


def _name(document: Document, at: int) -> str:
    """The variable that holds the path, when this is where it is given."""
    start = document.line_start(document.line_at(at))
    match = _NAMED.search(document.text, max(start, at - 120), at)
    return match["name"] if match else ""


def _trusted(document: Document, at: int) -> bool:
    before = document.text[max(document.line_start(document.line_at(at)), at - _WINDOW) : at]
    if _in_comment(document, at):
        return False
    shell = document.language == "shell"
    return bool(_SHELL_TRUSTS.search(before) if shell else _TRUSTS.search(before.rstrip("\"'` ")))


def _made(document: Document, at: int) -> bool:
    line = document.line_at(at)
    start = document.line_start(line)
    around = document.text[max(start, at - _WINDOW) : min(start + len(document.lines[line - 1]), at + _WINDOW)]
    return bool(_MAKES.search(around)) and not _in_comment(document, at)


def _in_comment(document: Document, at: int) -> bool:
    span = lex(document.text, document.language).span_at(at)
    return span is not None and span.comment


def _token(document: Document, at: int, path: str) -> str:
    rest = document.text[at : at + len(path)]
    match = re.match(r"[A-Za-z_$][\w.$]*", document.text[at : at + 80])
    return path if rest == path else match.group() if match else path
