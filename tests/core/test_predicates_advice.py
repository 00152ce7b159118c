"""Each question the considerations ask, answered both ways."""

import pytest

from bot.core.predicates import PREDICATES, predicate
from bot.core.scene import Scene


def ask(name: str, text: str, line: int, scope: tuple[int, int] | None = None, scope_name: str = "", path: str = "t.py") -> bool:
    """The predicate's answer for the whole of `line`; `scope` are the first and last line of the test around it."""
    lines = text.split("\n")
    start, end = scope or (1, len(lines))
    scene = Scene(
        path=path,
        language="python",
        text=text,
        line=line,
        end_line=line,
        matched=lines[line - 1].strip(),
        scope="\n".join(lines[start - 1 : end]),
        scope_name=scope_name,
        scope_line=start,
    )
    return PREDICATES[name](scene, scene.matched)


@pytest.mark.parametrize(
    "above",
    [
        "vi.useFakeTimers()",
        "@mock.patch('app.time.sleep')",
        "@freeze_time('2026-01-01')",
        "monkeypatch.setattr(time, 'sleep', f)",
    ],
)
def test_a_fake_clock_is_seen_in_the_file_the_decorators_or_the_body(above: str) -> None:
    assert ask("fake-clock", f"{above}\ndef test():\n    sleep(5)", 3, (2, 3))


def test_another_tests_patched_sleep_is_not_this_ones() -> None:
    elsewhere = "@mock.patch('time.sleep')\ndef test_a(): pass\n" + "\n" * 8 + "def test_b():\n    sleep(5)"
    assert not ask("fake-clock", elsewhere, 12, (11, 12))


@pytest.mark.parametrize(
    "later", ["assert response.status_code == 200", "assert_response :success", "self.assertEqual(r.status, 1)"]
)
def test_a_later_look_at_the_answer_counts(later: str) -> None:
    assert ask("response-checked", f"def test():\n    api.post_x()\n    {later}", 2)


def test_an_earlier_look_does_not_count() -> None:
    assert not ask("response-checked", "def test():\n    assert response.status_code == 200\n    api.post_x()\n    check(1)", 3)
    assert not ask("response-checked", "def test():\n    api.post_x()\n    wait_for_status(server)", 2)


def test_faked() -> None:
    assert ask("faked", "@mock.patch('a.b')\ndef test(b):\n    api.post_x()", 3, (2, 3))
    assert not ask("faked", "def test():\n    api.post_x()", 2)


@pytest.mark.parametrize(
    "opening", ["def tearDown(self):", "afterEach(async () => {", "  after do", "@AfterEach", "def cleanup_users():"]
)
def test_cleaning_up(opening: str) -> None:
    assert ask("cleaning-up", f"{opening}\n    api.delete_x()", 2)


def test_a_test_that_happens_after_something_is_no_clean_up() -> None:
    assert not ask("cleaning-up", "it('drains after close', () => {\n    api.delete_x()", 2, scope_name="drains after close")
    assert not ask("cleaning-up", "def test_reset_password():\n    api.post_x()", 2, scope_name="test_reset_password")


def test_statement() -> None:
    assert ask("statement", "    client.post '/x'", 1)
    text = "    answer = client.post '/x'"
    scene = Scene("t.rb", "ruby", text, 1, 1, "client.post '/x'", scope=text)
    assert not PREDICATES["statement"](scene, scene.matched)


@pytest.mark.parametrize(
    ("name", "path", "body"),
    [
        ("test_network_modes", "t.py", "pass"),
        ("test_boot", "tests/test_networks.py", "pass"),
        ("test_boot_without_it", "t.py", "pass"),
        ("test_boot", "t.py", "assert status == 403"),
    ],
)
def test_about_that_mode(name: str, path: str, body: str) -> None:
    text = f"x = 1\ndef {name}():\n    {body}\n    boot(networks='none')"
    assert ask("about-that-mode", text, 4, (2, 4), name, path)


