"""Tokens found in text, read without trust, and told from the ones that anybody could have made."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import jwt, specimens


def made(header: dict[str, Any], claims: dict[str, Any], key: bytes = b"k9Qz7Lw2Xr5Tn8Vb") -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in (header, claims)]
    signature = hmac.digest(key, ".".join(parts).encode(), hashlib.sha256)
    return ".".join([*parts, base64.urlsafe_b64encode(signature).decode().rstrip("=")])


REAL: dict[str, Any] = {"iss": "https://login.contoso-labs.io/", "sub": "svc-7Kq2", "iat": 1_790_000_000}


def test_a_token_is_found_where_it_stands() -> None:
    text = f'é "Bearer {specimens.jwt()}"'
    (token,) = jwt.find(text)
    assert text[token.start : token.end] == token.value == specimens.jwt()
    assert token.issuer == "login.contoso-labs.io"
    assert token.lifetime is None
    assert not token.is_crafted()
    assert token.value not in repr(token)


@pytest.mark.parametrize("key", [b"secret", b"your-256-bit-secret", b"password", b""])
def test_signed_with_a_word(key: bytes) -> None:
    (token,) = jwt.find(made({"alg": "HS256"}, REAL, key))
    assert token.is_crafted()


@pytest.mark.parametrize(
    ("header", "claims"),
    [
        ({"alg": "none"}, REAL),
        ({"alg": "HS256"}, REAL | {"sub": "1234567890"}),
        ({"alg": "HS256"}, REAL | {"name": "John Doe"}),
        ({"alg": "HS256"}, REAL | {"sub": "test-user"}),
        ({"alg": "HS256"}, REAL | {"email": "a@example.com"}),
    ],
)
def test_crafted(header: dict[str, Any], claims: dict[str, Any]) -> None:
    (token,) = jwt.find(made(header, claims))
    assert token.is_crafted()


@pytest.mark.parametrize(
    ("claims", "issuer"),
    [
        ({"iss": "https://accounts.contoso.io"}, "accounts.contoso.io"),
        ({"iss": "test-issuer", "aud": ["x", "https://api.contoso.io"]}, "api.contoso.io"),
        ({"iss": "https://issuer.example.com/"}, ""),
        ({"iss": "http://localhost:8080"}, ""),
        ({"iss": 7}, ""),
        ({"sub": "x"}, ""),
    ],
)
def test_the_issuer_is_a_host_that_somebody_runs(claims: dict[str, Any], issuer: str) -> None:
    (token,) = jwt.find(made({"alg": "HS256"}, claims))
    assert token.issuer == issuer


def test_times() -> None:
    (hour,) = jwt.find(made({"alg": "HS256"}, REAL | {"exp": REAL["iat"] + 3600}))
    (year,) = jwt.find(made({"alg": "HS256"}, REAL | {"exp": REAL["iat"] + 31_536_000}))
    (odd,) = jwt.find(made({"alg": "HS256"}, REAL | {"exp": "soon"}))
    assert (hour.is_short_lived, year.is_short_lived, odd.is_short_lived) == (True, False, False)
    assert hour.expired(REAL["iat"] + 3601)
    assert not year.expired(REAL["iat"] + 3601)
    assert not odd.expired(1e12)


@given(st.text(alphabet="eyJ.abc{}0-_=", max_size=300))
@settings(deadline=None)
def test_any_text_can_be_searched(text: str) -> None:
    for token in jwt.find(text):
        assert isinstance(token.is_crafted(), bool)
