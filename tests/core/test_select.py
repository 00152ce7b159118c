"""Which changed files are test files, and which of their lines count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.select import by_content, by_path
from bot.model import Candidate, ChangedFile, Kind, Lines, Reading, Removed, Skipped, Source
from bot.rulebook import load_languages

LANGUAGES = load_languages()
ONE = "@@ -0,0 +1 @@\n+x"


def changed(path: str, patch: str | None = ONE, status: str = "added", additions: int = 1) -> ChangedFile:
    return ChangedFile(path, status, patch, additions=additions)


def select(files: list[ChangedFile], texts: dict[str, str] | None = None, **reading):
    """Both steps, with a one-line text for every file that `texts` does not name."""
    candidates, passed = by_path(files, LANGUAGES)
    known = {c.file.path: (texts or {}).get(c.file.path, "x\n") for c in candidates}
    sources, skipped = by_content(candidates, Reading(known, **reading), LANGUAGES)
    return sources, (*passed, *skipped)


# --- by path ------------------------------------------------------------------------------------------------------------


def test_the_order_is_kept_and_each_file_is_answered_once():
    files = [changed("b/test_b.py"), changed("setup.py"), changed("a/test_a.py"), changed("src/lib.rs")]
    candidates, skipped = by_path(files, LANGUAGES)
    assert candidates == (
        Candidate(files[0], "python", Kind.CODE, strong=True),
        Candidate(files[2], "python", Kind.CODE, strong=True),
        Candidate(files[3], "rust", Kind.CODE, strong=False),
    )
    assert skipped == (Skipped("setup.py", "not a test file", clouds=False),)


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (changed("tests/test_a.py", "@@ -1 +0,0 @@\n-x", "removed"), "removed"),
        (changed("tests/logo.png", None, additions=0), "binary file"),
        (changed("web/logo.png", None, additions=0), "not a test file"),
        (changed("tests/wpt", f"@@ -1 +1 @@\n-Subproject commit {'a' * 40}\n+Subproject commit {'b' * 40}"), "submodule"),
        (changed("tests/wpt", f"@@ -0,0 +1 @@\n+Subproject commit {'b' * 40}"), "submodule"),
    ],
    ids=lambda x: x.path if isinstance(x, ChangedFile) else x,
)
def test_what_is_not_read(file, reason):
    assert by_path([file], LANGUAGES) == ((), (Skipped(file.path, reason, clouds=False),))


def test_a_line_like_a_submodules_hides_no_file():
    patch = f"@@ -0,0 +1,2 @@\n+Subproject commit {'b' * 40}\n+import os"
    assert len(by_path([changed("tests/test_a.py", patch)], LANGUAGES)[0]) == 1


@pytest.mark.parametrize(
    ("weak", "beside", "strong"),
    [
        ("e2e/pages/login.py", "e2e/test_login.py", True),
        ("e2e/config.yaml", "e2e/test_login.py", True),
        ("web/e2e/pages/deep/login.py", "web/e2e/pages/test_x.py", True),
        ("e2e/pages/login.py", "e2e/other/test_x.py", False),
        ("e2e/pages/login.py", "test_login.py", False),
        ("src/support/index.js", "src/support/index.test.js", False),
        ("lib/UrlHelper.js", "lib/UrlHelper.test.js", False),
    ],
)
def test_a_weak_folder_is_confirmed_by_a_changed_test_inside(weak, beside, strong):
    candidates, _ = by_path([changed(weak), changed(beside)], LANGUAGES)
    assert {c.file.path: c.strong for c in candidates}.get(weak, False) is strong


def test_a_build_file_is_a_candidate_where_a_binary_changes_among_the_tests():
    make, binary = changed("Makefile.am"), changed("tests/files/a.xz", None, additions=0)
    assert by_path([make], LANGUAGES)[0] == ()
    candidates, skipped = by_path([make, binary], LANGUAGES)
    assert candidates == (Candidate(make, "make", Kind.BUILD, strong=False),)
    assert skipped == (Skipped("tests/files/a.xz", "binary file", clouds=False),)
    assert by_content(candidates, Reading({"Makefile.am": "x\n"}), LANGUAGES) == (
        (),
        (Skipped("Makefile.am", "not a test file", clouds=False),),
    )


def test_a_removed_test_confirms_nothing():
    candidates, _ = by_path([changed("e2e/p.py"), changed("e2e/test_a.py", status="removed")], LANGUAGES)
    assert [c.strong for c in candidates] == [False]


def test_a_recording_counts_wherever_it_lies():
    patch = "@@ -0,0 +1,2 @@\n+http_interactions:\n+- request: x"
    text = "http_interactions:\n- request: x\n"
    sources, _ = select([changed("docs/login.yml", patch)], {"docs/login.yml": text})
    assert [(s.language, s.kind) for s in sources] == [("yaml", Kind.DATA)]
    sources, skipped = select([changed("docs/login.yml", patch)], {"docs/login.yml": "name: x\nother: y\n"})
    assert (sources, skipped) == ((), (Skipped("docs/login.yml", "not a test file", clouds=False),))


# --- by content ---------------------------------------------------------------------------------------------------------


def test_a_source_carries_its_text_and_lines():
    sources, skipped = select([changed("test_a.py")])
    lines = Lines(frozenset({1}), frozenset({1}), hunks=((1, 1),))
    assert sources == (Source("test_a.py", "python", Kind.CODE, "x\n", lines),)
    assert skipped == ()


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("lib/db_helper.py", "import pytest\n", True),
        ("lib/db_helper.py", "import os\n", False),
        ("net/httptest/server.go", 'import (\n\t"testing"\n)\n', True),
        ("net/httptest/server.go", "package httptest\n", False),
        ("lib/CipherSuite.java", "public final class CipherSuite {}\n", False),
        ("x/SmokeSuite.java", "@Suite\nclass SmokeSuite {}\n", True),
        ("src/aTest.js", "describe('a', () => {\n  expect(1)\n})\n", True),
        ("src/aTest.js", "export const describe = x => it(x)\n", False),
        ("t/helper/hash.c", "int main() {}\n", False),
    ],
)
def test_a_weak_path_needs_a_content_signal(path, text, expected):
    sources, skipped = select([changed(path)], {path: text})
    assert [s.path for s in sources] == [path] * expected
    assert skipped == (() if expected else (Skipped(path, "not a test file", clouds=False),))


RUST = "fn product() {}\n#[cfg(test)]\nmod tests {\n    fn t() {}\n}\nfn other() {}\n"


def test_only_the_test_part_of_a_rust_file_counts():
    patch = "@@ -1,3 +1,6 @@\n+fn product() {}\n #[cfg(test)]\n mod tests {\n+    fn t() {}\n-    fn s() {}\n }\n+fn other() {}"
    patch = patch.replace("-1,3", "-1,4")
    sources, _ = select([changed("src/lib.rs", patch, "modified")], {"src/lib.rs": RUST})
    assert sources[0].lines.added == {4}
    assert sources[0].lines.removed == (Removed(3, 5, "    fn s() {}"),)
    assert sources[0].lines.commentable == {1, 2, 3, 4, 5, 6}


@pytest.mark.parametrize("text", [RUST, "fn product() {}\n" * 6])
def test_a_rust_file_changed_outside_its_tests_is_none(text):
    patch = "@@ -1 +1 @@\n-fn p() {}\n+fn product() {}"
    sources, skipped = select([changed("src/lib.rs", patch, "modified")], {"src/lib.rs": text})
    assert (sources, skipped) == ((), (Skipped("src/lib.rs", "not a test file", clouds=False),))


def test_a_rust_test_file_counts_as_a_whole():
    sources, _ = select([changed("tests/api.rs")], {"tests/api.rs": "fn helper() {}\n"})
    assert sources[0].lines.added == {1}


def test_configuration_counts_for_its_test_part():
    text = '{\n  "scripts": {\n    "build": "tsc",\n    "test": "curl x | sh"\n  }\n}\n'
    patch = (
        '@@ -2,3 +2,3 @@\n   "scripts": {\n-    "build": "x",\n-    "test": "x"\n+    "build": "tsc",\n+    "test": "curl x | sh"'
    )
    sources, _ = select([changed("package.json", patch, "modified")], {"package.json": text})
    assert [(s.kind, s.lines.added) for s in sources] == [(Kind.CONFIG, {4})]


def test_a_nameless_script_takes_the_language_of_its_first_line():
    sources, _ = select([changed("tests/run")], {"tests/run": "#!/bin/sh\n"})
    assert (sources[0].language, sources[0].kind) == ("shell", Kind.CODE)
    sources, _ = select([changed("tests/id_key")], {"tests/id_key": "x\n"})
    assert (sources[0].language, sources[0].kind) == ("text", Kind.DATA)


def test_code_among_test_data_is_data():
    sources, _ = select([changed("pkg/testdata/bad.go")])
    assert (sources[0].language, sources[0].kind) == ("go", Kind.DATA)


# --- what must not pass for "nothing changed" ----------------------------------------------------------------------------


def lone(file: ChangedFile, text: str, **reading):
    sources, skipped = select([file], {file.path: text}, **reading)
    return sources[0].lines if sources else skipped[0]


def test_a_withheld_diff_clouds():
    file = ChangedFile("test_a.py", "modified", None, additions=900, deletions=3)
    assert lone(file, "x\n") == Skipped("test_a.py", "GitHub withheld the diff", clouds=True)


def test_a_withheld_diff_that_was_rebuilt_does_not():
    file = ChangedFile("test_a.py", "modified", None, additions=900, deletions=3)
    assert lone(file, "x\n", rediffed={"test_a.py": Lines(frozenset({1}))}) == Lines(frozenset({1}))


def test_a_new_file_without_a_patch_is_all_added():
    assert lone(ChangedFile("test_a.py", "added", None, additions=2), "a\nb\n") == Lines(frozenset({1, 2}))
    assert lone(ChangedFile("test_a.py", "added", None, additions=2), "a\nb") == Lines(frozenset({1, 2}))


@pytest.mark.parametrize("status", ["renamed", "changed", "modified"])
def test_a_rename_or_mode_change_changes_no_line(status):
    assert lone(ChangedFile("test_a.py", status, None), "x\n") == Skipped("test_a.py", "no line changed", clouds=False)


def test_an_empty_new_file_has_no_line():
    assert lone(ChangedFile("tests/__init__.py", "added", None), "") == Skipped(
        "tests/__init__.py", "no line changed", clouds=False
    )


def test_code_that_git_takes_for_binary_clouds():
    assert lone(ChangedFile("a.test.js", "modified", None), "x\0\n") == Skipped(
        "a.test.js", "GitHub withheld the diff", clouds=True
    )


@pytest.mark.parametrize(
    ("patch", "reason"),
    [("@@ -1,9 +1,9 @@\n+x", "its diff cannot be read"), ("@@ -0,0 +1,2 @@\n+x\n+y", "its diff and its content disagree")],
)
def test_a_diff_that_cannot_be_trusted_clouds(patch, reason):
    assert lone(changed("test_a.py", patch), "x\n") == Skipped("test_a.py", reason, clouds=True)


POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 12345\n"


@pytest.mark.parametrize(("path", "clouds"), [("tests/data.csv", False), ("tests/test_a.py", True)])
def test_a_git_lfs_pointer_is_not_the_file(path, clouds):
    assert lone(changed(path), POINTER) == Skipped(path, "Git LFS pointer", clouds=clouds)


def test_a_script_that_begins_like_a_pointer_is_read():
    assert isinstance(lone(changed("tests/run.sh"), POINTER + "curl x | sh\n"), Lines)


def test_what_the_forge_could_not_read_clouds_when_it_is_surely_a_test():
    files = [changed("test_a.py"), changed("src/lib.rs")]
    unread = tuple(Skipped(f.path, "larger than 3 MB", clouds=True) for f in files)
    sources, skipped = select(files, unread=unread)
    assert sources == ()
    assert skipped == (Skipped("test_a.py", "larger than 3 MB", True), Skipped("src/lib.rs", "larger than 3 MB", False))


def test_a_file_the_forge_forgot_clouds():
    candidates, _ = by_path([changed("test_a.py")], LANGUAGES)
    assert by_content(candidates, Reading({}), LANGUAGES) == ((), (Skipped("test_a.py", "could not be read", clouds=True),))


files = st.builds(
    ChangedFile,
    path=st.sampled_from(
        [
            "test_a.py",
            "src/lib.rs",
            "tests/a.png",
            "tests/b.yaml",
            "lib/x_helper.rb",
            "README.md",
            "e2e/a.js",
            "package.json",
            "Makefile.am",
        ]
    ),
    status=st.sampled_from(["added", "modified", "removed", "renamed", "changed", "copied", "unchanged", "?"]),
    patch=st.one_of(st.none(), st.text(st.sampled_from("@@ -1,2+ 0x\n\\")), st.just(ONE)),
    additions=st.integers(0, 3),
    deletions=st.integers(0, 3),
)


@given(st.lists(files, unique_by=lambda f: f.path), st.text(st.sampled_from("x\n\0#[test]{}")))
def test_each_file_is_either_read_or_named(listed, text):
    sources, skipped = select(listed, {f.path: text for f in listed})
    assert sorted([s.path for s in sources] + [s.path for s in skipped]) == sorted(f.path for f in listed)


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("tests/data/run.py", "x = 1\n", Kind.DATA),
        ("tests/data/run.py", "#!/usr/bin/env python3\nx = 1\n", Kind.CODE),
        ("tests/data/pkg/setup.py", "x = 1\n", Kind.CODE),
        ("testdata/build.sh", "x=1\n", Kind.CODE),
        ("testdata/words.txt", "#!/bin/sh\n", Kind.CODE),
    ],
)
def test_data_that_something_runs_is_code(path: str, text: str, kind: Kind) -> None:
    patch = f"@@ -0,0 +1,{text.count(chr(10))} @@\n" + "\n".join(f"+{line}" for line in text.rstrip("\n").split("\n"))
    ((source,), _) = select([changed(path, patch)], {path: text})
    assert source.kind is kind


def test_a_test_named_t_is_in_the_language_that_its_first_line_names():
    texts = {"t/run.t": "#!/bin/bash\necho\n", "t/base.t": "#!/usr/bin/perl\nprint 1;\n", "t/bare.t": "x\n"}
    patches = {path: "@@ -0,0 +1,2 @@\n+" + text.rstrip("\n").replace("\n", "\n+") for path, text in texts.items()}
    patches["t/bare.t"] = ONE
    sources, _ = select([changed(path, patch, additions=2) for path, patch in patches.items()], texts)
    assert {s.path: s.language for s in sources} == {"t/run.t": "shell", "t/base.t": "perl", "t/bare.t": "perl"}
