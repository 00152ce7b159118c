"""Each question the considerations ask, answered both ways."""

import pytest

from bot.core.predicates import PREDICATES
from bot.core.predicates_advice import predicate
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
