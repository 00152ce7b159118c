"""Where code connects to."""

import pytest

from bot.core.peers import Peer, hosts, intercepted, judge, peer
from bot.core.scene import Scene

REMOTE, LOCAL, UNKNOWN = Peer.REMOTE, Peer.LOCAL, Peer.UNKNOWN


def scene(text: str, language: str, part: str) -> Scene:
    return Scene("tests/x", language, text, text[: text.index(part)].count("\n") + 1, 1, part, scope=text)


def look(text: str, language: str, part: str) -> Peer:
    start = text.index(part)
    return peer(scene(text, language, part), start, start + len(part))


@pytest.mark.parametrize(
    ("language", "part", "text", "expected"),
    [
        ("python", "verify=False", "requests.get('https://api.northwind.io/x', verify=False)", REMOTE),
        ("python", "verify=False", "requests.get('https://vault.corp.northwind.internal', verify=False)", REMOTE),
        ("python", "verify=False", "requests.get('https://localhost:8443', verify=False)", LOCAL),
        ("python", "verify=False", "requests.get('https://www.example.com', verify=False)", LOCAL),
        ("python", "verify=False", "requests.get('https://expired.badssl.com', verify=False)", LOCAL),
        ("python", "verify=False", "requests.get('https://vault:8200', verify=False)", LOCAL),
        ("python", "verify=False", "requests.get('https://staging.acme.io', verify=False)", REMOTE),
        ("python", "verify=False", "requests.get(url, verify=False)", UNKNOWN),
        ("python", "verify=False", "requests.get(server.url, verify=False)", LOCAL),
        ("python", "verify=False", "B = 'https://a.northwind.io'\nU = f'{B}/v1'\nrequests.get(U + '/x', verify=False)", REMOTE),
        ("python", "s.verify", "s = requests.Session()\ns.verify = False\ns.get('https://a.northwind.io')\n", REMOTE),
        ("python", "s.verify", "s = requests.Session()\ns.verify = False\ns.get(live_server.url)\n", LOCAL),
        ("python", "AutoAdd", "c = SSHClient()\nc.set_policy(AutoAddPolicy())\nc.connect('b7.northwind.io')\n", REMOTE),
        (
            "python",
            "CERT_NONE",
            "x = ctx()\nx.verify_mode = ssl.CERT_NONE\nurlopen('https://a.northwind.io', context=x)\n",
            REMOTE,
        ),
        ("go", "Insecure", "c := &http.Client{Transport: T{Insecure: true}}\nc.Get(srv.URL)\n", LOCAL),
        ("go", "Insecure", 't := T{Insecure: true}\nc := C{Transport: t}\nc.Get("https://a.northwind.io")\n', REMOTE),
        ("shell", "-k", 'API="${API:-https://a.northwind.io}"\ncurl -k "$API/x"\n', REMOTE),
        ("shell", "-k", "curl -k https://127.0.0.1:8443", LOCAL),
        ("shell", "ssh -o", "ssh -o StrictHostKeyChecking=no ci@b7.northwind.io", REMOTE),
        ("c", "VERIFY", 'curl_easy_setopt(h, URL, "https://a.northwind.io");\ncurl_easy_setopt(h, VERIFY, 0);\n', REMOTE),
        ("php", "VERIFY", "<?php $h = curl_init('https://a.northwind.io'); curl_setopt($h, VERIFY, 0);", REMOTE),
        ("python", "verify=False", "x = x\nrequests.get(x, verify=False)", UNKNOWN),
    ],
)
def test_peer(language: str, part: str, text: str, expected: Peer) -> None:
    assert look(text, language, part) is expected


def test_names_of_another_test_do_not_count_where_the_own_scope_has_them() -> None:
    text = "def a():\n    u = 'https://a.northwind.io'\n\ndef b():\n    u = 'https://localhost'\n    get(u, verify=False)\n"
    scope = text[text.index("def b") :]
    found = Scene("tests/x", "python", text, 6, 6, "verify=False", scope=scope, scope_name="b", scope_line=4)
    at = text.index("verify")
    assert peer(found, at, at + 12) is LOCAL


@pytest.mark.parametrize(
    "double",
    [
        "@responses.activate",
        "nock('https://a.northwind.io')",
        "jest.mock('axios')",
        "stub_request(:get, 'x')",
        "with mock.patch('requests.get'):",
        "monkeypatch.setattr(requests, 'get', fake)",
        "VCR.use_cassette('x')",
        "new MockHandler([])",
    ],
)
def test_intercepted(double: str) -> None:
    text = f"{double}\nrequests.get('https://a.northwind.io', verify=False)"
    assert intercepted(scene(text, "python", "verify"))
    assert look(text, "python", "verify=False") is LOCAL


def test_hosts_of_templates_are_unknown() -> None:
    assert list(hosts("see https://a.b.io/x and http://{host}:80/ and wss://[::1]:9/")) == ["a.b.io", "", "::1"]


def test_one_local_host_outweighs_the_others() -> None:
    assert judge(["a.northwind.io", "127.0.0.1"]) is LOCAL
    assert judge(["a.northwind.io", ""]) is REMOTE
    assert judge([""]) is UNKNOWN
