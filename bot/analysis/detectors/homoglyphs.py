"""Identifiers that mix alphabets within one word, so that they look like another name.

`test_привет` is nobody's trick: there each word is of one alphabet. Greek letters stand for quantities (`Δt`, `λmax`), so those
count only where they pass for a Latin letter.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.analysis.grammar import GRAMMARS
from bot.core.lexical import lex

_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_IMPORTS = re.compile(r"^\s*(?:import|from|export|require|use|using|#\s*include)\b|\brequire\(|\bimport\(")
_LATIN = "LATIN"
_OTHERS = frozenset(["CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"])
_DISGUISED = ("FULLWIDTH LATIN", "MATHEMATICAL")  # Latin letters that a compiler may fold into ASCII, and a search does not
_GREEK = re.compile(
    r"CAPITAL LETTER (?:ALPHA|BETA|EPSILON|ZETA|ETA|IOTA|KAPPA|MU|NU|OMICRON|RHO|TAU|UPSILON|CHI)$|SMALL LETTER OMICRON$"
)
# Those Cyrillic letters of which whole Latin words can be made (UTS 39), for a name that has no Latin letter left.
_SKELETON = str.maketrans("асеорхуіјѕһԁԛԝАВСЕНІЈКМОРЅТХУ", "aceopxyijshdqwABCEHIJKMOPSTXY")
_ABOUT_IDENTIFIERS = re.compile(r"unicode|confusable|homoglyph|identifier|lexer|tokeni[sz]er", re.IGNORECASE)


@detector("mixed-alphabets")
def mixed_alphabets(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """The first such identifier of each added line; strings and comments are text, but for those an import names."""
    if document.text.isascii() or document.language not in GRAMMARS or _ABOUT_IDENTIFIERS.search(document.path):
        return
    code = lex(document.text, document.language).code.split("\n")
    plain = frozenset(word for line in code for word in _IDENTIFIER.findall(line) if word.isascii())
    for number, text in enumerate(document.lines, 1):
        if number not in document.added or text.isascii():
            continue
        read = text if _IMPORTS.search(text) else code[number - 1]
        found = next(((m, why) for m in _IDENTIFIER.finditer(read) if (why := _disguise(m.group(), plain))), None)
        if found:
            match, character = found
            yield Found(number, number, match.group(), {"character": _named(character), "": match.group()})


def _disguise(name: str, plain: frozenset[str]) -> str:
    """The character by which an identifier passes for another, '' for an honest one."""
    if name.isascii():
        return ""
    for word in _words(name):
        mixed = _stranger(word)
        if mixed:
            return mixed
    latin = name.translate(_SKELETON)
    return next(c for c in name if not c.isascii()) if latin.isascii() and latin in plain else ""


def _words(name: str) -> Iterator[str]:
    """The words of a compound name: apart by underscores, digits, and capitals after small letters."""
    start = 0
    for at, (here, following) in enumerate(pairwise(name), 1):
        if not following.isalpha() or (following.isupper() and here.islower()):
            yield name[start:at]
            start = at
    yield name[start:]


def _stranger(word: str) -> str:
    """A letter that does not belong among the Latin ones of its word."""
    letters = [c for c in word if c.isalpha()]
    for at, letter in enumerate(letters):
        if letter.isascii():
            continue
        name = unicodedata.name(letter, "")
        if name.startswith(_DISGUISED):
            return letter
        script = name.partition(" ")[0]
        beside = [c for c in letters[max(0, at - 1) : at] + letters[at + 1 : at + 2] if _is_latin(c)]
        if script in _OTHERS and beside and (script != "GREEK" or len(beside) == 2 or _GREEK.search(name)):
            return letter
    return ""


@lru_cache(maxsize=256)
def _is_latin(letter: str) -> bool:
    return letter.isascii() or unicodedata.name(letter, "").startswith(_LATIN)


def _named(character: str) -> str:
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}"
