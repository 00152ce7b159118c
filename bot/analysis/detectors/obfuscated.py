"""Source that was made unreadable: names and alphabets of obfuscators, and code or addresses spelt in character numbers."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document

_HEX_NAME = re.compile(r"\b_0x[0-9a-f]{2,8}\b")
_HEX_NAMES = 6  # different ones
_MANY_SYMBOLS = 200
_SYMBOLS = re.compile(rf"[\[\]()!+]{{{_MANY_SYMBOLS},}}")  # a program of six characters, which holds no line break
_ARMOUR = re.compile(r"\b__pyarmor__\b|\bpyarmor_runtime\b|\bfrom\s+pytransform\s+import\b|\beval\(function\(p,a,c,k,e,[dr]\)")
# Runs of numbers that stand for characters: escapes in a literal, calls that make one character, lists of them.
_ESCAPES = re.compile(r"(?:\\x[0-9a-fA-F]{2}|\\u00[0-9a-fA-F]{2}){12,}")
_ONE_BY_ONE = re.compile(
    r"(?:(?:\b(?:chr|String\.fromCharCode|String\.fromCodePoint)\(\s*(?:0x[0-9a-fA-F]{2}|\d{2,3})\s*\)|\[char\]\(?(?:0x[0-9a-fA-F]{2}|\d{2,3})\)?)"
    r"[\s.+,]*){12,}",
    re.IGNORECASE,
)
_LIST = r"(?:0x[0-9a-fA-F]{2}|\d{2,3})(?:[\s,]+(?:0x[0-9a-fA-F]{2}|\d{2,3})){11,}"
_ALL_AT_ONCE = re.compile(
    rf"(?:fromCharCode|fromCodePoint)(?:\.apply\(\s*\w+\s*,\s*|\(\s*(?:\.\.\.)?)\[?\s*{_LIST}"
    rf"|\b(?:bytes|bytearray)\(\s*\[\s*{_LIST}[\s,]*\]\s*\)\.decode|\bmap\(\s*chr\s*,\s*[\[(]\s*{_LIST}"
)
_NUMBER = re.compile(r"0x([0-9a-fA-F]{2})|\\x([0-9a-fA-F]{2})|\\u00([0-9a-fA-F]{2})|(\d{2,3})")
_SAYS_CODE = re.compile(
    r"\b(?:import|require|eval|exec|function|return|child_process|system|subprocess|passthru|shell_exec|curl|wget|powershell|socket)\b"
    r"|process\.(?:env|exit|main)|https?://|/bin/|/tmp/|document\.|window\.|Invoke-|getenv|environ",
    re.IGNORECASE,
)
_ABOUT_IT = re.compile(
    r"obfusc|minif|uglif|terser|unescape|decod|esbuild|malware|yara|scanner|sanitiz|\bwaf\b|xss", re.IGNORECASE
)


@detector("obfuscated")
def obfuscated(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """The first sign of each kind, on the line where it begins."""
    if _ABOUT_IT.search(document.path):
        return
    for at, quote, how in sorted(_signs(document)):
        line = document.line_at(at)
        if line in document.added:
            yield Found(line, line, quote[:40], {"how": how, "": quote})


def _signs(document: Document) -> Iterator[tuple[int, str, str]]:
    text = document.text
    names = list(document.finditer(_HEX_NAME))
    if len({name.group() for name in names}) >= _HEX_NAMES:
        yield names[0].start(), names[0].group(), "is one of many names that an obfuscator made"
    if max(map(len, document.lines)) >= _MANY_SYMBOLS and (symbols := _SYMBOLS.search(text)):
        yield symbols.start(), symbols.group(), "is a program written in six characters"
    if armour := document.search(_ARMOUR):
        yield armour.start(), armour.group(), "is the wrapping of a packer"
    for pattern in (_ESCAPES, _ONE_BY_ONE, _ALL_AT_ONCE):
        for match in document.finditer(pattern):
            if _SAYS_CODE.search(_spelt(match.group())):
                yield match.start(), match.group().split("\n", 1)[0], "spells code or an address in character numbers"
                break


def _spelt(run: str) -> str:
    codes = (int(m[4]) if m[4] else int(m[1] or m[2] or m[3], 16) for m in _NUMBER.finditer(run))
    return "".join(chr(code) for code in codes if code < 128)
