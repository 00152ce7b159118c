"""What stands around a value in a file: the name it is given, the test it is in, whether it is news, whether it is a sample."""

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from bot.analysis.detectors import Found
from bot.analysis.document import Document
from bot.core.discreet import beginning, count
from bot.core.fakes import name_words
from bot.core.peers import intercepted
from bot.core.scene import Scene
from bot.core.secrets_judge import Evidence

_BEFORE = 120  # characters before a value in which its name stands
_NAME = re.compile(
    r"([A-Za-z_$][\w$.-]*)[\"'\]]*\s*(?::\s*[\w\[\]&*., |]+?)?\s*(?:=>?|:=?|,|\()\s*(?:[\w.]+\(\s*)?"
    r"(?:[bBrRuUfF]{0,2}[\"'`(\[]+\s*)?(?:(?:Bearer|token|Basic)\s)?$"
)
_ASSIGNED = re.compile(r"\s*(?:[\w<>\[\],*&]+ +){0,4}([A-Za-z_$@][\w$.]*)\s*(?::[^=\n]{0,60})?:?=(?!=)")
_ASSERTS = re.compile(
    r"\bassert\w*\b|\bexpect\s*\(|\.should\b|\brequire\.\w+\(|\bEXPECT_\w+\(|\bASSERT_\w+\(|\bREQUIRE\(|\bverify\("
)
# Calls that compare a value or take it apart, and do not use it.
_ONLY_LOOKS = re.compile(
    r"assert\w*|expect\w*|to_?(?:be|equal|match|contain|have)\w*|\w*equals?|eq|should\w*|require\.\w+|(?:un)?parse\w*|decode\w*|mask\w*|redact\w*"
    r"|scrub\w*|sanitiz\w*|hash\w*|detect\w*|match\w*|scan\w*|find\w*|looks_?like\w*|is_?valid\w*|is_?\w*token|classify\w*|repr|len|str",
    re.IGNORECASE,
)
_CALLEE = re.compile(r"([\w.]+)\s*$")
_FILE_SAYS_FAKE = frozenset(["fake", "fakes", "dummy", "sample", "samples"])
# A file or folder about finding or hiding secrets is full of well-formed ones.
_ABOUT_SCANNING = re.compile(
    r"gitleaks|trufflehog|betterleaks|kingfisher|detect[-_]?secret|secret[-_]?(?:scan|detect|find|match|rule|pattern)|scanner"
    r"|(?:^|[/_.-])(?:scan|detect(?:s|or|ors|ion|ing)?|yara|semgrep|sast|dlp|redact\w*|sanitiz\w*|scrub\w*)(?:[/_.-]|$)",
    re.IGNORECASE,
)
_PROVIDERS = tuple(
    re.compile(p)
    for p in (
        r"gh[pousr]_\w{20}|github_pat_\w{20}",
        r"npm_\w{20}",
        r"xox[abprs]-\w{8}",
        r"[sr]k_(?:live|test)_\w{10}",
        r"(?:AKIA|ASIA)[A-Z0-9]{12}",
        r"AIza[\w-]{20}",
        r"gl(?:pat|rt|dt|ptt)-[\w-]{15}",
        r"SG\.[\w-]{16}",
        r"sk-(?:ant|proj|svcacct)?[\w-]{20}",
        r"do[opr]_v1_\w{20}",
        r"hf_\w{20}",
        r"shp(?:at|ss|ca|pa)_\w{20}",
        r"pypi-\w{20}",
        r"-----BEGIN [A-Z ]*PRIVATE KEY",
        r"eyJ[\w-]{10,400}\.eyJ[\w-]{10}",
        r"sq0[a-z]{3}-[\w-]{15}",
        r"\bdapi[0-9a-f]{20}",
        r"\bhv[sb]\.\w{15}",
        r"AT[AC]TT3\w{15}",
        r"hooks\.slack\.com/services/T",
        r"\bkey-[0-9a-z]{32}\b",
        r"\bSK[0-9a-f]{32}\b",
        r"glsa_\w{20}",
        r"dckr_pat_\w{15}",
        r"ya29\.[\w-]{15}",
    )
)
_NONE: Mapping[str, str] = MappingProxyType({})
_FEW = 5  # distinct providers' formats in one file


