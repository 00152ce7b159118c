"""The named questions that rule files ask of a match, by name in PREDICATES.

A predicate is pure: (scene, text of the capture it is asked about, or of the whole match) -> bool. Each one's docstring is its
documentation, and each one has a test of its own in tests/core/test_predicates.py.
"""

import re
from collections.abc import Callable, Iterator

from bot.core import subject, undoing
from bot.core.environment import belongs, sets
from bot.core.fakes import has_long_word, is_patterned, is_template, word_share
from bot.core.hosts import host_of, is_loopback, is_remote, is_reserved
from bot.core.lexical import Lexed, Span, lex
from bot.core.peers import Peer, hosts, intercepted, own_machine, peer, shown_hosts
from bot.core.places import place
from bot.core.scene import Scene
from bot.core.security_tests import is_security_test

Predicate = Callable[[Scene, str], bool]
PREDICATES: dict[str, Predicate] = {}


def predicate(name: str) -> Callable[[Predicate], Predicate]:
    """Register a predicate under the name that rule files use."""

    def register(function: Predicate) -> Predicate:
        PREDICATES[name] = function
        return function

    return register


# --- where it connects to -----------------------------------------------------------------------------------------------


@predicate("loopback")
def loopback(scene: Scene, text: str) -> bool:
    """The text names this machine, or connects to it where the match stands (X-LOOPBACK): a loopback host, a service beside the
    test, a server of the test's own, a faked transport."""
    return is_loopback(host_of(text)) or own_machine(scene, *place(scene, text))


@predicate("names-host")
def names_host(scene: Scene, text: str) -> bool:
    """A host is shown for the text: by a literal of its own, by what its names are given, or by the client it sets up."""
    return bool(shown_hosts(scene, *place(scene, text)))


@predicate("remote-peer")
def remote_peer(scene: Scene, text: str) -> bool:
    """The code connects to a host that is public or a full name inside a company's network: shown by a literal of its own, by
    what its names are given in the scope or the file, or by the client it sets up; and nothing local is shown."""
    return peer(scene, *place(scene, text)) is Peer.REMOTE


@predicate("own-service")
def own_service(scene: Scene, text: str) -> bool:
    """The text is a secret's variable, and the match sends it where it belongs: every host shown is of the service that the
    variable's name speaks of, or the name speaks of no CI or cloud service."""
    return bool(text) and belongs(text, shown_hosts(scene, *place(scene, scene.matched)))


@predicate("public-host")
def public_host(scene: Scene, text: str) -> bool:
    """The text names a host that is public or a full name inside a company's network."""
    return any(is_remote(h) for h in ([*hosts(text)] or [host_of(text)]))


@predicate("reserved")
def reserved(scene: Scene, text: str) -> bool:
    """Every host the text names is nobody's: RFC 2606/6761 names, documentation or private addresses, placeholders."""
    named = [h for h in ([*hosts(text)] or [host_of(text)]) if h]
    return bool(named) and all(is_reserved(h) for h in named)


@predicate("all-reserved")
def all_reserved(scene: Scene, text: str) -> bool:
    """Every host shown for the text is nobody's: reserved names, documentation addresses, placeholders."""
    shown = shown_hosts(scene, *place(scene, text))
    return bool(shown) and all(is_reserved(h) for h in shown)


_DOWNLOAD_KEY = re.compile(
    r"\b(?:url|download[_-]?url|archive|installer(?:_?url)?|package_?url)['\"]?[ \t]*[:=][ \t]*['\"]$",
    re.IGNORECASE,
)


@predicate("download-key")
def download_key(scene: Scene, text: str) -> bool:
    """The text is the value of a key that names where something is downloaded from: `url`, `archive`, `installer`."""
    start, _ = place(scene, text)
    return bool(_DOWNLOAD_KEY.search(scene.text[max(0, start - 60) : start]))


@predicate("intercepted")
def requests_intercepted(scene: Scene, text: str) -> bool:
    """The file answers its own requests, so that nothing leaves: a recorder, a stub server library or a patched client."""
    return intercepted(scene)


_TRUSTS_ANYTHING = re.compile(
    r"InsecureSkipVerify\s*:\s*true|Noop\w*HostnameVerifier|ALLOW_ALL|AllowAll|[tT]rust_?(?:All|Any|any|all)"
    r"|(?:->|=>)\s*(?:\{\s*(?:return\s+)?)?true\b|\{\s*return\s+true\s*;?\s*\}"
    r"|DangerousAccept\w+|InsecureTrustManager|checkServerTrusted\s*\([^)]*\)\s*(?:throws\s+[\w., ]+)?\{\s*\}"
)


