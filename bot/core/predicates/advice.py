"""The named questions that the considerations ask of a match."""

import re
from functools import lru_cache

from bot.core.layout import indentation
from bot.core.places import place
from bot.core.predicates.registry import predicate
from bot.core.scene import Scene, stands

# Names that only a faked clock has, per ecosystem: anywhere in the file they speak for all of it.
_FAKE_CLOCK_FILE = re.compile(
    r"useFakeTimers|FakeTimers|fake-timers|fakeAsync|ClockMock|time-sensitive|FakeTimeProvider|VirtualTime|TestCoroutineScheduler"
)
# Names that fake it where they stand: one test, its decorators and what its body calls.
_FAKE_CLOCK_SCOPE = re.compile(
    r"(patch|mock|stub|fake|receive|EXPECT_CALL|setattr)\w*[^\n]{0,60}[sS]leep"
    r"|freeze_?time|freezegun|time_machine|travel_to|travel\b|Timecop|synctest\.|start_paused|time::pause|runTest|[fF]akeClock|[mM]ockClock"
)
_DECORATORS = 6  # lines above a test in which its decorators stand


@predicate("fake-clock")
def fake_clock(scene: Scene, text: str) -> bool:
    """The test runs on a clock it moves by hand, so that nothing waits: fake timers in the file, or a sleep that is patched,
    frozen or virtual in the test."""
    return stands(_FAKE_CLOCK_FILE, scene.text) or stands(_FAKE_CLOCK_SCOPE, _with_decorators(scene))


def _with_decorators(scene: Scene) -> str:
    return _decorated(scene.text, scene.scope, scene.scope_line)


@lru_cache(maxsize=2)
def _decorated(text: str, scope: str, line: int) -> str:
    above = text.split("\n", line)[max(0, line - 1 - _DECORATORS) : line - 1]
    return "\n".join([*above, scope])


# What a later line says when it looks at the answer of a request, in any of the frameworks.
_ANSWER = re.compile(
    r"\b(?:last_)?resp(?:onse)?\b|\bstatus_?[cC]ode\b|\.status\b|[rR]esponse(?:Status|Code|Is)|[gG]etResponse|assert_response"
    r"|assert_redirected|assertResponse|assertRedirect|assertStatus|have_http_status|follow_redirect|EnsureSuccess|error_for_status"
    r"|\bHTTPStatus\b|\bHttpStatus\b|HttpStatusCode"
)
_FAKES = re.compile(
    r"assert_(?:not_)?(?:called|has_calls|any_call|awaited)|\bverify(?:No\w*|Zero\w*)?\(|toHaveBeenCalled|MagicMock|AsyncMock|mock\.patch"
    r"|[mM]ockito|\b[fF]akes?[A-Z_]\w*|\b[mM]ocks?[A-Z_]\w*|\b(?:mocker|monkeypatch|sinon|gomock)\b|(?:jest|vi)\.(?:fn|mock|spyOn)|requests_mock"
    r"|\bresponses\.|aioresponses|respx|httpmock|WebMock|stub_request|instance_double|Moq|Substitute\.For|createMock|MockHttp|RoundTripFunc"
)
_CLEANING = re.compile(r"tear_?down|clean_?up|dispose|finali[sz]e", re.IGNORECASE)
_AFTERWARDS = re.compile(r"^\W*@?(?:\w+\s+)*?[aA]fter(?:_?[eE]ach|_?[aA]ll|_?[tT]est|Class)?\s*(?:\(|do\b|\{)|^\s*@After")


@predicate("response-checked")
def response_checked(scene: Scene, text: str) -> bool:
    """From the match to the end of its test, something looks at a response or a status."""
    rest = scene.scope.split("\n")[scene.end_line - scene.scope_line + 1 :]
    return bool(_ANSWER.search("\n".join(rest)))


@predicate("faked")
def faked(scene: Scene, text: str) -> bool:
    """The test puts fakes in place and asks them afterwards, so that nothing reached a real service."""
    return stands(_FAKES, _with_decorators(scene))


@predicate("cleaning-up")
def cleaning_up(scene: Scene, text: str) -> bool:
    """The match only tidies up: it stands in a tear-down or is handed to one."""
    opening = scene.scope.split("\n", 1)[0]
    named = (scene.scope_name, opening, scene.line_text())
    return bool(_AFTERWARDS.search(opening) or any(_CLEANING.search(name) for name in named))


@predicate("statement")
def statement(scene: Scene, text: str) -> bool:
    """The match stands alone as a statement: nothing on its line before it, so that nothing takes its result."""
    return not scene.line_text()[: max(0, scene.line_text().find(text.split("\n", 1)[0]))].strip()


