"""What a test is about and how it looks at it: is the weakness itself the subject, is a value only compared."""

import re
from collections.abc import Iterator

from bot.core.layout import indentation
from bot.core.lexical import lex
from bot.core.places import place
from bot.core.scene import Scene

_WEAKNESS_WORDS = frozenset(
    "reject rejects rejected refuse refuses refused invalid bad malformed malicious attack exploit vuln vulnerable cve unsafe"
    " insecure forbid forbids forbidden deny denies denied fail fails failing failure error errors unverified warn warns"
    " warning warnings untrusted".split()
)
_WEAKNESS_PHRASE = re.compile(
    r"(?:without|no|not|disabled?|skip|ignore)[_ ]?(?:ssl[_ ]?|tls[_ ]?|cert\w*[_ ]?)?(?:verif|valid|check)", re.IGNORECASE
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_EXPECTS_ERROR = re.compile(
    r"\braises\b|assert_?[rR]aises?|assertWarns|pytest\.warns|assertThrows|assertThatThrownBy|assertThatExceptionOf|catchThrowable"
    r"|assertFailsWith|shouldThrow|assert\.(?:throws|rejects)|\.toThrow|\.rejects\b|raise_error|expectException"
    r"|expect\s*(?:\(\s*(?:async\s*)?(?:\(|function)|\{|do\b)|Throws(?:Async)?[<(]|should_panic|(?:require|assert)\.Error"
    r"|ExpectedException"
)
_COMPARES = re.compile(
    r"(?:^|[.>:_])(?:assert\w*|expect\w*|should\w*|verify|called\w*with|(?<!check_)(?<!subprocess\.)calls?|has_calls|toHaveBeenCalledWith|Equal\w*|Same"
    r"|Contains|Matches|eq|eql|match\w*|with|when|given)$"
)
_DECODES_TOKEN = re.compile(r"(?:^|[._])(?:jwt|jws|jose|JWT|jsonwebtoken|pyjwt)\b|(?:^|\.)(?:decode|decode_token|loads|unsign)$")
_DECORATORS = 8
_LINES = 400


def about_weakness(scene: Scene) -> bool:
    """The enclosing test's name says that it is about something insecure, or the match stands where an error is expected."""
    words = {w.lower() for w in _WORD.findall(scene.scope_name)}
    if words & _WEAKNESS_WORDS or _WEAKNESS_PHRASE.search(scene.scope_name):
        return True
    return any(_EXPECTS_ERROR.search(line) for line in enclosing_lines(scene))


def compared(scene: Scene, text: str) -> bool:
    """The text is an argument of an assertion or of a recorded call."""
    start, _ = place(scene, text)
    return any(_COMPARES.search(name) for name in lex(scene.text, scene.language).calls_around(start))


def decodes_token(scene: Scene, text: str) -> bool:
    """The text is an argument of a call that decodes a token or a message."""
    start, _ = place(scene, text)
    return any(_DECODES_TOKEN.search(name) for name in lex(scene.text, scene.language).calls_around(start)[:1])


def enclosing_lines(scene: Scene) -> Iterator[str]:
    """The match's line and, going up inside its scope, each line indented less than all below it; then the decorators."""
    lines = scene.lines
    indent = 10_000
    for number in range(scene.line, max(scene.scope_line - 1, scene.line - _LINES), -1):
        line = lines[number - 1]
        depth = indentation(line)
        if line.strip() and depth < indent:
            indent = depth
            yield line
    yield from decorators(scene)


def decorators(scene: Scene) -> list[str]:
    """The attributes and decorators right above a named scope, nearest first."""
    above: list[str] = []
    lines = scene.lines[max(0, scene.scope_line - 1 - _DECORATORS) : scene.scope_line - 1] if scene.scope_name else []
    for line in reversed(lines):
        if not line.strip().startswith(("@", "[", "#[")):
            break
        above.append(line)
    return above
