"""Each question about constants, lifetimes and threads, answered both ways."""

import pytest

from bot.core.predicates import PREDICATES
from bot.core.scene import Scene


def ask(predicate: str, scope: str, line: int = 2, text: str = "", before: str = "", **captures: str) -> bool:
    """The predicate's answer about a line of `scope`, which stands below `before` in its file."""
    whole = before + scope
    above = before.count("\n")
    scene = Scene(
        path="tests/a.cc",
        language="c",
        text=whole,
        line=above + line,
        end_line=above + line,
        matched=text,
        captures=captures,
        scope=scope,
        scope_name="test",
        scope_line=above + 1,
    )
    return PREDICATES[predicate](scene, text)


def test_a_constant_format_is_one_wherever_it_is_given() -> None:
    assert ask("constant-format", "void f() {\n  printf(fmt);\n}", FORMAT="fmt", before='static const char fmt[] = "%d";\n')
    assert ask("constant-format", 'void f() {\n  const char *fmt = "%d"; printf(fmt);\n}', FORMAT="fmt")
    assert not ask("constant-format", "void f(const char *fmt) {\n  printf(fmt);\n}", FORMAT="fmt")
    assert not ask("constant-format", "void f() {\n  printf(line->text);\n}", FORMAT="line->text")


def test_a_wrapper_passes_on_its_callers_format() -> None:
    assert ask("format-parameter", "void log_it(int level, const char *text, ...)\n{\n  vprintf(text);\n}", FORMAT="text")
    assert ask("format-parameter", "void log_it(const char *fmt)\n{\n  printf(fmt);\n}", FORMAT="fmt")
    assert not ask("format-parameter", "void log_it(const char *text)\n{\n  printf(text);\n}", FORMAT="text")


def test_a_view_of_a_view() -> None:
    cut = "std::string_view part = whole.substr(1);"
    assert ask("view-of-view", f"void f(std::string_view whole) {{\n  {cut}\n}}", text=cut)
    assert not ask("view-of-view", f"void f(std::string whole) {{\n  {cut}\n}}", text=cut)


@pytest.mark.parametrize(
    ("declared", "automatic"),
    [
        ("struct point p = {0, 0};", True),
        ("int p[4];", True),
        ("static struct point p;", False),
        ("extern int p;", False),
        ("", False),
    ],
)
def test_automatic_variable(declared: str, automatic: bool) -> None:
    assert ask("automatic-variable", f"void *f(void)\n{{\n  {declared}\n  return &p;\n}}", line=4, local="p") is automatic


@pytest.mark.parametrize("end", ["t.join();", "t.detach();", "pool.push_back(std::move(t));", "thread->wait(5);"])
def test_thread_joined(end: str) -> None:
    name = "thread" if "thread" in end else "t"
    assert ask("thread-joined", f"void f() {{\n  std::thread {name}(run);\n  {end}\n}}", name=name)


def test_a_thread_that_nothing_waits_for() -> None:
    assert not ask("thread-joined", "void f() {\n  std::thread t(run);\n  other.join();\n}", name="t")
    assert ask("local-thread", "void f() {\n  std::thread t(run);\n}", before="int x;\n")
    assert not ask("local-thread", "std::thread t(run);\nint x;")


def test_safety_argued_and_miri_only() -> None:
    assert ask("safety-argued", "fn f() {\n    // SAFETY: ascii\n    unsafe { g() }\n}", line=3)
    assert not ask("safety-argued", "fn f() {\n    // it is fast\n    unsafe { g() }\n}", line=3)
    assert ask("miri-only", "fn f() {\n    unsafe { g() }\n}", before="#[test]\n#[cfg(miri)]\n")
    assert not ask("miri-only", "fn f() {\n    unsafe { g() }\n}", before="#[test]\n")


@pytest.mark.parametrize("read", ["n = atoi(text);", "let n: usize = text.parse().unwrap();", 'sscanf(text, "%zu", &n);'])
def test_parsed_number(read: str) -> None:
    assert ask("parsed-number", f"void f() {{\n  {read}\n  p = malloc(n * 2);\n}}", line=3, NUMBER="n")


def test_a_number_of_the_tests_own() -> None:
    assert not ask("parsed-number", "void f() {\n  n = 4;\n  p = malloc(n * 2);\n}", line=3, NUMBER="n")


def test_bounded_number() -> None:
    assert ask("bounded-number", "void f() {\n  if (n > 9) return;\n  p = malloc(n * 2);\n}", line=3, text="malloc", NUMBER="n")
    assert not ask("bounded-number", "void f() {\n  p = malloc(n * 2);\n  if (n > 9) return;\n}", text="malloc", NUMBER="n")


def test_copied_as_text() -> None:
    assert ask("copied-as-text", "void f() {\n  p = malloc(strlen(s));\n  strcpy(p, s);\n}")
    assert not ask("copied-as-text", "void f() {\n  p = malloc(strlen(s));\n  memcpy(p, s, strlen(s));\n}")
