"""Binaries that become code, where rule examples cannot say it: build files, and the lines that carry the finding."""

from bot.analysis.detectors import load_all
from bot.analysis.engine import scan
from bot.model import Kind, Lines, Source
from bot.rulebook import load

load_all()
RULE = load().rules["hide-binary-consumed"]


def lines(text: str, path: str, language: str, kind: Kind, companions: tuple[str, ...] = (), added: set[int] | None = None):
    every = frozenset(range(1, text.count("\n") + 2))
    source = Source(path, language, kind, text, Lines(frozenset(added) if added else every), companions)
    return [h.line for h in scan(source, [RULE])]


def test_a_build_file_that_looks_for_what_it_unpacks():
    text = "AC_DEFUN([X], [\n  f=`grep -rl mark $srcdir/`\n  sed 1d $f | xz -dc | /bin/sh\n])\n"
    assert lines(text, "m4/x.m4", "make", Kind.BUILD) == [3]
    assert lines(text, "tests/x.m4", "make", Kind.CONFIG) == []


def test_a_build_script_in_a_programming_language():
    text = 'fn main() {\n    Command::new("sh").arg("-c").arg("xz -dc tests/files/bad.xz | sh").status();\n}\n'
    assert lines(text, "build.rs", "rust", Kind.BUILD, ("tests/files/bad.xz",)) == [2]


def test_a_comment_unpacks_nothing():
    text = "dnl xz -dc tests/files/bad.xz | sh\n# xz -dc tests/files/bad.xz | sh\n"
    assert lines(text, "configure.ac", "make", Kind.BUILD, ("tests/files/bad.xz",)) == []


def test_the_line_must_be_one_that_the_pull_adds():
    text = "all:\n\txz -dc files/bad.xz | sh\n\ttrue\n"
    assert lines(text, "tests/Makefile", "make", Kind.CONFIG, ("tests/files/bad.xz",), added={3}) == []
    assert lines(text, "tests/Makefile", "make", Kind.CONFIG, ("tests/files/bad.xz",), added={2}) == [2]
