"""Where a host leads, judged from its text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.hosts import host_of, is_internal, is_loopback, is_public, is_remote, is_reserved

LOOPBACK = [
    "localhost", "LOCALHOST", "localhost:8443", "app.localhost", "127.0.0.1", "127.1", "127.8.9.1:80", "::1", "[::1]:443",
    "0.0.0.0", "::", "::ffff:127.0.0.1", "https://localhost/x", "host.docker.internal", "postgres://u:p@127.0.0.1:5432/db",
    "localhost.",
]  # fmt: skip
RESERVED = [
    "example.com", "api.example.org", "www.example.net:443", "example.co.uk", "a.test", "b.invalid", "db", "postgres:5432",
    "192.0.2.7", "198.51.100.1", "203.0.113.9", "2001:db8::1", "[2001:db8::1]:80", "10.0.0.5", "172.16.3.4", "192.168.1.1",
    "169.254.169.254", "fe80::1%eth0", "fd00::5", "1.2.3.4", "4.4.4.4", "printer.local", "router.home.arpa", "foo.com",
    "your-domain.com", "mycompany.com", "www.acme.org", "224.0.0.1", "foo.bar.com",
]  # fmt: skip
INTERNAL = [
    "db.prod.internal", "ldap.corp", "git.acme.corp", "build-7.eu.intranet", "db01.prod.acme.lan", "svc.ns.svc.cluster.k8s",
]  # fmt: skip
PUBLIC = [
    "github.com", "db.staging.acme-tools.io", "db.staging.acme.io", "api.my-company.com", "52.18.33.7", "2a00:1450:4001::8",
    "[2a00:1450:4001::8]:443", "xn--bcher-kva.xn--p1ai", "www.python.org:443", "rds.eu-west-1.amazonaws.com",
    "shop.contoso.co.uk", "https://user:secret@hooks.slack.com/services/T/B", "git@gitlab.com:group/project.git",
]  # fmt: skip
UNKNOWN = [
    "", " ", "${HOST}", "{host}:80", "<host>", "%s", "-bad-.com", "a..b", "http://", "*.github.com", "host!"
]  # fmt: skip


def kinds(host: str) -> set[str]:
    asked = {"loopback": is_loopback, "reserved": is_reserved, "internal": is_internal, "public": is_public}
    return {name for name, question in asked.items() if question(host)}


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        (h, {k})
        for k, hs in [("loopback", LOOPBACK), ("reserved", RESERVED), ("internal", INTERNAL), ("public", PUBLIC)]
        for h in hs
    ]
    + [(h, set()) for h in UNKNOWN],
)
def test_a_host_is_of_one_kind(host: str, expected: set[str]) -> None:
    assert kinds(host) == expected
    assert is_remote(host) is bool(expected & {"internal", "public"})


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://API.Acme.io:8443/v1?x=1", "api.acme.io"),
        ("jdbc:postgresql://db.acme.io:5432/app?user=u&password=p", "db.acme.io"),
        ("mongodb+srv://u:p@c0.abc.mongodb.net,c1.abc.mongodb.net/x", "c0.abc.mongodb.net"),
        ("redis://:p@ss@cache.acme.io/0", "cache.acme.io"),
        ("'db.acme.io'", "db.acme.io"),
        ("//cdn.acme.io/x", "cdn.acme.io"),
        ("git@github.com:o/r.git", "github.com"),
        ("[fe80::1%25eth0]:22", "fe80::1%25eth0"),
        ("db.acme.io.", "db.acme.io"),
        ("https://{tenant}.acme.io/", ""),
    ],
)
def test_host_of(text: str, host: str) -> None:
    assert host_of(text) == host


@given(st.text(max_size=200))
@settings(deadline=None)
def test_any_text_is_of_at_most_one_kind(text: str) -> None:
    assert len(kinds(text)) <= 1
    assert (kinds(text) == set()) is (host_of(text) == "")