_REFUSAL = re.compile(
    r"\b40[13]\b|[fF]orbidden|FORBIDDEN|[uU]nauthori[sz]ed|UNAUTHORIZED|[dD]enied|PermissionError|[rR]aises|assertThrows|toThrow|raise_error"
    r"|expectException|rejects|is_err\(\)|unwrap_err|EXPECT_THROW|EXPECT_FALSE|refus|reject"
)
_ABSENT = re.compile(
    r"no(?:t|ne)?(?:_|\b|[A-Z])|without|disab|off\b|_off|anonym|insecure|unauth|unsecured|plain|unencrypted|public|missing|empty",
    re.IGNORECASE,
)
_STEM = re.compile(r"auth|network|permission|role|scope|acl|polic|group|tls|ssl|https|firewall|sandbox|csrf|encrypt|rate|login")


@predicate("about-that-mode")
def about_that_mode(scene: Scene, text: str) -> bool:
    """The test is about the very thing it switches: its name or its file's says so, or it asserts a refusal."""
    stem = _STEM.search(text.lower())
    named = f"{scene.path.rsplit('/', 1)[-1]} {scene.scope_name}".lower()
    if stem and stem.group() in named:
        return True
    return scene.scope != scene.text and bool(_ABSENT.search(scene.scope_name) or _REFUSAL.search(scene.scope))


@predicate("table-row")
def table_row(scene: Scene, text: str) -> bool:
    """The match is one row of a table of cases, of which others may say the opposite."""
    return bool(re.search(r"(?:tests|cases|testCases|tt|tc|scenarios|params|parametrize)\b", scene.scope))


_NOT_BASE64 = re.compile(r"\\[nrt]|[^A-Za-z0-9+/=]")
_SHORTEST_KEY = 60  # base64 characters: an Ed25519 key has 64 with its wrapping, every other has more
_PEM_LIMIT = 10_000
_DECLARED = re.compile(
    r"not[ _-]a[ _-]secret|test[ _-]only|insecure|do[ _-]not[ _-](?:use|trust)|throw-?away|dummy|fake", re.IGNORECASE
)
_ABOVE = 5  # lines in which a remark about what follows stands


@predicate("pem-body")
def pem_body(scene: Scene, text: str) -> bool:
    """After the opening line of a PEM block stands the body of a key, in one string or in several."""
    _, end = place(scene, text)
    after = scene.text[end : end + _PEM_LIMIT]
    body = _NOT_BASE64.sub("", after.partition("-----")[0])
    return len(body) >= _SHORTEST_KEY and len(set(body)) > 20


@predicate("declared-fake")
def declared_fake(scene: Scene, text: str) -> bool:
    """The path, or a line just above, says that this is for tests alone."""
    above = scene.lines[max(0, scene.line - 1 - _ABOVE) : scene.line]
    return bool(_DECLARED.search(scene.path.rpartition("/")[2]) or any(_DECLARED.search(line) for line in above))


_CONTAINER_FILE = re.compile(r"(?:^|/)(?:docker-)?compose[\w.-]*\.ya?ml$|\.gitlab-ci|bitbucket-pipelines", re.IGNORECASE)
_SERVICES = re.compile(
    r"^(?:services|version|volumes|networks):|^\s*(?:container_name|depends_on|ports|environment|entrypoint):", re.MULTILINE
)


@predicate("container-file")
def container_file(scene: Scene, text: str) -> bool:
    """The file starts containers: its name or its keys are those of a compose file."""
    return bool(_CONTAINER_FILE.search(scene.path) or len(set(_SERVICES.findall(scene.text))) >= 2)


# Words of a variable's name that guard something. A whole word each, so that MONKEY is no key.
_GUARDING = frozenset(
    """
    auth authn authz authentication authorization login token secret password passwd credential credentials oauth oidc jwt
    tls ssl cert certs certificate truststore keystore verify insecure encryption permission permissions policy acl rbac csrf cors
    sandbox
    """.split()
)
_VARIABLE = re.compile(r"[\"'](?P<quoted>[\w.]+)=?[\"']?|\.env\.(?P<member>\w+)")
_OTHER_RULES = re.compile(
    r"NODE_TLS_REJECT_UNAUTHORIZED|PYTHONHTTPSVERIFY|GIT_SSL_NO_VERIFY|_CA_BUNDLE|disableHostnameVerification"
)
_SET_UP_FILE = re.compile(
    r"(?:^|/)(?:conftest\.py|(?:jest|vitest|global|test)[.-]?[sS]etup[\w.-]*|setup[-.]?[tT]ests?[\w.-]*|.*\.phpt|bootstrap\.php)$"
)


