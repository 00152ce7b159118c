"""The environment is read in one place, and what is wrong with it is said in one sentence."""

import re

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from bot.settings import Settings, SettingsError, load, load_store


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    ).decode()


@pytest.fixture(scope="module")
def key() -> str:
    return pem(rsa.generate_private_key(65537, 2048))


@pytest.fixture
def environment(monkeypatch, key, tmp_path):
    for name in (*Settings.model_fields, *(f.alias for f in Settings.model_fields.values())):
        monkeypatch.delenv(name, raising=False)
    given = {"GITHUB_APP_ID": "7", "GITHUB_PRIVATE_KEY": key, "GITHUB_WEBHOOK_SECRET": "hook", "TESTWARDEN_HOME": str(tmp_path)}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_three_variables_are_enough(environment, key, tmp_path):
    settings = load()
    assert (settings.app_id, settings.issuer) == (7, "7")
    assert settings.private_key.get_secret_value() == key
    assert [s.get_secret_value() for s in settings.webhook_secrets] == ["hook"]
    assert (settings.api_url, settings.graphql_url) == ("https://api.github.com", "https://api.github.com/graphql")
    assert (settings.host, settings.port, settings.log_level) == ("0.0.0.0", 8080, "INFO")
    assert settings.database_url == f"sqlite:///{tmp_path}/testwarden.sqlite"
    assert (settings.sweep_seconds, settings.lease_seconds, settings.workers) == (300, 30, None)


def test_the_client_id_is_preferred_as_issuer(environment):
    environment.setenv("GITHUB_CLIENT_ID", "Iv23abc")
    assert load().issuer == "Iv23abc"


def test_secrets_rotate(environment):
    environment.setenv("GITHUB_WEBHOOK_SECRET", "new , old,")
    assert [s.get_secret_value() for s in load().webhook_secrets] == ["new", "old"]


def test_the_key_may_be_one_line_or_a_path(environment, key, tmp_path):
    environment.setenv("GITHUB_PRIVATE_KEY", key.replace("\n", "\\n"))
    assert load().private_key.get_secret_value() == key
    (tmp_path / "app.pem").write_text(key)
    environment.setenv("GITHUB_PRIVATE_KEY", str(tmp_path / "app.pem"))
    assert load().private_key.get_secret_value() == key


@pytest.mark.parametrize(
    ("api", "graphql"),
    [
        ("https://api.github.com/", "https://api.github.com/graphql"),
        ("https://github.example.com/api/v3", "https://github.example.com/api/graphql"),
        ("https://github.example.com/api/v3/", "https://github.example.com/api/graphql"),
        ("https://api.tenant.ghe.com", "https://api.tenant.ghe.com/graphql"),
        ("http://127.0.0.1:8081", "http://127.0.0.1:8081/graphql"),
    ],
)
def test_the_graphql_address_is_derived(environment, api, graphql):
    environment.setenv("GITHUB_API_URL", api)
    assert load().graphql_url == graphql
    environment.setenv("GITHUB_GRAPHQL_URL", "https://elsewhere.example.com/graphql")
    assert load().graphql_url == "https://elsewhere.example.com/graphql"


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("sqlite:///kept/jobs.sqlite", "sqlite:///kept/jobs.sqlite"),
        ("sqlite:////var/lib/jobs.sqlite", "sqlite:////var/lib/jobs.sqlite"),
        ("postgresql://u:p@db/jobs?sslmode=require", "postgresql://u:p@db/jobs?sslmode=require"),
        ("postgres://u:p@db:5433/jobs", "postgresql://u:p@db:5433/jobs"),
    ],
)
def test_database_addresses(environment, url, kept):
    environment.setenv("DATABASE_URL", url)
    assert load().database_url == kept
    assert load_store().database_url == kept


def test_the_home_is_absolute_even_by_default(environment):
    environment.delenv("TESTWARDEN_HOME")
    assert load().home.is_absolute()
    assert "~" not in load().database_url


