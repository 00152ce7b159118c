"""Whether a change of the process is put back."""

import pytest

from bot.core.scene import Scene
from bot.core.undoing import restored

ENV = "os.environ['PYTHONHTTPSVERIFY'] = '0'"
NODE = "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'"


@pytest.mark.parametrize(
    ("language", "change", "around", "expected"),
    [
        ("python", ENV, "{}", False),
        ("python", ENV, "{}\nyield\ndel os.environ['PYTHONHTTPSVERIFY']", True),
        ("python", ENV, "{}\nself.addCleanup(os.environ.pop, 'PYTHONHTTPSVERIFY')", True),
        ("python", ENV, "{}\ntry:\n    go()\nfinally:\n    os.environ['PYTHONHTTPSVERIFY'] = old", True),
        ("python", ENV, "old = os.environ['PYTHONHTTPSVERIFY']\n{}", False),
        ("python", ENV, "{}\n# del os.environ['PYTHONHTTPSVERIFY']", False),
        ("python", ENV, "{0}\n{0}", False),
        ("python", ENV, "with mock.patch.dict(os.environ):\n    {}", True),
        ("python", ENV, "saved = dict(os.environ)\n{}\nos.environ.clear()\nos.environ.update(saved)", True),
        ("python", "ssl._ctx = ssl._off", "old = ssl._ctx\n{}\nyield\nssl._ctx = old", True),
        ("python", "ssl._ctx = ssl._off", "old = ssl._ctx\n{}", False),
        ("javascript", NODE, "{};", False),
        ("javascript", NODE, "{};\nafterEach(() => {{ delete process.env.NODE_TLS_REJECT_UNAUTHORIZED; }});", True),
        ("javascript", NODE, "{};\nafterAll(() => {{ process.env = saved; }});", True),
        ("java", "H.setDefault((a, b) -> true)", "{};\nH.setDefault(before);", True),
        ("java", "H.setDefault((a, b) -> true)", "{};", False),
        ("go", 'os.Setenv("GIT_SSL_NO_VERIFY", "1")', '{}\ndefer os.Unsetenv("GIT_SSL_NO_VERIFY")\n', True),
        ("go", "http.Default = lax", "old := http.Default\n{}\ndefer func() {{ http.Default = old }}()\n", True),
        ("shell", "export GIT_SSL_NO_VERIFY=1", "{}\nrun\nunset GIT_SSL_NO_VERIFY\n", True),
        ("shell", "export GIT_SSL_NO_VERIFY=1", "{}\nrun\n", False),
    ],
)
def test_restored(language: str, change: str, around: str, expected: bool) -> None:
    text = around.format(change)
    line = text[: text.index(change)].count("\n") + 1
    scene = Scene("tests/x", language, text, line, line, change, scope=text, scope_name="test_x")
    assert restored(scene, change) is expected


def test_a_decorator_restores() -> None:
    text = f"@mock.patch.dict(os.environ)\ndef test_x():\n    {ENV}\n"
    scene = Scene("tests/x.py", "python", text, 3, 3, ENV, {}, f"def test_x():\n    {ENV}", "test_x", 2)
    assert restored(scene, ENV)
