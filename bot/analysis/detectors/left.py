"""Diff-aware: what was private to the test and is now open to everybody on the machine, or on the network.

`left-private`: a path of the test's own lies in the shared temporary folder now. `left-loopback`: an address that only this
machine reached is every interface. `mode-widened`: a mode lets everybody write. `umask-dropped`: a umask that kept others
out is gone.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.detectors.shared_places import all_interfaces, fixed_temporary_path
from bot.analysis.document import Document
from bot.core.removed import LONGEST
from bot.model import Removed

_SHARED = re.compile(
    r"(?<![\w.$}/-])(?:(?:ipc|unix|file)://)?(?:/(?:var/)?tmp|/dev/shm)(?:/(?=[\w.$#{%-])[\w.$@%{}#+-]*|/?(?=[\"']))"
    r"|\b(?:os\.(?:TempDir|tmpdir)|env::temp_dir|tempfile\.gettempdir|sys_get_temp_dir|Path\.GetTempPath)\(\)|\bDir\.tmpdir\b"
    r"|\bgetProperty\(\"java\.io\.tmpdir\"|\$\{?(?:BATS_|SHUNIT_)?TMPDIR\}?/(?=[\w.$-])"
)
_OWN = re.compile(
    r"mk[ds]?s?temp|mktmpdir|mktemp|temp_?dir|tmp_?path|tmp_?dir|[Tt]emp(?:orary)?(?:Dir|Folder|File)|createTemp|XXXX|uuid|random"
    r"|\$\{?\w*(?:TEST|TMP|TEMP|WORK|RUN|BASE|OBJ|OUT|TRASH|SCRATCH)\w*",
    re.IGNORECASE,
)
_UNIQUE = re.compile(r"mktemp|mkd?s?temp|MkdirTemp|CreateTemp|createTemp|mktmpdir|XXXX|uuid|random|hex\(", re.IGNORECASE)
_LOOPBACK = re.compile(r"localhost|127\.0\.0\.1|\bINADDR_LOOPBACK\b|(?<![\w:])::1\b|loopback", re.IGNORECASE)
_EVERYWHERE = re.compile(
    r"\b0\.0\.0\.0\b|\bINADDR_ANY\b|\bin6addr_any\b|\[::\]:|\"::\"|//\*:|://:\d|[\"'`]:(?:%d|\d+)[\"'`]|[\"'`]:[\"'`]\s*\+|\bIPAddress\.Any\b|\bUNSPECIFIED\b"
)
# A server that listens on every interface when it is told no address, and what would be one.
_SERVER = re.compile(
    r"\b(?P<call>InetSocketAddress|ServerSocket|TcpListener|HttpServer|HTTPServer|TCPServer(?:\.new|\.open)?|[lL]isten\w*|bind|create_server"
    r"|start_server|make_server|TCPSite|serve\w*|run_app)\((?=(?P<rest>[^\n]*))"
)
_ADDRESS = re.compile(r"host|addr|interface|[\"'`][^\"'`]*\.[^\"'`]*[\"'`]|\bip\b", re.IGNORECASE)
_CALLS = re.compile(
    r"(?:bind|listen|ip[46]_addr|pton|serve\w*|start\w*|connect)\s*\(", re.IGNORECASE
)  # what an assertion may hold
_QUIET = re.compile(r"^\s*(?:#(?!\{)|//|\*|/\*|--|dnl\b)|assert|expect\(|should|mock|parametrize|equal", re.IGNORECASE)
_MODE = re.compile(r"(?<![\w.])(?:0o?(?P<octal>[0-7]{3})|(?<=chmod )(?:-R )?(?P<shell>[0-7]{3}))\b(?!\.)")
_ABOUT_MODES = re.compile(r"chmod|mkdir|mode|perm|WriteFile|OpenFile|open|creat", re.IGNORECASE)
_UMASK = re.compile(r"\bumask\b\s*\(?\s*0?o?0?[0-7]?[27]7\b")
_BESIDE = 2  # lines of one statement, on either side of the first
_OTHERS_OUT = re.compile(r"\bchmod\b[^;&|]*\b(?:g?o-\w*w\w*|go=)")


@detector("left-private")
def left_private(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Where a line with a place of the test's own made way for one with a shared place. What the advice about such places
    already names is left to it."""
    named: set[int] | None = None
    for gone, line, text in _replaced(document):
        place = _SHARED.search(text)
        if place is None or _UNIQUE.search(text) or _QUIET.search(text) or any(_SHARED.search(g.text) for g in gone):
            continue
        if not any(_OWN.search(g.text) or _is_like(g.text, text, place.group()) for g in gone):
            continue
        if named is None:
            named = {f.line for f in fixed_temporary_path(document, {})}
        if line not in named:
            yield Found(line, line, place.group()[:60], {"base_line": str(gone[0].line), "": text})


