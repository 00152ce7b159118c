"""What a pull does outside its tests, as far as each test file is concerned."""

import pytest

from bot.core.diff import Row, rediff
from bot.core.product import relate
from bot.core.product_imports import imported, references
from bot.core.product_literals import literals, names_secret
from bot.model import ChangedFile, Echo, Import, Kind, Source, Touched
from bot.rulebook import load_languages
from tests.nouns import source

LANGUAGES = load_languages()
BASE = "def test_login_refuses():\n    assert login(old()).status == 401\n\n\ndef test_login():\n    assert login(new())\n"
HEAD = "def test_login():\n    assert login(new())\n"


def added(path: str, *lines: str) -> ChangedFile:
    return ChangedFile(path, "added", f"@@ -0,0 +1,{len(lines)} @@\n" + "\n".join(f"+{line}" for line in lines))


def removed(path: str, text: str) -> ChangedFile:
    lines = text.rstrip("\n").split("\n")
    return ChangedFile(path, "removed", f"@@ -1,{len(lines)} +0,0 @@\n" + "\n".join(f"-{line}" for line in lines))


def changed(path: str, patch: str, header: str = "") -> ChangedFile:
    rows = patch.split("\n")
    old, new = sum(r[0] in "- " for r in rows), sum(r[0] in "+ " for r in rows)
    return ChangedFile(path, "modified", f"@@ -10,{old} +10,{new} @@ {header}\n{patch}")


def login_tests() -> Source:
    return Source("tests/test_auth.py", "python", Kind.CODE, HEAD, rediff(BASE, HEAD))


def test_a_changed_function_is_that_of_its_header_or_above_it_in_the_hunk() -> None:
    patch = "     old = 1\n-    check(user)\n+    log(user)\n \n+def fresh():\n-def dropped():"
    file = changed("app/auth.py", patch, "def login(user):")
    (one,) = relate([login_tests()], [file], LANGUAGES)
    assert one.product.touched == (Touched("app/auth.py", ("login", "fresh"), ("dropped",)),)
    assert one.product.denials == 1


def test_a_denial_that_comes_in_another_test_outweighs_the_one_that_went() -> None:
    moved = source(BASE, path="tests/test_login.py")
    first, _ = relate([login_tests(), moved], [changed("app/auth.py", "+x = 1")], LANGUAGES)
    assert first.product.touched == ()


def test_a_removed_test_file_is_looked_at_for_what_went_with_it() -> None:
    files = [removed("tests/test_auth.py", BASE), changed("app/auth.py", "-    check(user)", "def login(user):")]
    (gone,) = relate([], files, LANGUAGES)
    assert (gone.kind, gone.text, len(gone.lines.removed)) == (Kind.GONE, "", 6)
    assert gone.product.touched[0].symbols == ("login",)
    assert not gone.kind.is_test


def test_what_moves_from_file_to_file_is_not_gone() -> None:
    files = [removed("tests/test_auth.py", BASE), changed("app/auth.py", "+x = 1")]
    moved, gone = relate([source(BASE, path="tests/unit/test_auth.py")], files, LANGUAGES)
    assert moved.product.touched == gone.product.touched == ()


def test_places_of_a_shared_literal_and_no_value() -> None:
    value = "k-7Qz!" * 3
    test = source(f'a = 1\nSECRET = "{value}"\nOTHER = "{value}x"\n', added=[2, 3])
    (one,) = relate([test], [added("app/settings.py", "import os", f'SECRET_KEY = "{value}"')], LANGUAGES)
    assert one.product.echoes == (Echo(16, 34, "app/settings.py", 2, "SECRET_KEY", "given"),)
    assert value not in repr(one.product)


def test_a_literal_on_a_line_that_the_pull_leaves_alone_is_no_news() -> None:
    test = source('SECRET = "abcdefgh-ijkl"\nx = 1\n', added=[2])
    (one,) = relate([test], [added("app/settings.py", 'SECRET_KEY = "abcdefgh-ijkl"')], LANGUAGES)
    assert one is test


@pytest.mark.parametrize(
    "path",
    ["docs/conf.py", "examples/app.py", "scripts/run.py", "package-lock.json", ".github/x.yml", "README.md", "vendor/a.py"],
)
def test_what_is_not_shipped_is_no_product(path: str) -> None:
    test = source('SECRET = "abcdefgh-ijkl"\n')
    assert relate([test], [added(path, 'SECRET_KEY = "abcdefgh-ijkl"')], LANGUAGES) == (test,)


def test_a_patch_that_cannot_be_read_is_passed_over() -> None:
    test = source('SECRET = "abcdefgh-ijkl"\n')
    assert relate([test], [ChangedFile("app/a.py", "modified", "@@ nonsense")], LANGUAGES) == (test,)


