"""Well-formed secrets for examples, tests and the sandbox, built at run time so that no scanner trips on this repository.

Each is a fixed function of its name: the same specimen on every run, valid in form, never issued by anybody.
"""

import base64
import hashlib
import hmac
import json
import re
import zlib
from collections.abc import Callable

from bot.core import azure_keys

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_BASE64 = _BASE62 + "+/"


def _draw(seed: str, alphabet: str, length: int) -> str:
    """Characters that look random, from a hash of the seed."""
    out: list[str] = []
    block = b""
    counter = 0
    while len(out) < length:
        if not block:
            block = hashlib.sha256(f"{seed}:{counter}".encode()).digest()
            counter += 1
        out.append(alphabet[block[0] % len(alphabet)])
        block = block[1:]
    return "".join(out)


def _crc32(body: str, alphabet: str, width: int) -> str:
    """The CRC32 of the body, written in the digits of an alphabet."""
    number, digits = zlib.crc32(body.encode()), ""
    while number:
        number, rest = divmod(number, len(alphabet))
        digits = alphabet[rest] + digits
    return digits.rjust(width, "0")


def _crc32_base62(body: str) -> str:
    """GitHub's and npm's checksum: CRC32 of the body in base 62, six digits."""
    return _crc32(body, _BASE62, 6)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def github_token(seed: str = "one") -> str:
    """A classic GitHub token whose checksum verifies."""
    body = _draw("github" + seed, _BASE62, 30)
    return "gh" + "p_" + body + _crc32_base62(body)


def npm_token(seed: str = "one") -> str:
    """An npm token whose checksum verifies."""
    body = _draw("npm" + seed, _BASE62, 30)
    return "npm" + "_" + body + _crc32_base62(body)


def aws_id(seed: str = "one") -> str:
    """An AWS access key id of the new generation, whose account number is none of the documentation's."""
    return "AK" + "IA" + "T" + _draw("aws-id" + seed, _BASE32, 15)


def aws_secret(seed: str = "one") -> str:
    return _draw("aws-secret" + seed, _BASE64, 40)


def password(seed: str = "one") -> str:
    """A password that no word list holds."""
    return _draw("password" + seed, _BASE62, 20)


def gitlab_token(seed: str = "one") -> str:
    """A routable GitLab token: payload, its length and a checksum."""
    payload = _base64url(hashlib.sha256(f"gitlab{seed}".encode()).digest()[:16] + b"o:1\nu:4k2\x10")
    head = "gl" + "pat-" + payload + "." + f"{len(payload) // 36}{_BASE36[len(payload) % 36]}"
    return head + _crc32(head, _BASE36, 7)


def grafana_token(seed: str = "one") -> str:
    """A Grafana service account token whose checksum verifies."""
    head = "gl" + "sa_" + _draw("grafana" + seed, _BASE62, 32)
    return head + "_" + zlib.crc32(head.encode()).to_bytes(4, "little").hex()


def atlassian_token(seed: str = "one") -> str:
    """An Atlassian API token whose checksum verifies."""
    head = "ATA" + "TT3xFfGF0" + _draw("atlassian" + seed, _BASE62 + "_-", 168) + "="
    return head + f"{zlib.crc32(head.encode()):08X}"


def azure_key(seed: str = "one") -> str:
    """A storage account's key: 57 bytes, the signature in the base64 after them, and the Marvin checksum."""
    head = base64.b64decode(_draw("azure" + seed, _BASE64, 76) + "+ASt")
    checksum = azure_keys.marvin32(head, int.from_bytes(b"Default0", "big"))
    return base64.b64encode(head + checksum.to_bytes(4, "little")).decode()


