"""The table of languages: its own sample paths, its globs, and its errors."""

import copy
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.language_table import LanguagesError, parse
from bot.core.languages import matches
from bot.core.select import by_path
from bot.model import ChangedFile, Kind
from bot.rulebook import RulebookError, load_languages

LANGUAGES = load_languages()
TABLE = tomllib.loads((Path(__file__).parents[2] / "rules" / "languages.toml").read_text())


def standing(path: str) -> tuple[str, str]:
    """What becomes of a pull that adds this file alone: (yes | maybe | no, language)."""
    (candidates, _) = by_path([ChangedFile(path, "added", "@@ -0,0 +1 @@\n+x")], LANGUAGES)
    if not candidates:
        return "no", ""
    return ("yes" if candidates[0].strong else "maybe"), candidates[0].language


def samples(kind: str):
    return [pytest.param(n, p, id=f"{n}-{p}") for n, x in LANGUAGES.by_name.items() for p in getattr(x, kind)]


@pytest.mark.parametrize(("language", "path"), samples("yes"))
def test_a_strong_path(language, path):
    assert standing(path) == ("yes", language)


@pytest.mark.parametrize(("language", "path"), samples("maybe"))
def test_a_weak_path(language, path):
    assert standing(path) == ("maybe", language)


@pytest.mark.parametrize(("language", "path"), samples("no"))
def test_no_test_path(language, path):
    assert standing(path) == ("no", "")


@pytest.mark.parametrize("path", LANGUAGES.never)
def test_what_is_never_a_test(path):
    assert standing(path) == ("no", "")


@pytest.mark.parametrize("support", LANGUAGES.support, ids=lambda s: s.kind)
def test_support_files_count_wherever_they_lie(support):
    for path in support.yes:
        place = LANGUAGES.place(path)
        assert place is not None, path
        assert (place.strong, place.kind) == (True, support.kind), path
    assert [LANGUAGES.place(path) for path in support.no] == [None] * len(support.no)


def test_every_language_has_samples():
    assert [n for n, x in LANGUAGES.by_name.items() if not x.yes] == []
    assert [n for n, x in LANGUAGES.by_name.items() if x.kind is Kind.CODE and not x.signals] == []


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("a/b.test.ts", "javascript"),
        ("tests/Makefile", "make"),
        ("CMakeLists.txt", "make"),
        (".env.test", "env"),
        ("x/.env", "env"),
        ("notes.txt", "text"),
        ("id_rsa", "text"),
        ("tar.py/readme", "text"),
        ("", "text"),
    ],
)
def test_the_language_of_a_path(path, language):
    assert LANGUAGES.language_of(path) == language


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("#!/bin/sh\nset -e", "shell"),
        ("#!/usr/bin/env python3\n", "python"),
        ("#!/usr/bin/env -S node --test", "javascript"),
        ("#! /usr/local/bin/bats", "shell"),
        ("#!/usr/bin/env", None),
        ("#!", None),
        ("#!/opt/unknown", None),
        ("import os", None),
    ],
)
def test_a_shebang_names_a_language(line, language):
    assert LANGUAGES.shebang(line) == language


@pytest.mark.parametrize(
    ("glob", "path", "expected"),
    [
        ("tests/**", "tests/a", True),
        ("tests/**", "x/tests/a/b", True),
        ("tests/**", "mytests/a", False),
        ("tests/**", "tests", False),
        ("src/**/testing/**", "src/testing/a", True),
        ("src/**/testing/**", "src/a/b/testing/c", True),
        ("*_test.py", "a/b_test.py", True),
        ("*_test.py", "a_test.py/b", False),
        ("*.{js,ts}", "a.ts", True),
        ("*.{js,ts}", "a.tsx", False),
        ("t?st.py", "test.py", True),
        ("a+b.[c]", "a+b.[c]", True),
        ("*.py", "a\nb.py", True),
        ("*.py", "a.py\n", False),
    ],
)
def test_what_a_glob_matches(glob, path, expected):
    assert matches(path, (glob,)) is expected


@given(st.text(st.sampled_from("/abtes.py{}*[]\n\0_"), max_size=3000))
def test_every_path_has_an_answer(path):
    LANGUAGES.place(path)
    assert LANGUAGES.language_of(path) in LANGUAGES.by_name


def test_a_very_long_path_is_judged_by_its_ends():
    deep = "a/" * 2000
    assert standing(f"tests/{deep}x.py")[0] == "yes"
    assert standing(f"{deep}test_x.py")[0] == "yes"
    assert standing(f"{deep}x.py")[0] == "no"


BREAKS = [
    (lambda t: t.pop("excluded"), "excluded", "table"),
    (lambda t: t["python"].update(strng="x"), "python.strng", "unknown key"),
    (lambda t: t["python"].pop("kind"), "python.kind", "code, data, config"),
    (lambda t: t["python"].update(kind="prose"), "python.kind", "code, data, config"),
    (lambda t: t["python"].update(suffixes=".py"), "python.suffixes", "list"),
    (lambda t: t["python"].update(strong=["*.py"]), "python.strong", "globs"),
    (lambda t: t["python"].update(strong="{*.py"), "python.strong", "glob"),
    (lambda t: t["python"].update(signals=["("]), "python.signals", "regular expression"),
    (lambda t: t["python"].update(signals=[[1]]), "python.signals", "regular expressions"),
    (lambda t: t["python"].update(suffixes=[".rb"]), "ruby.suffixes", "already claimed by python"),
    (lambda t: t["python"].update(fallback=True), "fallback", "found 2"),
    (lambda t: t["part"][0].update(language="cobol"), "part[0].language", "no block"),
    (lambda t: t["part"][0].update(shape="round"), "part[0].shape", "section, indented, item"),
    (lambda t: t["support"][1].update(kind=3), "support[1].kind", "code, data, config"),
    (lambda t: t.update(cobol=[]), "cobol", "table"),
]


@pytest.mark.parametrize(("spoil", "key", "expected"), BREAKS, ids=range(len(BREAKS)))
def test_an_error_names_the_key_and_what_was_expected(spoil, key, expected):
    table = copy.deepcopy(TABLE)
    spoil(table)
    with pytest.raises(LanguagesError) as error:
        parse(table)
    assert error.value.key == key
    assert expected in error.value.expected


def test_the_loader_names_the_file(tmp_path):
    with pytest.raises(RulebookError, match=r"languages\.toml: file: expected beside the rules"):
        load_languages(tmp_path)
    (tmp_path / "languages.toml").write_text("[python")
    with pytest.raises(RulebookError, match=r"languages\.toml: file: expected TOML"):
        load_languages(tmp_path)
    (tmp_path / "languages.toml").write_text("[python]\nkind = 'code'")
    with pytest.raises(RulebookError, match=r"languages\.toml: excluded: expected a table"):
        load_languages(tmp_path)
