"""Strings, comments, statements and definitions, read without a grammar."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.lexical import Lexed, lex, unquote

LANGUAGES = "python javascript java kotlin go c ruby csharp php rust shell yaml".split()

GO = """func TestX(t *testing.T) {
	srv := httptest.NewServer(h)
	tr := &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
	}
	if err := c.Get(srv.URL); err != nil {
		t.Fatal(err)
	}
}
"""
JS = """describe('a', () => {
  it('b', async () => {
    const agent = new https.Agent({ rejectUnauthorized: false });
    const r = await fetch(`${BASE}/x`, { agent })
      .then(x => x.json());
  });
});
"""


def statement(text: str, language: str, part: str) -> str:
    begin, end = lex(text, language).statement(text.index(part))
    return text[begin:end].strip()


@pytest.mark.parametrize(
    ("language", "text", "part", "expected"),
    [
        ("python", "r = requests.get(\n  url,\n  verify=False)\ns = 1\n", "verify", "r = requests.get(\n  url,\n  verify=False)"),
        ("python", "if x:\n    y = {\n  'a': 1}\n", "'a'", "y = {\n  'a': 1}"),
        ("javascript", JS, "rejectUnauthorized", "const agent = new https.Agent({ rejectUnauthorized: false });"),
        ("javascript", JS, "fetch", "const r = await fetch(`${BASE}/x`, { agent })\n      .then(x => x.json());"),
        ("go", GO, "InsecureSkip", "tr := &http.Transport{\n\t\tTLSClientConfig: &tls.Config{InsecureSkipVerify: true},\n\t}"),
        ("go", GO, "Fatal", "t.Fatal(err)"),
        ("java", "class A { void f() { foo(URL)\n  .bar(); baz(); } }", "bar", "foo(URL)\n  .bar();"),
        ("shell", "a\ncurl -k \\\n  x |\n  sh\nb\n", "curl", "curl -k \\\n  x |\n  sh"),
        ("ruby", "x = foo a,\n  b\ny\n", "foo", "x = foo a,\n  b"),
    ],
)
def test_statement(language: str, text: str, part: str, expected: str) -> None:
    assert statement(text, language, part) == expected


@pytest.mark.parametrize(
    ("language", "text", "inside", "comment"),
    [
        ("python", "x = '''a # b'''", "# b", False),
        ("python", "x = 1  # 'a'", "'a'", True),
        ("javascript", "// it's\nx = 'y'", "y'", False),
        ("javascript", "x = `a\n'b`", "'b", False),
        ("go", 'x := `a"b`; y', '"b', False),
        ("rust", 'let x = r#"a"b"#;', 'b"#', False),
        ("rust", "fn f<'a>(x: &'a str) { g('b') }", "b'", False),
        ("csharp", 'var x = @"a\\"; var y = "b";', 'b"', False),
        ("shell", "cat <<EOF\nx # 'y\nEOF\nz", "'y", False),
        ("shell", "x=$# # no", "# no", True),
        ("ruby", "x = <<~A\n  it's\nA\ny", "s\nA", False),
        ("php", "$x = <<<A\nit's\nA;", "s\nA", False),
        ("c", 'auto x = R"d(a")d"; y', '")d', False),
        ("java", 'String x = """\n "a" """;', '"a"', False),
    ],
)
def test_span(language: str, text: str, inside: str, comment: bool) -> None:
    span = lex(text, language).span_at(text.rindex(inside))
    assert span is not None
    assert span.comment is comment


def test_no_span_in_code() -> None:
    assert lex("x = 'a' + y", "python").span_at(10) is None


def test_code_blanks_strings_and_comments_in_place() -> None:
    text = "f('a(b', \"c\")  # g("
    code = lex(text, "python").code
    assert code == "f('   ', \" \")      "
    assert len(code) == len(text)


def test_calls_around_are_innermost_first() -> None:
    text = "a.assert_called_with(mock.call(x, verify=False), [1, (2)])\nb(c)"
    assert lex(text, "python").calls_around(text.index("verify")) == ("mock.call", "a.assert_called_with")
    assert lex(text, "python").calls_around(text.index("c)")) == ("b",)
    assert lex(text, "python").calls_around(0) == ()


@pytest.mark.parametrize(
    ("language", "text", "name", "expected"),
    [
        ("python", "URL: str = 'a'\nf(URL='b')\nURL == 'c'\n", "URL", ["'a'"]),
        ("python", "self.base = x\n", "base", ["x"]),
        ("javascript", "const { a } = b; let url = 'x'; foo.url = 'z'", "url", ["'x'"]),
        ("java", 'private static final String URL = "x";', "URL", ['"x"']),
        ("kotlin", 'val url: String = "x"\n', "url", ['"x"']),
        ("go", 'const (\n\ta = "x"\n\tb = "y"\n)\n', "a", ['"x"']),
        ("go", "if err := f(); err != nil {", "err", ["f()"]),
        ("ruby", "@url = 'x'\nURL ||= 'y'\n", "URL", ["'y'"]),
        ("php", "<?php\n$url = 'x';\n", "$url", ["'x'"]),
        ("shell", "export HOST=a.b\nHOST=${HOST:-c}\n", "HOST", ["a.b", "${HOST:-c}"]),
        ("c", 'const char *url = "x";', "url", ['"x"']),
        ("rust", 'const BASE: &str = "x";', "BASE", ['"x"']),
    ],
)
def test_definitions(language: str, text: str, name: str, expected: list[str]) -> None:
    assert [text[a:b] for a, b in lex(text, language).definitions(name)] == expected


def test_definitions_between_offsets() -> None:
    text = "a = 1\na = 2\n"
    assert [text[s:e] for s, e in lex(text, "python").definitions("a", 6)] == ["2"]
    assert [text[s:e] for s, e in lex(text, "python").definitions("a", 0, 6)] == ["1"]


def test_names_read_interpolations() -> None:
    for language, text, expected in [
        ("python", "f(f'{base}/x', y)", ("f", "y", "base")),
        ("javascript", "f(`${base}/x`)", ("f", "base")),
        ("ruby", 'f("#{base}/x")', ("f", "base")),
        ("shell", 'curl "$BASE/x" $Y', ("curl", "Y", "BASE")),
        ("php", 'f("$base/x")', ("f", "$base")),
    ]:
        assert lex(text, language).names(0, len(text)) == expected


def test_unquote() -> None:
    assert [unquote(t) for t in ("'a'", '"""b"""', "f'c'", "`d`", "e")] == ["a", "b", "c", "d", "e"]


@given(st.text(alphabet="'\"`#/*\\\n (){}[];=:<xyEOF", max_size=200), st.sampled_from(LANGUAGES))
def test_any_text_is_read_whole(text: str, language: str) -> None:
    lexed = Lexed(text, language)
    assert len(lexed.code) == len(text)
    assert [i for i, c in enumerate(lexed.code) if c == "\n"] == [i for i, c in enumerate(text) if c == "\n"]
    assert all(a.end <= b.start for a, b in zip(lexed.spans, lexed.spans[1:], strict=False))
    for offset in range(len(text)):
        begin, end = lexed.statement(offset)
        assert begin <= offset < end
