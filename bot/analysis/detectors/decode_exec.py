"""Encoded, compressed or encrypted content that is turned into running code.

`decoded-execution`: a rule names, per language, the `sink` that runs code, the `decoder`, and the `reader` that brings in a file.
The content must be large enough to hide something: a literal of 64 characters, or a file. Of a `program` that is started,
the first argument alone counts, unless it is given code by `-c` or `-e`: what it is given to read is data.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from ast_grep_py import SgNode

from bot.analysis.detectors import Found, detector
from bot.analysis.detectors.commands import runs
from bot.analysis.detectors.flows import fed_calls, found_at
from bot.analysis.document import Document
from bot.analysis.expressions import search
from bot.core.lexical import lex

_LONG = re.compile(r"[A-Za-z0-9+/=_\\-]{64}|(?:(?:0x)?[0-9a-fA-F]{2,3}\s*,\s*){40}")
_PIECES = re.compile(r"(?:[\"'][A-Za-z0-9+/=_\\-]{8,}[\"'][\s+\\.,&]*){2,}")
_ENOUGH = 64
_DECODES = (
    r"(?:base64\s+(?:-\w+\s+)*(?:-d|-D|--decode)|base32\s+-d|openssl\s+(?:enc|base64)\b[^|]*\s-d\b|xxd\s+(?:-\w+\s+)*-\w*r\w*"
    r"|(?:xz|gzip|bzip2|zstd|lzma)\s+(?:-\w+\s+)*(?:-\w*d\w*|--decompress|--stdout)|unxz|gunzip|bunzip2|unlzma|zcat|xzcat|bzcat"
    r"|zstdcat|uudecode|perl\s+-MMIME::Base64|python[\d.]*\s+-m\s+base64\s+-d)"
)
_INTERPRETS = (
    r"(?:sudo\s+)?(?:\S*/)?(?:(?:ba|da|z|k|a)?sh|python[\d.]*|perl|node|ruby|php)(?:\s+-(?!\w*c)\w*)*"
    r"\s*(?:$|[|>&;)\"'`]|-s\b|-\s*$|/dev/stdin)"
)
_PIPED = re.compile(rf".*?\b(?P<decoder>{_DECODES})[^|]*(?:\|[^|]*)*?\|\s*{_INTERPRETS}", re.DOTALL)
_SUBSTITUTED = re.compile(
    rf"(?:eval|(?:\S*/)?(?:(?:ba|da|z|k|a)?sh|python[\d.]*|perl|node|ruby)\s+(?:-\w+\s+)*-\w*[ce]|source|\.|(?:ba)?sh)\s+[\"']?(?:\$\(|`|<\()"
    rf".*?\b(?P<decoder>{_DECODES})",
    re.DOTALL,
)
_QUOTED = re.compile(r"'[^']*'|\"[^\"$`]*\"")
_GIVEN_CODE = re.compile(r"[\"'`]-[ce][\"'`]")
_FETCHED = re.compile(r"\b(?:curl|wget|fetch|nc|ssh|kubectl|docker|aws|gsutil)\b")
_FILE = re.compile(
    r"(?<![\w$])(?:\./|\.\./|/)?[\w.-]+(?:/[\w.$\{\}-]+)+|[\w-]+\.(?:xz|gz|bz2|b64|zst|lzma|bin|dat|txt|enc|hex)\b|<\s*\S+"
)
_ENCODED_COMMAND = re.compile(r"(?i)(?:powershell|pwsh)(?:\.exe)?\b.*?\s-e(?:c|nc|ncodedcommand)?\s+[\"']?[A-Za-z0-9+/=]{64}")


@detector("decoded-execution")
def decoded_execution(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """The calls that run what a decoder makes, each on the line where its arguments begin."""
    decoder, reader = (_compiled(str(options.get(k) or "$^")) for k in ("decoder", "reader"))
    if not document.search(decoder):
        return
    for call, callee, feeding in _running(document, options):
        found = next((m for node in feeding if (m := search(decoder, node))), None)
        if found and any(_holds_content(node, reader) for node in feeding):
            yield found_at(document, call, callee, {"decoder": re.sub(r"[\s(]+$", "", found.group())})


def _running(document: Document, options: Mapping[str, Any]) -> Iterator[tuple[SgNode, str, list[SgNode]]]:
    if options.get("sink"):
        yield from fed_calls(document, str(options["sink"]))
    if options.get("program"):
        program = str(options["program"])
        yield from fed_calls(document, program, first=True)
        yield from (c for c in fed_calls(document, program) if _GIVEN_CODE.search(c[0].text()))


@detector("decoded-command")
def decoded_command(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """The pipelines that decode a long literal or a file into an interpreter."""
    for run in runs(document):
        unquoted = _QUOTED.sub(lambda m: " " * len(m.group()), run.text)
        match = _PIPED.match(unquoted) or _SUBSTITUTED.match(run.text)
        if _ENCODED_COMMAND.match(run.text):
            yield Found(
                run.line, run.line, _shown(document, run.line, run.text), {"decoder": "powershell -EncodedCommand", "": run.text}
            )
        elif match and not _FETCHED.search(run.text) and _brings_content(document, run.text):
            decoder = match["decoder"]
            yield Found(run.line, run.line, _shown(document, run.line, decoder), {"decoder": decoder, "": run.text})


def _holds_content(node: SgNode, reader: re.Pattern[str]) -> bool:
    return _is_long(node.text()) or search(reader, node) is not None


def _is_long(text: str) -> bool:
    """A literal of 64 characters, or pieces that make one together."""
    if _LONG.search(text):
        return True
    return any(sum(map(str.isalnum, m.group())) >= _ENOUGH for m in _PIECES.finditer(text))


def _brings_content(document: Document, command: str) -> bool:
    """A long literal, a file, or a variable that is given a long literal."""
    if _is_long(command) or _FILE.search(re.sub(rf"{_INTERPRETS}|\S*/(?:ba|da|z)?sh\b", " ", command)):
        return True
    lexed = lex(document.text, document.language)
    names = re.findall(r"\$\{?(\w+)", command)
    return any(_is_long(document.text[slice(*where)]) for name in names for where in lexed.definitions(name))


def _shown(document: Document, line: int, text: str) -> str:
    """The beginning of the text that stands on the line; the line itself when none does."""
    whole = document.lines[line - 1]
    return next((t[:60] for t in (text, text.split()[0]) if t[:60] in whole), whole.strip()[:60])


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