@predicate("security-variable")
def security_variable(scene: Scene, text: str) -> bool:
    """The environment variable or property that the text sets is named after something that guards. Those that switch TLS off
    for the whole process have a rule of their own."""
    named = _VARIABLE.search(text)
    name = (named["quoted"] or named["member"]) if named else ""
    words = re.split(r"[._]", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower())
    return not _OTHER_RULES.search(name) and ("".join(words[-2:]) in _GUARDING or not _GUARDING.isdisjoint(words))


@predicate("own-process")
def own_process(scene: Scene, text: str) -> bool:
    """The file is a process of its own, or sets a whole run up: nothing runs after it that did not ask for this."""
    return bool(_SET_UP_FILE.search(scene.path)) or "subprocess" in scene.scope_name


_TAKES_AWAY = re.compile(
    r"unset|delete|\bdel\b|pop\b|clear|remove|restore|clean|\bnull\b|\bNone\b|prev|orig|\bold|saved|backup|putenv\(\s*['\"]\w+['\"]\s*\)",
    re.IGNORECASE,
)


@predicate("put-back")
def put_back(scene: Scene, text: str) -> bool:
    """Another line names the same variable or property and takes it away or gives it an earlier value."""
    named = _VARIABLE.search(text)
    name = (named["quoted"] or named["member"]) if named else ""
    taken = _taken_away(scene.text, name) if name else frozenset()
    return bool(taken - {scene.line}) or bool(_TAKES_AWAY.search(scene.line_text().partition(name)[0]))


@lru_cache(maxsize=64)
def _taken_away(text: str, name: str) -> frozenset[int]:
    """The lines that name the variable and take it away or give it an earlier value."""
    return frozenset(n for n, line in enumerate(text.split("\n"), 1) if name in line and _TAKES_AWAY.search(line))


_HELPERS = frozenset(
    "conftest helper helpers support common setup harness base abstract testutil testutils testkit shared".split()
)
_UTILITIES = frozenset("util utils fixture fixtures".split())
_HELPER_FOLDER = re.compile(r"(?:^|/)(?:helpers?|support|common|shared|fixtures|test-?utils?|utils?|harness)/", re.IGNORECASE)
_MANY_WORDS = 3  # a longer name describes a test


@predicate("shared-helper")
def shared_helper(scene: Scene, text: str) -> bool:
    """The file is one that tests share: a conftest, a helper, a base class, a support folder."""
    folder, _, file = scene.path.rpartition("/")
    stem = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", file.split(".")[0])
    words = re.split(r"[_-]", stem.lower())
    if len(words) > _MANY_WORDS and words[0] not in ("base", "abstract"):
        return False
    named = _HELPERS if words[0] == "test" and file.endswith(".py") else _HELPERS | _UTILITIES
    return not named.isdisjoint(words) or bool(_HELPER_FOLDER.search(f"{folder}/"))


_ISSUE = re.compile(r"https?://|#\d+|\b(?:gh|bug|issue|ticket)[-_ #:]{0,2}\d+|\b[A-Z][A-Z0-9]{1,9}-\d+\b", re.IGNORECASE)


@predicate("names-issue")
def names_issue(scene: Scene, text: str) -> bool:
    """The line names the issue that tracks what it leaves open."""
    return bool(_ISSUE.search(scene.line_text()))


_OPENED = re.compile(r"\.\s*(?:open\w*|getContent|getInputStream|read\w*|text|bytes)\b|openConnection")
_ONLY_NAMED = re.compile(r"^(?:new\s+)?(?:URL|URI\.create)\(")


@predicate("url-only")
def url_only(scene: Scene, text: str) -> bool:
    """The text makes a URL that nothing on its line opens."""
    return bool(_ONLY_NAMED.match(text)) and not _OPENED.search(scene.line_text().partition(text)[2])


_TRY = re.compile(r"^(?P<indent>[ \t]*)try:\s*(?:#[^\n]*)?$", re.MULTILINE)


@predicate("swallows-assertion")
def swallows_assertion(scene: Scene, text: str) -> bool:
    """The handler takes in what an assertion in its own try block raises."""
    lines = scene.lines
    indent = indentation(lines[scene.line - 1])
    for above in range(scene.line - 1, 0, -1):
        opened = _TRY.match(lines[above - 1])
        if opened and len(opened["indent"]) == indent:
            return any(re.match(r"\s*(?:assert\b|self\.assert)", line) for line in lines[above : scene.line - 1])
    return False