def pypi_token(seed: str = "one") -> str:
    """A PyPI upload token: a macaroon with a UUID, one caveat and a signature."""
    digest = hashlib.sha256(f"pypi{seed}".encode())
    name = digest.hexdigest()
    uuid = f"{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:32]}".encode()
    caveat = b'[3,"' + name[32:44].encode() + b'"]'
    location = b"\x02\x01\x08" + b".".join((b"pypi", b"org"))
    first = b"\0\x02" + bytes([len(caveat)]) + caveat + b"\0\0"
    macaroon = location + b"\x02\x24" + uuid + first + b"\x06\x20" + digest.digest()
    return "py" + "pi-" + _base64url(macaroon)


def slack_token(seed: str = "one") -> str:
    numbers = _draw("slack" + seed, "0123456789", 25)
    return "xo" + "xb-" + f"2{numbers[:11]}-4{numbers[12:24]}-" + _draw("slack-body" + seed, _BASE62, 24)


def stripe_live_key(seed: str = "one") -> str:
    return "sk_" + "live_51" + _draw("stripe" + seed, _BASE62, 97)


def sendgrid_key(seed: str = "one") -> str:
    return "S" + "G." + _draw("sendgrid" + seed, _BASE62, 22) + "." + _draw("sendgrid-body" + seed, _BASE62, 43)


def openai_key(seed: str = "one") -> str:
    return "sk-" + "proj-" + _draw("openai" + seed, _BASE62, 74) + "T3Blbk" + "FJ" + _draw("openai-tail" + seed, _BASE62, 74)


def digitalocean_token(seed: str = "one") -> str:
    return "dop" + "_v1_" + hashlib.sha256(f"digitalocean{seed}".encode()).hexdigest()


def slack_webhook(seed: str = "one") -> str:
    path = f"T{_draw('team' + seed, _BASE32, 10)}/B{_draw('hook' + seed, _BASE32, 10)}/{_draw('webhook' + seed, _BASE62, 24)}"
    return "https://hooks.sl" + "ack.com/services/" + path


def basic_auth(seed: str = "one") -> str:
    """What follows `Basic` for a user with a password that no word list holds."""
    return base64.b64encode(f"svc-orders:{password(seed)}".encode()).decode()


def discord_webhook(seed: str = "one") -> str:
    number = "1" + _draw("discord" + seed, "0123456789", 18)
    return "https://discord.com/api/web" + f"hooks/{number}/" + _draw("discord-key" + seed, _BASE62 + "_-", 68)


def telegram_key(seed: str = "one") -> str:
    return "7" + _draw("telegram" + seed, "0123456789", 9) + ":AA" + _draw("telegram-key" + seed, _BASE62, 33)


def jwt(
    seed: str = "one", lifetime: int | None = None, issued: int = 1790000000, issuer: str = "https://login.contoso-labs.io/"
) -> str:
    """A token signed (by nobody) for an issuer, without an end unless it has a lifetime in seconds."""
    header = {"alg": "RS256", "typ": "JWT", "kid": _draw("kid" + seed, _BASE62, 22)}
    claims: dict[str, str | int] = {
        "iss": issuer,
        "sub": "svc-" + _draw("sub" + seed, _BASE62, 8),
        "iat": 1790000000,
    }
    if lifetime is not None:
        claims["exp"] = issued + lifetime
    signature = b"".join(hashlib.sha256(f"{seed}{n}".encode()).digest() for n in range(8))
    parts = [json.dumps(header).encode(), json.dumps(claims).encode(), signature]
    return ".".join(_base64url(part) for part in parts)


