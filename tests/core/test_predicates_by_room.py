"""The predicates about commands, buffers and the run, each with what it holds for and what it does not."""

from dataclasses import replace

import pytest

from bot.core.predicates import PREDICATES
from bot.core.scene import Scene


def scene(scope: str, line: int = 1, name: str = "test_x", path: str = "tests/test_x.py", **captures: str) -> Scene:
    return Scene(path, "python", scope, line, line, scope.split("\n")[line - 1], captures, scope, name, 1)


@pytest.mark.parametrize(
    ("predicate", "where", "text", "expected"),
    [
        ("constant-command", scene("run('ls')"), "'ls -l'", True),
        ("constant-command", scene("cmd = 'ls'\nrun(cmd)", 2), "cmd", True),
        ("constant-command", scene("cmd = build()\nrun(cmd)", 2), "cmd", False),
        ("constant-command", scene("x"), 'f"{sys.executable} -m tool"', True),
        ("constant-command", scene("x"), 'f"{name} -m tool"', False),
        ("starts-processes", scene("const cp = require('node:child_process')\nexec(x)", 2), "", True),
        ("starts-processes", scene("exec(scanner, text)"), "", False),
        ("shell-quoted", scene("run('x ' + shlex.quote(name), shell=True)"), "", True),
        ("shell-quoted", scene("run('x ' + quote_of(day), shell=True)"), "", False),
        ("stood", replace(scene("p = subprocess.Popen(c)"), was="  p = Popen(c)"), "subprocess.Popen(c)", True),
        ("stood", replace(scene("p = Popen(c, shell=True)"), was="p = Popen(c)"), "Popen(c, shell=True)", False),
        ("stood", scene("p = Popen(c)"), "Popen(c)", False),
        ("one-string", scene("void run(String line) { getRuntime().exec(line); }", command="line"), "", True),
        ("one-string", scene("void run(String[] line) { getRuntime().exec(line); }", command="line"), "", False),
        ("runs-in-container", scene("box.execInContainer('sh', '-c', x)"), "", True),
        ("runs-in-container", scene("new ProcessBuilder('sh', '-c', x)"), "", False),
        ("api-under-test", scene("tempfile.mktemp()", name="test_mktemp"), "tempfile.mktemp()", True),
        ("api-under-test", scene("with pytest.warns(W):\n    tempfile.mktemp()", 2), "tempfile.mktemp()", True),
        ("api-under-test", scene("tempfile.mktemp()", name="test_save"), "tempfile.mktemp()", False),
        ("dumped-here", scene("pickle.dump(x, f)\npickle.load(f)", 2), "", True),
        ("dumped-here", scene("x = config.to_yaml"), "", True),
        ("dumped-here", scene("formatter.Deserialize(f)"), "", False),
        ("digest-checked", scene("urlretrieve(u, p)\nassert hashlib.sha256(read(p))"), "", True),
        ("digest-checked", scene("urlretrieve(u, p)\nrun(p)"), "", False),
        ("hash-pinned", scene("a==1 --hash=sha256:00"), "", True),
        ("hash-pinned", scene("a==1"), "", False),
        ("path-checked", scene("if not target.startswith(base): raise E"), "", True),
        ("path-checked", scene("tar.extractall(base)"), "", False),
        ("local-array", scene("void f() {\n char buf[8];\n memcpy(buf, p, n); }", 3, BUFFER="buf"), "", True),
        ("local-array", scene("void f(char *buf) {\n memcpy(buf, p, n); }", 2, BUFFER="buf"), "", False),
        ("sized-by-caller", scene("void f(char *p, size_t n) {\n memcpy(buf, p, n); }", 2, NUMBER="n"), "", True),
        ("sized-by-caller", scene("void f() {\n memcpy(buf, p, strlen(p)); }", 2, NUMBER="strlen(p)"), "", True),
        ("sized-by-caller", scene("void f() {\n memcpy(buf, p, SIZE); }", 2, NUMBER="SIZE"), "", False),
        ("opens-tar", scene("import tarfile\nt.extractall(p)", 2), "t.extractall(", True),
        ("opens-tar", scene("tar.extractall(p)"), "tar.extractall(", True),
        ("opens-tar", scene("import tarfile\nzipfile.ZipFile(p).extractall(q)", 2), ").extractall(", False),
        ("packed-here", scene("tarfile.open(p, 'w:gz')"), "", True),
        ("packed-here", scene("tarfile.open(p, 'r:gz')"), "", False),
        ("reads-secret", scene("os.environ['NORTHWIND_TOKEN']"), "", True),
        ("reads-secret", scene("os.environ['HOME']"), "", False),
        ("holds-secret-variable", scene('login --token "$SERVICE_TOKEN"'), "", True),
        ("holds-secret-variable", scene('login --name "$SERVICE"'), "", False),
        ("speaks-to-world", scene("get('https://api.northwind.io')"), "", True),
        ("speaks-to-world", scene("get('http://localhost:1')"), "", False),
        ("live-host", scene("x"), "'https://api.northwind.io/a'", True),
        ("live-host", scene("x"), "'https://api.staging.northwind.io/a'", False),
        ("live-host", scene("x"), "'https://api.example.com/a'", False),
        ("writes-store", scene("s3.put_object(Bucket=b)"), "", True),
        ("writes-store", scene("s3.get_object(Bucket=b)"), "", False),
        ("emulated", scene("@mock_aws\ndef test_x(): put()"), "", True),
        ("emulated", scene("def test_x(): put()"), "", False),
        ("target-checked", scene("assert 'localhost' in url\nstore.flushall()"), "", True),
        ("target-checked", scene("store.flushall()"), "", False),
        ("socket-name", scene("sock.bind(path)"), "", True),
        ("socket-name", scene("open(path)"), "", False),
        ("literal", scene("x"), '"short"', True),
        ("literal", scene("x"), "argv[0]", False),
        ("sized-by-source", scene("copy = malloc(strlen(s) + 1);\nstrcpy(copy, s);", 2), "copy", True),
        ("sized-by-source", scene("other = malloc(strlen(s) + 1);\nstrcpy(copy, s);", 2), "copy", False),
        ("death-test", scene("EXPECT_DEATH(strcpy(a, b), x);"), "", True),
        ("death-test", scene("strcpy(a, b);"), "", False),
        ("counted-down-from-size", scene("while (n)\n  use(a[n--]);", 2, COUNT="n"), "", True),
        ("counted-down-from-size", scene("while (more)\n  use(a[n--]);", 2, COUNT="n"), "", False),
        ("number-variable", scene("size_t found = f();\ns += found;", 2), "found", True),
        ("number-variable", scene("string found = f();\ns += found;", 2), "found", False),
        ("test-hook", scene("def pytest_sessionfinish(s):", name="pytest_sessionfinish"), "", True),
        ("test-hook", scene("sys.exit(0)", path="tests/conftest.py"), "", True),
        ("test-hook", scene("def test_x():"), "", False),
        ("main-guard", scene("if __name__ == '__main__':\n    sys.exit(0)", 2, name=""), "", True),
        ("main-guard", scene("sys.exit(0)", name=""), "", False),
        ("subprocess-child", scene("pid = os.fork()\nos._exit(0)", 2), "", True),
        ("subprocess-child", scene("os._exit(0)"), "", False),
    ],
)
def test_predicate(predicate: str, where: Scene, text: str, expected: bool) -> None:
    assert PREDICATES[predicate](where, text) is expected
