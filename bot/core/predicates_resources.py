"""The named questions that rules about time limits and processes ask of a match."""

import re

from bot.core.predicates import predicate
from bot.core.scene import Scene


@predicate("sets-timeout")
def sets_timeout(scene: Scene, text: str) -> bool:
    """The test gives its connections a limit somewhere."""
    return bool(re.search(r"[tT]imeout|Deadline", scene.scope))


_ENDS_PROCESS = re.compile(
    r"[kK]ill|[tT]erminate|\b[wW]ait\w*\b|communicate|\bstop\w*\(|[dD]estroy|[dD]ispose|addCleanup|addfinalizer|Cleanup\(|atexit|proc_close"
    r"|exec\.CommandContext|(?:docker|podman) (?:rm|stop|kill)|compose down|(?:on|once)\(['\"](?:exit|close)|\bwith\b[^\n]*Popen"
    r"|\btrap\b|daemon\s*=\s*True|\bunref\(\)|\.status\(|output\("
)


@predicate("process-ended")
def process_ended(scene: Scene, text: str) -> bool:
    """Something in the file ends a process or waits for it."""
    return bool(_ENDS_PROCESS.search(scene.text))


@predicate("long-lived")
def long_lived(scene: Scene, text: str) -> bool:
    """What the test starts goes on by itself: a server, a daemon, a watcher, a container."""
    return bool(
        re.search(
            r"serv(?:e|er|ice)|daemon|listen|watch|docker|podman|proxy|broker|emulator|\bport\b", scene.scope, re.IGNORECASE
        )
    )


_CONTROL = re.compile(
    r"token|oauth|oidc|saml|\bidp\b|identity|admin|\bexec|command|shell|smtp|relay|impersonat|sudo|credential|debug",
    re.IGNORECASE,
)


@predicate("hands-out-control")
def hands_out_control(scene: Scene, text: str) -> bool:
    """The service gives its callers something that they should have to ask for: tokens, mail, commands, administration."""
    return bool(_CONTROL.search(scene.path) or _CONTROL.search(scene.text))


@predicate("tunnel-argument-only")
def tunnel_argument_only(scene: Scene, text: str) -> bool:
    """The command line is text that is parsed or compared, not run."""
    line = scene.line_text()
    return bool(re.search(r"\b(?:parse|assert|expect|match|split|equal)\w*\s*\(", line)) and not re.search(
        r"run|spawn|exec|system|Popen", line
    )
