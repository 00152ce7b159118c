"""The named questions that rules about time limits and processes ask of a match."""

import re

from bot.core.predicates.registry import predicate
from bot.core.scene import Scene, stands


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
    return stands(_ENDS_PROCESS, scene.text)


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
    return stands(_CONTROL, scene.path) or stands(_CONTROL, scene.text)


@predicate("tunnel-argument-only")
def tunnel_argument_only(scene: Scene, text: str) -> bool:
    """The command line is text that is parsed or compared, not run."""
    line = scene.line_text()
    return bool(re.search(r"\b(?:parse|assert|expect|match|split|equal)\w*\s*\(", line)) and not re.search(
        r"run|spawn|exec|system|Popen", line
    )


_TRUSTED_FILE = re.compile(
    r"key|secret|token|cred|passw|\.pem|id_(?:rsa|ed25519)|\.ssh|authorized|sock|\.env\b|sudoers|shadow|(?:^|[/\"'])s?bin/|\.sh\b|\.(?:exe|so|dll)\b"
    r"|script|hook|executable|binary",
    re.IGNORECASE,
)
_PRIVATE_FOLDER = re.compile(
    r"tmp_?path|tmp_?dir|temp_?dir|TemporaryDirectory|mkdtemp|mktemp|TempDir|tempfile|Dir\.mktmpdir|sys_get_temp_dir|@TempDir|TMPDIR",
    re.IGNORECASE,
)
_SHELL_FILE = re.compile(r"\.(?:sh|bash|bats|zsh|ya?ml|mk)$|(?:^|/)(?:Makefile|Dockerfile)[^/]*$")


@predicate("trusted-file")
def trusted_file(scene: Scene, text: str) -> bool:
    """The file is a key, a credential, a socket or something that is run."""
    return bool(_TRUSTED_FILE.search(scene.captures.get("target", text)))


@predicate("private-folder")
def private_folder(scene: Scene, text: str) -> bool:
    """The test works in a temporary folder of its own."""
    return bool(_PRIVATE_FOLDER.search(scene.scope))


@predicate("shell-file")
def shell_file(scene: Scene, text: str) -> bool:
    """The file holds shell commands."""
    return scene.language == "shell" or bool(_SHELL_FILE.search(scene.path))


_LIMITED = re.compile(
    r"setrlimit|RLIMIT|ulimit|prlimit|bigmem|big_?memory|large_?memory|\bslow\b|@Slow|mark\.(?:slow|large|stress|memory)|testing\.Short\(\)"
    r"|skipif|skipIf|skipUnless|requires_\w*memory|MemoryError|OutOfMemory|ENOMEM|sparse|truncate|Disabled|Ignore"
)


@predicate("limited-resources")
def limited_resources(scene: Scene, text: str) -> bool:
    """Something limits what the test may take, or the test runs only where somebody asks for it."""
    above = scene.lines[max(0, scene.scope_line - 6) : scene.scope_line - 1]
    return bool(_LIMITED.search("\n".join([*above, scene.scope])))


_ALLOCATES = re.compile(
    r"(?:[\"'`]\s*\*|\b(?:bytes|bytearray)\(|\blist\(range\(|\.repeat\(|\bBuffer\.alloc(?:Unsafe)?\("
    r"|\bnew (?:ArrayBuffer|Uint8Array)\(|\bstr_repeat\([^,]*,|\bmake\(\[\]\w+,|\bstrings\.Repeat\([^,]*,|\bvec!\[[^;]*;"
    r"|\bnew (?:byte|char|int|long)\[|\b(?:m|c)alloc\()\s*$"
)


@predicate("allocated")
def allocated(scene: Scene, text: str) -> bool:
    """The number is how much memory is asked for at once."""
    return bool(_ALLOCATES.search(scene.line_text().partition(text)[0]))


@predicate("given-back")
def given_back(scene: Scene, text: str) -> bool:
    """Something in the test gives resources of this kind back."""
    return bool(
        re.search(r"[cC]lose\w*\b|[dD]ispose|destroy\(|release\(|shutdown|ExitStack|enter_context|addCleanup", scene.scope)
    )


@predicate("opened-exclusively")
def opened_exclusively(scene: Scene, text: str) -> bool:
    """The file is opened so that an existing one, or a link, is refused."""
    return bool(re.search(r"O_EXCL|O_NOFOLLOW|lstat|[\"']x[b+]?[\"']|AT_SYMLINK_NOFOLLOW", scene.scope))