@predicate("trusts-anything")
def trusts_anything(scene: Scene, text: str) -> bool:
    """The text, or what its names are given in the file, accepts any certificate or host name: a callback that returns true, an
    empty trust manager, `InsecureSkipVerify: true`."""
    lexed = lex(scene.text, scene.language)
    start, end = place(scene, text)
    return _shown(lexed, _TRUSTS_ANYTHING, start, end, hops=3) or (
        "ocketFactory" in text and bool(_TRUSTS_ANYTHING.search(scene.scope if scene.scope_name else scene.text))
    )


# --- what the code around it says ---------------------------------------------------------------------------------------


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


# --- what becomes of the text -------------------------------------------------------------------------------------------

_EXECUTES = re.compile(
    r"(?:^|[.:>_])(?:system|popen|Popen|run|call|check_call|check_output|getoutput|getstatusoutput|exec\w*|spawn\w*|shell\w*|sh"
    r"|bash|[cC]ommand|eval|evalString|passthru|proc_open|fromShellCommandline|Process|ProcessBuilder|Start|Function|runIn\w*"
    r"|instance_eval|class_eval|source|RunScript|invoke|ssh|on|launch\w*|fork)$"
)
_CALL = re.compile(r"([\w.:>$]+)\s*\(")
_GIVEN = re.compile(r"\s*(?:[\w<>]+\s+){0,3}([$@]{0,2}[\w.]+)\s*(?::\s*\w+\s*)?:?=")


@predicate("starts-containers")
def starts_containers(scene: Scene, text: str) -> bool:
    """The file starts containers itself, by Testcontainers, dockertest or the Docker client."""
    return bool(re.search(r"testcontainers|dockertest|ContainerCreate\(|docker\.NewClient|NewClientWithOpts", scene.text))


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


_OTHER_HOME = re.compile(
    r"\b(?-i:HOME=)(?!\$HOME)|['\"](?-i:HOME|USERPROFILE)['\"]\s*(?::|=>|\]\s*=[^=])|env\.(?-i:HOME)\s*=[^=]"
    r"|set\w*\(\s*(?:os\.environ,\s*)?['\"](?-i:HOME|USERPROFILE)['\"]\s*,|GIT_CONFIG_GLOBAL|XDG_CONFIG_HOME|fake_?home|temp_?home|tmp_?home|home_?dir\s*=\s*.{0,40}t(?:e?mp)"
    r"|patch\w*\([^)\n]{0,60}(?:expanduser|Path\.home|homedir|gethomedir)|setattr\([^)\n]{0,60}(?:expanduser|home)|isolated_filesystem|test-lib\.sh|sharness",
    re.IGNORECASE,
)


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
    return bool(_SCRATCH.search(scene.text))


_MAKES_KEY = re.compile(r"ssh-keygen\b[^\n]*(?:~|HOME)|aws\s+configure|>>?\s*[\"']?(?:~|\$\{?HOME\}?)/\.")


@predicate("written-there")
def written_there(scene: Scene, text: str) -> bool:
    """The file itself makes what lies there: a key by ssh-keygen, a file by redirection."""
    return bool(_MAKES_KEY.search(scene.text))


@predicate("home-redirected")
def home_redirected(scene: Scene, text: str) -> bool:
    """The file gives itself another home directory first, so that what is under `~` is its own."""
    return bool(_OTHER_HOME.search(scene.text))


@predicate("in-comment")
def in_comment(scene: Scene, text: str) -> bool:
    """The match begins inside a comment."""
    span = _span(scene, text)
    return span is not None and span.comment


@predicate("in-string")
def in_string(scene: Scene, text: str) -> bool:
    """The match begins inside a string literal (not at its quote), whatever becomes of the string."""
    span = _span(scene, text)
    return span is not None and not span.comment and span.start < place(scene, text)[0]


@predicate("string-only")
def string_only(scene: Scene, text: str) -> bool:
    """The match is data (X-STRING): it stands in a comment, or in a string that is handed to nothing that would run it, neither
    directly nor under the name it is given."""
    span = _span(scene, text)
    if span is None or span.comment:
        return span is not None
    lexed = lex(scene.text, scene.language)
    if any(_EXECUTES.search(name) for name in lexed.calls_around(span.start)):
        return False
    begin, end = lexed.statement(span.start)
    given = _GIVEN.match(lexed.code, begin, end)
    return not (given and any(given.group(1) in lexed.code[slice(*lexed.statement(at))] for at in _executions(lexed)))


def _executions(lexed: Lexed) -> Iterator[int]:
    return (m.start() for m in _CALL.finditer(lexed.code) if _EXECUTES.search(m.group(1)))


