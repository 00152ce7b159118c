"""C, C++ and Go, diff-aware: one thing has changed on a line, and a number has less room, or a text is read as a format.

`narrowed-number`: a cast, a suffix or the width of a declared type is gone. `changed-conversion`: a conversion of a format is
another now, with the same argument. `bare-format`: the `"%s"` in front of a text is gone.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.core.layout import C_COMMENT
from bot.core.removed import LONGEST, Pair

_TOKEN = re.compile(r'->|<<|>>|\w+|"(?:\\.|[^"\\])*"|[^\s\w]')
_NUMBER = (
    r"(?:(?:un)?signed|long|short|int|char|size_t|ssize_t|off_t|time_t|double|float|u?int(?:8|16|32|64|max|ptr)_t|ptrdiff_t|u_char|uchar|u_int"
    r"|g?u?int(?:8|16|32|64)?|gsize|gssize|CK_ULONG|OM_uint32|uintmax_t|intmax_t|[US](?:8|16|32|64))"
)
# How much each type holds, and one more without a sign; what is not named is not compared.
_ROOM = {
    **dict.fromkeys(["char", "int8_t", "gchar"], 8), **dict.fromkeys(["uint8_t", "guint8", "uchar", "u_char"], 9),
    **dict.fromkeys(["short", "int16_t", "gint16"], 16), **dict.fromkeys(["uint16_t", "guint16"], 17),
    **dict.fromkeys(["int", "int32_t", "gint", "gint32"], 32),
    **dict.fromkeys(["unsigned", "uint32_t", "guint", "guint32", "uint", "u_int"], 33),
    **dict.fromkeys(["long", "ssize_t", "int64_t", "off_t", "time_t", "gint64", "gssize", "ptrdiff_t", "intmax_t"], 64),
    **dict.fromkeys(["size_t", "uint64_t", "guint64", "gsize", "uintmax_t"], 65),
}  # fmt: skip
_SUFFIXED = re.compile(r"^(?P<digits>0x[0-9A-Fa-f]+|\d+)(?P<suffix>[uUlL]+)$")
_FORMAT = re.compile(r"%[-+ #0]*[\d*]*(?:\.[\d*]+)?(?P<conversion>(?:hh|h|ll|l|q|j|z|t|L)?[diouxXcspfgGeE])")
_FORMATS = re.compile(r"printf|log|print|err|warn|msg|msgf|fail|assert|fatal|debug|info|trace|notice|say", re.IGNORECASE)


def _pairs(document: Document) -> Iterator[tuple[Pair, list[str], list[str]]]:
    if document.language not in ("c", "go"):
        return
    for _, pairs in document.replaced:
        for pair in pairs:
            if max(len(pair.old.text), len(pair.text)) <= LONGEST and not C_COMMENT.match(pair.text):
                yield pair, _TOKEN.findall(pair.old.text), _TOKEN.findall(pair.text)


def _steps(old: Sequence[str], new: Sequence[str]) -> list[tuple[list[str], list[str], int]]:
    """What is gone, what has come, and where in the new line, one by one."""
    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [(list(old[i1:i2]), list(new[j1:j2]), j1) for kind, i1, i2, j1, j2 in codes if kind != "equal"]


@detector("narrowed-number")
def narrowed_number(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Speaks of the line that took the other's place, when nothing on it grew. The capture `was` is the line as it was."""
    if document.language != "c":
        return
    for pair, old, new in _pairs(document):
        steps = _steps(old, new)
        each = [_narrower(gone, come, new, at) for gone, come, at in steps]
        said = each if steps and all(each) else _uncast(pair.old.text, pair.text, old, new)
        if said:
            yield Found(pair.line, pair.line, said[0], {"was": pair.old.text.strip()[:80], "base_line": str(pair.old.line)})


