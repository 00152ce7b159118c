"""A patch becomes the change it makes, and nothing that calls itself a patch breaks the reader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli.local import LocalError
from bot.cli.patch import change, decode, unquote
from bot.core.diff import read
from bot.model import Candidate, ChangedFile, Kind, Skipped

MODIFIED = """\
diff --git a/tests/test_a.py b/tests/test_a.py
index 1111111..2222222 100644
--- a/tests/test_a.py
+++ b/tests/test_a.py
@@ -3,2 +3,3 @@ def test():
 one
-two
+zwei
+drei
@@ -10 +11 @@
-ten
+zehn
\\ No newline at end of file
"""
NEW = "diff --git a/t.py b/t.py\nnew file mode 100644\n--- /dev/null\n+++ b/t.py\n@@ -0,0 +1,2 @@\n+a\n+b\n"
RENAMED = """\
diff --git a/old name.py b/new name.py
similarity index 100%
rename from old name.py
rename to new name.py
"""
BINARY = "diff --git a/x.png b/x.png\nindex 1111111..2222222 100644\nBinary files a/x.png and b/x.png differ\n"
LINK = """\
diff --git a/link b/link
new file mode 120000
--- /dev/null
+++ b/link
@@ -0,0 +1 @@
+target
\\ No newline at end of file
"""
MODULE = f"""\
diff --git a/sub b/sub
index 1..2 160000
--- a/sub
+++ b/sub
@@ -1 +1 @@
-Subproject commit {"a" * 40}
+Subproject commit {"b" * 40}
"""


def texts(patch: str) -> dict[str, str]:
    made = change(patch)
    return dict(made.read([Candidate(f, "text", Kind.DATA, strong=True) for f in made.changed]).texts)


def test_a_modified_file_keeps_its_line_numbers():
    (file,) = change(MODIFIED).changed
    assert (file.path, file.status, file.additions, file.deletions) == ("tests/test_a.py", "modified", 3, 2)
    assert read(file.patch or "").added == {4, 5, 11}
    assert texts(MODIFIED)["tests/test_a.py"].split("\n") == ["", "", "one", "zwei", "drei", "", "", "", "", "", "zehn"]


def test_a_new_file_is_there_in_full():
    assert change(NEW).changed[0].status == "added"
    assert texts(NEW) == {"t.py": "a\nb\n"}


def test_a_deleted_file():
    patch = "--- a/t.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"
    assert [(f.path, f.status) for f in change(patch).changed] == [("t.py", "removed")]


def test_a_pure_rename():
    assert change(RENAMED).changed == (ChangedFile("new name.py", "renamed", None, previous_path="old name.py"),)


def test_several_files_in_their_order_with_what_is_no_file():
    made = change(f"From: mona\nSubject: many\n\n{RENAMED}{BINARY}{MODULE}{LINK}{NEW}-- \n2.50\n")
    assert [(f.path, f.status, f.patch is None) for f in made.changed] == [
        ("new name.py", "renamed", True),
        ("x.png", "modified", True),
        ("t.py", "added", False),
    ]
    assert made.passed == (Skipped("sub", "submodule", clouds=False), Skipped("link", "symbolic link", clouds=False))
    assert (made.base, made.head) == ("", "")


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("a/tests/x.py", "b/tests/x.py", "tests/x.py"),
        ("i/tests/x.py", "w/tests/x.py", "tests/x.py"),
        ("tests/x.py", "tests/x.py", "tests/x.py"),
        ("a/x.py\t2026-11-22 10:00:00", "b/x.py\t2026-11-22 10:00:01", "x.py"),
        ('"a/t\\303\\251st.py"', '"b/t\\303\\251st.py"', "tést.py"),
        ("a/x.py\r", "b/x.py\r", "x.py"),
        ("/dev/null", "b/../../etc/passwd", "../../etc/passwd"),
    ],
)
def test_the_name_of_a_file(old, new, path):
    assert [f.path for f in change(f"--- {old}\n+++ {new}\n@@ -1 +1 @@\n-a\n+b\n").changed] == [path]


@pytest.mark.parametrize(
    ("quoted", "name"),
    [
        ('"a\\tb\\nc\\"d\\\\e"', 'a\tb\nc"d\\e'),
        ('"\\303\\251"', "é"),
        ('"\\377"', "\ufffd"),
        ('"é"', "é"),
        ('"', '"'),
        ("plain", "plain"),
        ('"\\777\\x"', "\ufffd\\x"),
    ],
)
def test_git_quotes_names(quoted, name):
    assert unquote(quoted) == name


def test_an_empty_input_changes_nothing():
    assert change("").changed == ()
    assert change(" \n").changed == ()


@pytest.mark.parametrize(
    ("patch", "reason"),
    [
        ("hello\n", "no patch in the input"),
        ("@@ -1 +1 @@\n-a\n+b\n", "Unexpected hunk found"),
        ("--- a/x\n+++ b/x\n@@ -1,3 +1 @@\n-a\n", "shorter than expected"),
        (f"--- a/x\n+++ b/x\n@@ -1 +{'9' * 5000} @@\n-a\n+b\n", "out of range"),
        (NEW + NEW, "twice"),
        (MODIFIED.replace("+11 @@", "+4 @@"), "overlap"),
    ],
)
def test_what_is_no_patch_is_refused_with_a_remedy(patch, reason):
    with pytest.raises(LocalError, match=reason) as refusal:
        change(patch)
    assert str(refusal.value).endswith("--repo, --base and --head.")


def test_a_line_number_costs_no_memory():
    patch = "--- a/test_x.py\n+++ b/test_x.py\n@@ -1 +999999999999 @@\n-a\n+b\n"
    made = change(patch)
    reading = made.read([Candidate(made.changed[0], "python", Kind.CODE, strong=True)])
    assert reading.unread == (Skipped("test_x.py", "larger than 3 MB", clouds=True),)


def test_what_editors_and_shells_write():
    assert decode("\ufeff--- a/é".encode()) == "--- a/é"
    assert decode("--- a/x\r\n+++ b/x\r\n".encode("utf-16")) == "--- a/x\n+++ b/x\n"
    assert decode(b"+caf\xe9\n") == "+caf\ufffd\n"


PIECES = [
    *MODIFIED.splitlines(),
    *RENAMED.splitlines(),
    *BINARY.splitlines(),
    *MODULE.splitlines(),
    *NEW.splitlines(),
    '--- "',
    "",
]


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("\n".join)))
def test_no_input_breaks_the_reader(text):
    try:
        made = change(text)
    except LocalError:
        return
    for file in made.changed:
        if file.patch is not None and file.status != "removed":
            lines = read(file.patch)
            assert max(lines.commentable, default=0) <= texts(text)[file.path].count("\n") + 1
