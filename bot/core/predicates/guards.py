"""The named questions about guards that a test switches off, asks for, or leaves accounts behind."""

import re

from bot.core.hosts import is_remote
from bot.core.lexical import lex
from bot.core.peers import Peer, hosts, peer
from bot.core.places import place, reach
from bot.core.predicates.registry import predicate
from bot.core.scene import Scene, stands
from bot.core.security_tests import names_security

_GUARD = "|".join(
    "AUTH LOGIN CSRF XSRF SSL TLS CERT VERIF SIGNATURE PERMISSION POLIC CORS HTTPS SECUR CAPTCHA MFA OTP RBAC ACL SANDBOX".split()
)
_OFF_BY_TRUE = re.compile(
    rf"(?:^|[_.])(?:NO|SKIP|DISABLED?|BYPASS|IGNORE|INSECURE|UNSAFE|ALLOW[_.](?:HTTP|INSECURE|ALL|ANY)|FAKE|MOCK)(?=[_.])[\w.]*(?:{_GUARD})"
    rf"|(?:{_GUARD})[\w.]*[_.](?:NO|SKIP|DISABLED?|BYPASS|INSECURE|OFF)(?:[_.]|$)|(?:^|[_.])(?:INSECURE|ALLOW_HTTP|ALLOW_INSECURE)\w*$"
    rf"|disable\w*(?:{_GUARD})\w*$",
    re.IGNORECASE,
)
_OFF_BY_FALSE = re.compile(rf"(?:{_GUARD})(?:[\w.]*[_.])?(?:ENABLED?|REQUIRED?|VERIFY|CHECKS?|ENFORCED?|ON)$", re.IGNORECASE)
_TRUE = frozenset(["1", "true", "yes", "on", "y", "t"])
_FALSE = frozenset(["0", "false", "no", "off", "n", "f", "", "none", "disabled"])
_OTHER_RULES = re.compile(r"NODE_TLS_REJECT|PYTHONHTTPS|GIT_SSL|_CA_BUNDLE|disableHostnameVerification", re.IGNORECASE)
_SETS = re.compile(
    r"[\"'.\[](?P<name>[A-Za-z][\w.]{3,80})[\"'\])]*\s*(?:=>?|,)\s*[\"']?(?P<value>[\w.]*)|(?P<shell>[A-Z]\w{3,80})=[\"']?(?P<given>\w*)"
)
_NAMES = 20  # that a value is followed through
_LINE = 2_000  # characters; a longer line is no person's, and holds more statements than one can ask about
_BASE = re.compile(r"[\w.:$]+")


@predicate("guard-off")
def guard_off(scene: Scene, text: str) -> bool:
    """The text sets a variable or property that is named after a guard to the value that switches the guard off. Those that
    switch TLS off for the whole process have a rule of their own."""
    match = _SETS.search(text)
    if match is None:
        return False
    name, value = (match["name"], match["value"]) if match["name"] else (match["shell"], match["given"])
    if _OTHER_RULES.search(name):
        return False
    return bool(
        (_OFF_BY_TRUE.search(name) and value.lower() in _TRUE) or (_OFF_BY_FALSE.search(name) and value.lower() in _FALSE)
    )


@predicate("names-security")
def names_a_guard(scene: Scene, text: str) -> bool:
    """A word of the text names something that guards: auth, permission, tls, token, sandbox and the like."""
    return names_security(text)


@predicate("emptied-again")
def emptied_again(scene: Scene, text: str) -> bool:
    """The file takes back what it put into the collection: clears it, pops or deletes from it, or gives it another value."""
    named = _BASE.match(text.strip())
    name = re.escape(named.group().rstrip(".")) if named else ""
    taken = rf"{name}\s*\.\s*(?:clear|pop|delete|reset)\(|\b(?:del|delete)\s+{name}|{name}\s*=(?!=)(?!\s*\{{\s*\w)"
    return bool(name) and re.search(taken, scene.text) is not None


@predicate("own-instance")
def own_instance(scene: Scene, text: str) -> bool:
    """What the text changes is made in the same test or fixture, and goes with it."""
    named = re.match(r"[@$]?(\w+)(?:\.|\[|->|::)", text.strip())
    name = re.escape(named.group(1)) if named else ""
    return (
        bool(name)
        and re.search(rf"\b{name}\s*(?::\s*\w+\s*)?:?=\s*(?:await\s+|new\s+)?[\w.:]*\(?|\bas\s+{name}\b", scene.scope) is not None
    )