# --- what the data is ---------------------------------------------------------------------------------------------------

_ENCODERS = re.compile(
    r"\b(?:dumps?|[sS]erialize|writeObject|safe_dump|b64encode|encode\w*|compress|pack|hexlify|to_?[bB]ytes|to_?[jJ]son|to_yaml"
    r"|stringify|toString)\b(?!\.)|Marshal\.dump|ObjectOutputStream"
)
_TYPED = re.compile(
    r"(?:secret|token|pass(?:word|wd)?|(?:api[-_]?)?key|admin|user|hunter2|s3cr3t|p@ssw0rd|foo|bar|baz)\d*", re.IGNORECASE
)
_HARMLESS_NAMES = frozenset(
    "sys executable __file__ os path join dirname abspath realpath Path pathlib parent parents resolve str tmp_path tmpdir"
    " tmp_dir tempdir __dirname __filename require process execPath true false True False None null nil b r f u".split()
)


@predicate("constant")
def constant(scene: Scene, text: str) -> bool:
    """Every part of the text is a literal, this interpreter, a path beside the test, a temporary path, or a name that is given
    only such parts (X-CONST)."""
    return _constant(lex(scene.text, scene.language), *place(scene, text), hops=3)


def _constant(lexed: Lexed, start: int, end: int, hops: int) -> bool:
    for name in set(lexed.names(start, end)) - _HARMLESS_NAMES:
        given = lexed.definitions(name)
        if not given or hops == 0 or not all(_constant(lexed, *where, hops - 1) for where in given):
            return False
    return True


@predicate("own-bytes")
def own_bytes(scene: Scene, text: str) -> bool:
    """The bytes were produced earlier in the same test or file by an encoder (X-OWN), as in a round trip."""
    lexed = lex(scene.text, scene.language)
    start, end = place(scene, text)
    if _ENCODERS.search(lexed.code, start, end):
        return True
    return any(_ENCODERS.search(lexed.code, *where) for name in lexed.names(start, end) for where in lexed.definitions(name))


@predicate("fake")
def fake(scene: Scene, text: str) -> bool:
    """The value says itself that it is no secret: a template, a pattern, a word, or what everybody types into a test (X-FAKE)."""
    value = text.strip().strip("'\"`")
    return bool(
        len(set(value)) <= 4
        or _TYPED.fullmatch(value)
        or is_template(value)
        or is_patterned(value)
        or has_long_word(value)
        or word_share(value) >= 0.4
    )


@predicate("nil-uuid")
def nil_uuid(scene: Scene, text: str) -> bool:
    """The text holds an all-zero or one-digit UUID, which names nothing."""
    return len(set(text.lower()) & set("0123456789abcdef")) <= 1


_LOCAL_MODEL = re.compile(r"\(\s*(?:f?[\"'](?:\.{0,2}/|~)|(?:str\()?\w*(?:tmp|temp|path|dir|local)\w*)", re.IGNORECASE)


@predicate("local-model")
def local_model(scene: Scene, text: str) -> bool:
    """The call's first argument is a directory: a path, or a name that says so."""
    return bool(_LOCAL_MODEL.search(text))


# --- what file this is --------------------------------------------------------------------------------------------------

_GENERATED_PATH = re.compile(
    r"(?:^|/)(?:vendor|third[_-]party|node_modules|generated|\.yarn|web-platform-tests|wpt|test262|bower_components)/"
    r"|\.min\.\w+$|_pb2\.py$|\.pb\.go$|\.g\.cs$"
)
_GENERATED_HEADER = re.compile(r"@generated|DO NOT EDIT|Code generated by|auto-?generated", re.IGNORECASE)
_HEADER = 8
_MINIFIED = 300  # characters of an average line
_SCANNER = re.compile(
    r"gitleaks|secret|scanner|detect|yara|semgrep|\bsast\b|\bdlp\b|redact|trufflehog|malware|antivirus", re.IGNORECASE
)
_PROVIDERS = re.compile(r"\b(?:gh[pousr]_|github_pat_|npm_|xox[abpr]-|sk_live_|AKIA|AIza|glpat-|SG\.|hf_|dop_v1_|sk-ant-)")
_CONFIG = re.compile(
    r"(?:^|/)(?:[\w.-]*\.(?:ya?ml|toml|ini|cfg|json|properties|env|conf|mk|m4|ac|am|cmake|gradle)|\.env[\w.-]*|\.rspec|(?:[\w.-]*\.)?Dockerfile"
    r"|Dockerfile[\w.-]*|Makefile|Jenkinsfile|Vagrantfile|\.[a-z]+rc)$"
)


