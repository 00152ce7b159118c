"""The only reader of the environment. What is missing or malformed refuses to start, with the one sentence that helps."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

APP_PAGE = "the App's page (Settings > Developer settings > GitHub Apps > your App)"
_HOW = {
    "GITHUB_APP_ID": f"set it to the number shown as 'App ID' on {APP_PAGE}",
    "GITHUB_PRIVATE_KEY": f"generate a private key on {APP_PAGE} and set it to the PEM text or to the path of the .pem file",
    "GITHUB_WEBHOOK_SECRET": f"set it to the webhook secret entered on {APP_PAGE}, several separated by commas while you rotate",
    "GITHUB_APP_SLUG": "set it to SLUG in the App's public link https://github.com/apps/SLUG, or leave it unset",
    "GITHUB_API_URL": "set it to https://api.github.com, or to https://HOST/api/v3 for GitHub Enterprise Server",
    "GITHUB_GRAPHQL_URL": "leave it unset, or set it to https://HOST/api/graphql",
    "PORT": "set it to a free port between 0 and 65535, or leave it unset for 8080",
    "TESTWARDEN_WORKER_PORT": "set it to a free port between 0 and 65535, or leave it unset: then a worker does not listen",
    "DATABASE_URL": "set it to sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME, or unset it for a file in TESTWARDEN_HOME",
    "TESTWARDEN_SWEEP_SECONDS": "set it to a number of seconds from 1 up, or leave it unset for 300",
    "TESTWARDEN_LEASE_SECONDS": "set it to a number of seconds from 1 up, or leave it unset for 30",
    "TESTWARDEN_WORKERS": "set it to how many files to analyse at a time, 1 to 64, or leave it unset for one per core",
    "TESTWARDEN_HASH_KEY": "set it to a random text of 16 characters or more, or leave it unset: then reports hold no hashes",
    "TESTWARDEN_SLOTS": "set it to how many pull requests a worker reviews at a time, 1 to 256, or leave it unset for 32",
    "LOG_LEVEL": "set it to DEBUG, INFO, WARNING or ERROR, or leave it unset for INFO",
}


class SettingsError(Exception):
    """The environment does not suffice. The message is one sentence: which variable, what is wrong, how to get it right."""


_CONFIG = SettingsConfigDict(case_sensitive=True, env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True)


class HookSettings(BaseSettings):
    """What a process needs that signs or verifies deliveries."""

    model_config = _CONFIG

    webhook_secrets: Annotated[tuple[SecretStr, ...], NoDecode] = Field(alias="GITHUB_WEBHOOK_SECRET", min_length=1)

    @field_validator("webhook_secrets", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(s for part in value.split(",") if (s := part.strip())) if isinstance(value, str) else value


class HashSettings(BaseSettings):
    """What a review without GitHub may be told of."""

    model_config = _CONFIG

    hash_key: SecretStr = Field(SecretStr(""), alias="TESTWARDEN_HASH_KEY", min_length=16)


class StoreSettings(BaseSettings):
    """What every server process needs: where it listens, where it keeps its work, how it logs."""

    model_config = _CONFIG

    host: str = Field("0.0.0.0", alias="HOST")  # noqa: S104 (behind a proxy or in a container; every endpoint is safe to show)
    port: int = Field(8080, alias="PORT", ge=0, le=65535)
    worker_port: int | None = Field(None, alias="TESTWARDEN_WORKER_PORT", ge=0, le=65535)
    home: Path = Field(Path("~/.testwarden"), alias="TESTWARDEN_HOME", validate_default=True)
    database: SecretStr | None = Field(None, alias="DATABASE_URL")
    sweep_seconds: float = Field(300, alias="TESTWARDEN_SWEEP_SECONDS", ge=1, allow_inf_nan=False)
    lease_seconds: float = Field(30, alias="TESTWARDEN_LEASE_SECONDS", ge=1, allow_inf_nan=False)
    workers: int | None = Field(None, alias="TESTWARDEN_WORKERS", ge=1, le=64)
    slots: int = Field(32, alias="TESTWARDEN_SLOTS", ge=1, le=256)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", alias="LOG_LEVEL")

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.strip().upper() if isinstance(value, str) else value

    @field_validator("home")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("database")
    @classmethod
    def _database_known(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        scheme, _, rest = value.get_secret_value().strip().partition("://")
        if scheme in ("postgresql", "postgres"):  # the shorter one is what some platforms hand out
            urlsplit(f"postgresql://{rest}").port  # noqa: B018 (raises ValueError for what is no port)
            if rest.partition("?")[0].rpartition("@")[2].partition("/")[2]:
                return SecretStr(f"postgresql://{rest}")
        if scheme == "sqlite" and rest[:1] == "/" and rest[1:] not in ("", ":memory:") and "?" not in rest:
            return SecretStr(f"{scheme}://{rest}")
        raise ValueError("not a database this program knows")

    @property
    def database_url(self) -> str:
        """Where the work is kept; without a DATABASE_URL, a file under TESTWARDEN_HOME."""
        return self.database.get_secret_value() if self.database else f"sqlite:///{self.home / 'testwarden.sqlite'}"

    @property
    def store_secrets(self) -> tuple[str, ...]:
        """The database's password, as it is written and as it is meant."""
        written = urlsplit(self.database_url).password or ""
        return tuple(secret for secret in (written, unquote(written)) if secret)


