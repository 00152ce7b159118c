"""Where a piece of code connects to: read from its own literals, from what its names are given, from the client it sets up.

REMOTE is only said when a host is shown that is public or a full name inside a company's network. A test's own server, a
recorded answer or a faked transport makes the peer LOCAL; anything else is UNKNOWN, which is no reason to speak.
"""

import re
from collections.abc import Iterator
from enum import Enum
from itertools import islice

from bot.core.hosts import host_of, is_loopback, is_remote, is_reserved
from bot.core.lexical import Lexed, lex
from bot.core.places import reach
from bot.core.scene import Scene, stands


class Peer(Enum):
    LOCAL = "local"
    REMOTE = "remote"
    UNKNOWN = "unknown"


_URL = re.compile(r"\b[a-z][a-z0-9+.-]{1,12}://([^\s/'\"`<>)}\\?#]{1,300})", re.IGNORECASE)
_HOST_LITERAL = re.compile(
    r"(?:[\w.-]{1,32}@)?((?:[a-z0-9][a-z0-9-]{0,62}\.)+[a-z]{2,18}|localhost|(?:\d{1,3}\.){3}\d{1,3})(?::\d{1,5})?", re.IGNORECASE
)
# Names of code files and packages look like hosts; these endings are theirs.
_NOT_A_HOST = re.compile(
    r"\.(?:py|js|ts|rb|sh|go|rs|cc|pl|md|so|gz|pem|key|crt|cert|json|ya?ml|txt|html?|xml|zip|java|class|name|id)$", re.IGNORECASE
)
# Hosts that exist to be connected to with verification off.
_PURPOSE_BUILT = re.compile(
    r"(?:^|\.)(?:badssl\.com|mitmproxy\.org)$|^(?:self-signed|expired|wrong\.host|untrusted-root|revoked)\."
)
# How a test names a server of its own: https://docs.python.org/3/library/http.server.html, pytest-django's live_server,
# net/http/httptest, OkHttp's MockWebServer, WireMock, Testcontainers, ASP.NET Core's TestServer, Spring's local.server.port.
_LOCAL_SERVER = re.compile(
    r"httptest\.New|[mM]ock[wW]eb[sS]erver|[wW]ire[mM]ock|TestServer|WebApplicationFactory|live_server|liveServer"
    r"|create(?:Secure)?Server\b|HTTPServer|https?_?server|test_?server|local_?server|\b[sS]erver\b|\bsrv\b|\bts\."
    r"|[tT]est[cC]ontainers?|get(?:First)?MappedPort|local\.?server\.?port|localhost|127\.0\.0\.1|\[::1\]|\.sock\b"
    r"|start_server|listen\(|\baddress\(\)|dummyserver"
)
# Libraries and idioms that answer a request before it leaves the process.
_INTERCEPTED = re.compile(
    r"\bresponses\.(?:add|activate|RequestsMock|get|post)|requests[_-]mock|httpretty|\brespx\b|pytest_httpx|httpx_mock"
    r"|aioresponses|\bbetamax\b|\b(?:vcr|VCR)\b|use_cassette|\bnock\b|fetch-?[mM]ock|MockAgent|\bmsw\b|setupServer|MockAdapter"
    r"|sinon\.(?:stub|fake)|proxyquire|(?:jest|vi)\.(?:mock|spyOn)\(|\btd\.replace|WebMock|webmock|stub_request|FakeWeb"
    r"|(?:Typhoeus|Excon)\.stub|httpmock|\bgock\b|[rR]oundTrip(?:per)?Func|MockHttp|HttpMessageHandlerStub"
    r"|Mock<HttpMessageHandler>|MockHandler|Http::fake|MockRestServiceServer|MockEngine|MockTransport|ASGITransport|WSGITransport"
    r"|mockito|httpmock::|mock\(\s*\w*(?:Client|Connection|Session)\b"
    r"|patch(?:\.object)?\(\s*['\"]?[\w.]*(?:requests|url|http|[sS]ession|socket|\bssl|paramiko|SSHClient|[cC]onnect|[cC]lient)"
    r"|setattr\(\s*['\"]?(?:requests|urllib|httpx|aiohttp|http|socket|ssl|paramiko)\b"
)
# A client, agent or context is used by its name: spoken to, handed over under one of these labels, or as a bare argument.
_LABELS = (
    "(?:agent|httpsAgent|dispatcher|[tT]ransport|client|context|ssl|ssl_context|sslContext|TLSClientConfig|[tT]lsConfig|tls"
    "|handler|opts|options|config|verify|HostKeyCallback|session|connector|TLSConfig|credentials|creds|ctx)"
)
_DECLARES = r"(?:(?:const|let|var|val|final|auto|my|local)\s+|[\w<>.*]+\s+[*&]?(?=\w+\s*=[^=]))?"
_RECEIVER = re.compile(
    rf"\s*{_DECLARES}((?:self\.|this\.|@|\$this->)?[A-Za-z_$]\w*)\s*(?:,[^=\n]{{0,40}})?(?::=|=(?!=)|\.|->|\[|::)"
)
_SETOPT = re.compile(r"[\s\w=]*(?:setopt\w*|_set_\w+|SetOption)\s*\(\s*[&*]?(\$?\w+)", re.IGNORECASE)
# Where a client is handed over by its place among the arguments; elsewhere a bare name may go anywhere.
_BARE_ARGUMENTS = frozenset("c php go java kotlin csharp rust".split())
_SHARED = ("self.", "this.", "@", "$this->")
# Where a host is always a quoted literal; in a shell or a configuration file a bare word may be one.
_QUOTING = frozenset("python javascript java kotlin go c ruby csharp php rust".split())
_BELOW_HOST = re.compile(r"(?:[^/\s]*\})?\.((?:[a-z0-9][a-z0-9-]{0,62}\.)+[a-z]{2,18})", re.IGNORECASE)  # `.x.io` after a label
_LOGS_IN = re.compile(r"(?:ssh|scp|sftp|rsync)\s")
_HOPS = 4
_NAMES = 40
_USES = 200


