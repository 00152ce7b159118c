"""C and C++: what bounds a copy or a look at memory is gone, or is the size of something else.

`bound-lost` compares with the base: a call that was given a length is its sister without one, a condition lost its comparison
with a limit, a text or an array has become shorter than what is said of it. `another-size` reads one call: the size is another
array's.
"""

import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.core.layout import C_COMMENT
from bot.core.releases import word
from bot.core.removed import LONGEST, Pair

# Each call that takes a length, and those that take none.
_SISTERS = {
    r"(?:\w*_)?snprintf": r"sprintf",
    r"vsnprintf": r"vsprintf",
    r"str(?:n|l)cpy(?:_s)?|strcpy_s|strscpy|memccpy": r"strcpy|stpcpy",
    r"str(?:n|l)cat(?:_s)?": r"strcat",
    r"\w*strnstr|memmem": r"\w*strstr",
    r"\w*strnlen(?:_s)?": r"\w*strlen",
    r"\w*strndup": r"\w*strdup",
    r"fgets": r"gets",
    r"strncmp|memcmp": r"strcmp",
    r"strncasecmp": r"strcasecmp",
    r"\w*strnchr|memchr": r"\w*strchr",
    r"st_(?:add|mult)\d?|\w*reallocarray|\w*mul_overflow|calloc": r"malloc|xmalloc|realloc|xrealloc",
}
_PAIRS = [(re.compile(rf"\b(?:{a})\s*\("), re.compile(rf"\b(?P<call>{b})\s*\(")) for a, b in _SISTERS.items()]
_FIRST = re.compile(r"\(\s*(?P<first>[^,()]+(?:\([^()]*\))?)\s*[,)]")
_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|\w+|<=|>=|->|&&|\|\||[^\w\s]')
_DEFINED = re.compile(
    r"^\s*(?:#\s*define\s+|(?:static\s+)?(?:constexpr|const)\s+[\w:]+\s+|enum\s*\{\s*)(?P<name>\w+)\s*=?\s*(?P<value>\d+)\b"
)
_ESCAPE = re.compile(r"\\(?:x[0-9A-Fa-f]{1,2}|[0-7]{1,3}|.)")


@detector("bound-lost")
def bound_lost(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Speaks of the line that took the other's place. The capture `was` is the line as it was."""
    for _, pairs in document.replaced:
        for pair in pairs:
            if max(len(pair.old.text), len(pair.text)) > LONGEST or C_COMMENT.match(pair.text):
                continue
            quote = _sister(pair) or _shorter(document, pair) or _unlimited(pair)
            if quote:
                yield Found(pair.line, pair.line, quote, {"was": pair.old.text.strip()[:80], "base_line": str(pair.old.line)})


def _sister(pair: Pair) -> str:
    """The call without a length on the new line, where the old one had its sister with the same first argument."""
    for bounded, bare in _PAIRS:
        old, new = bounded.search(pair.old.text), bare.search(pair.text)
        if not old or not new or bounded.search(pair.text) or bare.search(pair.old.text):
            continue
        one, other = _FIRST.match(pair.old.text, old.end() - 1), _FIRST.match(pair.text, new.end() - 1)
        if "alloc" in new["call"] or (one and other and one["first"].split() == other["first"].split()):
            arithmetic = re.search(r"[*+]", pair.text[new.end() :])
            return new["call"] if "alloc" not in new["call"] or arithmetic else ""
    return ""


def _shorter(document: Document, pair: Pair) -> str:
    """A constant that is the dimension of an array is smaller now; or a literal lost its end, and the length beside it stayed."""
    old, new = _DEFINED.match(pair.old.text), _DEFINED.match(pair.text)
    if old and new and old["name"] == new["name"]:
        was, now = _value(document, old["value"]), _value(document, new["value"])
        dimension = re.search(rf"\[\s*{word(new['name']).pattern}\s*\]\s*;", document.text)
        return new["name"] if was and now and now < was and dimension else ""
    before, after = _TOKEN.findall(pair.old.text), _TOKEN.findall(pair.text)
    differ = [n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b]
    if len(before) != len(after) or len(differ) != 1 or not after[differ[0]].startswith('"'):
        return ""
    was, now = (len(_ESCAPE.sub("x", t[differ[0]][1:-1])) for t in (before, after))
    lengths = [int(t) for t in after[differ[0] + 1 : differ[0] + 4] if t.isdigit()]
    return after[differ[0]][:60] if lengths and now < lengths[0] <= was else ""


def _value(document: Document, text: str) -> int:
    """The number, or what the file defines the name as; 0 for anything else."""
    if text.isdigit():
        return int(text)
    named = re.search(rf"^#\s*define\s+{re.escape(text)}\s+(\d{{1,9}})\s*$", document.text, re.MULTILINE)
    return int(named.group(1)) if named else 0


def _unlimited(pair: Pair) -> str:
    """The name in a condition that was compared with a limit, where that comparison is all that is gone."""
    if not re.match(r"^\s*(?:\}\s*else\s+)?(?:if|for|while)\b", pair.text):
        return ""
    old, new = _TOKEN.findall(pair.old.text), _TOKEN.findall(pair.text)
    steps = [s for s in SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if s[0] != "equal"]
    if len(steps) != 1 or steps[0][0] != "delete":
        return ""
    gone = [t for t in old[steps[0][1] : steps[0][2]] if t not in "()"]
    if len(gone) < 4 or (gone[0] != "&&" and gone[-1] != "&&"):
        return ""
    rest = gone[1:] if gone[0] == "&&" else gone[:-1]
    compared = any(t in ("<", "<=", ">", ">=") for t in rest) and not any(t in ("&&", "||") for t in rest)
    return rest[0] if compared and rest[0] in new else ""


_FILLS = re.compile(
    r"\b(?P<call>(?:\w*_)?v?snprintf|strl?n?cpy|strl?n?cat|strlcpy|strlcat|fgets|memset|bzero|read|recv|getcwd|gethostname|strftime|fread)\s*\("
    r"\s*(?:\w+\s*,\s*)??&?(?P<target>[A-Za-z_]\w*)\s*,(?:[^;()]|\([^()]{0,100}\)){0,200}?\bsizeof\s*\(?\s*\*?(?P<other>[A-Za-z_]\w*)\s*\)?\s*[,)]"
)
_ARRAYS = re.compile(r"\b(?:char|u?int8_t|unsigned|BYTE|byte|wchar_t|int|\w+_t)\s+(?P<names>\w[^;(){}=]{0,200}\])\s*[;=]")
_MEASURED = re.compile(
    r'"(?P<text>(?:\\.|[^"\\\n])*)"\s*,\s*(?:\(\w+\)\s*)?(?:strlen|sizeof)\s*\(\s*"(?P<other>(?:\\.|[^"\\\n])*)"\s*\)'
)


@detector("another-size")
def another_size(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Speaks of the size of another array of the file in a call that fills one, and of a literal with a longer one's length."""
    arrays = {n for m in _ARRAYS.finditer(document.text) for n in re.findall(r"(\w+)\s*\[", m["names"])}
    for match in document.finditer(_FILLS):
        if match["target"] != match["other"] and {match["target"], match["other"]} <= arrays:
            line = document.line_at(match.start("other"))
            yield Found(line, line, match["other"])
    for match in document.finditer(_MEASURED):
        if len(_ESCAPE.sub("x", match["other"])) > len(_ESCAPE.sub("x", match["text"])):
            line = document.line_at(match.start("other"))
            yield Found(line, line, match["other"])
