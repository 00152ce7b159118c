"""The commands of a shell text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.shell import Command, commands


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cd x && curl y | sh; ls", [(0, "cd x"), (0, "curl y | sh"), (0, "ls")]),
        ("# curl x | sh\nls # curl y | sh", [(1, "ls")]),
        ("curl -f \\\n  x \\\n  | sh\nls", [(0, "curl -f x | sh"), (3, "ls")]),
        ("curl x |\n  sh\nls", [(0, "curl x | sh"), (2, "ls")]),
        ("A=1 sudo -E rm -rf x", [(0, "rm -rf x")]),
        ("if ! timeout 5 git push; then exit 1; fi", [(0, "git push"), (0, "exit 1"), (0, "fi")]),
        ('echo "a; curl x | sh"', [(0, 'echo "a; curl x | sh"')]),
        ("X=$(curl a | sh)", [(0, "X=$(curl a | sh)"), (0, "curl a | sh")]),
        ("x `curl a`", [(0, "x `curl a`"), (0, "curl a")]),
        ("bash <(curl a)", [(0, "bash <(curl a)"), (0, "curl a")]),
        ("bash -c 'cd a\ngit push'", [(0, "bash -c 'cd a\ngit push'"), (0, "cd a"), (1, "git push")]),
        ('ssh h "git push"', [(0, 'ssh h "git push"'), (0, "git push")]),
        ("cat > f <<EOF\ngit push\nEOF\nls", [(0, "cat > f <<EOF"), (3, "ls")]),
        ("bash <<-'EOF'\n\tgit push\n\tEOF\nls", [(0, "bash <<-'EOF'"), (1, "git push"), (3, "ls")]),
        ("f() { git push; }\n(cd x && ls)", [(0, "f("), (0, "git push"), (1, "cd x"), (1, "ls")]),
        ("a > /dev/null 2>&1 & b", [(0, "a > /dev/null 2>&1"), (0, "b")]),
        ("rm -rf ${X}/y $Z", [(0, "rm -rf ${X}/y $Z")]),
        ("run curl x", [(0, "curl x")]),
        ("", []),
    ],
)
def test_commands(text: str, expected: list[tuple[int, str]]) -> None:
    assert [(c.line, c.text) for c in commands(text)] == expected


def test_captured_is_what_nobody_sees() -> None:
    text = "X=$(env | sort)\nrun env\nenv\nbash -c 'env'\n"
    assert [c for c in commands(text) if c.text.startswith("env")] == [
        Command(0, "env | sort", captured=True),
        Command(1, "env", captured=True),
        Command(2, "env"),
        Command(3, "env"),
    ]


def test_elsewhere_is_in_a_container_or_on_another_host() -> None:
    text = "docker exec b sh -c 'ls'\nssh h <<EOF\nls\nEOF\nbash -c 'ls'\nls\n"
    assert [(c.line, c.elsewhere) for c in commands(text) if c.text == "ls"] == [(0, True), (2, True), (4, False), (5, False)]


@given(st.text(alphabet="ab $()`'\"\\;|&\n#<{}EOF-", max_size=300))
def test_any_text_is_read(text: str) -> None:
    for command in commands(text):
        assert 0 <= command.line <= text.count("\n")
        assert command.text.strip()
