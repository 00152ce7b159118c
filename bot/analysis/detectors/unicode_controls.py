"""Characters that a reviewer cannot see: those that reorder a line, and runs of those that show nothing."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.analysis.grammar import GRAMMARS
from bot.core.lexical import lex

# Embeddings, overrides and isolates, as in CVE-2021-42574. The marks U+200E and U+200F move nothing but themselves.
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile(
    "[\u00ad\u115f\u1160\u180e\u200b-\u200d\u2060-\u2064\u3164\ufe00-\ufe0f\ufeff\uffa0\ue000-\uf8ff"
    "\U000e0000-\U000e01ef\U000f0000-\U0010fffd]"
)
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")
_IN_A_ROW = 3
_ON_A_LINE = 8
_AS_SUBJECT = 24  # with three different ones, under five bytes could be written
_ABOUT_BLANKS = re.compile(r"trim|strip|squish|white_?space|zero.?width|invisible|normali[sz]|saniti[sz]", re.IGNORECASE)

_LOCALE_FILE = re.compile(r"\.(?:po|pot|xliff|xlf|strings|stringsdict|arb|resx|ftl|lproj)$", re.IGNORECASE)
_LOCALE_FOLDER = re.compile(r"(?:^|/)(?:locales?|i18n|l10n|translations?|lang|langs|languages)/", re.IGNORECASE)
_ABOUT_BIDI = re.compile(r"bidi|\brtl\b|right.to.left|trojan|rlo\b|lro\b|direction|override", re.IGNORECASE)
_ONLY_CONTROLS = re.compile("([\"'`])[\u202a-\u202e\u2066-\u2069]{1,3}\\1")

_JOINING = re.compile(
    "[\u0600-\u06ff\u0750-\u077f\u0860-\u08ff\u0900-\u0dff\u0f00-\u0fff\u1800-\u18af\ufb50-\ufdff\ufe70-\ufefc]"
)
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")  # Thai, Lao, Burmese, Khmer: a zero-width space ends a word
_FILLER = re.compile("[\u115f\u1160\u3164\uffa0]")  # letters to a compiler, blanks to a reader
_JAMO = re.compile("[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]")
_LETTERS = re.compile("[\u0900-\u18af\u3400-\u9fff\ua840-\ua87f\uf900-\ufaff\U00020000-\U0003ffff]")  # with variant glyphs
_SELECTED = re.compile("[#*0-9\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff]")  # emoji, keycaps, symbols with two styles
_FLAG = "\U0001f3f4"  # a region's flag is this one, then tags that spell the region
_TAGS = re.compile("[\U000e0020-\U000e007f]")


@detector("bidi-control")
def bidi_control(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """The first such character of each line."""
    if document.text.isascii() or _is_locale(document):
        return
    seen: set[int] = set()
    for match in _BIDI.finditer(document.text):
        line = document.line_at(match.start())
        if line in seen or (_ONLY_CONTROLS.search(document.lines[line - 1]) and _ABOUT_BIDI.search(document.text)):
            continue
        seen.add(line)
        yield _found(document, line, match.start(), match.group(), 1)


@detector("invisible-run")
def invisible_run(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Each line with three in a row, with eight in all, or with one inside an identifier."""
    if document.text.isascii() or _is_locale(document):
        return
    by_line: dict[int, list[int]] = defaultdict(list)
    for match in _INVISIBLE.finditer(document.text):
        by_line[document.line_at(match.start())].append(match.start())
    for line, places in sorted(by_line.items()):
        if line not in document.added:
            continue
        inside = [at for at in places if _in_identifier(document, at)]
        hidden = [at for at in places if not _PRIVATE.match(document.text, at) and not _belongs(document.text, at)]
        if _is_subject(document, line, hidden):
            hidden = []
        if inside or len(hidden) >= _ON_A_LINE or _longest_run(hidden) >= _IN_A_ROW:
            at = (inside or hidden)[0]
            yield _found(document, line, at, document.text[at], len(set(inside + hidden)))


