"""Who acts on the stand-in: accounts, the GitHub App, its installations and their tokens."""

import base64
import functools
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.core.manifest import PERMISSIONS

EVENTS = (
    "check_run",
    "check_suite",
    "issue_comment",
    "merge_group",
    "pull_request",
    "pull_request_review_comment",
    "pull_request_review_thread",
)


@dataclass
class Account:
    id: int
    login: str
    type: str = "User"

    @property
    def node_id(self) -> str:
        return f"{self.type[0]}_kgDO{self.id:08x}"


@functools.cache
def _key_pair() -> tuple[str, str]:
    """One RSA pair per process: making it is the slow part of starting a stand-in, and no test depends on its value."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


@dataclass
class App:
    """A GitHub App. `bot` is the account its comments are written by."""

    id: int
    slug: str
    owner: Account
    bot: Account
    name: str = "Testwarden"
    client_id: str = ""
    webhook_secret: str = field(default_factory=lambda: secrets.token_hex(20), repr=False)
    client_secret: str = field(default_factory=lambda: secrets.token_hex(20), repr=False)
    permissions: dict[str, str] = field(default_factory=lambda: dict(PERMISSIONS))
    events: tuple[str, ...] = EVENTS
    created_at: str = ""

    def __post_init__(self) -> None:
        self.client_id = self.client_id or f"Iv23li{self.id:014d}"

    @property
    def private_key(self) -> str:
        """PEM, as GitHub hands it out once."""
        return _key_pair()[0]

    @property
    def public_key(self) -> str:
        return _key_pair()[1]


@dataclass
class Installation:
    """The app on one account. `repositories` None: all repositories of the account, now and later."""

    id: int
    app: App
    account: Account
    permissions: dict[str, str]
    created_at: str
    repositories: set[int] | None = None
    suspended_at: str | None = None

    @property
    def selection(self) -> str:
        return "all" if self.repositories is None else "selected"


@dataclass
class Token:
    """An installation token: what it may do, on which repositories (None: all of the installation), until when."""

    value: str = field(repr=False)
    installation: Installation
    permissions: dict[str, str]
    repositories: set[int] | None
    expires_at: datetime
    revoked: bool = False


def token_value(app: App) -> str:
    """As long and as oddly spelled as GitHub's stateless tokens: about 520 characters with dots, dashes and underscores."""
    raw = base64.urlsafe_b64encode(secrets.token_bytes(380)).decode().rstrip("=")
    return f"ghs_{app.id}_{raw[:36]}.{raw[36:420]}.{raw[420:]}"