def _is_like(old: str, new: str, place: str) -> bool:
    """The old line is the new one, but for the folder."""
    bare = place.rpartition("/")[2]
    return len(bare) > 2 and bare in old and old.split()[:2] == new.split()[:2]


@detector("left-loopback")
def left_loopback(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Where a line lost its loopback address for every interface, by name or by naming none; what the advice about shared places
    names is left to it."""
    named: set[int] | None = None
    for gone, line, text in _replaced(document):
        if not any(_LOOPBACK.search(g.text) for g in gone) or any(_EVERYWHERE.search(g.text) for g in gone):
            continue
        quote = _everywhere(text, [g.text for g in gone])
        if quote and not (_QUIET.search(text) and not _CALLS.search(text)):
            if named is None:
                named = {f.line for f in all_interfaces(document, {})}
            if line not in named:
                yield Found(line, line, quote, {"base_line": str(gone[0].line), "": text})


def _everywhere(text: str, gone: Sequence[str]) -> str:
    """What on the line means every interface: an address, or a server's call that has lost the one it was given."""
    address = _EVERYWHERE.search(text)
    if address:
        return address.group()
    for call in () if _LOOPBACK.search(text) else _SERVER.finditer(text):
        if not _ADDRESS.search(call["rest"]) and any(f"{call['call']}(" in old for old in gone):
            return text[call.start() :].rstrip()[:60].rstrip()
    return ""


@detector("mode-widened")
def mode_widened(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A call about modes gives everybody a right that nobody but the owner and the group had. `right`: write (the default), or
    read."""
    bit = 4 if options.get("right") == "read" else 2
    for _, replaced in document.replaced:
        for pair in replaced:
            old, new = pair.old.text[:LONGEST], pair.text[:LONGEST]
            wide = next((m for m in _MODE.finditer(new) if _lets_all(m, bit)), None)
            if wide is None or not _ABOUT_MODES.search(new) or not _ABOUT_MODES.search(old) or _QUIET.search(new):
                continue
            before = list(_MODE.finditer(old))
            if bit == 4 and (not before or any(_lets_all(m, 2) for m in _MODE.finditer(new))):
                continue
            if "umask" not in new and not any(_lets_all(m, bit) for m in before):
                yield Found(pair.line, pair.line, wide.group(), {"was": old.strip()[:80], "": new})


def _lets_all(match: re.Match[str], bit: int) -> bool:
    return int((match["octal"] or match["shell"])[-1]) & bit != 0


@detector("umask-dropped")
def umask_dropped(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A line that kept other users out of what is written below is gone. Speaks of the line that stands there now."""
    for change, _ in document.replaced:
        kept = [g for g in change.removed if _UMASK.search(g.text) or _OTHERS_OUT.search(g.text)]
        new = [document.lines[n - 1] for n in change.added if n <= len(document.lines)]
        if not kept or any(_UMASK.search(text) or _OTHERS_OUT.search(text) for text in new):
            continue
        said = (n for n in (*change.added, kept[0].before) if n <= len(document.lines))
        line = next((n for n in said if document.lines[n - 1].strip(" \t})#")), 0)
        if line > 1:
            first = line if change.added else line - 1
            quote = (document.lines[first - 1].strip() or document.lines[line - 1].strip())[:60]
            yield Found(first, line, quote, {"was": kept[0].text.strip()[:80]}, spans=True, over_cuts=True)


def _replaced(document: Document) -> Iterator[tuple[Sequence[Removed], int, str]]:
    """Each added line that is one of a place where lines were removed, with the line it replaced and those beside it that
    nothing replaced, or all of them."""
    for change, pairs in document.replaced:
        olds = {pair.line: pair.old for pair in pairs}
        taken = {pair.old.line for pair in pairs}
        for line in change.added:
            if line <= len(document.lines):
                gone = _with_those_beside(change.removed, olds[line], taken) if line in olds else change.removed
                yield gone, line, document.lines[line - 1][:LONGEST]


def _with_those_beside(removed: Sequence[Removed], old: Removed, taken: set[int]) -> Sequence[Removed]:
    at = removed.index(old)
    first, last = at, at
    while first > 0 and at - first < _BESIDE and removed[first - 1].line not in taken:
        first -= 1
    while last + 1 < len(removed) and last - at < _BESIDE and removed[last + 1].line not in taken:
        last += 1
    return (old, *removed[first:at], *removed[at + 1 : last + 1])
