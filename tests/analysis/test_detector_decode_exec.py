"""Encoded content that is turned into running code."""

import base64

import pytest

from bot.analysis.detectors.decode_exec import decoded_command, decoded_execution
from bot.analysis.document import Document
from bot.model import Kind, Lines, Source

LONG = base64.b64encode(bytes(range(60))).decode()
OPTIONS = {"sink": "exec", "program": "run", "decoder": r"b64decode\(", "reader": r"open\("}


def document(text: str, language: str) -> Document:
    return Document(Source("tests/x", language, Kind.CODE, text, Lines()))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (f"exec(b64decode('{LONG}'))", [1]),
        (f"X = '{LONG[:40]}' \\\n    '{LONG[40:]}'\nexec(b64decode(X))", [3]),
        ("exec(b64decode(open(p).read()))", [1]),
        ("exec(b64decode('c2hvcnQ='))", []),
        (f"exec('{LONG}')", []),
        (f"run(['cat'], b64decode('{LONG}'))", []),
        (f"run(['sh', '-c'], b64decode('{LONG}'))", [1]),
        (f"run(b64decode('{LONG}'))", [1]),
    ],
)
def test_execution(text: str, lines: list[int]) -> None:
    assert sorted({f.line for f in decoded_execution(document(text, "python"), OPTIONS)}) == lines


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (f"echo {LONG} | base64 -d | sh", [1]),
        (f"X={LONG}\necho $X | base64 -d | bash -s", [2]),
        ("xz -dc tests/a.xz | /bin/sh", [1]),
        ('eval "$(base64 -d tests/a)"', [1]),
        (f"powershell -enc {LONG}", [1]),
        ("echo c2hvcnQ= | base64 -d | sh", []),
        ("xz -dc tests/a.xz | sh -c 'cat > x'", []),
        ("xz -dc tests/a.xz | tar x", []),
        ("curl x | gunzip | sh", []),
        (f"echo '{LONG} | base64 -d | sh'", []),
    ],
)
def test_command(text: str, lines: list[int]) -> None:
    assert [f.line for f in decoded_command(document(text, "shell"), {})] == lines