def peer(scene: Scene, start: int, end: int) -> Peer:
    """Where the code between two offsets of the scene's file connects to."""
    return Peer.LOCAL if intercepted(scene) else _Look(scene).around(start, end)


def own_machine(scene: Scene, start: int, end: int) -> bool:
    """The code between two offsets stays on this machine: every host shown is loopback or a service beside the test, or none is
    shown and the peer is a server of the test's own."""
    if intercepted(scene):
        return True
    look = _Look(scene)
    found = look.around(start, end)
    return all(is_loopback(h) or "." not in h for h in look.hosts) if look.hosts else found is Peer.LOCAL


def shown_hosts(scene: Scene, start: int, end: int) -> tuple[str, ...]:
    """The hosts that are shown for the code between two offsets, in the order in which they were found."""
    look = _Look(scene)
    look.around(start, end)
    return tuple(dict.fromkeys(look.hosts))


def intercepted(scene: Scene) -> bool:
    """The file answers its own requests: a recorder, a stub server library or a patched client stands in it."""
    return stands(_INTERCEPTED, scene.text)


def hosts(text: str) -> Iterator[str]:
    """The hosts of the URLs in a text, '' for one that is a template."""
    for match in _URL.finditer(text):
        yield host_of("x://" + match.group(1))


def judge(found: list[str]) -> Peer:
    """What a set of hosts says together: one local host outweighs all others."""
    named = [h for h in found if h]
    if any(is_loopback(h) or (is_reserved(h) and not _stands_for_a_company(h)) or _PURPOSE_BUILT.search(h) for h in named):
        return Peer.LOCAL
    return Peer.REMOTE if any(is_remote(h) or _stands_for_a_company(h) for h in named) else Peer.UNKNOWN


def _stands_for_a_company(host: str) -> bool:
    """staging.acme.io: a stand-in company's name, but a full address below it, as an environment of one's own has."""
    labels = host.split(".")
    return len(labels) > 2 and "acme" in labels[-2] and labels[-1] not in ("test", "example", "invalid", "local")


