"""A key and the certificate beside it, made with a real library: which pairs are somebody's, and which a test's own."""

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from bot.analysis.detectors.private_keys import bound_private_key
from bot.analysis.document import Document
from bot.model import Kind, Lines, Source

KEY = ec.generate_private_key(ec.SECP256R1())
OTHER = ec.generate_private_key(ec.SECP256R1())
AUTHORITY = "R11, Let's Encrypt"


def pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def certificate(name: str, issuer: str, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey = KEY) -> str:
    def called(common: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])

    built = (
        x509.CertificateBuilder()
        .subject_name(called(name))
        .issuer_name(called(issuer))
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(OTHER, hashes.SHA256())
    )
    return built.public_bytes(Encoding.PEM).decode()


def found(text: str, path: str = "tests/data/server.pem") -> list[tuple[int, str, str]]:
    lines = frozenset(range(1, text.count("\n") + 2))
    document = Document(Source(path, "any", Kind.DATA, text, Lines(lines)))
    return [(f.line, f.quote, " ".join(f.captures.values())) for f in bound_private_key(document, {})]


@pytest.mark.parametrize(
    ("name", "issuer", "bound"),
    [
        ("shop.contoso.io", AUTHORITY, True),
        ("*.contoso.io", "DigiCert TLS RSA SHA256 2020 CA1", True),
        ("shop.contoso.io", "Contoso Issuing CA 3", True),
        ("shop.contoso.io", "shop.contoso.io", False),
        ("shop.contoso.io", "Test CA", False),
        ("localhost", AUTHORITY, False),
        ("shop.example.com", AUTHORITY, False),
    ],
)
def test_a_certificate_binds_its_key(name: str, issuer: str, bound: bool) -> None:
    said = [(1, "BEGIN PRIVATE KEY", f"the certificate of {name}")] if bound else []
    assert found(pem(KEY) + certificate(name, issuer)) == said


def test_another_keys_certificate_binds_nothing() -> None:
    assert found(pem(OTHER) + certificate("shop.contoso.io", AUTHORITY)) == []


def test_a_weak_key_is_a_tests_own() -> None:
    weak = rsa.generate_private_key(65537, 1024)
    assert found(pem(weak) + certificate("shop.contoso.io", AUTHORITY, weak)) == []


def test_a_key_in_string_literals_is_read_as_well() -> None:
    literals = "\n".join(f"    '{line}\\n'" for line in pem(KEY).splitlines())
    text = f"KEY = (\n{literals}\n)\nCERTIFICATE = '''{certificate('shop.contoso.io', AUTHORITY)}'''\n"
    assert found(text, "tests/test_tls.py") == [(2, "BEGIN PRIVATE KEY", "the certificate of shop.contoso.io")]
