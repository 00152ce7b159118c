import pytest

from bot.core.diff import rows
from bot.core.product_packaging import holds, packaged


@pytest.mark.parametrize(
    ("path", "line", "folder"),
    [
        ("MANIFEST.in", "recursive-include tests *.py", "tests"),
        ("MANIFEST.in", "graft lib/test", "lib/test"),
        ("MANIFEST.in", "recursive-exclude tests *.py", None),
        ("pkg/MANIFEST.in", "include tests/keys.py", "pkg/tests/keys.py"),
        ("setup.py", '    packages=["acme", "tests.helpers"],', "tests/helpers"),
        ("setup.py", '    packages=find_packages(exclude=["tests"]),', None),
        ("pyproject.toml", 'testpaths = ["tests"]', None),
        ("package.json", '    "test/",', "test"),
        ("package.json", '  "files": ["lib", "test"],', "test"),
        ("package.json", '    "test": "mocha test/",', None),
        ("acme.gemspec", '  s.files = Dir["lib/**/*", "spec/**/*"]', "spec"),
        ("acme.gemspec", '  s.files = Dir["lib/**/*"]', None),
        ("Cargo.toml", 'include = ["src/**", "tests/**"]', "tests"),
        ("core/pom.xml", "          <goal>test-jar</goal>", "core/src/test"),
        ("core/pom.xml", "          <goal>test</goal>", None),
        ("build.gradle", "    from sourceSets.test.output", "src/test"),
        ("README", "include tests", None),
    ],
)
def test_what_a_line_starts_to_ship(path: str, line: str, folder: str | None) -> None:
    found = list(packaged(path, tuple(rows(f"@@ -1 +1,2 @@\n x\n+{line}"))))
    assert [f.folder for f in found] == ([folder] if folder else [])
    assert all(f.path == path and f.line == 2 for f in found)
    assert not list(packaged(path, tuple(rows(f"@@ -1,2 +1 @@\n x\n-{line}"))))


@pytest.mark.parametrize(
    ("folder", "test", "inside"),
    [
        ("tests", "tests/a.py", True),
        ("tests/a.py", "tests/a.py", True),
        ("tests", "tests_old/a.py", False),
        ("tests", "lib/tests/a.py", False),
    ],
)
def test_what_lies_in_a_folder(folder: str, test: str, inside: bool) -> None:
    assert holds(folder, test) is inside
