"""Code that stands where a reviewer does not look."""

import pytest

from bot.analysis.detectors.offscreen import offscreen
from bot.analysis.document import Document
from bot.model import Kind, Lines, Source

WIDE = " " * 130
ORDINARY = "x = 1\n" * 50


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"a = 1{WIDE}; run(b)\n", [(1, "; run(b)")]),
        (f"a = 1{WIDE}# run(b)\n", []),
        (f"a = '{WIDE}run(b)'\n", []),
        (f"a = 1{' ' * 60}; run(b)\n", []),
        (f"{WIDE}run(b)\n", [(1, "run(b)")]),
        ("a = [" + "1, " * 400 + f"]; exec(b)\n{ORDINARY}", [(1, "exec(b)")]),
        ("exec(b); a = [" + "1, " * 400 + f"]\n{ORDINARY}", []),
        ("a = '" + "x" * 1200 + f"exec(b)'\n{ORDINARY}", []),
        ("a = 1\n" + "\n" * 70 + "run(b)\n", [(72, "run(b)")]),
        ("a = 1\n" + " \n" * 70 + "run(b)\n", [(72, "run(b)")]),
        ("a = 1\n" + "\n" * 70 + "# run(b)\n", []),
        ("a = 1\n" + "\n" * 20 + "run(b)\n", []),
    ],
)
def test_offscreen(text: str, found: list[tuple[int, str]]) -> None:
    document = Document(Source("tests/x.py", "python", Kind.CODE, text, Lines()))
    assert [(f.line, f.quote) for f in offscreen(document, {})] == found


def test_a_minified_file_has_long_lines_by_nature() -> None:
    text = "a=[" + "1," * 800 + "];exec(b)\n"
    assert list(offscreen(Document(Source("tests/x.py", "python", Kind.CODE, text, Lines())), {})) == []
