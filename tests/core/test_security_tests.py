"""Which tests guard a control: two signs are asked for."""

import pytest

from bot.core.security_tests import is_security_test, names_security


@pytest.mark.parametrize(
    "name", ["test_login_denied", "TestAuthZPlugin", "testCsrfToken", "tests/security/test_views.py", "rejects xss"]
)
def test_names_of_controls(name: str) -> None:
    assert names_security(name)


@pytest.mark.parametrize("name", ["test_total", "TestCart", "tests/test_catalog.py"])
def test_names_of_other_things(name: str) -> None:
    assert not names_security(name)


@pytest.mark.parametrize(
    ("name", "body", "file", "expected"),
    [
        ("test_login_denied", "assert status == 401", "", True),
        ("test_total", "assert status == 401", "", False),
        ("test_login", "assert ok", "", False),
        ("test_login", "assert ok", "from app import auth\n", True),
        ("test_path", 'get("../../etc")\nassert Forbidden', "", True),
    ],
)
def test_two_signs_make_a_security_test(name: str, body: str, file: str, expected: bool) -> None:
    assert is_security_test("tests/test_app.py", name, body, file) is expected
