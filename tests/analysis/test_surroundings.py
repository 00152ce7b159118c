"""What a file says around a value."""

import pytest

from bot.analysis.document import Document
from bot.analysis.surroundings import around, evidence, is_about_scanning, is_only_looked_at, known_before, name_of, secret_found
from bot.core.specimens import SPECIMENS
from bot.model import Kind, Lines, Removed, Secret, Source


def document(text: str, path: str = "tests/test_a.py", added: frozenset[int] | None = None, removed: str = "") -> Document:
    lines = added if added is not None else frozenset(range(1, text.count("\n") + 2))
    gone = (Removed(1, 1, removed),) if removed else ()
    return Document(Source(path, "python", Kind.CODE, text, Lines(lines, removed=gone)))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('token = "@"', "token"),
        ("self.token: str = '@'", "self.token"),
        ('{"api_key": "@"}', "api_key"),
        ('client = Client(token="@")', "client token"),
        ('SAMPLES = {"bot": "@"}', "SAMPLES bot"),
        ('headers = {"Authorization": "Bearer @"}', "headers Authorization"),
        ('const token: string = "@";', "token"),
        ('client.login("@")', "client.login"),
        ("TOKEN=@", "TOKEN"),
        ('token := "@"', "token"),
        ('assert x == "@"', ""),
        ('"@"', ""),
    ],
)
def test_names(text: str, name: str) -> None:
    assert name_of(document(text), text.index("@")) == name


def test_the_test_around_and_the_files_own_admission() -> None:
    text = "def test_rejects_bad_token():\n    x = '@'\ny = '@'\n"
    assert around(document(text), 2) == "test_rejects_bad_token"
    assert around(document(text), 3) == ""
    assert around(document(text, "tests/fake_clients.py"), 3) == "fake_clients"


def test_news() -> None:
    assert not known_before(document("x = '@@@'\n"), "@@@")
    assert known_before(document("x = '@@@'\ny = '@@@'\n", added=frozenset([1])), "@@@")
    assert known_before(document("x = '@@@'\n", removed="old = '@@@'"), "@@@")


@pytest.mark.parametrize(
    ("path", "scanning"),
    [
        ("tests/test_secret_scanner.py", True),
        ("tests/gitleaks/rules_test.go", True),
        ("tests/detect/test_a.py", True),
        ("tests/test_redaction.py", True),
        ("tests/leak/test_a.py", False),
        ("tests/test_secrets.py", False),
        ("tests/test_detective_story.py", False),
        ("tests/test_api.py", False),
    ],
)
def test_files_about_scanning_by_their_path(path: str, scanning: bool) -> None:
    assert is_about_scanning(document("x = 1\n", path)) is scanning


def test_files_about_scanning_by_what_they_hold() -> None:
    kinds = ("github-token", "npm-token", "slack-token", "stripe-live-key", "gitlab-token")
    samples = [SPECIMENS[kind]("one") for kind in kinds]
    assert is_about_scanning(document("\n".join(samples)))
    assert not is_about_scanning(document("\n".join(samples[:4])))


@pytest.mark.parametrize(
    ("line", "looked_at"),
    [
        ("assert x == '@'", True),
        ("self.assertEqual('@', x)", True),
        ("expect(x).toEqual('@')", True),
        ("require.Equal(t, '@', x)", True),
        ("assert mask('@') == '***'", True),
        ("assert parse_url('@').host", True),
        ("assert '@' not in repr(client)", True),
        ("assert get(url, headers={'Authorization': '@'}).ok", False),
        ("expect(login('@')).toBe(true)", False),
        ("client = Client('@')", False),
        ("token = '@'", False),
    ],
)
def test_compared_or_used(line: str, looked_at: bool) -> None:
    assert is_only_looked_at(line, line.index("@")) is looked_at


def test_evidence_is_all_of_it() -> None:
    text = "# remove before merge\nassert parse_fake('k9Qz7Lw2Xr5T')\n"
    start = text.index("k9Q")
    seen = evidence(document(text), start, start + 12, exact=True)
    assert (seen.value, seen.name, seen.asserted, seen.exact) == ("k9Qz7Lw2Xr5T", "parse_fake", True, True)
    assert "remove before merge" in seen.nearby
    assert seen.value not in seen.nearby


def test_a_finding_about_a_secret_shows_a_quarter_of_it() -> None:
    text = "token = 'k9Qz7Lw2Xr5T'\n"
    held = document(text)
    found = secret_found(held, 1, "k9Qz7Lw2Xr5T", "Contoso")
    assert (found.quote, found.secret) == ("k9Q…", Secret("Contoso", "k9Q", None))
    assert found.captures == {"provider": "Contoso", "length": "fewer than 16"}
    assert "k9Qz" not in repr(found)
    assert held.concealed == {"k9Qz7Lw2Xr5T"}
    assert found.identity != secret_found(held, 1, "k9Qz7Lw2Xr5U").identity
