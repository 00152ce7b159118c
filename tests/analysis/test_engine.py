"""From a source and rules to hits: the exact rule, the exact line, and only where the pull adds something."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.analysis import engine
from bot.analysis.detectors import DETECTORS, Found
from bot.analysis.document import Document
from bot.analysis.engine import HITS_PER_RULE, scan
from bot.core.predicates import PREDICATES
from bot.core.scene import Scene
from bot.model import Hit, Kind, Lines, Removed, Rule, Source, Status, Tier

MakeRule = Callable[..., Rule]
MakeSource = Callable[..., Source]

TEXT = """\
import time

class TestJob:
    def test_job(self):
        start(
            1,
            verify=False,
        )
        time.sleep(2)

    def test_other(self):
        time.sleep(3)

time.sleep(4)
"""


def lines(hits: tuple[Hit, ...]) -> list[tuple[str, int]]:
    return [(h.rule, h.line) for h in hits]


@pytest.fixture
def sleep(rule: MakeRule) -> Rule:
    return rule("sleep", "time.sleep($N)", keywords=["sleep"])


def test_every_added_line_is_looked_at_and_no_other(sleep: Rule, source: MakeSource) -> None:
    assert lines(scan(source(TEXT), [sleep])) == [("sleep", 9), ("sleep", 12), ("sleep", 14)]
    assert lines(scan(source(TEXT, added=[1, 12]), [sleep])) == [("sleep", 12)]
    assert scan(source(TEXT, added=[]), [sleep]) == ()


def test_a_finding_stands_on_its_anchors_first_line(rule: MakeRule, source: MakeSource) -> None:
    pattern = {"pattern": {"context": "f($$$, verify=$V)", "selector": "keyword_argument"}}
    whole = {"pattern": "start($$$ARGS)", "has": {"pattern": "$ARG", "kind": "keyword_argument", "stopBy": "end"}}
    assert lines(scan(source(TEXT), [rule("argument", pattern)])) == [("argument", 7)]
    assert lines(scan(source(TEXT), [rule("call", whole)])) == [("call", 5)]
    anchored = rule("anchored", whole, anchor="ARG")
    assert lines(scan(source(TEXT), [anchored])) == [("anchored", 7)]
    assert lines(scan(source(TEXT, added=[7]), [anchored])) == [("anchored", 7)]
    assert scan(source(TEXT, added=[5, 6, 8]), [anchored]) == ()


def test_captures_and_quotes(rule: MakeRule, source: MakeSource) -> None:
    text = "connect('db', 5432, verify = False,\n        retries=3)\n"
    call = rule("call", "connect($HOST, $$$REST)", quote="HOST")
    (hit,) = scan(source(text), [replace(call, what="{HOST}", why="{REST}")])
    assert hit.quote == "'db'"
    assert hit.captures == {"HOST": "'db'", "REST": "5432, verify = False,"}
    assert (hit.line, hit.end_line) == (1, 1)


def test_a_quote_on_another_line_gives_way_to_the_anchor(rule: MakeRule, source: MakeSource) -> None:
    (hit,) = scan(source("connect(\n    'db')\n"), [rule("call", "connect($HOST)", quote="HOST")])
    assert hit.quote == "connect("


def test_text_rules_count_lines_by_newline_alone(rule: MakeRule, source: MakeSource) -> None:
    text = "a\r\nb\x0bc\x0cd\x85e\u2028f\u2029needle\nneedle\r needle\n"
    assert lines(scan(source(text), [rule("text", text="needle")])) == [("text", 2), ("text", 3)]
    tree = rule("tree", "needle($X)")
    assert lines(scan(source("x = '\x0b\u2028'\r\nneedle(1)\r\n\x0cneedle(2)\n"), [tree])) == [("tree", 2), ("tree", 3)]


def test_text_groups_are_captures(rule: MakeRule, source: MakeSource) -> None:
    port = rule("port", text=r"port = (?P<PORT>\d+)", quote="PORT")
    (hit,) = scan(source("x\nport = 8080\n"), [replace(port, what="{PORT}")])
    assert (hit.line, hit.quote, hit.captures) == (2, "8080", {"PORT": "8080"})


def test_kinds_and_languages_choose_the_rules(rule: MakeRule, source: MakeSource) -> None:
    code = rule("code", text="needle")
    data = rule("data", text="needle", language="any", kinds=[Kind.DATA])
    both = rule("both", text="needle", language="any", kinds=[Kind.CODE, Kind.DATA])
    go = rule("go", text="needle", language="go")
    rules = [code, data, both, go]
    assert lines(scan(source("needle\n"), rules)) == [("both", 1), ("code", 1)]
    assert lines(scan(source("needle\n", "tests/data/a.json", language="any", kind=Kind.DATA), rules)) == [
        ("both", 1),
        ("data", 1),
    ]


def test_many_patterns_are_found_in_one_walk_as_one_by_one(rule: MakeRule, source: MakeSource) -> None:
    """Two rules that match the same node must both be seen, whichever stands first."""
    rules = [rule(f"miss-{n}", f"nothing_{n}($X)") for n in range(20)]
    rules += [
        rule("any-call", "$F($X)"),
        rule("sleep", "time.sleep($N)"),
        rule("attr", "$A.sleep($N)", constraints={"A": {"regex": "^t"}}),
    ]
    found = lines(scan(source(TEXT), rules))
    assert found == [(r, n) for n in (9, 12, 14) for r in ("any-call", "attr", "sleep")]
    alone = [hit for r in rules for hit in lines(scan(source(TEXT), [r]))]
    assert sorted(found) == sorted(alone)


def test_rules_with_utilities_are_kept_out_of_the_walk(rule: MakeRule, source: MakeSource) -> None:
    rules = [rule(f"miss-{n}", f"nothing_{n}($X)") for n in range(20)]
    helped = rule("helped", {"matches": "is-sleep"}, utils={"is-sleep": {"pattern": "time.sleep($N)"}})
    assert lines(scan(source(TEXT), [*rules, helped])) == [("helped", 9), ("helped", 12), ("helped", 14)]


def test_a_line_carries_a_rule_once_and_a_file_so_many_times(rule: MakeRule, source: MakeSource) -> None:
    call = rule("call", "f($X)")
    assert lines(scan(source("f(1); f(2)\n"), [call])) == [("call", 1)]
    assert len(scan(source("f(1)\n" * 200), [call])) == HITS_PER_RULE


def test_predicates_see_the_scene(rule: MakeRule, source: MakeSource, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Scene] = []

    def watching(scene: Scene, text: str) -> bool:
        seen.append(scene)
        return scene.scope_name != "test_other"

    monkeypatch.setitem(PREDICATES, "watching", watching)
    hits = scan(source(TEXT), [rule("sleep", "time.sleep($N)", where=["watching"])])
    assert lines(hits) == [("sleep", 9), ("sleep", 14)]
    assert [(s.scope_name, s.scope_line, s.matched) for s in seen] == [
        ("test_job", 4, "time.sleep(2)"), ("test_other", 11, "time.sleep(3)"), ("", 1, "time.sleep(4)")
    ]  # fmt: skip
    assert seen[0].scope.startswith("def test_job")
    assert seen[2].scope == TEXT


def test_identity_is_a_digest_of_the_code_and_its_test(sleep: Rule, source: MakeSource) -> None:
    moved = scan(source("# one\n# two\n" + TEXT), [sleep])
    assert [h.identity for h in moved] == [h.identity for h in scan(source(TEXT), [sleep])]
    assert moved[0].identity == hashlib.sha256(b"test_job\0time.sleep(2)").hexdigest()
    assert len({h.identity for h in moved}) == 3


def test_a_spanning_finding_needs_one_of_its_lines(rule: MakeRule, source: MakeSource, detect: Callable[..., None]) -> None:
    detect("spans", Found(3, 8, "x", spans=True), Found(5, 8, "y"))
    assert [(h.line, h.end_line) for h in scan(source(TEXT, added=[8]), [rule("r", detector="spans")])] == [(3, 8)]
    assert scan(source(TEXT, added=[9]), [rule("r", detector="spans")]) == ()


@pytest.mark.parametrize(
    ("how", "found"),
    [
        ({}, []),
        ({"code": "TS-A01"}, [("r", 2)]),
        ({"code": "TS-C01"}, [("r", 2)]),
        ({"status": Status.CONSIDERATION}, [("r", 2)]),
    ],
)
def test_a_defect_that_a_pull_only_moves_is_none_it_brings(
    rule: MakeRule, how: dict[str, Any], found: list[tuple[str, int]]
) -> None:
    diff = Lines(frozenset([1, 2, 3]), frozenset([1, 2, 3]), removed=(Removed(9, 1, "  run(a)"),))
    moved = replace(rule("r", pattern="run($X)"), **{"tier": Tier.DEFECT, "code": "TS-E01", **how})
    new = replace(moved, id="new")
    assert lines(scan(Source("tests/test_a.py", "python", Kind.CODE, "def f():\n    run(a)\n", diff), [moved])) == found
    assert lines(scan(Source("tests/test_a.py", "python", Kind.CODE, "def f():\n    run(b)\n", diff), [new])) == [("new", 2)]


def test_removed_lines_alone_are_a_change(rule: MakeRule, detect: Callable[..., None]) -> None:
    """A pull that only deletes still reaches the detectors that read what it deletes."""
    asked: list[tuple[Removed, ...]] = []

    def detector(document: Document, options: object) -> Iterator[Found]:
        asked.append(document.source.lines.removed)
        yield from ()

    DETECTORS["removed"] = detector
    try:
        removed = (Removed(2, 2, "assert denied()"),)
        scan(Source("tests/test_a.py", "python", Kind.CODE, "x\n", Lines(removed=removed)), [rule("r", detector="removed")])
    finally:
        del DETECTORS["removed"]
    assert asked == [removed]


PYTHON = "class A:\n    async def test_x(self):\n        def inner():\n            pass\n        x = 1\n"
JAVASCRIPT = "describe('api', () => {\n  it('works', () => {\n    go();\n  });\n  x();\n});\n"


@pytest.mark.parametrize(
    ("language", "path", "text", "line", "name"),
    [
        ("python", "test_a.py", PYTHON, 5, "test_x"),
        ("python", "test_a.py", PYTHON, 4, "inner"),
        ("javascript", "a.test.ts", JAVASCRIPT, 3, "works"),
        ("javascript", "a.test.ts", JAVASCRIPT, 5, "api"),
        ("javascript", "a.test.js", "it.each([1])('each %s', () => {\n  go();\n});\n", 2, "each %s"),
        ("ruby", "a_spec.rb", "describe 'api' do\n  it 'works' do\n    go\n  end\nend\n", 3, "works"),
        ("go", "a_test.go", "package a\nfunc TestX(t *testing.T) {\n\tgo1()\n}\n", 3, "TestX"),
        ("c", "a_test.cc", "TEST_F(Suite, Name) {\n  go();\n}\n", 2, "Suite, Name"),
        ("java", "ATest.java", "class A {\n  @Test\n  void works() {\n    go();\n  }\n}\n", 4, "works"),
        ("rust", "a.rs", "#[test]\nfn works() {\n    go();\n}\n", 3, "works"),
        ("php", "ATest.php", "<?php\nclass A {\n  function testX() {\n    go();\n  }\n}\n", 4, "testX"),
    ],
)  # fmt: skip
def test_scopes(language: str, path: str, text: str, line: int, name: str) -> None:
    document = Document(Source(path, language, Kind.CODE, text, Lines(frozenset([line]))))
    scope = document.scope(line)
    assert scope is not None
    assert scope.name == name


def test_no_scope_at_module_level() -> None:
    document = Document(Source("a.py", "python", Kind.CODE, TEXT, Lines(frozenset([14]))))
    assert document.scope(14) is None
    assert document.scope(0) is None
    assert document.scope(99) is None


def test_limits_of_what_a_hit_says(rule: MakeRule, source: MakeSource) -> None:
    (hit,) = scan(source(f"f('{'x' * 5000}')\n"), [replace(rule("call", "f($X)"), fix="{X}")])
    assert hit.quote == f"f('{'x' * (engine.QUOTE_LIMIT - 4)}…"
    assert hit.captures["X"] == f"'{'x' * (engine.CAPTURE_LIMIT - 2)}…"
    (hit,) = scan(source(f"f('{'x' * (engine.QUOTE_LIMIT - 5)}')\n"), [rule("call", "f($X)")])
    assert len(hit.quote) == engine.QUOTE_LIMIT
    assert hit.quote.endswith("')")


# --- the custom of a file -----------------------------------------------------------------------------------------------

CALLS = "f(1)\nf(2)\ng()\nf(3)\nf(4)\n"


@pytest.mark.parametrize("how", [{"pattern": "f($X)"}, {"text": r"f\(\d\)"}])
def test_a_hit_tells_how_often_untouched_lines_do_the_same(rule: MakeRule, source: MakeSource, how: dict[str, str]) -> None:
    (hit,) = scan(source(CALLS, added=[4]), [rule("call", **how)])
    assert (hit.line, hit.elsewhere) == (4, 3)
    hits = scan(source(CALLS), [rule("call", **how)])
    assert [(h.line, h.elsewhere) for h in hits] == [(1, 0), (2, 0), (4, 0), (5, 0)]


def test_only_lines_on_which_the_rule_would_speak_count(
    rule: MakeRule, source: MakeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PREDICATES, "not-two", lambda scene, text: "2" not in text)
    (hit,) = scan(source(CALLS, added=[4]), [rule("call", "f($X)", where=["not-two"])])
    assert hit.elsewhere == 2


def test_no_custom_is_counted_for_advice_or_for_what_is_strict(rule: MakeRule, source: MakeSource) -> None:
    for other in ({"tier": Tier.CONSIDERATION}, {"code": "TS-A01"}):
        (hit,) = scan(source(CALLS, added=[4]), [replace(rule("call", "f($X)"), **other)])
        assert hit.elsewhere == 0


def test_counting_the_custom_ends_somewhere(rule: MakeRule, source: MakeSource) -> None:
    (hit,) = scan(source("f(1)\n" * 80, added=[80]), [rule("call", "f($X)")])
    assert hit.elsewhere == engine.HITS_PER_RULE