def _narrower(gone: Sequence[str], come: Sequence[str], new: Sequence[str], at: int) -> str:
    """What to quote when one step of a change leaves less room; '' otherwise."""
    if len(gone) == len(come) == 1:
        suffixed = _SUFFIXED.match(gone[0])
        if suffixed and come[0] == suffixed["digits"]:
            return come[0]
    was, now = _room(gone), _room(come)
    declared = at + len(come) < len(new) and re.match(r"[A-Za-z_]\w*$", new[at + len(come)])
    return " ".join(come) if was and now and declared and now // 2 < was // 2 else ""


def _room(tokens: Sequence[str]) -> int:
    words = [t for t in tokens if t not in ("const", "static", "std", ":")]
    if not words or len(words) > 3:
        return 0
    if len(words) == 1:
        return _ROOM.get(words[0], 0)
    if not all(w in ("unsigned", "signed", "long", "int", "short", "char") for w in words):
        return 0
    base = 8 if "char" in words else 16 if "short" in words else 64 if "long" in words else 32
    return base + ("unsigned" in words)


_BLANKED = re.compile(rf"\(\s*(?:{_NUMBER}\s*)+\)|static_cast<\s*(?:std::)?(?:{_NUMBER}\s*)+>")


def _uncast(before: str, after: str, old: Sequence[str], new: Sequence[str]) -> list[str]:
    """The token in front of which a cast to a number stood, when the line is else the same."""
    casts = _BLANKED.findall(before)
    if len(casts) <= len(_BLANKED.findall(after)):
        return []
    bare = [t for t in _TOKEN.findall(_BLANKED.sub("", before)) if t not in "()"]
    rest = [t for t in _TOKEN.findall(_BLANKED.sub("", after)) if t not in "()"]
    if bare != rest:
        return []
    at = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0)
    return [next((t for t in new[at:] if re.match(r"\w", t)), new[-1])]


@detector("changed-conversion")
def changed_conversion(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Speaks of the line with the format, when nothing has changed on it but conversions of numbers, which take less now, and
    casts of what they print."""
    if document.language != "c":
        return
    for pair, _, _ in _pairs(document):
        before, after = _conversions(pair.old.text), _conversions(pair.text)
        if not before or len(before) != len(after) or before == after:
            continue
        bare = [" ".join(re.sub(r"[\s()]", "", _FORMAT.sub("%", _BLANKED.sub("", t)))) for t in (pair.old.text, pair.text)]
        differ = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
        if bare[0] == bare[1] and all(_prints_less(a, b) for a, b in differ):
            captures = {"was": pair.old.text.strip()[:80], "base_line": str(pair.old.line)}
            yield Found(pair.line, pair.line, "%" + differ[0][1] if "%" + differ[0][1] in pair.text else differ[0][1], captures)


def _conversions(text: str) -> list[str]:
    return [m["conversion"] for m in _FORMAT.finditer(text)]


_LENGTH = {"hh": 0, "h": 1, "": 2, "l": 3, "ll": 4, "q": 4, "L": 4, "j": 5, "z": 5, "t": 5}


def _prints_less(was: str, now: str) -> bool:
    """The new conversion of a number takes fewer bytes, or as many and reads them with a sign."""
    if not {was[-1], now[-1]} <= set("diuxXo"):
        return False
    old, new = _LENGTH[was[:-1]], _LENGTH[now[:-1]]
    return new < old or (new == old and now[-1] in "di" and was[-1] not in "di")


@detector("bare-format")
def bare_format(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Speaks of the line on which what `"%s"` printed is the format now."""
    for pair, old, new in _pairs(document):
        steps = _steps(old, new)
        if len(steps) == 1 and not steps[0][1] and steps[0][0] in (['"%s"', ","], [",", '"%s"'], ['"%s\\n"', ","], ['"%v"', ","]):
            at = steps[0][2]
            text = next((t for t in new[at:] if re.match(r"[A-Za-z_]", t)), "")
            if text and (_FORMATS.search("".join(new[:at])) or new[at - 1] in ("(", ",")):
                captures = {"FORMAT": text, "CALL": text, "was": pair.old.text.strip()[:80]}
                yield Found(pair.line, pair.line, next((t for t in new if re.match(r"[A-Za-z_]\w*$", t)), text), captures)
