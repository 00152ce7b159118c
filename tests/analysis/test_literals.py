"""Literals without a grammar, alone and put together; and where they are an environment lookup's fallback."""

import pytest

from bot.analysis.defaults import env_default
from bot.analysis.document import Document
from bot.analysis.literals import literals
from bot.model import Kind, Lines, Source


def document(text: str, language: str = "python") -> Document:
    return Document(Source("tests/test_a.py", language, Kind.CODE, text, Lines(frozenset([1]))))


@pytest.mark.parametrize(
    ("text", "wholes"),
    [
        ('x = "abcd" + "efgh"', ["abcdefgh"]),
        ('x = ("abcd"\n     "efgh"\n     "ijkl")', ["abcdefghijkl"]),
        ("x = 'abcd' . 'efgh';", ["abcdefgh"]),
        ('x = "abcd" \\\n    "efgh"', ["abcdefgh"]),
        ('x = ["abcd", "efgh"]', []),
        ('f("abcd", x + "efgh")', []),
        ('x = "abcd"', []),
    ],
)
def test_joined_literals_are_one(text: str, wholes: list[str]) -> None:
    assert [lit.text for lit in literals(document(text)) if lit.parts] == wholes


def test_offsets_are_the_values_own() -> None:
    text = "é = 'abcd' + \"efgh\"\n"
    assert [(text[lit.start : lit.end], lit.parts) for lit in literals(document(text))] == [
        ("abcd", ()),
        ("efgh", ()),
        ("abcd' + \"efgh", ("abcd", "efgh")),
    ]


def test_data_and_shell_have_bare_words_that_do_not_join() -> None:
    text = f"token: {'a1' * 12}\nother: {'b2' * 12}==\n"
    for language in ("any", "shell"):
        assert [(lit.text, lit.parts) for lit in literals(document(text, language))] == [("a1" * 12, ()), ("b2" * 12 + "==", ())]


@pytest.mark.parametrize(
    ("text", "variable"),
    [
        ("os.environ.get('TOKEN', '@')", "TOKEN"),
        ("os.getenv('TOKEN', default='@')", "TOKEN"),
        ("os.environ.get('TOKEN') or '@'", "TOKEN"),
        ("os.environ.get('TOKEN', base64.b64decode('@'))", "TOKEN"),
        ("process.env.TOKEN || '@'", "TOKEN"),
        ("process.env['TOKEN'] ?? '@'", "TOKEN"),
        ("import.meta.env.TOKEN ?? '@'", "TOKEN"),
        ("ENV.fetch('TOKEN', '@')", "TOKEN"),
        ("ENV['TOKEN'] || '@'", "TOKEN"),
        ("ENV.fetch('TOKEN') { '@' }", "TOKEN"),
        ('getenv("TOKEN") ?: "@"', "TOKEN"),
        ('$_ENV["TOKEN"] ?? "@"', "TOKEN"),
        ('System.getenv().getOrDefault("TOKEN", "@")', "TOKEN"),
        ('Optional.ofNullable(System.getenv("TOKEN")).orElse("@")', "TOKEN"),
        ('System.getenv("TOKEN") ?: "@"', "TOKEN"),
        ('Environment.GetEnvironmentVariable("TOKEN") ?? "@"', "TOKEN"),
        ('std::env::var("TOKEN").unwrap_or("@".into())', "TOKEN"),
        ('env::var("TOKEN").unwrap_or_else(|_| "@".to_string())', "TOKEN"),
        ('getEnv("TOKEN", "@")', "TOKEN"),
        ("${TOKEN:-@}", "TOKEN"),
        ("os.environ['TOKEN'] = '@'", ""),
        ("client('TOKEN', '@')", ""),
        ("env = '@'", ""),
        ("os.environ.get('@')", ""),
    ],
)
def test_fallbacks_of_environment_lookups(text: str, variable: str) -> None:
    assert env_default(document(text), text.index("@")) == variable


@pytest.mark.parametrize(("apart", "variable"), [(0, "TOKEN"), (150, "TOKEN"), (400, "")])
def test_a_lookup_is_read_as_far_before_its_fallback_as_a_reader_looks(apart: int, variable: str) -> None:
    text = f"# of the environment\n{'#' * 300}\nx = os.getenv('TOKEN',{' ' * apart}'@')\ny = os.environ['OTHER']\n"
    assert env_default(document(text), text.index("@")) == variable
