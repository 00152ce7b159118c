"""Calls that are fed by something they must not be fed by."""

import pytest

from bot.analysis.detectors.environment import environment
from bot.analysis.detectors.flows import flow
from bot.analysis.document import Document
from bot.model import Kind, Lines, Source


def document(text: str, language: str = "python") -> Document:
    return Document(Source("tests/x", language, Kind.CODE, text, Lines()))


OPTIONS = {"sink": r"(?:^|\.)(?:exec|run)", "source": r"b64decode\("}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("exec(b64decode(X))", [1]),
        ("a = b64decode(X)\nb = a.decode()\nexec(b)", [3]),
        ("a = b64decode(X)\nexec(y)", []),
        ("exec('b64decode(')", []),
        ("p.write_bytes(b64decode(X))\nrun([p])", [2]),
        ("with open(p, 'wb') as f:\n    f.write(b64decode(X))\nrun(p)", [3]),
        ("open(p, 'wb').write(b64decode(X))\nrun(q)", []),
        ("pool\\\n  .run(\n    b64decode(X))", [2]),
    ],
)
def test_flow(text: str, lines: list[int]) -> None:
    assert [f.line for f in flow(document(text), OPTIONS)] == lines


def test_flow_of_a_literal() -> None:
    text = "p = '/tmp/x'\nrun(open(p))\nrun('b64decode(')\n"
    found = list(flow(document(text), {"sink": "run", "literal": "^/tmp/"}))
    assert [(f.line, f.captures["source"]) for f in found] == [(2, "/tmp/x")]


def test_flow_options() -> None:
    text = "run('ls', b64decode(X))"
    assert [f.captures["source"] for f in flow(document(text), OPTIONS)] == ["b64decode"]
    assert list(flow(document(text), {**OPTIONS, "first": True})) == []
    assert list(flow(document(text), {**OPTIONS, "carries": "LONG"})) == []
    assert list(flow(document(text), {**OPTIONS, "unless": "X"})) == []
    assert list(flow(document("run(len(b64decode(X)))"), {**OPTIONS, "wall": "^len$"})) == []


@pytest.mark.parametrize(
    ("language", "text", "secret"),
    [
        ("python", "print(os.environ)", "os.environ"),
        ("python", "e = dict(os.environ)\nprint(json.dumps(e))", "os.environ"),
        ("python", "print(os.environ['X_TOKEN'])", "X_TOKEN"),
        ("python", "print(sorted(os.environ))", None),
        ("python", "for k in os.environ:\n    print(k)", None),
        ("python", "for k, v in os.environ.items():\n    print(v)", "os.environ.items()"),
        ("python", "r = run(env=os.environ)\nprint(r)", None),
        ("python", "print(os.environ['X_TOKEN'] is None)", None),
        ("python", "print(os.environ['X_TOKEN'][:4])", None),
        ("python", "os.environ['X_TOKEN'] = 'a'\nprint(os.environ['X_TOKEN'])", None),
        ("javascript", "const { CI } = process.env; print(CI)", None),
        ("javascript", "const { X_TOKEN } = process.env; print(X_TOKEN)", "X_TOKEN"),
        ("javascript", "const { ...all } = process.env; print(all)", "process.env"),
        ("javascript", "for (const k in process.env) print(k)", None),
        ("javascript", "print(process.env.X_TOKEN)", "X_TOKEN"),
        ("javascript", "p.on('data', c => print(c)); const p = spawn('x', { env: process.env })", None),
        ("yaml", "print: os.environ", None),
    ],
)
def test_environment(language: str, text: str, secret: str | None) -> None:
    found = [f.captures["secret"] for f in environment(document(text, language), {"sink": "print"})]
    assert found == ([secret] if secret else [])


def test_environment_of_one_kind() -> None:
    text = "print(os.environ)\nprint(os.environ['X_TOKEN'])\n"
    assert [f.line for f in environment(document(text), {"sink": "print", "what": "whole"})] == [1]
    assert [f.line for f in environment(document(text), {"sink": "print", "what": "variable"})] == [2]