_VISITS_NAMED = re.compile(
    r"\b(?:goto|visit|navigate(?:To)?|get|load_?URL)\b\s*\(\s*(?:[frFR$]?[\"'`](?:\$|#)?\{)?(?P<name>[A-Za-z_]\w*)", re.IGNORECASE
)
_GIVEN = re.compile(r"(?<![\w.])(?P<name>[A-Za-z_]\w*)\s*(?::\s*\w+\s*)?:?=\s*[\"'`](?P<url>https?://[^\"'`\s]+)")
_VISITS = re.compile(
    r"\b(?:goto|visit|navigate(?:To)?|openPage|open|url|get|load_?URL|baseURL|baseUrl|base_url)\b[\w.]*\s*(?:\(|[:=])\s*"
    r"(?:new URL\(\s*)?[frFR$@]?[\"'`](?P<url>https?://[^\"'`\s]+)",
    re.IGNORECASE,
)


@predicate("visits-remote")
def visits_remote(scene: Scene, text: str) -> bool:
    """The file has its browser open a page on a host that is public or of a company's network."""
    named = {visit["name"] for visit in _VISITS_NAMED.finditer(scene.text)}
    given = (given["url"] for given in _GIVEN.finditer(scene.text) if given["name"] in named) if named else ()
    visited = (visit["url"] for visit in _VISITS.finditer(scene.text))
    return any(is_remote(host) for url in (*visited, *given) for host in hosts(url))


_CREATES = re.compile(
    r"(?:create|add|register|invite|new|make|provision|seed)_?(?:api_?)?(?:user|account|admin|member|customer|key|tenant|login)|sign_?up"
    r"|/(?:users|accounts|signup|sign-up|register|invites?|members|api-keys)\b",
    re.IGNORECASE,
)
_DELETES = re.compile(
    r"(?:delete|remove|destroy|deprovision|drop|purge|clean_?up)_?(?:the_?|test_?)?(?:user|account|admin|member|customer|key|tenant|all)"
    r"|\.(?:delete|destroy|del)\(|\bDELETE\b|method:\s*['\"]DELETE",
    re.IGNORECASE,
)


@predicate("creates-account")
def creates_account(scene: Scene, text: str) -> bool:
    """The test, or the file's set-up around the match, makes a user, an invitation or a key."""
    return _CREATES.search(scene.scope) is not None


@predicate("deletes-account")
def deletes_account(scene: Scene, text: str) -> bool:
    """The file takes away accounts again."""
    return stands(_DELETES, scene.text)


@predicate("switches-guard-off")
def switches_guard_off(scene: Scene, text: str) -> bool:
    """The rest of the match's line makes it one that switches a guard off."""
    return guard_off(scene, scene.line_text()[max(0, scene.line_text().find(text.split("\n", 1)[0])) :])


@predicate("reset-callback")
def reset_callback(scene: Scene, text: str) -> bool:
    """The file sets controllers' callbacks up again after it has skipped one."""
    return re.search(r"(?<!skip_)(?<!\w)before_action\b|reset_callbacks|_process_action_callbacks", scene.text) is not None


@predicate("fresh-application")
def fresh_application(scene: Scene, text: str) -> bool:
    """The match stands in a test case whose base class makes the application anew for each test."""
    return re.search(r"extends\s+\\?(?:\w+\\)*\w*TestCase\b", scene.text) is not None


@predicate("remote-token")
def remote_token(scene: Scene, text: str) -> bool:
    """What the text names was answered by a host that is public or of a company's network, in the same test or helper."""
    if len(scene.line_text()) > _LINE:
        return False
    lexed = lex(scene.text, scene.language)
    low, high = reach(scene)
    waiting, seen = [*lexed.names(*place(scene, text))] if text else [], set[str]()
    while waiting and len(seen) < _NAMES:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        with_error = re.finditer(rf"\b{re.escape(name)}\s*,\s*\w+\s*:?=", lexed.code[low:high])
        given = [lexed.statement(low + m.start()) for m in with_error]
        for where in given or lexed.definitions(name, low, high) or lexed.definitions(name):
            if _is_remote(scene, *where):
                return True
            waiting += lexed.names(*where)
    return False


@predicate("remote-account")
def remote_account(scene: Scene, text: str) -> bool:
    """The statement around the match speaks to a host that is public or of a company's network."""
    if len(scene.line_text()) > _LINE:
        return False
    return _is_remote(scene, *lex(scene.text, scene.language).statement(place(scene, scene.matched)[0]))


def _is_remote(scene: Scene, start: int, end: int) -> bool:
    return peer(scene, start, end) is Peer.REMOTE
