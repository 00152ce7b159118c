"""Each question about guards, selections and identities, answered both ways."""

import pytest

from bot.core.predicates import PREDICATES
from bot.core.scene import Scene


def ask(name: str, text: str, line: int = 1, quote: str = "", path: str = "tests/test_a.py", language: str = "python") -> bool:
    """The predicate's answer for `quote` on that line, or for the whole line."""
    whole = text.split("\n")[line - 1]
    captured = quote or whole.strip()
    scene = Scene(path, language, text, line, line, whole.strip(), {"x": captured}, scope=text)
    return PREDICATES[name](scene, captured)


@pytest.mark.parametrize(
    "text",
    [
        'os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"',
        'setenv("SKIP_AUTH", "true")',
        "process.env.DISABLE_CSRF = 'yes'",
        'System.setProperty("acme.security.enabled", "false")',
        "putenv('TLS_VERIFY=0')",
        'ENV["AUTH_BYPASS"] = "on"',
    ],
)
def test_guard_off(text: str) -> None:
    assert ask("guard-off", text)


@pytest.mark.parametrize(
    "text",
    [
        'os.environ["SKIP_AUTH"] = "0"',
        'os.environ["AUTH_ENABLED"] = "1"',
        "process.env.DISABLE_COLORS = '1'",
        "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'",
        'os.environ["AUTH_URL"] = "true"',
        "nothing at all",
    ],
)
def test_guard_on_or_no_guard(text: str) -> None:
    assert not ask("guard-off", text)


def test_switches_guard_off_reads_the_rest_of_the_line() -> None:
    assert ask("switches-guard-off", 'os.environ["SKIP_AUTH"] = "1"', quote='os.environ["SKIP_AUTH"] =')
    assert not ask("switches-guard-off", 'os.environ["SKIP_AUTH"] = "0"', quote='os.environ["SKIP_AUTH"] =')


def test_names_security() -> None:
    assert ask("names-security", "tests/auth/x")
    assert not ask("names-security", "tests/pages/x")


@pytest.mark.parametrize("text", ["app.overrides.clear()", "del app.overrides[x]", "app.overrides = {}", "app.overrides.pop(a)"])
def test_emptied_again(text: str) -> None:
    assert ask("emptied-again", f"app.overrides[a] = b\n{text}", quote="app.overrides")
    assert not ask("emptied-again", "app.overrides[a] = b\nother.clear()", quote="app.overrides")


def test_own_instance() -> None:
    assert ask("own-instance", "app = create_app()\napp.check = f", 2, "app.check")
    assert not ask("own-instance", "app.check = f", quote="app.check")


def test_visits_remote() -> None:
    assert ask("visits-remote", "page.goto('https://shop.contoso.io/a')")
    assert not ask("visits-remote", "page.goto('https://localhost/a')")
    assert not ask("visits-remote", "link = 'https://shop.contoso.io/a'")


def test_accounts() -> None:
    assert ask("creates-account", "create_user(name)")
    assert not ask("creates-account", "log_in(name)")
    assert ask("deletes-account", "delete_user(name)")
    assert not ask("deletes-account", "create_user(name)")


def test_remote_account() -> None:
    assert ask("remote-account", 'requests.post("https://qa.contoso.io/users", json={"password": "x"})')
    assert not ask("remote-account", 'requests.post("http://localhost/users", json={"password": "x"})')


def test_remote_token() -> None:
    text = 'answer = requests.get("https://login.contoso.io/token")\ntoken = answer.text\ndecode(token)'
    assert ask("remote-token", text, 3, "token")
    assert not ask("remote-token", text.replace("login.contoso.io", "localhost"), 3, "token")
    assert not ask("remote-token", "token = issue()\ndecode(token)", 2, "token")


def test_reset_callback() -> None:
    assert ask("reset-callback", "skip_before_action :a\nbefore_action :a")
    assert not ask("reset-callback", "skip_before_action :a")


def test_fresh_application() -> None:
    assert ask("fresh-application", "class ATest extends TestCase {")
    assert not ask("fresh-application", "class Helper {")


def test_runs_tests() -> None:
    assert ask("runs-tests", "pytest --ignore=x")
    assert ask("runs-tests", "addopts", path="pytest.ini")
    assert not ask("runs-tests", "rsync --exclude=auth")


def test_security_selection() -> None:
    assert ask("security-selection", '-m "not security"')
    assert ask("security-selection", "norecursedirs = .git auth")
    assert not ask("security-selection", '-m "not slow"')
    assert not ask("security-selection", "norecursedirs = node_modules")


def test_other_suite() -> None:
    assert ask("other-suite", "--ignore=tests/e2e/auth")
    assert not ask("other-suite", "--ignore=tests/auth")


def test_security_test_path() -> None:
    assert ask("security-test-path", "**/AuthTest.java")
    assert not ask("security-test-path", "org.acme:auth")


def test_variables() -> None:
    assert ask("reads-variable", 'os.environ["CI_JOB_JWT"]', quote="CI_JOB_JWT")
    assert not ask("reads-variable", "name = 'CI_JOB_JWT'", quote="CI_JOB_JWT")
    assert ask("sets-variable", "export CI_JOB_JWT=x", quote="CI_JOB_JWT")
    assert not ask("sets-variable", "use(process.env.CI_JOB_JWT)", quote="CI_JOB_JWT")


def test_names_real_role() -> None:
    assert ask("names-real-role", "arn:aws:iam::609629065308:role/x")
    assert not ask("names-real-role", "arn:aws:iam::123456789012:role/x")
    assert not ask("names-real-role", "assume_role(x)")


def test_emulated_cloud() -> None:
    assert ask("emulated-cloud", "@mock_aws")
    assert not ask("emulated-cloud", "boto3.client('sts')")


def test_requested() -> None:
    assert ask("requested", "curl -s http://169.254.169.254/latest", quote="169.254.169.254/latest")
    assert not ask("requested", "bad = 'http://169.254.169.254/latest'", quote="169.254.169.254/latest")


def test_about_identity() -> None:
    assert ask("about-identity", "x", path="tests/oidc/test_a.py")
    assert not ask("about-identity", "x", path="tests/test_a.py")


def test_golden_path() -> None:
    assert ask("golden-path", "x", path="tests/__snapshots__/a.snap")
    assert not ask("golden-path", "x", path="tests/data/a.json")
