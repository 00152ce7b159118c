"""The named questions about buffers and numbers in C and C++."""

import re

from bot.core.predicates.registry import predicate
from bot.core.scene import Scene

_LITERAL = re.compile(r"^\s*(?:L|u8|u|U)?\"(?:[^\"\\]|\\.)*\"\s*$|^\s*(?:L|u8|u|U)?\"[^\n]*\"(?:\s*\"[^\n]*\")*\s*$")
_SIZED = re.compile(
    r"(?:malloc|calloc|realloc|alloca|new\s+char\s*\[|resize|reserve|strdup)[^;\n]*(?:strlen|size\(\)|length)|_countof|strlcpy"
)
_DEATH = re.compile(r"\b(?:EXPECT|ASSERT)_DEATH|DEATH_TEST|DeathTest|fortify|overflow", re.IGNORECASE)
_NUMBERS = (
    r"(?:unsigned\s+|signed\s+|long\s+|short\s+|const\s+|static\s+)*"
    r"(?:size_t|std::size_t|int|long|short|unsigned|char|u?int\d+_t|ssize_t|(?:std::)?string::size_type)"
)


@predicate("literal")
def literal(scene: Scene, text: str) -> bool:
    """The text is a string literal, whole."""
    return _LITERAL.match(text) is not None


@predicate("sized-by-source")
def sized_by_source(scene: Scene, text: str) -> bool:
    """The buffer is allocated in this function from the source's own length, so that the copy fits by construction."""
    name = re.escape(text.strip().lstrip("&*("))
    return re.search(rf"(?<![\w]){name}\s*(?:=|\.|->)\s*[^;\n]*{_SIZED.pattern}", scene.scope) is not None


@predicate("local-array")
def local_array(scene: Scene, text: str) -> bool:
    """The buffer is an array of fixed size that this function declares."""
    name = re.escape(scene.captures.get("BUFFER", ""))
    return (
        bool(name)
        and re.search(rf"\b(?:char|uint8_t|int8_t|unsigned char|BYTE|u8|byte|wchar_t)\s+{name}\s*\[\s*\w+", scene.scope)
        is not None
    )


@predicate("sized-by-caller")
def sized_by_caller(scene: Scene, text: str) -> bool:
    """The number of bytes is the source's own length, or a parameter of the function."""
    number = scene.captures.get("NUMBER", "")
    if re.match(r"(?:std::)?strlen\s*\(", number):
        return True
    head = scene.scope.partition("{")[0]
    return bool(re.fullmatch(r"[A-Za-z_]\w*", number)) and re.search(rf"\b{re.escape(number)}\s*[,)]", head) is not None


@predicate("death-test")
def death_test(scene: Scene, text: str) -> bool:
    """The overflow is the subject of the test."""
    return _DEATH.search(scene.scope_name) is not None or _DEATH.search(scene.line_text()) is not None


@predicate("counted-down-from-size")
def counted_down_from_size(scene: Scene, text: str) -> bool:
    """The index is a loop's own count, so that its first value is one past the last element."""
    count = re.escape(scene.captures.get("COUNT", "").strip())
    return (
        bool(count)
        and re.search(rf"\b(?:while\s*\(\s*{count}\s*(?:>\s*0\s*)?\)|for\s*\([^;]*;\s*{count}\s*(?:>\s*0\s*)?;)", scene.scope)
        is not None
    )


@predicate("number-variable")
def number_variable(scene: Scene, text: str) -> bool:
    """The name is declared as a number in the function."""
    return re.search(rf"\b{_NUMBERS}\s+{re.escape(text.strip())}\s*[=;,)]", scene.scope) is not None


_END = r"\s*=\s*(?:0|'\\0'|'\\x00'|NUL)\s*;"


@predicate("ended-at-length")
def ended_at_length(scene: Scene, text: str) -> bool:
    """The function writes the zero byte that ends the text behind as many bytes as it was told there are."""
    return re.search(rf"(?<![\w.>]){re.escape(text.strip())}\s*\[\s*[A-Za-z_]\w*\s*\]{_END}", scene.scope) is not None


@predicate("ended-elsewhere")
def ended_elsewhere(scene: Scene, text: str) -> bool:
    """The function ends the text itself, or has cleared all of the buffer."""
    name = re.escape(text.strip())
    ends = rf"(?<![\w.>]){name}\s*\[[^\]]+\]{_END}|(?:memset|bzero)\s*\(\s*&?{name}\b|\b{name}\s*\[[^\]]*\]\s*=\s*[{{\"]"
    return re.search(ends, scene.scope) is not None