class Settings(HookSettings, StoreSettings):
    """Everything `testwarden serve` needs. No secret is in its repr."""

    app_id: int = Field(alias="GITHUB_APP_ID", gt=0)
    client_id: str | None = Field(None, alias="GITHUB_CLIENT_ID")
    app_slug: str = Field("testwarden", alias="GITHUB_APP_SLUG", pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,99}$")
    private_key: SecretStr = Field(alias="GITHUB_PRIVATE_KEY")
    api_url: str = Field("https://api.github.com", alias="GITHUB_API_URL")
    graphql: str | None = Field(None, alias="GITHUB_GRAPHQL_URL")

    @field_validator("private_key", mode="before")
    @classmethod
    def _pem(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        text = value.strip().replace("\\n", "\n")  # one-line environment files carry the newlines as \n
        if "-----BEGIN" not in text:
            try:
                text = Path(value.strip()).expanduser().read_text("utf-8")
            except (OSError, ValueError):
                raise ValueError("neither PEM text nor a file that can be read") from None
        return SecretStr(text.strip() + "\n")

    @field_validator("private_key")
    @classmethod
    def _is_rsa_key(cls, value: SecretStr) -> SecretStr:
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        try:
            key = load_pem_private_key(value.get_secret_value().encode(), None)
        except (ValueError, TypeError):
            key = None
        if not isinstance(key, RSAPrivateKey):
            raise ValueError("not an RSA private key")
        return value

    @field_validator("api_url", "graphql")
    @classmethod
    def _url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value.strip())
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username or parts.port == 0:
            raise ValueError("not a plain http(s) address")
        return value.strip().rstrip("/")

    @property
    def graphql_url(self) -> str:
        """GitHub's GraphQL endpoint beside the REST one: /graphql, or /api/graphql where REST lives under /api/v3."""
        return self.graphql or f"{self.api_url.removesuffix('/v3')}/graphql"

    @property
    def issuer(self) -> str:
        """Who signs the App's tokens: the client id, as GitHub recommends, else the App id."""
        return self.client_id or str(self.app_id)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every configured secret value, for the redaction at telemetry's door."""
        own = (self.private_key.get_secret_value(), *(s.get_secret_value() for s in self.webhook_secrets))
        return (*own, *self.store_secrets)


def load(**given: Any) -> Settings:
    """The settings of a server, from the environment; `given` (by variable name) wins. Raises SettingsError."""
    try:
        return Settings(**given)
    except ValidationError as error:
        raise _explained(error) from None


def load_webhook_secret(**given: Any) -> str:
    """The secret to sign with: the first, where several are configured. Raises SettingsError."""
    try:
        return HookSettings(**given).webhook_secrets[0].get_secret_value()
    except ValidationError as error:
        raise _explained(error) from None


def load_hash_key(**given: Any) -> str:
    """The secret from which a review on this machine derives its hash key, '' when there is none. Raises SettingsError."""
    try:
        return HashSettings(**given).hash_key.get_secret_value()
    except ValidationError as error:
        raise _explained(error) from None


def load_store(**given: Any) -> StoreSettings:
    """The settings of a process that talks to no GitHub (migrations, a look at the queue). Raises SettingsError."""
    try:
        return StoreSettings(**given)
    except ValidationError as error:
        raise _explained(error) from None


def _explained(error: ValidationError) -> SettingsError:
    """One sentence about the first fault, naming the others. It never repeats a value: the value may be a secret."""
    faults = {str(e["loc"][0]): "is not set" if _absent(e) else "is not valid" for e in error.errors()}
    first, *others = sorted(faults, key=list(_HOW).index)
    more = f" (missing or not valid as well: {', '.join(others)})" if others else ""
    return SettingsError(f"{first} {faults[first]}: {_HOW[first]}{more}.")


def _absent(fault: Mapping[str, Any]) -> bool:
    return fault["type"] == "missing" or (fault["type"] == "too_short" and not fault["ctx"]["actual_length"])
