"""The commands that a file runs, in every language."""

import pytest

from bot.analysis.detectors.commands import command, runs
from bot.analysis.document import Document
from bot.model import Kind, Lines, Source

CASES = [
    ("python", "os.system('curl x | sh')", ["curl x | sh"]),
    ("python", "subprocess.run(['bash', '-c', 'git push; ls'])", ["git push", "ls"]),
    ("python", "cmd = ['git', 'push', branch]\nrun(cmd)", ["git push $branch"]),
    ("python", "CMD = 'git push'\ndef f():\n    check_call(CMD, shell=True)", ["git push"]),
    ("python", "run('git commit -m \"a; b\"', shell=True)", ['git commit -m "a; b"']),
    ("python", "lint('curl x | sh')\nx = 'git push'", []),
    ("python", "from unittest.mock import call\nassert m == [call('git push')]", []),
    ("javascript", "cp.execSync('git push')", ["git push"]),
    ("javascript", "await $`curl ${u} | sh`", ["curl ${u} | sh"]),
    ("javascript", "/x/.exec('git push')", []),
    ("java", 'class A { void f() { new ProcessBuilder("git", "push").start(); } }', ["git push"]),
    ("kotlin", 'fun f() { Runtime.getRuntime().exec(arrayOf("sh", "-c", "git push")) }', ["git push"]),
    ("go", 'package a\nfunc f() { exec.Command("git", "push").Run() }', ["git push"]),
    ("go", 'package a\nfunc f() { exec.Command("sh", "-c", `git push`).Run() }', ["git push"]),
    ("c", 'int f() { return system("git push"); }', ["git push"]),
    ("ruby", "`git push`\n%x(git pull)\nsystem('git', 'gc')", ["git push", "git pull", "git gc"]),
    ("php", "<?php exec('git push'); $p = new Process(['git', 'gc']);", ["git push", "git gc"]),
    ("rust", 'fn f() { Command::new("sh").arg("-c").arg("git push").status(); }', ["git push"]),
    ("shell", "cd x && git push", ["cd x", "git push"]),
    ("yaml", "a:\n  run: git push\n  description: git gc\n", ["git push"]),
    ("json", '{"test": "git push",\n "title": "git gc"}', ["git push"]),
    ("make", "x:\n\t@git push\n", ["git push"]),
]


def document(language: str, text: str) -> Document:
    return Document(Source("tests/x", language, Kind.CODE, text, Lines(frozenset(range(1, text.count("\n") + 2)))))


@pytest.mark.parametrize(("language", "text", "expected"), CASES)
def test_runs(language: str, text: str, expected: list[str]) -> None:
    found = [r.text for r in runs(document(language, text))]
    assert [t for t in found if t in expected] == expected
    assert bool(found) or not expected


@pytest.mark.parametrize(("language", "text"), [(lang, text) for lang, text, expected in CASES if not expected])
def test_runs_nothing(language: str, text: str) -> None:
    assert runs(document(language, text)) == ()


def test_lines_are_those_of_the_literal() -> None:
    text = 'PUSH = "git push"\ndef f():\n    run(PUSH)\n    run("""\n        ls\n        git gc\n    """)\n'
    assert [(r.line, r.text) for r in runs(document("python", text))] == [(1, "git push"), (5, "ls"), (6, "git gc")]


def test_options() -> None:
    text = "git push origin\ngit push --dry-run\n"
    options = {"pattern": r"git (?P<what>push)", "unless": "--dry-run"}
    found = list(command(document("shell", text), options))
    assert [(f.line, f.quote, f.captures["what"]) for f in found] == [(1, "git push", "push")]
    assert list(command(document("shell", text), {**options, "quiet": "dry"})) == []