class _Look:
    """One question about one file."""

    def __init__(self, scene: Scene) -> None:
        self.lexed: Lexed = lex(scene.text, scene.language)
        self.low, self.high = reach(scene)
        self.known: dict[tuple[int, int], Peer] = {}
        self.hosts: list[str] = []

    def around(self, start: int, end: int) -> Peer:
        """By the code itself, else by its statement, else by the client that the statement sets up."""
        ways = ((start, end), self.lexed.statement(start))
        found = next((p for p in (self.expression(*way, _HOPS) for way in ways) if p is not Peer.UNKNOWN), None)
        return found or self.client(start)

    def expression(self, start: int, end: int, hops: int) -> Peer:
        """By the literals of an expression, else by what its names are given in the scope, else in the file."""
        if (start, end) not in self.known:
            self.known[start, end] = Peer.UNKNOWN  # what a name is given by way of itself
            self.known[start, end] = self._expression(start, end, hops)
        return self.known[start, end]

    def _expression(self, start: int, end: int, hops: int) -> Peer:
        named = [h for h in _literal_hosts(self.lexed, start, end) if h]
        self.hosts += named
        own = judge(named)
        if own is not Peer.UNKNOWN:
            return own
        if _LOCAL_SERVER.search(self.lexed.code, start, end):
            return Peer.LOCAL
        names = self.lexed.names(start, end)[:_NAMES] if hops else ()
        return _settle({self.expression(*given, hops - 1) for name in names for given in self._definitions(name)})

    def client(self, offset: int) -> Peer:
        """By the other statements that use the client, agent or context which the statement at the offset sets up."""
        own = self.lexed.statement(offset)
        waiting = [_receiver(self.lexed, offset)]
        seen: set[str] = {""}
        verdicts: set[Peer] = set()
        while waiting and len(seen) <= _HOPS:
            name = waiting.pop(0)
            if name in seen:
                continue
            seen.add(name)
            for at in self._uses(name):
                if not own[0] <= at < own[1]:
                    verdicts.add(self.expression(*self.lexed.statement(at), _HOPS - 1))
                    waiting.append(_receiver(self.lexed, at))
        return _settle(verdicts)

    def _uses(self, name: str) -> Iterator[int]:
        word = re.escape(name)
        bare = rf"|[(,]\s*[&*]?{word}\s*[,)}}]" if self.lexed.language in _BARE_ARGUMENTS else ""
        used = re.compile(
            rf"(?<![\w$]){word}\s*(?:\.|->|::|\[)|{_LABELS}['\"]?\s*(?:=>|[:=])\s*[&*]?{word}\b|\{{\s*{word}\b{bare}"
        )
        area = (0, len(self.lexed.code)) if name.startswith(_SHARED) else (self.low, self.high)
        return (m.start() for m in islice(used.finditer(self.lexed.code, *area), _USES))

    def _definitions(self, name: str) -> list[tuple[int, int]]:
        return self.lexed.definitions(name, self.low, self.high) or self.lexed.definitions(name)


def _settle(verdicts: set[Peer]) -> Peer:
    return next((v for v in (Peer.LOCAL, Peer.REMOTE) if v in verdicts), Peer.UNKNOWN)


def _receiver(lexed: Lexed, offset: int) -> str:
    """The name that a statement sets up or speaks to: `client` of `client = ...`, `client.verify = ...`, `setopt(client, 0)`."""
    statement = lexed.statement(offset)
    match = _SETOPT.match(lexed.code, *statement) or _RECEIVER.match(lexed.code, *statement)
    return match.group(1) if match else ""


def _literal_hosts(lexed: Lexed, start: int, end: int) -> Iterator[str]:
    for literal in lexed.strings(start, end):
        yield from hosts(literal)
        yield from _bare([literal])
    if lexed.language not in _QUOTING:
        text = lexed.text[start:end].strip()
        yield from hosts(text)
        yield from _bare([w.strip("'\"").split(":")[0] for w in text.split()[:_NAMES]] if _LOGS_IN.match(text) else [text])


def _bare(words: list[str]) -> Iterator[str]:
    for word in words:
        match = _HOST_LITERAL.fullmatch(word) or _BELOW_HOST.fullmatch(word)
        if match and not _NOT_A_HOST.search(match.group(1)):
            yield host_of(match.group(1))