def test_what_is_missing_is_named_with_how_to_get_it(environment):
    environment.delenv("GITHUB_PRIVATE_KEY")
    with pytest.raises(SettingsError) as refusal:
        load()
    assert str(refusal.value) == (
        "GITHUB_PRIVATE_KEY is not set: generate a private key on the App's page (Settings > Developer settings > GitHub Apps > "
        "your App) and set it to the PEM text or to the path of the .pem file."
    )


def test_several_faults_are_one_sentence(environment):
    environment.delenv("GITHUB_APP_ID")
    environment.setenv("GITHUB_WEBHOOK_SECRET", " , ")
    environment.setenv("PORT", "http")
    with pytest.raises(SettingsError) as refusal:
        load()
    assert str(refusal.value).startswith("GITHUB_APP_ID is not set: set it to the number shown as 'App ID'")
    assert str(refusal.value).endswith(" (missing or not valid as well: GITHUB_WEBHOOK_SECRET, PORT).")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GITHUB_APP_ID", "seven"),
        ("GITHUB_PRIVATE_KEY", "/nowhere/app.pem"),
        (
            "GITHUB_PRIVATE_KEY",
            "\n".join(["-----BEGIN RSA PRIVATE " + "KEY-----", "bm90IGEga2V5", "-----END RSA PRIVATE KEY-----"]),
        ),
        ("GITHUB_PRIVATE_KEY", pem(ec.generate_private_key(ec.SECP256R1()))),
        ("GITHUB_PRIVATE_KEY", "x" * 5000),
        ("GITHUB_API_URL", "api.github.com"),
        ("GITHUB_API_URL", "https://user@api.github.com"),
        ("GITHUB_API_URL", "ftp://api.github.com"),
        ("GITHUB_API_URL", "https://api.github.com:port"),
        ("GITHUB_GRAPHQL_URL", "https://["),
        ("PORT", "70000"),
        ("DATABASE_URL", "mysql://db/jobs"),
        ("DATABASE_URL", "postgresql://u:p@db"),
        ("DATABASE_URL", "postgresql://u:p@db:port/jobs"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("TESTWARDEN_SWEEP_SECONDS", "0"),
        ("TESTWARDEN_LEASE_SECONDS", "inf"),
        ("TESTWARDEN_WORKERS", "0"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_what_is_malformed_is_named(environment, name, value):
    environment.setenv(name, value)
    with pytest.raises(SettingsError) as refusal:
        load()
    sentence = str(refusal.value)
    assert re.match(rf"{name} is not valid: (set it|leave it|generate)", sentence)
    assert "\n" not in sentence


@pytest.mark.parametrize("name", ["GITHUB_PRIVATE_KEY", "DATABASE_URL", "GITHUB_API_URL"])
def test_what_is_malformed_is_not_repeated_for_it_may_be_a_secret(environment, name):
    environment.setenv(name, "pasted-into-the-wrong-place")
    with pytest.raises(SettingsError) as refusal:
        load()
    assert "pasted" not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__


def test_no_secret_is_in_a_repr(environment, key):
    environment.setenv("GITHUB_WEBHOOK_SECRET", "correct-horse")
    settings = load()
    for shown in (repr(settings), str(settings), settings.model_dump_json()):
        assert "correct-horse" not in shown
        assert "BEGIN" not in shown
    assert settings.secrets == (key, "correct-horse")


def test_a_store_needs_no_github(environment):
    environment.delenv("GITHUB_APP_ID")
    assert load_store().port == 8080


def test_empty_variables_count_as_unset(environment):
    environment.setenv("PORT", "")
    environment.setenv("DATABASE_URL", "")
    environment.setenv("GITHUB_CLIENT_ID", "")
    assert (load().port, load().issuer) == (8080, "7")


def test_the_databases_password_is_a_secret(environment):
    environment.setenv("DATABASE_URL", "postgresql://warden:p%40ss%2Fword@db/jobs")
    settings = load()
    assert settings.secrets[-2:] == ("p%40ss%2Fword", "p@ss/word")
    assert load_store().store_secrets == settings.secrets[-2:]
    assert "ss%2F" not in repr(settings)