@pytest.mark.parametrize(
    ("line", "use"),
    [
        ('JWT_SECRET = os.environ.get("JWT_SECRET", "abcdefghijklm")', "given"),
        ("jwtSecret: process.env.JWT_SECRET || 'abcdefghijklm',", "given"),
        ('var signingKey = []byte("abcdefghijklm")', "given"),
        ("'client_secret' => 'abcdefghijklm',", "given"),
        ('TOKEN_HEADER = "abcdefghijklm"', ""),
        ('password = "short"', ""),
        ('raise Unauthorized("abcdefghijklm")', ""),
        ('if otp == "000000":', "compared"),
        ("if (req.body.code === '000000') return next()", "compared"),
        ('if hmac.compare_digest(token, "e2e-token"):', "compared"),
        ('if error.code == "invalid_grant":', ""),
        ('user = request.headers.get("X-Test-User")', "header"),
        ('headers["X-Request-Id"]', ""),
        ('if os.environ.get("SKIP_AUTH_IN_E2E"):', "switch"),
        ("if (process.env.E2E_BYPASS_LOGIN) {", "switch"),
        ("if (process.env.NODE_ENV === 'test') {", ""),
    ],
)
def test_literals_that_decide_something(line: str, use: str) -> None:
    assert [x.use for x in literals("app/a.py", [Row("+", 1, line)])] == ([use] if use else [])


def test_a_setting_without_quotes() -> None:
    row = [Row("+", 1, "  secret-key: abcdefghijklm")]
    assert [x.use for x in literals("config/application.yml", row)] == ["given"]
    assert not list(literals("config/application-dev.yml", row))


@pytest.mark.parametrize("name", ["SECRET", "jwtSecret", "app.admin.password", "SECRET_KEY_BASE", "signing-key", "apiKey"])
def test_names_of_secrets(name: str) -> None:
    assert names_secret(name)


@pytest.mark.parametrize("name", ["TOKEN_HEADER", "token_type", "passwordField", "secret_name", "key", "keyPath", "monkey"])
def test_names_that_only_speak_of_secrets(name: str) -> None:
    assert not names_secret(name)


@pytest.mark.parametrize(
    ("test", "product", "line", "names"),
    [
        ("tests/helpers/auth.py", "app/a.py", "from tests.helpers.auth import A, B as b", ("A", "B")),
        ("tests/helpers/auth.py", "app/a.py", "from tests.helpers import auth", ()),
        ("tests/helpers/auth.py", "app/a.py", "import tests.helpers.auth", ()),
        ("app/tests/auth.py", "app/a.py", "from .tests.auth import A", ("A",)),
        ("app/tests/auth.py", "app/sub/a.py", "from ..tests.auth import A", ("A",)),
        ("app/tests/auth.py", "app/sub/a.py", "from .tests.auth import A", None),
        ("tests/auth.py", "app/a.py", "from auth import A", None),
        ("test/h/auth.ts", "src/a.ts", "import { A, B as c } from '../test/h/auth'", ("A", "B")),
        ("test/h/index.ts", "src/a.ts", "export { A } from '../test/h'", ()),
        ("test/h/auth.ts", "src/a.ts", "import x from './h/auth'", None),
        ("src/test/java/a/b/C.java", "src/main/java/a/D.java", "import a.b.C;", ("C",)),
        ("src/test/java/a/b/C.java", "src/main/java/a/D.java", "import static a.b.C.of;", None),
        ("internal/authtest/x.go", "cmd/a.go", '\t"acme.dev/app/internal/authtest"', ()),
        ("internal/authtest/x.go", "cmd/a.go", '\t"acme.dev/app/authtest"', None),
        ("tests/keys.h", "src/a.c", '#include "../tests/keys.h"', ()),
        ("tests/lib.sh", "bin/a.sh", "source ../tests/lib.sh", ()),
        ("tests/lib.sh", "bin/a.sh", 'source "../tests/lib.sh"', ()),
    ],
)
def test_imports(test: str, product: str, line: str, names: tuple[str, ...] | None) -> None:
    rows = [Row("+", 3, line)]
    found = list(imported(test, references(product, rows), rows))
    assert found == ([] if names is None else [(3, names)])


def test_an_import_reaches_the_test_file() -> None:
    test = source("class FakeAuth: ...\n", path="tests/fakes.py")
    (one,) = relate([test], [added("app/a.py", "import os", "from tests.fakes import FakeAuth")], LANGUAGES)
    assert one.product.imports == (Import("app/a.py", 2, ("FakeAuth",)),)
