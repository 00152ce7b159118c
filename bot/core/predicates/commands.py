"""The named questions about shell commands and temporary names."""

import re

from bot.core.predicates.registry import predicate
from bot.core.scene import Scene

_LITERAL = re.compile(r"""^\s*\(?\s*(?:[rRbBuU]{0,2}(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')\s*)+\)?\s*$|^\s*`[^`$]*`\s*$""")
_HARMLESS_PART = re.compile(
    r"sys\.executable|process\.execPath|__file__|__dirname|import\.meta|os\.getpid\(\)|tmp_?path|tmp_?dir|process\.pid"
)
_PARTS = re.compile(r"\$?\{([^{}]*)\}")


@predicate("constant-command")
def constant_command(scene: Scene, text: str) -> bool:
    """Every part of the command is a literal, or the path of the interpreter, this file or the test's own folder; a name
    counts when all it is given in the function is."""
    if _LITERAL.match(text):
        return True
    if re.fullmatch(r"\s*[A-Za-z_]\w*\s*", text):
        name = re.escape(text.strip())
        given = re.findall(rf"(?<![\w.]){name}\s*=(?!=)\s*([^\n]+)", scene.scope)
        return bool(given) and all(_LITERAL.match(value) for value in given)
    parts = _PARTS.findall(text)
    return bool(parts) and not re.search(r"%|\+|format", text) and all(_HARMLESS_PART.search(p) for p in parts)


@predicate("api-under-test")
def api_under_test(scene: Scene, text: str) -> bool:
    """The test's name says that this very call is its subject, or it expects the call to warn or fail."""
    called = re.search(r"(\w+)\s*\(", text)
    name = called.group(1).lower() if called else ""
    subject = bool(name) and len(name) > 3 and name in scene.scope_name.lower().replace("_", "") + scene.scope_name.lower()
    around = "\n".join(scene.line_text(n) for n in (scene.line - 1, scene.line))
    return subject or re.search(r"pytest\.(?:warns|raises)|assertWarns|assertRaises", around) is not None


@predicate("socket-name")
def socket_name(scene: Scene, text: str) -> bool:
    """The name is for a socket or a pipe: creating those fails when the name is taken."""
    return re.search(r"\bbind\s*\(|unix_?socket|AF_UNIX|mkfifo|\bsock\b", scene.scope, re.IGNORECASE) is not None