def evidence(document: Document, start: int, end: int, **known: Any) -> Evidence:
    """All that the file says about the value at these character offsets; `known` adds what its format says."""
    line = document.line_at(start)
    text = document.lines[line - 1]
    value = document.text[start:end]
    surroundings = {
        "value": value,
        "name": name_of(document, start),
        "around": around(document, line),
        "nearby": f"{document.lines[line - 2] if line > 1 else ''}\n{text}".replace(value, ""),
        "asserted": is_only_looked_at(text, start - document.line_start(line)),
        "known_before": known_before(document, value),
        "scanner": is_about_scanning(document),
    }
    return Evidence(**{**surroundings, **known})


def is_only_looked_at(line: str, column: int) -> bool:
    """The value at this column is compared in an assertion or handed to a call that takes it apart: nothing is done with it."""
    callee = _callee(line[:column])
    if callee:
        return _ONLY_LOOKS.fullmatch(callee.rpartition(".")[2]) is not None
    return _ASSERTS.search(line) is not None


def _callee(before: str) -> str:
    """The call whose arguments a line's text ends in; '' when it ends in none."""
    depth = 0
    for at in range(len(before) - 1, max(-1, len(before) - 500), -1):
        depth += {")": 1, "(": -1}.get(before[at], 0)
        if depth < 0:
            match = _CALLEE.search(before, max(0, at - 80), at)
            return match.group(1) if match else ""
    return ""


def name_of(document: Document, start: int) -> str:
    """The variable, key, parameter or function that the value at `start` is given to, and what its line assigns to."""
    match = _NAME.search(document.text[max(0, start - _BEFORE) : start])
    assigned = _ASSIGNED.match(document.lines[document.line_at(start) - 1])
    return " ".join(dict.fromkeys(m.group(1) for m in (assigned, match) if m))


def around(document: Document, line: int) -> str:
    """The name of the enclosing test, and of the file when it calls itself a fake."""
    scope = document.scope(line)
    stem = document.path.rpartition("/")[2].partition(".")[0]
    return f"{scope.name if scope else ''} {stem if _FILE_SAYS_FAKE & name_words(stem) else ''}".strip()


def known_before(document: Document, value: str) -> bool:
    """The value is no news: it stands on a line that the pull does not add, or on one that it removes."""
    if any(value in removed.text for removed in document.source.lines.removed):
        return True
    at = document.text.find(value)
    while at >= 0:
        if document.line_at(at) not in document.added:
            return True
        at = document.text.find(value, at + len(value))
    return False


def is_about_scanning(document: Document) -> bool:
    """The file's path says that finding or hiding secrets is its subject, or it holds several providers' formats."""
    return _ABOUT_SCANNING.search(document.path) is not None or _many_providers(document)


def answers_itself(document: Document) -> bool:
    """The file answers its own requests: a recorder, a stub library or a patched client stands in it."""
    return intercepted(Scene(document.path, document.language, document.text, 1, 1, ""))


def masked_line(document: Document, line: int, *values: str) -> str:
    """The line without these values: what identifies a finding on it."""
    text = document.lines[line - 1]
    for value in values:
        text = text.replace(value, "…")
    return text


def secret_found(
    document: Document, line: int, value: str, provider: str = "", captures: Mapping[str, str] = _NONE, also: str = ""
) -> Found:
    """A finding about a secret: it quotes the first characters, and a digest tells one value from the next on that line. `also`
    is the secret where `value` is the name that belongs to it."""
    document.conceal(value)
    secret = document.secret(also or value, provider)
    digest = hashlib.sha256(f"{value}\0{also}".encode("utf-8", "replace")).hexdigest()
    said = {"provider": provider, "length": count(value), **captures}
    identity = f"{masked_line(document, line, value, also or value)} {digest}"
    return Found(line, line, f"{beginning(value)}…", said, identity, secret=secret)


@lru_cache(maxsize=4)
def _many_providers(document: Document) -> bool:
    return sum(document.search(provider) is not None for provider in _PROVIDERS) >= _FEW
