"""The named questions about where in a test run a line stands."""

import re

from bot.core.predicates.registry import predicate
from bot.core.scene import Scene, stands

# Functions that the runner itself calls: what they return or how they exit is the run's own result.
_HOOK_NAME = re.compile(
    r"^(?:pytest_\w+|(?:setup|teardown|setUp|tearDown)(?:_?(?:module|class|package|session|Module|Class))?|before_?All|after_?All|"
    r"before|after|beforeEach|afterEach|TestMain)$",
    re.IGNORECASE,
)
_HOOK_FILE = re.compile(
    r"(?:^|/)(?:conftest\.py|global[-_]?(?:setup|teardown)\.\w+|jest\.setup\.\w+|setup[-_]?tests?\.\w+|(?:spec|rails|test)_helper\.rb)$",
    re.I,
)
_HOOK_MARK = re.compile(r"@(?:pytest\.)?fixture\b|@(?:Before|After)(?:All|Each|Class)?\b|\[(?:OneTime)?(?:SetUp|TearDown)\]")
_HOOK_CALL = re.compile(r"^\s*(?:after|before)(?:All|Each)?\s*\(")
_MAIN = re.compile(r"if\s+__name__\s*==|require\.main\s*===?\s*module|import\.meta\.main|\$0\s*==\s*__FILE__")
_CHILD = re.compile(
    r"\bfork\s*\(|\bfork\s+do\b|pid\s*==\s*0|Process\s*\(\s*target|isPrimary|isMaster|process\.send|multiprocessing"
)
_ABOVE = 4  # lines above a function in which its decorators stand


@predicate("test-hook")
def test_hook(scene: Scene, text: str) -> bool:
    """The match stands where the runner's own machinery runs: a hook, a fixture, a set-up file, not in a test's body."""
    lines = scene.lines
    above = "\n".join(lines[max(0, scene.scope_line - 1 - _ABOVE) : scene.scope_line])
    if _HOOK_NAME.match(scene.scope_name) or _HOOK_MARK.search(above) or _HOOK_CALL.match(scene.scope):
        return True
    return _HOOK_FILE.search(scene.path) is not None and not stands(_MAIN, scene.text)


@predicate("main-guard")
def main_guard(scene: Scene, text: str) -> bool:
    """The match is a script's own end: it stands below `if __name__ == "__main__"` or its like, outside any function."""
    before = "\n".join(scene.lines[: scene.line])
    return scene.scope_name == "" and _MAIN.search(before) is not None


@predicate("subprocess-child")
def subprocess_child(scene: Scene, text: str) -> bool:
    """The match runs in a process that the test itself starts, or is the very exit a test expects."""
    expected = re.search(r"SystemExit|assertThrows|toThrow|assert_raises|expect_exit", scene.scope)
    if scene.scope_name == "":
        return _CHILD.search(scene.scope) is not None
    return _CHILD.search(scene.scope) is not None or expected is not None or _called_by_child(scene)


def _called_by_child(scene: Scene) -> bool:
    """Somewhere in the file the function is called right after a fork, and the runner does not call it itself."""
    name = re.escape(scene.scope_name)
    return not _HOOK_NAME.match(scene.scope_name) and re.search(rf"\bfork\(\)[^#]{{0,200}}?\b{name}\(", scene.text) is not None


_DECODES = re.compile(r"\b(?:b(?:16|32|64|85)decode|a85decode|decodebytes|unhexlify|fromhex|decompress|marshal\.loads|decrypt)\(")


@predicate("beside-decoder")
def beside_decoder(scene: Scene, text: str) -> bool:
    """The same function decodes, decompresses or decrypts something."""
    return _DECODES.search(scene.scope) is not None
