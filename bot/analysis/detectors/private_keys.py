"""Private keys that belong to something real. A key alone is a test's own; what stands beside it in the file can bind it."""

import binascii
import re
import struct
from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.analysis.surroundings import is_about_scanning, known_before
from bot.core import fakes
from bot.core.aws import is_sample
from bot.core.hosts import host_of, is_public, is_remote

_PEM = re.compile(
    r"-----BEGIN (?P<kind>(?:RSA |EC |DSA |OPENSSH )?PRIVATE KEY)-----(?P<body>[^-]{60,20000})-----END (?P=kind)-----"
)
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----(?P<body>[^-]{100,20000})-----END CERTIFICATE-----")
_NOISE = re.compile(r"\\n|\\r|[^A-Za-z0-9+/=]")
_PUBLIC_LINE = re.compile(r"ssh-(?:rsa|ed25519|dss)\s+[A-Za-z0-9+/=]{40,2000}\s+(?P<comment>[\w.+-]+@[\w.-]+)")
_KUBE_KEY = re.compile(r"client-key-data\s*:\s*[\"']?(?P<value>[A-Za-z0-9+/=]{200,20000})")
_KUBE_SERVER = re.compile(r"\bserver\s*:\s*[\"']?(?P<url>https?://[^\s\"']{4,260})")
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html: APKA begins a public key's id.
_KEY_PAIR = re.compile(r"(?<![A-Za-z0-9])APKA[A-Z2-7]{16}(?![A-Za-z0-9])")
_NEAR = 20  # lines between a key and the id of its pair
_OPENVPN = re.compile(r"^\s*remote\s+(?P<host>\S+)", re.MULTILINE)
_ACCOUNT = re.compile(
    r"\"client_email\"\s*:\s*\"(?P<email>[^\"@]{3,100}@(?P<project>[^\"@.]{3,60})\.iam\.gserviceaccount\.com)\""
)
_KEY_ID = re.compile(r"\"private_key_id\"\s*:\s*\"(?P<id>[0-9a-f]{40})\"")
_PUBLIC_CAS = re.compile(
    r"Let's Encrypt|DigiCert|Sectigo|GlobalSign|Google Trust Services|Amazon|GoDaddy|Entrust|ZeroSSL|IdenTrust|Buypass|Actalis",
    re.I,
)
_TEST_ISSUER = re.compile(r"test|fake|example|snake|dummy|self|local|dev", re.IGNORECASE)
_WEAK_BITS = 1024


@detector("bound-private-key")
def bound_private_key(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A private key that parses, is not weak, and is tied to a certificate, an account or a server that somebody runs."""
    if is_about_scanning(document):
        return
    for start, end, quote, pem in _keys(document):
        line = document.line_at(start)
        if line not in document.added or known_before(document, document.text[start:end]):
            continue
        bound = _pair(document, line) or _binding(document, pem)
        # Reading a key takes longer than a whole file, so it is left until something may come of it.
        key = _parse(pem) if bound or _CERTIFICATE.search(document.text) else None
        if key is not None and (bound := bound or _certified(document.text, key)):
            role, owner = bound
            for part in document.text[start:end].split("\n"):
                if len(part.strip()) >= 20 and "-----" not in part:
                    document.conceal(part.strip())
            document.conceal(document.text[start:end])
            secret = document.secret(pem.decode(), owner)
            yield Found(line, line, quote, {"role": role, "owner": owner}, f"private key of {role} {owner}", secret=secret)


def _keys(document: Document) -> Iterator[tuple[int, int, str, bytes]]:
    """(start, end, what to quote, PEM) of every unencrypted private key."""
    for match in _PEM.finditer(document.text):
        yield *match.span(), f"BEGIN {match['kind']}", _pem(match["kind"], match["body"])
    for match in _KUBE_KEY.finditer(document.text):
        try:
            yield *match.span("value"), "client-key-data", b64decode(match["value"])
        except binascii.Error:
            continue


def _pem(kind: str, body: str) -> bytes:
    """The PEM text that a string literal, a JSON value or a concatenation of lines holds."""
    text = _NOISE.sub("", body)
    lines = "\n".join(text[i : i + 64] for i in range(0, len(text), 64))
    return f"-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----\n".encode()


def _parse(pem: bytes) -> Any:
    """The key, None when it does not parse or is too weak to be in use."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    load = serialization.load_ssh_private_key if b"OPENSSH" in pem else serialization.load_pem_private_key
    try:
        key = load(pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return None if isinstance(key, RSAPrivateKey) and key.key_size <= _WEAK_BITS else key


def _binding(document: Document, pem: bytes) -> tuple[str, str] | None:
    """(what, its name) that the key belongs to; None when nothing in the file but perhaps a certificate binds it."""
    text = document.text
    account, key_id = _ACCOUNT.search(text), _KEY_ID.search(text)
    if account and key_id and not _made_up(account["project"]) and not fakes.is_patterned(key_id["id"]):
        return "the Google service account", account["email"]
    server = _KUBE_SERVER.search(text)
    if server and "client-key-data" in text and is_remote(host_of(server["url"])):
        return "a user of the cluster at", host_of(server["url"])
    vpn = _OPENVPN.search(text) if document.path.endswith((".ovpn", ".conf")) else None
    if vpn and is_remote(vpn["host"]):
        return "a client of the VPN at", vpn["host"]
    return _ssh_owner(text, pem)


def _pair(document: Document, line: int) -> tuple[str, str] | None:
    """The CloudFront key pair whose id stands near the key."""
    around = "\n".join(document.lines[max(0, line - 1 - _NEAR) : line + _NEAR * 2])
    found = _KEY_PAIR.search(around)
    return ("the CloudFront key pair", found.group()) if found and not is_sample(found.group()) else None


def _made_up(name: str) -> bool:
    return fakes.word_share(name) >= 0.4 or fakes.is_patterned(name) or fakes.is_template(name)


def _ssh_owner(text: str, pem: bytes) -> tuple[str, str] | None:
    comment = _ssh_comment(pem)
    line = _PUBLIC_LINE.search(text) if b"OPENSSH" in pem else None
    for owner in (comment, line["comment"] if line else ""):
        if is_remote(owner.rpartition("@")[2]) and "@" in owner:
            return "the SSH user", owner
    return None


def _ssh_comment(pem: bytes) -> str:
    """The comment inside an unencrypted OpenSSH key: the last text before the padding, as user@host."""
    if b"OPENSSH" not in pem:
        return ""
    data = b64decode(b"".join(line for line in pem.split(b"\n") if b"-----" not in line))
    match = re.search(rb"([\w.+-]{1,64}@[\w.-]{1,200})[\x01-\x10]{0,16}$", data)
    named = match.group(1) if match else b""
    return named.decode() if named and struct.pack(">I", len(named)) + named in data else ""


def _certified(text: str, key: Any) -> tuple[str, str] | None:
    """A certificate in the same file for the same key, of a public authority or for a name that somebody can register."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    for match in _CERTIFICATE.finditer(text):
        try:
            certificate = x509.load_pem_x509_certificate(_pem("CERTIFICATE", match["body"]))
            same = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) == public
            extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        except (ValueError, x509.ExtensionNotFound):
            continue
        issuer = certificate.issuer.rfc4514_string()
        names = extension.value.get_values_for_type(x509.DNSName)
        named = next((n for n in names if is_public(n.removeprefix("*."))), "")
        private = issuer == certificate.subject.rfc4514_string() or _TEST_ISSUER.search(issuer)
        if same and named and (_PUBLIC_CAS.search(issuer) or not private):
            return "the certificate of", named
    return None
