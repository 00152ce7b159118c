"""Each question about time limits, processes, files and memory, answered both ways."""

import pytest

from bot.core.predicates import PREDICATES
from bot.core.scene import Scene


def ask(
    name: str,
    scope: str,
    *,
    text: str = "",
    path: str = "tests/test_a.py",
    line: int = 1,
    language: str = "python",
    **captures: str,
) -> bool:
    scene = Scene(path, language, scope, line, line, text, captures, scope=scope, scope_name="test", scope_line=1)
    return PREDICATES[name](scene, text)


@pytest.mark.parametrize(
    ("name", "yes", "no"),
    [
        ("sets-timeout", "connection.setReadTimeout(5000)", "connection.connect()"),
        ("process-ended", "server.kill()", "server.poll()"),
        ("process-ended", "docker rm -f store", "docker run -d store"),
        ("long-lived", 'Popen(["app", "serve"])', 'Popen(["ls"])'),
        ("private-folder", "key = tmp_path / 'id_rsa'", "key = home / 'id_rsa'"),
        ("limited-resources", "resource.setrlimit(resource.RLIMIT_AS, x)", "allocate()"),
        ("given-back", "f.close()", "f.read()"),
        ("opened-exclusively", "open(path, O_CREAT | O_EXCL)", "open(path, O_CREAT)"),
        ("hands-out-control", "app.post('/oauth/token')", "app.get('/files')"),
    ],
)
def test_asked_of_the_test(name: str, yes: str, no: str) -> None:
    assert ask(name, yes)
    assert not ask(name, no)


@pytest.mark.parametrize("target", ["key_path", "'~/.ssh/authorized_keys'", "agent_sock", "bin/tool", "run.sh", "token_file"])
def test_trusted_file(target: str) -> None:
    assert ask("trusted-file", f"chmod({target}, 0o777)", target=target)


def test_a_file_that_nobody_trusts() -> None:
    assert not ask("trusted-file", "chmod('notes.txt', 0o666)", target="'notes.txt'")


def test_shell_file() -> None:
    assert ask("shell-file", "chmod 777 x", language="shell", path="tests/run")
    assert ask("shell-file", "chmod 777 x", language="yaml", path="tests/e2e/compose.yml")
    assert not ask("shell-file", "chmod 777 x", path="tests/test_a.py")


@pytest.mark.parametrize("line", ['body = "a" * 10**9', "data = bytes(10**9)", "b = Buffer.alloc(10**9)", "make([]byte, 10**9)"])
def test_allocated(line: str) -> None:
    assert ask("allocated", line, text="10**9")


def test_a_number_that_allocates_nothing() -> None:
    assert not ask("allocated", "limit = 10**9", text="10**9")
    assert not ask("allocated", "assert size == 10**9", text="10**9")


def test_a_tunnel_that_is_only_spelt_out() -> None:
    assert ask("tunnel-argument-only", 'assert parse("ngrok http 8080")')
    assert not ask("tunnel-argument-only", 'subprocess.run("ngrok http 8080")')
    assert not ask("tunnel-argument-only", 'expect(run("ngrok http 8080"))')