def test_a_scenario_is_not_about_what_it_leaves_out() -> None:
    text = "x = 1\ndef test_boot():\n    boot(networks='none')"
    assert not ask("about-that-mode", text, 3, (2, 3), "test_boot", "tests/test_bug_1.py")


def test_a_table_row_is_one_of_several_cases() -> None:
    assert ask("table-row", "tests := []struct{}{\n  {Auth: nil},\n}", 2)
    assert not ask("table-row", "server := Config{\n  Auth: nil,\n}", 2)


def test_predicates_register_under_their_names() -> None:
    assert PREDICATES["fake-clock"].__doc__
    assert predicate("fake-clock")


KEY = "-----BEGIN " + "PRIVATE KEY-----"
BODY = "MIIBVgIBADANBgkqhkiG9w0BAQEFAASCAUAwggE8AgEAAkEAq7BFUpkGp3+LQmlQ"


def test_pem_body() -> None:
    assert ask("pem-body", f"{KEY}\n{BODY}\n-----END", 1)
    assert not ask("pem-body", f"{KEY}\n...\n-----END", 1)
    assert not ask("pem-body", f"{KEY}\n{'A' * 80}\n-----END", 1)


def test_declared_fake() -> None:
    assert ask("declared-fake", f"# NOT A SECRET\n{KEY}", 2)
    assert ask("declared-fake", KEY, 1, path="tests/server.key.insecure")
    assert not ask("declared-fake", f"# the server's key\n{KEY}", 2)


def test_container_file() -> None:
    assert ask("container-file", "image: redis", 1, path="docker-compose.test.yml")
    assert ask("container-file", "services:\n  db:\n    image: redis\n    ports: [1]\nvolumes:\n", 3, path="tests/stack.yml")
    assert not ask("container-file", "name: ann\nimage: portrait", 2, path="tests/users.yml")


@pytest.mark.parametrize(
    "set_to", ["os.environ['APP_AUTH_OFF']", "process.env.JWT_SECRET", 'System.setProperty("javax.net.ssl.trustStore"']
)
def test_security_variable(set_to: str) -> None:
    assert ask("security-variable", set_to, 1)


@pytest.mark.parametrize(
    "set_to", ["os.environ['MONKEY_NAME']", "process.env.NODE_ENV", "process.env.NODE_TLS_REJECT_UNAUTHORIZED"]
)
def test_other_variables(set_to: str) -> None:
    assert not ask("security-variable", set_to, 1)


def test_put_back() -> None:
    assert ask("put-back", "os.environ['API_TOKEN'] = 'x'\ndel os.environ['API_TOKEN']", 1)
    assert not ask("put-back", "os.environ['API_TOKEN'] = 'x'\nassert os.environ['API_TOKEN']", 1)


@pytest.mark.parametrize(
    "path", ["tests/conftest.py", "test/helpers/a.js", "src/test/java/BaseClientTest.java", "tests/common/mod.rs"]
)
def test_shared_helper(path: str) -> None:
    assert ask("shared-helper", "x", 1, path=path)


@pytest.mark.parametrize("path", ["tests/test_util.py", "test/connect-pre-shared-session.js", "src/test/java/TlsTest.java"])
def test_a_test_is_no_helper(path: str) -> None:
    assert not ask("shared-helper", "x", 1, path=path)


def test_own_process() -> None:
    assert ask("own-process", "x", 1, path="tests/conftest.py")
    assert not ask("own-process", "x", 1, path="tests/test_a.py")


def test_names_issue() -> None:
    assert ask("names-issue", "# TODO(#12): verify", 1)
    assert not ask("names-issue", "# TODO: verify", 1)


def test_swallows_assertion() -> None:
    assert ask("swallows-assertion", "try:\n    assert x\nexcept Exception:\n    pass", 3)
    assert not ask("swallows-assertion", "try:\n    remove(x)\nexcept OSError:\n    pass", 3)


def test_url_only() -> None:
    assert ask("url-only", 'new URL("https://a.dev").toString()', 1)
    assert not ask("url-only", "fetch('https://a.dev')", 1)
