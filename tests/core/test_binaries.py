"""Binaries among the tests: what they are, and which texts of the pull name them."""

from fnmatch import fnmatchcase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import binaries
from bot.core.binaries import accompany, maybe_binary, what
from bot.core.select import by_content, by_path
from bot.core.words import BINARY
from bot.model import ChangedFile, Kind, Lines, Reading, Skipped
from bot.rulebook import load_languages

LANGUAGES = load_languages()
ONE = "@@ -0,0 +1 @@\n+x"
XZ = "tests/files/bad.xz"


def binary(path: str, status: str = "added", **more) -> ChangedFile:
    return ChangedFile(path, status, None, **more)


def pull(*files: ChangedFile, texts: dict[str, str] | None = None, **reading):
    """Both steps of the selection and then this one."""
    candidates, _ = by_path(files, LANGUAGES)
    held = Reading({p: t for p, t in (texts or {}).items() if p in {c.file.path for c in candidates}}, **reading)
    tests, _ = by_content(candidates, held, LANGUAGES)
    return accompany(tests, files, held, LANGUAGES)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"\x7fELF\x02\x01\x01", "ELF"),
        (b"MZ\x90\0", "PE"),
        (b"\xcf\xfa\xed\xfe\x07", "Mach-O"),
        (b"\xca\xfe\xba\xbe\0\0\0\x02", "Mach-O"),
        (b"\xca\xfe\xba\xbe\0\0\0\x41", "Java-class"),
        (b"\0asm\x01\0\0\0", "WebAssembly"),
        (b"\xa7\x0d\r\n\0\0\0\0", "Python-bytecode"),
        (b"\x80\x04\x95\x10", "Python-pickle"),
        (b"\xac\xed\0\x05sr", "Java-serialized"),
        (b"!<arch>\n", "archive-of-objects"),
        (b"\x89PNG\r\n\x1a\n", ""),
        (b"\xfd7zXZ\0", ""),
        (b"PK\x03\x04", ""),
        (b"\x80", ""),
        (b"", ""),
    ],
)
def test_what_the_first_bytes_say(head, said):
    assert what(head) == said


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (binary(XZ), True),
        (binary(XZ, "modified"), True),
        (binary("tests/files/blob"), True),
        (binary(XZ, "removed"), False),
        (binary("tests/blob", "renamed"), False),
        (binary("src/logo.png"), False),
        (binary("tests/__init__.py", blob="e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"), False),
        (binary("tests/long.json", additions=90_000), False),
        (ChangedFile("tests/a.py", "added", ONE, additions=1), False),
    ],
)
def test_by_its_name_or_by_its_missing_diff(file, expected):
    assert maybe_binary(file, LANGUAGES) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("open('files/bad.xz')", (XZ,)),
        ("for f in $srcdir/files/*.xz; do", (XZ,)),
        ("cat files/bad-*.xz", ()),
        ("cat files/b*.xz", (XZ,)),
        ("cat files/bad.xzy", ()),
        ("xbad.xz", ()),
        ("FILES = 'bad'", ()),
    ],
)
def test_a_text_names_a_binary_by_its_file_name_or_a_pattern(text, expected):
    files = [ChangedFile("tests/run.sh", "added", f"@@ -0,0 +1 @@\n+{text}", additions=1), binary(XZ)]
    (script, _) = pull(*files, texts={"tests/run.sh": f"{text}\n"})
    assert script.companions == expected


def test_a_build_file_is_read_only_beside_a_binary():
    make = ChangedFile("Makefile.am", "modified", ONE, additions=1)
    texts = {"Makefile.am": "x\n"}
    assert pull(make, texts=texts) == ()
    (read, _) = pull(make, binary(XZ), texts=texts)
    assert (read.path, read.language, read.kind, read.lines.added) == ("Makefile.am", "make", Kind.BUILD, frozenset({1}))


def test_a_build_script_that_is_a_test_by_its_path_is_read_once():
    script = ChangedFile("tests/Makefile", "added", ONE, additions=1)
    assert [s.kind for s in pull(script, binary(XZ), texts={"tests/Makefile": "x\n"})] == [Kind.CONFIG, Kind.BINARY]


def test_a_file_of_which_a_part_is_a_test_is_read_for_both():
    text = '{"scripts": {\n  "test": "x"\n}}\n'
    files = [
        ChangedFile("package.json", "added", '@@ -0,0 +1,3 @@\n+{"scripts": {\n+  "test": "x"\n+}}', additions=3),
        binary(XZ),
    ]
    sources = pull(*files, texts={"package.json": text})
    assert [(s.kind, sorted(s.lines.added)) for s in sources[:2]] == [(Kind.CONFIG, [2]), (Kind.BUILD, [1, 2, 3])]


def test_one_line_stands_for_a_binary():
    reading = {"unread": (Skipped("tests/bin/helper", BINARY, False),), "binaries": {"tests/bin/helper": "ELF"}}
    (helper,) = pull(binary("tests/bin/helper"), **reading)
    assert (helper.kind, helper.text, helper.lines) == (Kind.BINARY, "helper ELF", Lines(frozenset({1})))


def test_a_binary_knows_what_it_may_be_made_from():
    source = ChangedFile("tests/bin/Probe.java", "added", ONE, additions=1)
    other = ChangedFile("tests/Probe.java", "added", ONE, additions=1)
    sources = pull(source, other, binary("tests/bin/Probe.class"), texts={f.path: "x\n" for f in (source, other)})
    assert [s.companions for s in sources if s.kind is Kind.BINARY] == [("tests/bin/Probe.java",)]


def test_a_file_without_a_diff_that_could_be_read_is_no_binary():
    assert [s.kind for s in pull(binary("tests/data/empty"), texts={"tests/data/empty": "\n"})] == [Kind.DATA]


def test_a_binary_outside_the_tests_stands_for_nothing():
    assert pull(binary("samples/a.xz")) == ()
    assert pull(binary("web/a.xz")) == ()


def test_a_pull_of_many_binaries_stays_small():
    names = [f"tests/files/{n}.xz" for n in range(3000)]
    script = ChangedFile("tests/run.sh", "added", ONE, additions=1)
    (first, *_) = pull(script, *map(binary, names), texts={"tests/run.sh": "for f in files/*.xz; do x; done\n"})
    assert first.companions == tuple(names[:20])


@given(glob=st.text(alphabet="ab*.", min_size=1, max_size=6), name=st.text(alphabet="ab.", max_size=6))
@settings(deadline=None)
def test_a_pattern_covers_what_the_standard_library_says(glob: str, name: str) -> None:
    assert binaries._covers(glob, name) is fnmatchcase(name, glob)
