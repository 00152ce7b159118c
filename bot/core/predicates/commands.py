"""The named questions about shell commands and temporary names."""

import re

from bot.core.predicates.registry import predicate
from bot.core.scene import Scene, stands

_LITERAL = re.compile(r"""^\s*\(?\s*(?:[rRbBuU]{0,2}(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')\s*)+\)?\s*$|^\s*`[^`$]*`\s*$""")
_HARMLESS_PART = re.compile(
    r"sys\.executable|process\.execPath|__file__|__dirname|import\.meta|os\.getpid\(\)|tmp_?path|tmp_?dir|process\.pid"
)
_PARTS = re.compile(r"\$?\{([^{}]*)\}")
_LOADS_PROCESSES = re.compile(r"[\"'](?:node:)?child_process[\"']|[\"']shelljs[\"']|[\"']execa[\"']")
_QUOTES = re.compile(
    r"shlex\.(?:quote|join)|pipes\.quote|list2cmdline|escapeshell(?:arg|cmd)|[sS]hellwords|\.shellescape|shell-?[qQ]uote|shell_quote"
    r"|shellescape\.Quote"
)
_MODULE = re.compile(r"\b[a-zA-Z_]\w*\.(?=[A-Za-z_])")
_INTO_CONTAINER = re.compile(r"execInContainer|withCommand|ExecConfig|createContainer|execCreate", re.IGNORECASE)


@predicate("constant-command")
def constant_command(scene: Scene, text: str) -> bool:
    """Every part of the command is a literal, or the path of the interpreter, this file or the test's own folder; a name
    counts when all it is given in the function is, or all it is given at the file's top level."""
    if _LITERAL.match(text):
        return True
    if re.fullmatch(r"\s*[A-Za-z_]\w*\s*", text):
        name = re.escape(text.strip())
        given = re.findall(rf"(?<![\w.]){name}\s*=(?!=)\s*([^\n]+)", scene.scope)
        if not given and re.search(rf"(?<![\w.]){name}\b", scene.scope.split("\n", 1)[0]) is None:
            given = re.findall(rf"^{name}\s*=(?!=)\s*([^\n]+)", scene.text, re.MULTILINE)
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


@predicate("stood")
def stood(scene: Scene, text: str) -> bool:
    """The line that the match's took the place of says the same, blanks and the modules that names are taken from aside."""
    return bool(scene.was) and bool(text.strip()) and _bare(text) in _bare(scene.was)


def _bare(text: str) -> str:
    return "".join(_MODULE.sub("", text).split())


@predicate("starts-processes")
def starts_processes(scene: Scene, text: str) -> bool:
    """The file loads a module of Node.js that starts processes, so that `exec` is no other function of that name."""
    return stands(_LOADS_PROCESSES, scene.text)


@predicate("shell-quoted")
def shell_quoted(scene: Scene, text: str) -> bool:
    """Where the match stands, something quotes what goes into a shell command."""
    return stands(_QUOTES, scene.scope)


@predicate("one-string")
def one_string(scene: Scene, text: str) -> bool:
    """The name in the text is declared as one string, not as a list of them."""
    name = re.escape(scene.captures.get("command", ""))
    return bool(name) and re.search(rf"\bString\s+{name}\b(?!\s*\[)|\b{name}\s*:\s*String\b", scene.scope) is not None


@predicate("runs-in-container")
def runs_in_container(scene: Scene, text: str) -> bool:
    """The command is handed to a container, whose shell has no rights on this machine."""
    return any(_INTO_CONTAINER.search(scene.line_text(n)) for n in (scene.line - 1, scene.line))


@predicate("socket-name")
def socket_name(scene: Scene, text: str) -> bool:
    """The name is for a socket or a pipe: creating those fails when the name is taken."""
    return re.search(r"\bbind\s*\(|unix_?socket|AF_UNIX|mkfifo|\bsock\b", scene.scope, re.IGNORECASE) is not None
