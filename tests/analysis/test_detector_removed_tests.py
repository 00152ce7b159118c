"""Security tests that go: with their file, and while what they were about changes."""

import pytest

from bot.analysis.detectors import DETECTORS, load_all
from bot.analysis.document import Document
from bot.core.diff import rediff
from bot.core.product import relate
from bot.model import ChangedFile, Kind, Side, Source
from bot.rulebook import load_languages
from tests.core.test_product import changed, removed

load_all()
LANGUAGES = load_languages()
BASE = """from app import auth

def test_login_refuses_old_token():
    assert login(old()).status == 401

def test_login():
    assert login(new()).status == 200
"""
HEAD = BASE[: BASE.index("def test_login_refuses")] + BASE[BASE.index("def test_login()") :]
SUBJECT = changed("app/auth.py", "-    check(token)\n+    log(token)", "def login(token):")


def found(name: str, *files: ChangedFile, sources: tuple[Source, ...] = ()) -> list[tuple[int, str, Side]]:
    seen = relate(sources, files, LANGUAGES)
    return [(f.line, f.quote, f.side) for s in seen for f in DETECTORS[name](Document(s), {})]


def edited(head: str = HEAD) -> Source:
    return Source("tests/test_auth.py", "python", Kind.CODE, head, rediff(BASE, head))


def test_a_test_that_goes_with_its_file() -> None:
    gone = removed("tests/test_auth.py", BASE)
    assert found("removed-while-changed", gone, SUBJECT) == [(3, "test_login_refuses_old_token", Side.LEFT)]
    assert found("removed-while-changed", gone) == []


def test_a_file_that_goes_with_its_module() -> None:
    files = [removed("tests/test_auth.py", BASE), removed("app/auth.py", "def login(token):\n    check(token)\n")]
    assert found("removed-while-changed", *files) == []


@pytest.mark.parametrize(("files", "rule"), [((SUBJECT,), "removed-while-changed"), ((), "removed-security-test")])
def test_one_of_the_two_rules_speaks(files: tuple[ChangedFile, ...], rule: str) -> None:
    said = {n: found(n, *files, sources=(edited(),)) for n in ("removed-while-changed", "removed-security-test")}
    assert [n for n, f in said.items() if f] == [rule]


def test_a_refusal_that_another_test_expects_now_is_not_lost() -> None:
    head = HEAD + "\ndef test_all():\n    for token in tokens:\n        assert login(token).status == 401\n"
    assert found("removed-while-changed", SUBJECT, sources=(edited(head),)) == []


def test_the_guard_itself_goes_with_its_test() -> None:
    """What is raised on a removed line is no function that the pull drops."""
    guard = changed("app/auth.py", "-    if token.old:\n-        raise Unauthorized(token)\n+    log(token)", "def login(token):")
    base = BASE.replace("assert login(old()).status == 401", "with raises(Unauthorized): login(old())")
    source = Source("tests/test_auth.py", "python", Kind.CODE, HEAD, rediff(base, HEAD))
    assert [line for line, _, _ in found("removed-while-changed", guard, sources=(source,))] == [3]
