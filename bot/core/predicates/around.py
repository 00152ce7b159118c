"""What the code around a match says: the test it stands in, and what the file does before and after it."""

import re

from bot.core import subject, undoing
from bot.core.environment import sets
from bot.core.predicates.registry import predicate
from bot.core.scene import Scene, stands
from bot.core.security_tests import is_security_test


@predicate("negative-test")
def negative_test(scene: Scene, text: str) -> bool:
    """The weakness is the subject of the test (X-NEGTEST): the test's name says so, or the code stands where an error is
    expected."""
    return subject.about_weakness(scene)


@predicate("security-test")
def security_test(scene: Scene, text: str) -> bool:
    """The enclosing test is about a security control: two of its name, what it expects, what it sends and what the file imports
    say so."""
    name = scene.scope_name or (re.search(r"\b(test\w+)", scene.matched) or [""])[0]
    return is_security_test(scene.path, name, scene.scope if scene.scope_name else scene.matched, scene.text)


@predicate("async-runner")
def async_runner(scene: Scene, text: str) -> bool:
    """The file brings a runner of its own for coroutines: a base class, a decorator or a plugin."""
    return bool(
        re.search(
            r"IsolatedAsyncio|asynctest|AsyncTestCase|pytest\.mark\.(?:asyncio|anyio|trio)|@async_test|aiounittest", scene.text
        )
    )


@predicate("own-goroutine-test")
def own_goroutine_test(scene: Scene, text: str) -> bool:
    """The `t` of the match is a sub-test's own, started inside the goroutine."""
    around = scene.scope[: max(0, scene.scope.find(scene.matched))]
    return bool(re.search(r"go func\([^)]*\bt \*testing\.T", around)) or around.rfind("t.Run(") > around.rfind("go func") >= 0


@predicate("xunit-file")
def xunit_file(scene: Scene, text: str) -> bool:
    """The file is of xUnit.net, whose assertions about asynchronous code have to be awaited."""
    return "Xunit" in scene.text


@predicate("asserted")
def asserted(scene: Scene, text: str) -> bool:
    """The text is what an assertion or a recorded call compares with, as in `get.assert_called_with(verify=False)`."""
    return subject.compared(scene, text)


@predicate("token-decoding")
def token_decoding(scene: Scene, text: str) -> bool:
    """The text is an argument of a call that decodes a token or a message, where `verify` is about a signature, not TLS."""
    return subject.decodes_token(scene, text)


@predicate("restored")
def restored(scene: Scene, text: str) -> bool:
    """What the match changes is put back (X-RESTORE): the file writes the same variable, attribute or setter to something else
    or takes it away, restores the whole environment, or the test runs inside a patch that does."""
    return undoing.restored(scene, text)


_TASKS = re.compile(r"(?:^|/)(?:noxfile|tasks|fabfile)\.py$|(?:^|/)Rakefile$|\.rake$")


@predicate("release-task")
def release_task(scene: Scene, text: str) -> bool:
    """The match stands in a release task of a task runner's file, which no test run calls."""
    if re.search(r"(?:^|/)tox\.ini$", scene.path):
        above = scene.text.split("\n")[: scene.line]
        task = next((line for line in reversed(above) if line.startswith("[")), "")
    else:
        task = scene.scope_name if _TASKS.search(scene.path) else ""
    return re.search(r"release|publish|deploy|upload", task) is not None


@predicate("set-here")
def set_here(scene: Scene, text: str) -> bool:
    """The file gives the environment variable that the text names a value itself, so that what it holds is the test's own."""
    names = re.findall(r"[A-Z][A-Z0-9_]+", text)
    return bool(names) and sets(scene.text, names[-1])


@predicate("given-here")
def given_here(scene: Scene, text: str) -> bool:
    """The shell variable that the text names gets its value in the file: by an assignment, a loop, or as a parameter."""
    word = re.escape(text)
    given = rf"(?<![\w$]){word}=(?!=)|\bfor\s+{word}\s+in\b|\bread\s+(?:-\w+\s+)*{word}\b|\blocal\s[^\n]*\b{word}\b"
    return bool(text) and re.search(given, scene.text) is not None


@predicate("git-config-restored")
def git_config_restored(scene: Scene, text: str) -> bool:
    """The file takes the same key away again, or reads its value first and writes that back."""
    key = re.search(r"--(?:global|system)\s+(?:--\S+\s+)*([\w-]+(?:\.[\w-]+)+)", text)
    if key is None:
        return False
    uses = re.findall(rf"git config[^\n]*{re.escape(key.group(1))}(?P<value>[^\n`'\"]*)", scene.text)
    return "--unset" in scene.text and len(uses) > 1


@predicate("runner-file-own")
def runner_file_own(scene: Scene, text: str) -> bool:
    """The file points one of the runner's control files (`GITHUB_ENV` and the like) at a file of its own."""
    return re.search(
        r"\bGITHUB_(?:ENV|PATH|OUTPUT|STATE)=[\"']?\$\(mktemp|\bGITHUB_(?:ENV|PATH|OUTPUT|STATE)=[^\n]*(?:tmp|TMP)", scene.text
    ) is not None or any(sets(scene.text, name) for name in ("GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STATE"))


_SCRATCH = re.compile(
    r"chdir\(|\bcd\s+[\"']?(?:\$\(mktemp|\$\{?\w*(?:tmp|temp|work|sandbox|scratch|dir|repo)\w*|/tmp)|pushd\s+[\"']?\$|isolated_filesystem"
    r"|run_in_tmp|test-lib\.sh|sharness|pyfakefs|\bfs\.create_|mock-fs|memfs|git\s+init\b|git[\"', ]+init|test_create_repo",
    re.IGNORECASE,
)


@predicate("scratch-checkout")
def scratch_checkout(scene: Scene, text: str) -> bool:
    """The file works in a directory or repository of its own: it changes into one, makes one, or has its files in memory."""
    return stands(_SCRATCH, scene.text)


_MAKES_KEY = re.compile(r"ssh-keygen\b[^\n]*(?:~|HOME)|aws\s+configure|>>?\s*[\"']?(?:~|\$\{?HOME\}?)/\.")


@predicate("written-there")
def written_there(scene: Scene, text: str) -> bool:
    """The file itself makes what lies there: a key by ssh-keygen, a file by redirection."""
    return stands(_MAKES_KEY, scene.text)


_OTHER_HOME = re.compile(
    r"\b(?-i:HOME=)(?!\$HOME)|['\"](?-i:HOME|USERPROFILE)['\"]\s*(?::|=>|\]\s*=[^=])|env\.(?-i:HOME)\s*=[^=]"
    r"|set\w*\(\s*(?:os\.environ,\s*)?['\"](?-i:HOME|USERPROFILE)['\"]\s*,|GIT_CONFIG_GLOBAL|XDG_CONFIG_HOME|fake_?home|temp_?home|tmp_?home|home_?dir\s*=\s*.{0,40}t(?:e?mp)"
    r"|patch\w*\([^)\n]{0,60}(?:expanduser|Path\.home|homedir|gethomedir)|setattr\([^)\n]{0,60}(?:expanduser|home)|isolated_filesystem|test-lib\.sh|sharness",
    re.IGNORECASE,
)


@predicate("home-redirected")
def home_redirected(scene: Scene, text: str) -> bool:
    """The file gives itself another home directory first, so that what is under `~` is its own."""
    return stands(_OTHER_HOME, scene.text)
