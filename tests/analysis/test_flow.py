"""Backward slices: what feeds an expression."""

import re

import pytest

from bot.analysis.document import Document
from bot.analysis.expressions import arguments_of, callee_of, names_in, search
from bot.analysis.flow import flow_of
from bot.model import Kind, Lines, Source


def feeding(language: str, text: str, callee: str, wall: str = "") -> list[str]:
    """The texts of what feeds the first call of `callee`, its arguments excluded."""
    flow = flow_of(Document(Source("tests/x", language, Kind.CODE, text, Lines())))
    call, _ = next(flow.calls(callee))
    arguments = arguments_of(call)
    assert arguments is not None
    return [n.text() for n in flow.feeding(arguments, wall=re.compile(wall) if wall else None)][1:]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("python", "a = get()\nb = f'{a}'\nsink(b)", ["f'{a}'", "get()"]),
        ("python", "def f():\n    a = 1\ndef g():\n    a = 2\n    sink(a)", ["2"]),
        ("python", "A = 1\ndef f():\n    sink(A)", ["1"]),
        ("python", "for k, v in env():\n    sink(v)", ["env()"]),
        ("python", "with open(p) as f:\n    sink(f)", ["open(p)"]),
        ("python", "self.a = 1\nsink(self.a)", ["1"]),
        ("python", "b = 1\nsink(a.b, b=2)", []),
        ("javascript", "const {a} = env; sink(`${a}`)", ["env"]),
        ("javascript", "entries(env).forEach(([k, v]) => sink(v))", ["entries(env).forEach"]),
        ("javascript", "for (const k of env) sink(k)", ["env"]),
        ("java", "class A { void f() { var a = g(); sink(a); } }", ["g()"]),
        ("java", "class A { void f() { for (var e : env()) sink(e); } }", ["env()"]),
        ("kotlin", 'fun f() { val a = g(); sink("x $a") }', ["g()"]),
        ("kotlin", "fun f() { m.forEach { sink(it) } }", ["m.forEach"]),
        ("go", "package a\nfunc f() { a, err := g(); sink(a) }", ["g()"]),
        ("go", "package a\nfunc f() { for _, e := range env() { sink(e) } }", ["env()"]),
        ("c", "void f() { char *a = g(); sink(a); }", ["g()"]),
        ("ruby", 'a = g\nsink("#{a}")', ["g"]),
        ("ruby", "ENV.each { |k, v| sink(v) }", ["ENV"]),
        ("csharp", "class A { void F() { var a = G(); sink(a); } }", ["G()"]),
        ("php", '<?php $a = g(); sink("x $a");', ["g()"]),
        ("php", "<?php foreach ($e as $k => $v) { sink($v); }", ["$e"]),
        ("rust", "fn f() { let a = g(); sink(a); }", ["g()"]),
        ("shell", 'A=$(g)\nsink "$A"', ["$(g)"]),
    ],
)
def test_feeding(language: str, text: str, expected: list[str]) -> None:
    assert feeding(language, text, "sink")[: len(expected)] == expected


def test_walls_and_comparisons_let_nothing_through() -> None:
    assert feeding("python", "a = get()\nsink(len(a))", "sink", wall=r"^len$") == []
    assert feeding("python", "a = get()\nsink(a == 'x')", "sink") == []
    assert feeding("javascript", "const a = get(); sink(!a)", "sink") == []


def test_search_reads_code_alone() -> None:
    text = "print('os.environ', len(os.environ))"
    node = next(flow_of(Document(Source("tests/x", "python", Kind.CODE, text, Lines()))).calls("print"))[0]
    environment = re.compile(r"os\.environ")
    found = search(environment, node)
    assert found is not None
    assert found.start() == text.rindex("os.environ")
    assert search(environment, node, re.compile("^len$")) is None


def test_callee() -> None:
    for language, text, expected in [
        ("python", "a.b(c)", "a.b"),
        ("javascript", "new Function(x)", "new Function"),
        ("php", "<?php echo $x;", "echo"),
        ("ruby", "`ls`", "`"),
    ]:
        call, name = next(flow_of(Document(Source("tests/x", language, Kind.CODE, text, Lines()))).calls(re.escape(expected)))
        assert name == callee_of(call) == expected


def test_names() -> None:
    text = "f(a.b, c=d, **e)"
    call, _ = next(flow_of(Document(Source("tests/x", "python", Kind.CODE, text, Lines()))).calls("f"))
    arguments = arguments_of(call)
    assert arguments is not None
    assert [n.text() for n in names_in(arguments)] == ["a.b", "a", "d", "e"]
