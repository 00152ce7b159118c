"""What a reviewer cannot see is named, counted, and quoted by a word that can be seen; what belongs is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.analysis.detectors.unicode_controls import bidi_control, invisible_run
from bot.analysis.document import Document
from bot.core.grounding import stands
from bot.model import Kind, Lines, Source

BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def document(text: str, path: str = "tests/test_a.py", language: str = "python") -> Document:
    everything = frozenset(range(1, text.count("\n") + 2))
    return Document(Source(path, language, Kind.CODE, text, Lines(everything, everything)))


@pytest.mark.parametrize("control", BIDI)
def test_each_control_is_named(control: str) -> None:
    (found,) = bidi_control(document(f"a = 1\nname = 'x{control}y'\n"), {})
    assert found.line == 2
    assert found.captures["character"].startswith(f"U+{ord(control):04X} ")


@pytest.mark.parametrize("mark", ["\u200e", "\u200f", "\u061c"])
def test_marks_that_move_nothing_else(mark: str) -> None:
    assert list(bidi_control(document(f"name = 'x{mark}y'\n"), {})) == []


def test_one_finding_a_line() -> None:
    assert [f.line for f in bidi_control(document(f"a = '{BIDI}'\nb = '{BIDI}'\n"), {})] == [1, 2]


@given(st.text(alphabet=st.sampled_from(f"ab_ '=#{BIDI}\u200b\u2063\U000e0161"), max_size=60))
def test_the_quote_stands_on_its_line(line: str) -> None:
    held = document(f"x = 1\n{line}\n")
    for found in [*bidi_control(held, {}), *invisible_run(held, {})]:
        assert stands(found.quote, held.lines[found.line - 1])
        assert not set(found.quote) & set(BIDI)


def test_a_line_with_nothing_to_see_is_quoted_by_its_code_point() -> None:
    (found,) = invisible_run(document("x = 1\n\u2063\u2063\u2063\n"), {})
    assert (found.line, found.quote, found.captures["count"]) == (2, "U+2063", "3")


@pytest.mark.parametrize(("count", "spread"), [(3, ""), (8, "a")])
def test_from_how_many_on(count: int, spread: str) -> None:
    hidden = spread.join("\u200b" * count)
    assert len(list(invisible_run(document(f"x = 'q{hidden}q'\n"), {}))) == 1
    fewer = spread.join("\u200b" * (count - 1))
    assert list(invisible_run(document(f"x = 'q{fewer}q'\n"), {})) == []


def test_one_in_a_name_is_enough_and_one_in_a_string_is_not() -> None:
    assert [f.line for f in invisible_run(document("che\u200dck = 1\ntext = 'a\u200bb'  # a\u200bb\n"), {})] == [1]
    assert list(invisible_run(document("che\u200dck\n", "tests/data/a.txt", "text"), {})) == []


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffx = 1",
        "'" + "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 4 + "'",
        "'" + "\u2764\ufe0f" * 9 + "'",
        "'" + "\u0645\u06cc\u200c\u062e" * 9 + "'",
        "'" + "\u0915\u094d\u200d\u0937" * 9 + "'",
        "'" + "ab\u00adcd" * 9 + "'",
        "'\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f'",
        "'" + "\u0e01\u200b\u0e02" * 9 + "'",
    ],
)
def test_what_does_there_what_it_is_for(text: str) -> None:
    assert list(invisible_run(document(text), {})) == []


@pytest.mark.parametrize("path", ["tests/locale/he/app.po", "res/strings.xliff", "i18n/he.json"])
def test_translations_hold_what_their_languages_need(path: str) -> None:
    assert list(bidi_control(document("\u202b\u05e9\u202c", path, "text"), {})) == []


def test_a_folder_of_translations_excuses_no_code() -> None:
    assert len(list(bidi_control(document("x = '\u202eab'", "tests/locale/test_a.py"), {}))) == 1
