"""Where a match connects to."""

import re

from bot.core.environment import belongs
from bot.core.hosts import host_of, is_loopback, is_remote, is_reserved
from bot.core.lexical import Lexed, lex
from bot.core.peers import Peer, hosts, intercepted, own_machine, peer, shown_hosts
from bot.core.places import place
from bot.core.predicates.registry import predicate
from bot.core.scene import Scene


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


@predicate("remote-alone")
def remote_alone(scene: Scene, text: str) -> bool:
    """The file names hosts that are public or of a company's network, and none that is local, reserved or its own; and nothing
    answers its requests."""
    named = [host for host in hosts(scene.text) if host]
    return bool(named) and all(is_remote(host) and not is_reserved(host) for host in named) and not intercepted(scene)


_SESSION_CLASS = re.compile(r"^[ \t]*class\s+\w+\([^)\n]*(?:Session|Client)\b[^)\n]*\)", re.MULTILINE)


@predicate("session-class")
def session_class(scene: Scene, text: str) -> bool:
    """The file makes a client session of its own out of a library's."""
    return _SESSION_CLASS.search(scene.text) is not None


_TRUSTS_ANYTHING = re.compile(
    r"InsecureSkipVerify\s*:\s*true|Noop\w*HostnameVerifier|ALLOW_ALL|AllowAll|[tT]rust_?(?:All|Any|any|all)"
    r"|\b(?:unsafe|insecure)(?:_?\w*_?)(?:[sS]sl|SSL|[tT]ls|TLS|[tT]rust|[vV]erifier|[cC]ontext|[fF]actory)"
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


def _shown(lexed: Lexed, pattern: re.Pattern[str], start: int, end: int, hops: int) -> bool:
    """The pattern matches in the text between two offsets, or in what the names there are given."""
    if pattern.search(lexed.text, start, end):
        return True
    names = lexed.names(start, end)[:40] if hops else ()
    given = (where for name in names for where in lexed.definitions(name) if where[0] > end or where[1] <= start)
    return any(_shown(lexed, pattern, *where, hops - 1) for where in given)
