"""Where the parts of a scene stand in its file, as offsets of its text."""

from bot.core.scene import Scene

_NEAR = 2_000  # how far below the anchor's line a capture may begin


def place(scene: Scene, text: str) -> tuple[int, int]:
    """Where a capture stands; what the match's own line holds, when the text stands nowhere as written."""
    start = line_start(scene, scene.line)
    if text:
        found = scene.text.find(text, start, start + len(text) + _NEAR)
        if found < 0 and text in scene.matched:  # the anchor may lie below the match's beginning
            found = scene.text.rfind(text, 0, start + len(text))
        if found >= 0:
            return found, found + len(text)
    line = scene.line_text()
    return start + len(line) - len(line.lstrip()), start + len(line)


def reach(scene: Scene) -> tuple[int, int]:
    """Where the enclosing function or test begins and ends; the whole file at module level."""
    if not scene.scope:
        return 0, len(scene.text)
    start = line_start(scene, scene.scope_line)
    start = max(start, scene.text.find(scene.scope, start))
    return start, min(len(scene.text), start + len(scene.scope))


def line_start(scene: Scene, line: int) -> int:
    """The offset of a line's first character."""
    at = 0
    for _ in range(line - 1):
        at = scene.text.find("\n", at) + 1
    return at
