"""Where a host name or address in the code leads: to this machine, to nobody, into a company's network, or out into the world.

Judged from the text alone, nothing is resolved. Every host is exactly one of loopback, reserved, internal, public; or unknown,
when the text is no host (a template, a variable), and then every question here is answered False.
"""

import ipaddress
import re

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL}){{0,30}}", re.ASCII)
_AUTHORITY_END = re.compile(r"[/?#\\\s,;]")
_LOOPBACK_NAMES = frozenset(
    "localhost localhost.localdomain localhost4 localhost6 ip6-localhost ip6-loopback host.docker.internal"
    " gateway.docker.internal kubernetes.docker.internal host.containers.internal host.testcontainers.internal".split()
)
# RFC 2606, RFC 6761 and RFC 9476 names, which nobody can register; RFC 8375 and RFC 6762 name a home or one link.
_RESERVED_SUFFIXES = frozenset("test example invalid localhost alt local home.arpa localdomain".split())
# Private-use endings that companies do resolve: ICANN set .internal aside for them, the others are old habits.
_INTERNAL_SUFFIXES = frozenset("internal intranet intra private corp home lan".split())
# Registered, yet written by everybody as a stand-in for "some host".
_PLACEHOLDERS = frozenset(
    "bar baz domain dummy email example fake foo foobar host hostname invalid localhost mydomain myhost"
    " myserver mysite nowhere placeholder sample server site some somedomain somehost somesite somewhere test"
    " testdomain testhost testserver testsite website whatever xxx yourdomain yourhost yourserver yoursite".split()
)
# A stand-in for a company. Its bare name is nobody's; below it, `db.staging.acme.io`, people write what they really run.
_COMPANIES = frozenset("acme acmecorp company corp mycompany organization someco yourcompany".split())
_COUNTRY_SECOND_LEVEL = frozenset("ac co com edu gov mil ne net or org".split())
# Endings of more than two letters under which most of the world's names stand; two-letter endings are countries'.
_GENERIC_TLDS = frozenset(
    "academy agency app art arpa asia bank beer bet bike biz blog bot build business cafe capital care cash center"
    " chat church city click cloud club codes com community company computer consulting cool coop credit cyou dance"
    " data day dental design dev digital direct directory domains download edu education email energy engineer"
    " engineering enterprises equipment events exchange expert express farm fashion finance financial fit foundation"
    " fund fun fyi gallery game games global gmbh gold google gov group guide guru health help host hosting house"
    " icu immo inc industries info ink institute int insure international investments jobs land law legal life"
    " limited link live llc loan lol ltd management market marketing media mil mobi money monster museum name net"
    " network news ninja observer one online org page partners parts party pet photography pizza plus post press pro"
    " productions properties pub red rent report rest review reviews rocks run sale sbs school science security"
    " services shop show site social software solar solutions space store stream studio style sucks support systems"
    " taxi team tech technology tel tips today tools top town toys trade training travel university vip video vision"
    " watch web website wiki win work works world wtf xyz zone".split()
)


def host_of(text: str) -> str:
    """The lower-case host in a URL, DSN, `user@host:path` or `host:port`; '' when it is no plain host (a template, say)."""
    text = text.strip().strip("'\"`")[:2048]
    authority = text.partition("://")[2] if "://" in text else text.removeprefix("//")
    authority = _AUTHORITY_END.split(authority, maxsplit=1)[0].rpartition("@")[2].lower()
    if authority.startswith("["):
        host = authority[1:].partition("]")[0]
    else:
        host = authority if _address(authority) else authority.partition(":")[0]
    host = host.rstrip(".")
    return host if _address(host) or _NAME.fullmatch(host) else ""


def is_loopback(host: str) -> bool:
    """The host is this machine: localhost, 127.0.0.0/8, ::1, the unspecified address, or a container's name for its host."""
    host = host_of(host)
    address = _address(host)
    if address is not None:
        return address.is_loopback or address.is_unspecified
    return host in _LOOPBACK_NAMES or host.endswith(".localhost")


def is_reserved(host: str) -> bool:
    """Nobody's host: reserved or placeholder names, one-label names (a compose service, a variable), and addresses that are
    not routed: documentation (RFC 5737, 3849), private (RFC 1918, 4193), link-local, multicast, or `1.2.3.4` and its like."""
    host = host_of(host)
    if not host or is_loopback(host):
        return False
    address = _address(host)
    if address is not None:
        return not address.is_global or address.is_multicast or _stand_in(address)
    labels = host.split(".")
    if len(labels) < 2 or labels[-1] in _RESERVED_SUFFIXES or ".".join(labels[-2:]) in _RESERVED_SUFFIXES:
        return True
    below, name = _registrable(labels)
    bare = below in ([], ["www"])
    return labels[-1] not in _INTERNAL_SUFFIXES and (name in _PLACEHOLDERS or (bare and name in _COMPANIES))


def is_internal(host: str) -> bool:
    """A full name inside somebody's network: two labels or more, under no public ending and not reserved."""
    host = host_of(host)
    return _named(host) and not _public_ending(host)


def is_public(host: str) -> bool:
    """A name that anybody could register under a public ending, or a routed address."""
    host = host_of(host)
    if not host or is_loopback(host) or is_reserved(host):
        return False
    return _address(host) is not None or _public_ending(host)


def is_remote(host: str) -> bool:
    """Public or internal: what is sent there leaves the machine and reaches somebody."""
    return is_public(host) or is_internal(host)


def _named(host: str) -> bool:
    return bool(host) and _address(host) is None and not is_loopback(host) and not is_reserved(host)


def _public_ending(host: str) -> bool:
    ending = host.rpartition(".")[2]
    return (len(ending) == 2 and ending.isalpha()) or ending in _GENERIC_TLDS or ending.startswith("xn--")


def _registrable(labels: list[str]) -> tuple[list[str], str]:
    """What stands below the label that somebody registers, and that label without hyphens: `db.a-b.co.uk` -> (["db"], "ab")."""
    at = -3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _COUNTRY_SECOND_LEVEL else -2
    return labels[:at], labels[at].replace("-", "")


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return ipaddress.IPv4Address(f"127.0.0.{host[4:]}") if re.fullmatch(r"127\.\d{1,2}", host) else None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _stand_in(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """1.1.1.1, 1.2.3.4, 4.3.2.1, 10.20.30.40: four equal numbers or four in equal steps."""
    if isinstance(address, ipaddress.IPv6Address):
        return False
    a, b, c, d = address.packed
    return b - a == c - b == d - c
