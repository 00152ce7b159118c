"""Indexes in C and C++ that are a count of elements, and so one past the last of them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document

_LITERAL = re.compile(
    r"\b(?P<call>\w*(?:memcpy|memcmp|memmove|memmem|write|send|add|append|put|push|feed|prepend|insert|update|hash|digest|nmatch|_n)\w*)"
    r"\s*\((?:[^;\n\"]*,)?\s*(?:\([^()\n]*\)\s*)?\"(?P<text>(?:[^\"\\\n]|\\.)*)\"\s*,\s*(?P<length>\d{1,5})\s*[,)]"
)
_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]+|[0-7]{1,3}|.)")
_LONG_TEXT = 8  # characters; a shorter literal before a number is a name as often as it is bytes
_LOOP = 8  # lines of a loop in which the access is looked for
_COUNT = re.compile(
    r"\b(?P<count>\w+)\s*=\s*sizeof\s*\(?\s*(?P<array>\w+)\s*\)?\s*/\s*sizeof\s*\(?\s*(?:\*\s*(?P=array)|(?P=array)\s*\[\s*0\s*\])\s*\)?\s*;"
)


_SIZED = re.compile(r"\b[\w:]+[ \t*]+(?P<array>\w+)\s*\[\s*(?P<size>\w+)\s*\]\s*(?:;|=)")


@detector("loop-to-size")
def loop_to_size(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """`T a[N]` and then `a[i]` under a loop whose condition is `i <= N`, in one function; on the line of the access."""
    for match in _SIZED.finditer(document.text):
        line = document.line_at(match.start())
        scope = document.scope(line)
        if scope is None:
            continue
        loop = re.compile(rf"\b(?:for\s*\([^;]*;|while\s*\()\s*(?P<index>\w+)\s*<=\s*{match['size']}\s*[;)]")
        for number in range(line + 1, min(scope.end, len(document.lines)) + 1):
            found = loop.search(document.lines[number - 1])
            if found is None:
                continue
            used = re.compile(rf"(?<![\w.>]){match['array']}\s*\[\s*{found['index']}\s*\]")
            for inside in range(number, min(number + _LOOP, scope.end, len(document.lines)) + 1):
                if access := used.search(document.lines[inside - 1]):
                    yield Found(inside, inside, access.group())
                    break


@detector("count-as-index")
def count_as_index(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """`n = sizeof a / sizeof a[0]` and then `a[n]`, or `a[i + 1]` in a loop up to n, in one function: both lines are named."""
    for match in _COUNT.finditer(document.text):
        line = document.line_at(match.start())
        scope = document.scope(line)
        if scope is None:
            continue
        array, count = match["array"], match["count"]
        loop = re.search(rf"\bfor\s*\([^;]*;\s*(?P<index>\w+)\s*<\s*{count}\s*;", scope.text)
        indexes = rf"{count}" + (rf"|{loop['index']}\s*\+\s*1" if loop else "")
        used = re.compile(rf"\b{array}\s*\[\s*(?:{indexes})\s*\]")
        named = False
        for number in range(line + 1, min(scope.end, len(document.lines)) + 1):
            index = used.search(document.lines[number - 1])
            if index:
                if not named:
                    yield Found(line, line, count)
                    named = True
                yield Found(number, number, index.group())


_DECLARED = re.compile(
    r"\b(?:char|u?int8_t|unsigned char|wchar_t|int|long|short|uint32_t|BYTE|byte)\s+(?P<array>\w+)\s*\[\s*(?P<size>\d{1,6})\s*\]"
)
_BYTES = frozenset(["char", "uint8_t", "int8_t", "unsigned char", "BYTE", "byte"])


@detector("size-beyond-array")
def size_beyond_array(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """`T a[N]`, and in the same function a literal index of N or more, or for bytes a call that may fill more than N of them."""
    for match in _DECLARED.finditer(document.text):
        line = document.line_at(match.start())
        scope = document.scope(line)
        size = int(match["size"])
        if scope is None or not size:
            continue
        name = re.escape(match["array"])
        index = re.compile(rf"(?<![\w.>*&]){name}\s*\[\s*(?P<number>\d{{1,6}})\s*\](?!\s*\[)")
        filled = re.compile(
            rf"\b(?:(?:snprintf|fgets|memset|getcwd|gethostname|strftime|bzero|recv|read)\s*\((?:\w+,\s*)?{name}\s*,\s*(?:'[^']*',\s*|0,\s*)?|str[nl]cpy\s*\(\s*{name}\s*,[^,;]*,\s*)"
            r"(?P<number>\d{1,6})\s*[,)]"
        )
        of_bytes = match.group().partition(match["array"])[0].strip() in _BYTES
        for number in range(line + 1, min(scope.end, len(document.lines)) + 1):
            text = document.lines[number - 1]
            if (found := index.search(text)) and int(found["number"]) >= size and "sizeof" not in text and "&" not in text:
                yield Found(number, number, found.group())
            elif of_bytes and (found := filled.search(text)) and int(found["number"]) > size:
                yield Found(number, number, found.group().rstrip(",) "))


@detector("literal-too-short")
def literal_too_short(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A call gets a literal and then a length that is greater than the literal and its zero byte, and less than twice that."""
    for match in _LITERAL.finditer(document.text):
        length = len(_ESCAPE.sub("x", match["text"]).encode("utf-8", "replace"))
        if length >= _LONG_TEXT and length + 1 < int(match["length"]) < 2 * length:
            line = document.line_at(match.start("length"))
            yield Found(line, line, match["length"])


_TO_BYTES = re.compile(r"\b(?:for\s*\([^;]*;|while\s*\()\s*(?P<index>\w+)\s*<\s*sizeof\s*\(?\s*(?P<array>\w+)\s*\)?\s*[;)]")


@detector("bytes-as-count")
def bytes_as_count(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A loop runs to the bytes of an array whose elements are larger than one; on the line of the loop."""
    for match in _TO_BYTES.finditer(document.text):
        line, array, index = document.line_at(match.start()), re.escape(match["array"]), re.escape(match["index"])
        body = document.lines[line - 1 : line + _LOOP]
        larger = re.compile(
            rf"\b(?!char\b|u?int8_t\b|return\b|BYTE\b|byte\b|u_char\b|uchar\b)\w+(?:\s+|\s*\*+\s*){array}\s*\[[^\]\n]*\]\s*(?:=|;)"
        )
        if any(re.search(rf"(?<![\w.>]){array}\s*\[\s*{index}\s*\]", text) for text in body) and larger.search(document.text):
            yield Found(line, line, "sizeof")
