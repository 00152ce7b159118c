"""Which environment variables are secrets, whose they are, and who sets them."""

import pytest

from bot.core.environment import belongs, is_secret, sets


@pytest.mark.parametrize(
    "name", "GITHUB_TOKEN NPM_TOKEN AWS_SECRET_ACCESS_KEY X_API_KEY DB_PASSWORD TOKEN_V2 CLIENT_SECRET".split()
)
def test_secret(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize(
    "name", "HOME TOKEN_URL SECRET_NAME TOKEN_COUNT AWS_REGION AWS_ACCESS_KEY_ID PASSWORD_FILE KEY CI".split()
)
def test_no_secret(name: str) -> None:
    assert not is_secret(name)


@pytest.mark.parametrize(
    ("name", "hosts", "expected"),
    [
        ("GITHUB_TOKEN", ["api.github.com"], True),
        ("GITHUB_TOKEN", ["github.northwind.io"], True),
        ("GITHUB_TOKEN", ["collect.northwind.io"], False),
        ("GITHUB_TOKEN", ["api.github.com", "collect.northwind.io"], False),
        ("NPM_TOKEN", ["npm.northwind.io"], True),
        ("AWS_SECRET_ACCESS_KEY", ["s3.amazonaws.com"], True),
        ("NORTHWIND_API_KEY", ["api.contoso.io"], True),
        ("GITHUB_TOKEN", [], True),
    ],
)
def test_belongs(name: str, hosts: list[str], expected: bool) -> None:
    assert belongs(name, hosts) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("os.environ['X_TOKEN'] = 'a'", True),
        ("monkeypatch.setenv('X_TOKEN', 'a')", True),
        ('t.Setenv("X_TOKEN", v)', True),
        ("patch.dict(os.environ, {'X_TOKEN': 'a'})", True),
        ("process.env.X_TOKEN = 'a'", True),
        ("X_TOKEN=abc", True),
        ("MY_X_TOKEN=abc", True),
        ("A: X_TOKEN = 'a'", True),
        ("setenv(setenv, ['A', X_TOKEN])", True),
        ("setenv('X_TOKENS', 'a')", False),
        ("setenv()\nX_TOKEN", False),
        ("X_TOKEN_B=abc", False),
        ("X_TOKEN = os.environ['X_TOKEN']", False),
        ("const X_TOKEN = process.env.X_TOKEN", False),
        ("X_TOKEN=$(fetch)", False),
        ("X_TOKEN: ${{ secrets.X_TOKEN }}", False),
        ("print(os.environ['X_TOKEN'])", False),
        ("if X_TOKEN == 'a': pass", False),
    ],
)
def test_sets(text: str, expected: bool) -> None:
    assert sets(text, "X_TOKEN") is expected