def jwt_signed_with_a_word(seed: str = "one") -> str:
    """A token of the same issuer that anybody could have made: HS256 with the key `secret`."""
    header = _base64url(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    signed = f"{header}.{jwt(seed).split('.')[1]}"
    return f"{signed}.{_base64url(hmac.digest(b'secret', signed.encode(), hashlib.sha256))}"


def pem_key(seed: str = "one") -> str:
    """An unencrypted Ed25519 private key (PKCS #8, RFC 8410), written as PEM."""
    der = bytes.fromhex("302e020100300506032b657004220420") + hashlib.sha256(f"pem{seed}".encode()).digest()
    return _armour("PRIVATE KEY", der)


def openssh_key(comment: str) -> str:
    """An unencrypted OpenSSH key with a comment (PROTOCOL.key). Its public half is not its own; no reader checks that."""
    secret = hashlib.sha256(f"ssh{comment}".encode()).digest()
    public = hashlib.sha256(f"ssh-public{comment}".encode()).digest()

    def string(data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + data

    kind = b"ssh-ed25519"
    private = b"\1\2\3\4" * 2 + string(kind) + string(public) + string(secret + public) + string(comment.encode())
    private += bytes(range(1, 9))[: -len(private) % 8]
    blob = b"openssh-key-v1\0" + string(b"none") * 2 + string(b"") + (1).to_bytes(4, "big")
    return _armour("OPENSSH PRIVATE KEY", blob + string(string(kind) + string(public)) + string(private))


def _armour(kind: str, data: bytes) -> str:
    text = base64.b64encode(data).decode()
    lines = [text[i : i + 64] for i in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN " + f"{kind}-----", *lines, f"-----END {kind}-----"])


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


SPECIMENS: dict[str, Callable[[str], str]] = {
    "github-token": github_token,
    "npm-token": npm_token,
    "aws-id": aws_id,
    "aws-secret": aws_secret,
    "password": password,
    "gitlab-token": gitlab_token,
    "grafana-token": grafana_token,
    "atlassian-token": atlassian_token,
    "pypi-token": pypi_token,
    "azure-key": azure_key,
    "slack-token": slack_token,
    "stripe-live-key": stripe_live_key,
    "sendgrid-key": sendgrid_key,
    "openai-key": openai_key,
    "digitalocean-token": digitalocean_token,
    "slack-head": lambda seed: slack_token(seed)[:30],
    "slack-tail": lambda seed: slack_token(seed)[30:],
    "slack-webhook": slack_webhook,
    "pem-key": pem_key,
    "pem-key-json": lambda seed: pem_key(seed).replace("\n", "\\n") + "\\n",
    "b64-pem-key": lambda seed: _base64(pem_key(seed) + "\n" * 60),
    "openssh-key": lambda seed: openssh_key("deploy@build.contoso.io"),
    "openssh-key-laptop": lambda seed: openssh_key("me@laptop"),
    "key-id": lambda seed: hashlib.sha256(f"key-id{seed}".encode()).hexdigest()[:40],
    "b64-auth": lambda seed: _base64(f"ci:{password(seed)}"),
    "basic-auth": basic_auth,
    "b64-github-token": lambda seed: _base64(github_token(seed)),
    "hex-github-token": lambda seed: github_token(seed).encode().hex(),
    "github-head": lambda seed: github_token(seed)[:20],
    "github-tail": lambda seed: github_token(seed)[20:],
    "b64-aws-id": lambda seed: _base64(aws_id(seed)),
    "b64-aws-secret": lambda seed: _base64(aws_secret(seed)),
    "b64-dsn": lambda seed: _base64(f"postgresql://orders:{password(seed)}@db.staging.contoso.io/orders"),
    "jwt": jwt,
    "jwt-hour": lambda seed: jwt(seed, lifetime=3600),
    "jwt-local": lambda seed: jwt(seed, issuer="http://localhost:8080/auth"),
    "jwt-example": lambda seed: jwt(seed, issuer="https://login.example.com/"),
    "jwt-word": jwt_signed_with_a_word,
    "discord-webhook": discord_webhook,
    "telegram-key": telegram_key,
    "hex64": lambda seed: hashlib.sha256(f"hex{seed}".encode()).hexdigest(),
    "jwt-ended": lambda seed: jwt(seed, issued=1500000000, lifetime=86400 * 365),
}
_PLACE = re.compile(r"\{\{([a-z0-9-]+)(?::([a-z0-9]+))?\}\}")


def expand(text: str) -> str:
    """`{{github-token}}` or `{{github-token:two}}` -> the specimen. An unknown name raises KeyError: a rule file is wrong."""
    return _PLACE.sub(lambda m: SPECIMENS[m.group(1)](m.group(2) or "one"), text)
