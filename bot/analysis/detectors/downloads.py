"""A file that a test fetches and then runs, with nothing in between that looks at what was fetched."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.detectors.commands import runs
from bot.analysis.document import Document
from bot.core.hosts import host_of, is_loopback
from bot.core.lexical import lex

_MOST = 40
_URL = re.compile(r"https?://[^\s\"'<>|;)]+|\$\{?\w*(?:URL|URI)\w*\}?", re.IGNORECASE)
_TO_FILE = re.compile(
    r"(?:curl|wget)\b[^|]*?\s(?:-\w*o|--output|-O|--output-document)[= ]?\s*(?P<file>[\"']?(?!-)[\w${}./~-]+[\"']?)(?=\s|$)"
)
_BY_NAME = re.compile(r"wget\s(?![^|]*\s-O)|curl\s[^|]*\s(?:-\w*O\w*|--remote-name)(?=\s|$)")
_RUNS = (
    r"(?:chmod\s+(?:-\w+\s+)*(?:[ugoa]*\+[rwx]*x|0?[57]\d\d)\s+(?:\S+\s+)*?{0}(?=\s|$)"
    r"|(?:(?:\S*/)?(?:ba|da|z|k)?sh|\.|source|(?:\S*/)?python[\d.]*|\$sys|node|ruby|perl|java\s+-jar|php)\s+(?:-\w+\s+)*{0}(?=\s|$)"
    r"|(?:\./)?{0}(?=\s|$)|(?:dpkg|rpm)\s+(?:-\w+\s+)+{0}(?=\s|$)|(?:\S+\s+-m\s+)?pip[\d.]*\s+install\s+(?:-\S+\s+)*{0}(?=\s|$)"
    r"|(?:apt|apt-get|yum|dnf)\s+(?:-\S+\s+)*install\s+(?:-\S+\s+)*(?:\./)?{0}(?=\s|$))"
)
# The same in code: what fetches into a name, and what then runs that name.
_FETCHES = {
    "python": re.compile(
        r"\b(?:urlretrieve|wget\.download|download_file)\(\s*(?P<url>[^,()\n]+),\s*(?P<file>[A-Za-z_][\w.]*)\s*[,)]"
    ),
    "javascript": re.compile(r"\bdownload(?:File|To)?\(\s*(?P<url>[^,()\n]+),\s*(?P<file>[A-Za-z_$][\w.$]*)\s*[,)]"),
    "ruby": re.compile(r"\bIO\.copy_stream\(\s*URI\.open\((?P<url>[^()\n]+)\)\s*,\s*(?P<file>[a-z_@]\w*)"),
    "java": re.compile(r"\bFiles\.copy\(\s*(?P<url>[^\n]*?openStream\(\))\s*,\s*(?P<file>[A-Za-z_]\w*)"),
}  # fmt: skip
_EXECUTES = {
    "python": r"(?:os\.chmod\(\s*{0}\b[^\n]*(?:0o[57]|S_IX)|subprocess\.\w+\(\s*\[?\s*(?:str\()?{0}\b"
    r"|subprocess\.\w+\([^\n]*sys\.executable,\s*(?:str\()?{0}\b"
    r"|os\.system\(\s*{0}\b|(?:CDLL|LoadLibrary|run_path|load_source)\([^\n]*\b{0}\b|\[[^\n\]]*[\"'](?:(?:ba)?sh|install|-jar)[\"'],\s*(?:str\()?{0}\b)",
    "javascript": r"(?:chmod(?:Sync)?\(\s*{0}\b|(?:spawn|exec(?:File)?)(?:Sync)?\(\s*{0}\b|require\(\s*{0}\s*\)"
    r"|(?:spawn|exec(?:File)?)(?:Sync)?\([^\n]*[\[,]\s*{0}\s*[,\]])",
    "ruby": r"(?:File\.chmod\([^\n]*\b{0}\b|FileUtils\.chmod[^\n]*\b{0}\b"
    r"|(?:system|exec|spawn)\(?\s*{0}\b|\b(?:load|require)\(?\s*{0}\b)",
    "java": r"(?:{0}\.toFile\(\)\.setExecutable|\b{0}\.setExecutable|ProcessBuilder\([^\n]*\b{0}\b|System\.load\([^\n]*\b{0}\b)",
}
_LOOKED_AT = re.compile(
    r"sha-?(?:1|256|384|512)|sha\d+sum|md5|hashlib|MessageDigest|createHash|Digest::|digest|checksum|gpg|cosign|minisign|signature",
    re.IGNORECASE,
)


@detector("downloaded-then-run")
def downloaded_then_run(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Each download on whose file the same function later runs something; on the line of the download."""
    found = [*_by_command(document), *_by_call(document)]
    yield from sorted(found, key=lambda f: f.line)


def _by_command(document: Document) -> Iterator[Found]:
    if not re.search(r"\b(?:curl|wget)\b", document.text):
        return
    every = runs(document)
    for at, run in islice(((i, r) for i, r in enumerate(every) if r.text.startswith(("curl", "wget"))), _MOST):
        url = _URL.search(run.text)
        target = _target(run.text, url.group() if url else "")
        if url is None or not target or is_loopback(host_of(url.group())):
            continue
        ends = re.compile(_RUNS.replace("{0}", rf"[\"']?(?:\./)?{re.escape(target)}[\"']?"))
        later = next((r for r in every[at + 1 :] if r.line >= run.line and ends.match(r.text)), None)
        if later is not None and _together(document, run.line, later.line) and not _looked_at(document, run.line, later.line):
            yield _found(document, run.line, target)


def _target(command: str, url: str) -> str:
    if match := _TO_FILE.match(command):
        return match["file"].strip("\"'").removeprefix("./")
    return url.rstrip("/").rpartition("/")[2].split("?")[0] if _BY_NAME.match(command) else ""


def _by_call(document: Document) -> Iterator[Found]:
    fetches, executes = _FETCHES.get(document.language), _EXECUTES.get(document.language)
    if fetches is None or executes is None:
        return
    for match in islice(fetches.finditer(document.text), _MOST):
        if lex(document.text, document.language).span_at(match.start()) is not None or "localhost" in match["url"]:
            continue
        line = document.line_at(match.start())
        runs_it = re.compile(executes.replace("{0}", re.escape(match["file"])))
        later = next((document.line_at(m.start()) for m in runs_it.finditer(document.text, match.end())), 0)
        if later and _together(document, line, later) and not _looked_at(document, line, later):
            yield _found(document, line, match["file"])


def _together(document: Document, first: int, last: int) -> bool:
    """Both lines are of one function, or both of none."""
    one, other = document.scope(first), document.scope(last)
    return (one.start if one else 0) == (other.start if other else 0)


def _looked_at(document: Document, first: int, last: int) -> bool:
    return any(_LOOKED_AT.search(document.lines[n - 1]) for n in range(first, last + 1))


def _found(document: Document, line: int, target: str) -> Found:
    text = document.lines[line - 1]
    quote = target if target in text else text.strip()[:60]
    return Found(line, line, quote, {"target": target, "": text.strip()})