@predicate("generated")
def generated(scene: Scene, text: str) -> bool:
    """The file is generated, vendored or minified: its path, its first lines or the length of its lines say so (X-GEN)."""
    head = "\n".join(scene.text[:2000].split("\n")[:_HEADER])
    minified = len(scene.text) > _MINIFIED * (scene.text.count("\n") + 1)
    return minified or bool(_GENERATED_PATH.search(scene.path) or _GENERATED_HEADER.search(head))


@predicate("scanner-repo")
def scanner_repo(scene: Scene, text: str) -> bool:
    """The file is about detecting secrets or malware (X-SCANNER): its path says so, or it holds five providers' formats."""
    return bool(_SCANNER.search(scene.path)) or len(set(_PROVIDERS.findall(scene.text))) >= 5


@predicate("container-path")
def container_path(scene: Scene, text: str) -> bool:
    """The file builds or runs inside a container, whose files are thrown away: its path says so."""
    return bool(re.search(r"(?:^|[/_.-])(?:docker|container|image|Dockerfile|vagrant|packer)", scene.path, re.IGNORECASE))


_SERVICES = re.compile(r"^services:[ \t]*$", re.MULTILINE)
_SERVICE = re.compile(r"^[ \t]+(?:image|build):", re.MULTILINE)


@predicate("compose-file")
def compose_file(scene: Scene, text: str) -> bool:
    """The file starts containers by Docker Compose: it has services, and one of them an image or a build."""
    return bool(_SERVICES.search(scene.text) and _SERVICE.search(scene.text))


@predicate("adds-capability")
def adds_capability(scene: Scene, text: str) -> bool:
    """The match stands under `cap_add`, not under `cap_drop`."""
    above = scene.text.split("\n")[: scene.line]
    key = next((line for line in reversed(above) if line.strip() and not line.strip().startswith(("-", "#"))), "")
    return key.strip().startswith("cap_add:")


@predicate("about-containers")
def about_containers(scene: Scene, text: str) -> bool:
    """The tests are about running containers, which needs such rights: the path says so."""
    path = re.sub(r"docker-compose|Dockerfile", "", scene.path)
    return bool(re.search(r"docker|dind|podman|k8s|kube|buildkit|containerd|runc|\bcri\b|sysbox|privileged", path, re.IGNORECASE))


@predicate("canned-answers")
def canned_answers(scene: Scene, text: str) -> bool:
    """The file holds what a mocked service answers, or what a test printed before: its path says so."""
    return bool(
        re.search(r"mock|snapshot|\.snap|cassette|record(?:ed|ing)|stub|responses?/|golden|expected", scene.path, re.IGNORECASE)
    )


@predicate("prompt-tests")
def prompt_tests(scene: Scene, text: str) -> bool:
    """The file is about defending models against such text: its path says so."""
    return bool(re.search(r"llm|prompt|guardrail|jailbreak|red[_-]?team|injection", scene.path, re.IGNORECASE))


@predicate("config-file")
def config_file(scene: Scene, text: str) -> bool:
    """The file configures a run (YAML, INI, TOML, JSON, dotenv, Makefile, Dockerfile) rather than being code."""
    return bool(_CONFIG.search(scene.path))


@predicate("published")
def published(scene: Scene, text: str) -> bool:
    """The file publishes ports of its containers, or is about no containers at all."""
    return "ports:" in scene.text or not re.search(r"^\s*(?:services|image|containers):", scene.text, re.MULTILINE)


@predicate("code-file")
def code_file(scene: Scene, text: str) -> bool:
    """The file is code in a language whose calls and strings are read."""
    return scene.language in _CODE


@predicate("runs-commands")
def runs_commands(scene: Scene, text: str) -> bool:
    """The file is code, or configures a run: what stands in it as a command is run. Test data is not."""
    return scene.language in _CODE or config_file(scene, text)


_CODE = frozenset("python javascript java kotlin go c ruby csharp php rust shell".split())


def _span(scene: Scene, text: str) -> Span | None:
    return lex(scene.text, scene.language).span_at(place(scene, text)[0])


def _shown(lexed: Lexed, pattern: re.Pattern[str], start: int, end: int, hops: int) -> bool:
    """The pattern matches in the text between two offsets, or in what the names there are given."""
    if pattern.search(lexed.text, start, end):
        return True
    names = lexed.names(start, end)[:40] if hops else ()
    given = (where for name in names for where in lexed.definitions(name) if where[0] > end or where[1] <= start)
    return any(_shown(lexed, pattern, *where, hops - 1) for where in given)