def _is_subject(document: Document, line: int, hidden: list[int]) -> bool:
    """A few blanks on a line, or in a test, that says it is about them: what a trimming function takes away."""
    if len(hidden) > _AS_SUBJECT or len({document.text[at] for at in hidden}) > 3:
        return False
    scope = document.scope(line)
    return _ABOUT_BLANKS.search(f"{scope.name if scope else ''} {document.lines[line - 1]}") is not None


def _is_locale(document: Document) -> bool:
    """Translations hold what their languages need."""
    return bool(
        _LOCALE_FILE.search(document.path) or (_LOCALE_FOLDER.search(document.path) and document.language not in GRAMMARS)
    )


def _found(document: Document, line: int, at: int, character: str, count: int) -> Found:
    code_point = f"U+{ord(character):04X}"
    named = f"{code_point} {unicodedata.name(character, 'PRIVATE USE')}"
    identity = f"{code_point} {_visible(document.lines[line - 1])}"
    quote = _beside(document.lines[line - 1], at - document.line_start(line)) or code_point
    return Found(line, line, quote, {"character": named, "count": str(count), "": ""}, identity)


def _visible(text: str) -> str:
    return _INVISIBLE.sub(" ", _BIDI.sub(" ", text))


def _beside(line: str, column: int) -> str:
    """The word nearest to the character, for a comment to quote; any other visible run when the line has no word."""
    seen = _visible(line)
    for pattern in (r"[A-Za-z_][A-Za-z0-9_]+", r"[!-~]+"):
        words = list(re.finditer(pattern, seen))
        if words:
            nearest = min(words, key=lambda m: (min(abs(m.start() - column), abs(m.end() - column)), m.start()))
            return nearest.group()[:60]
    return ""


def _longest_run(places: list[int]) -> int:
    """The length of the longest run of neighbours."""
    longest = current = 0
    previous = -2
    for at in places:
        current = current + 1 if at == previous + 1 else 1
        longest, previous = max(longest, current), at
    return longest


def _belongs(text: str, at: int) -> bool:
    """The character does there what it is for: joins emoji or letters that join, selects a glyph, or marks the byte order."""
    character, before, after = text[at], text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    if character == "\ufeff":
        return at == 0
    if "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef":
        return bool(_SELECTED.match(before) or _LETTERS.match(before)) or unicodedata.category(before or "a") in ("So", "Sm")
    if character in "\u200c\u200d":
        joins = _JOINING.match(before) or _JOINING.match(after)
        return bool(joins) or (character == "\u200d" and _is_emoji(before) and _is_emoji(after))
    if character == "\u200b":
        return bool(_UNSPACED.match(before) or _UNSPACED.match(after))
    if character == "\u180e":
        return bool(_JOINING.match(before))
    if character in "\u115f\u1160":
        return bool(_JAMO.match(before) or _JAMO.match(after))
    if character == "\u00ad":
        return before.isalpha() and after.isalpha()
    return bool(_TAGS.match(character)) and _spells_flag(text, at)


def _is_emoji(character: str) -> bool:
    return bool(character) and (bool(_SELECTED.match(character)) or character == "\ufe0f") and not character.isascii()


def _spells_flag(text: str, at: int) -> bool:
    start = at
    while start and _TAGS.match(text, start - 1):
        start -= 1
    return at - start < 7 and text[start - 1 : start] == _FLAG


def _in_identifier(document: Document, at: int) -> bool:
    """In code, between two characters of a name, or a filler that is a name by itself: neither in a string nor in a comment."""
    text = document.text
    within = _is_name(text[at - 1 : at] if at else "") and _is_name(text[at + 1 : at + 2])
    if document.language not in GRAMMARS or not (within or _FILLER.match(text, at)):
        return False
    return lex(text, document.language).span_at(at) is None


def _is_name(character: str) -> bool:
    return character.isalnum() or character == "_"
