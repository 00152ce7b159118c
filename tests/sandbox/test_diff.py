"""Patches read as GitHub writes them: hunks alone, three lines of context, and none where GitHub sends none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unidiff.patch import PatchSet

from bot.sandbox.diff import MAX_LINES, compare, hunks, split
from bot.sandbox.git import Content, entry, link, submodule

LINES = "".join(f"line {n}\n" for n in range(1, 31))


def patch(before: str, after: str) -> str:
    return "\n".join(hunk.text for hunk in hunks(before.encode(), after.encode()))


def test_one_line_in_the_middle() -> None:
    assert patch(LINES, LINES.replace("line 15\n", "line fifteen\n")) == (
        "@@ -12,7 +12,7 @@ line 11\n line 12\n line 13\n line 14\n-line 15\n+line fifteen\n line 16\n line 17\n line 18"
    )


def test_a_new_file_and_an_emptied_one() -> None:
    assert patch("", "a\nb\n") == "@@ -0,0 +1,2 @@\n+a\n+b"
    assert patch("a\n", "") == "@@ -1 +0,0 @@\n-a"


def test_the_missing_last_newline_is_told_on_its_side() -> None:
    assert patch("a\nb", "a\nb\n") == "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b"
    assert patch("a\nb\n", "a\nb") == "@@ -1,2 +1,2 @@\n a\n-b\n+b\n\\ No newline at end of file"


@pytest.mark.parametrize(("gap", "expected"), [(6, 1), (7, 2)])
def test_hunks_merge_when_their_context_touches(gap: int, expected: int) -> None:
    after = LINES.replace("line 5\n", "x\n").replace(f"line {5 + gap + 1}\n", "y\n")
    assert len(hunks(LINES.encode(), after.encode())) == expected


def test_only_a_newline_ends_a_line() -> None:
    assert split(b"a\rb\x0bc\xe2\x80\xa8d\ne") == [b"a\rb\x0bc\xe2\x80\xa8d\n", b"e"]
    assert patch("", "a\rb\n") == "@@ -0,0 +1 @@\n+a\rb"


@given(st.lists(st.sampled_from("abcd"), max_size=30), st.lists(st.sampled_from("abcd"), max_size=30), st.booleans())
def test_the_patch_turns_the_old_text_into_the_new(old: list[str], new: list[str], ended: bool) -> None:
    before, after = ("".join(f"{it}\n" for it in side) for side in (old, new))
    after = after if ended else after.removesuffix("\n")
    rebuilt: list[str] = []
    at = 0
    rows = before.splitlines(keepends=True)
    for hunk in hunks(before.encode(), after.encode()):
        first = next((line.old for line in hunk.lines if line.old is not None), None)
        start = (first - 1) if first is not None else at
        rebuilt += rows[at:start]
        rebuilt += [line.text + ("" if line.unterminated else "\n") for line in hunk.lines if line.tag != "-"]
        at = start + sum(line.tag != "+" for line in hunk.lines)
    assert "".join([*rebuilt, *rows[at:]]) == after


@given(st.text(alphabet="ab\n", max_size=60), st.text(alphabet="ab\n", max_size=60))
def test_a_foreign_reader_understands_the_patch(before: str, after: str) -> None:
    text = patch(before, after)
    if text:
        read = PatchSet(f"--- a/f\n+++ b/f\n{text}\n")[0]
        (only,) = compare({"f": entry(before)}, {"f": entry(after)})
        assert (read.added, read.removed) == (only.additions, only.deletions)


def changes(before: dict[str, Content], after: dict[str, Content]) -> list[tuple[str, str, str | None, bool]]:
    found = compare({k: entry(v) for k, v in before.items()}, {k: entry(v) for k, v in after.items()})
    return [(file.path, file.status, file.previous_path, file.patch is not None) for file in found]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {"b": "x\n", "a": "x\n"}, [("a", "added", None, True), ("b", "added", None, True)]),
        ({"a": "x\n"}, {}, [("a", "removed", None, True)]),
        ({"a": "x\n"}, {"a": "y\n"}, [("a", "modified", None, True)]),
        ({"a": "x\n"}, {"b": "x\n"}, [("b", "renamed", "a", False)]),
        ({"a": "1\n2\n3\n4\n"}, {"b": "1\n2\n3\n5\n"}, [("b", "renamed", "a", True)]),
        ({"a": "1\n"}, {"b": "2\n"}, [("a", "removed", None, True), ("b", "added", None, True)]),
        ({"a": "x\n"}, {"a": link("x\n")}, [("a", "modified", None, False)]),
        ({"a": b"\0x"}, {"a": b"\0y"}, [("a", "modified", None, False)]),
        ({}, {"a": ""}, [("a", "added", None, False)]),
        ({}, {"m": submodule("1" * 40)}, [("m", "added", None, True)]),
    ],
)
def test_statuses(
    before: dict[str, Content], after: dict[str, Content], expected: list[tuple[str, str, str | None, bool]]
) -> None:
    assert changes(before, after) == expected


def test_a_submodule_shows_its_commit() -> None:
    (file,) = compare({"m": submodule("1" * 40)}, {"m": submodule("2" * 40)})
    assert file.patch == f"@@ -1 +1 @@\n-Subproject commit {'1' * 40}\n+Subproject commit {'2' * 40}"


def test_a_large_change_has_counts_but_no_patch() -> None:
    (file,) = compare({}, {"a": entry("x\n" * (MAX_LINES + 1))})
    assert (file.additions, file.patch) == (MAX_LINES + 1, None)
