"""What a patch says, on any patch whatever."""

import difflib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import diff
from bot.core.diff import PatchError, read, rediff
from bot.model import Lines, Removed

MODIFIED = """\
@@ -1,4 +1,5 @@ def setup():
 import os
-import sys
+import time
+import socket
 #
 x = 1
@@ -20,2 +21,2 @@
 y = 1
-y = 2
\\ No newline at end of file
+y = 3
"""


def test_a_modified_file():
    assert read(MODIFIED) == Lines(
        added=frozenset({2, 3, 22}),
        commentable=frozenset({1, 2, 3, 4, 5, 21, 22}),
        commentable_left=frozenset({1, 2, 3, 4, 20, 21}),
        hunks=((1, 5), (21, 22)),
        removed=(Removed(2, 2, "import sys"), Removed(21, 22, "y = 2")),
    )


def test_a_new_file():
    assert read("@@ -0,0 +1,2 @@\n+one\n+two\n\\ No newline at end of file") == Lines(
        added=frozenset({1, 2}), commentable=frozenset({1, 2}), hunks=((1, 2),)
    )


def test_a_deleted_file_has_only_a_left_side():
    assert read("@@ -1,2 +0,0 @@\n-one\n-two") == Lines(
        commentable_left=frozenset({1, 2}), removed=(Removed(1, 1, "one"), Removed(2, 1, "two"))
    )


def test_a_hunk_that_only_removes_is_no_place_on_the_right():
    lines = read("@@ -7 +6,0 @@ def f():\n-    check()")
    assert (lines.hunks, lines.commentable) == ((), frozenset())
    assert lines.removed == (Removed(7, 7, "    check()"),)


def test_lines_end_at_newline_alone():
    lines = read("@@ -0,0 +1,2 @@\n+a\x0cb\u2028c\x85d\re\n+two\r")
    assert lines.added == {1, 2}


def test_an_empty_context_line_may_have_lost_its_space():
    assert read("@@ -1,2 +1,3 @@\n a\n\n+b\n").added == {3}


def test_an_empty_patch_changes_nothing():
    assert read("") == Lines()


@pytest.mark.parametrize(
    "patch",
    [
        "Binary files differ",
        "\n",
        "@@ -1 +1,99999999999999999999 @@\n+a",
        "@@ -1 +1 @@\n-a\n+b\n+c\n--- a/other\n+++ b/other\n@@ -1 +1 @@\n-a\n+b",
        "@@ -1 +1 @@\n-a\n+b\n--- x\n+++ y\n@@ -1 +1 @@\n-a\n+b",
        "@@ -1,2 +1,2 @@\n-a",
        "@@ -1 +1 @@\n*a",
        f"@@ -1 +{'9' * 5000} @@\n-a\n+b",
        "diff --git a/x b/x\n@@ -1 +1 @@\n-a\n+b",
        "+++ b/x",
        "\\ No newline at end of file",
    ],
)
def test_what_is_no_patch_is_refused(patch):
    with pytest.raises(PatchError):
        read(patch)


def test_a_refusal_does_not_quote_the_patch():
    with pytest.raises(PatchError) as refusal:
        read("@@ -1 +1 @@\n*hush")
    assert "hush" not in str(refusal.value)
    assert refusal.value.__cause__ is None


PIECES = [
    *("@@ -1,2 +1,2 @@", "@@ -0,0 +1 @@", "+a", "-a", " a", "", "\\ No newline at end of file", "--- a/x", "+++ b/x"),
    *("diff --git a/x b/x", "rename from x", "new file mode 120000", "index 1..2 1", "Binary files a and b differ"),
]
anything = st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("\n".join))


@given(anything)
def test_no_patch_breaks_the_reader(patch):
    try:
        lines = read(patch)
    except PatchError:
        return
    assert lines.added <= lines.commentable
    assert all(any(first <= n <= last for first, last in lines.hunks) for n in lines.commentable)


line = st.text(st.sampled_from("ab\r\x0c\u2028 +-\\@"), max_size=3)
text = st.lists(line, max_size=12).map("\n".join)


def _patch(before: str, after: str) -> str:
    """What git would write for the two texts, but for the missing-newline marks."""
    pieces = [t.split("\n") for t in (before, after)]
    return "\n".join(list(difflib.unified_diff(*pieces, lineterm=""))[2:])


@given(st.lists(line, min_size=1, max_size=6), st.sampled_from(["", "\n", "\n\\ No newline at end of file"]), st.integers(-1, 1))
def test_a_new_file_is_read_as_any_other(lines, end, off):
    """It has a way of its own, for speed; where that knows no answer, it leaves the patch to the library."""
    patch = f"@@ -0,0 +1,{len(lines) + off} @@\n" + "\n".join("+" + line for line in lines) + end
    whole = diff._whole_file(patch)
    if whole is not None:
        assert whole == diff._lines(diff._hunks(patch))
    assert (whole is not None) is (off == 0 and end != "\n")


@given(text, text)
def test_the_reading_rebuilds_the_new_side(before, after):
    lines = read(_patch(before, after))
    old, new = before.split("\n"), after.split("\n")
    gone = {r.line: r for r in lines.removed}
    assert all(old[n - 1] == r.text for n, r in gone.items())
    kept = [t for n, t in enumerate(old, 1) if n not in gone]
    assert kept == [t for n, t in enumerate(new, 1) if n not in lines.added]


@given(text, text)
def test_a_rediff_rebuilds_the_new_side_and_anchors_nothing(before, after):
    lines = rediff(before, after)
    old, new = before.split("\n"), after.split("\n")
    kept = [t for n, t in enumerate(old, 1) if n not in {r.line for r in lines.removed}]
    stays = [t for n, t in enumerate(new, 1) if n not in lines.added]
    assert "\n".join(kept).rstrip("\n") == "\n".join(stays).rstrip("\n")
    assert all(r.text == old[r.line - 1] for r in lines.removed)
    assert (lines.commentable, lines.commentable_left, lines.hunks) == (frozenset(), frozenset(), ())


@pytest.mark.parametrize(
    ("before", "after", "added", "removed"),
    [
        ("a\nb\nc\n", "a\nb\nc\n", set(), ()),
        ("", "a\nb\n", {1, 2}, ()),
        ("a\nb\nc\n", "a\nc\n", set(), (Removed(2, 2, "b"),)),
        ("a\nb\nc\nd\n", "a\nx\nc\ny\nd\n", {2, 4}, (Removed(2, 2, "b"),)),
        ("a\nb", "a\nb\n", {2}, (Removed(2, 2, "b"),)),
        ("f\n}\ng\n}\n", "f\n}\nnew\n}\ng\n}\n", {3, 4}, ()),
    ],
)
def test_what_a_rediff_finds(before, after, added, removed):
    lines = rediff(before, after)
    assert lines.added == added
    assert lines.removed == removed


def test_a_rediff_is_fast_on_the_worst_texts():
    before = "\n".join(f"{n % 7}" for n in range(60_000))
    after = "\n".join(f"{n % 5}" for n in range(60_000))
    shuffled = "\n".join(f"{n * 7919 % 60_013}" for n in range(60_000))
    began = time.process_time()
    rediff(before, after)
    rediff(shuffled, "\n".join(sorted(shuffled.split("\n"))))
    assert time.process_time() - began < 5
