"""Object names are git's own, histories meet where git says they do."""

from bot.sandbox.git import Objects, entry, link, object_sha, submodule

DATE = "2026-09-21T14:13:20Z"


def test_names_are_those_git_gives() -> None:
    """The expected values were printed by git itself for the same files."""
    objects = Objects()
    files = {"a/b/c.txt": entry("hello world\n"), "a.txt": entry(b"x"), "l": link("a.txt"), "a/z": entry("z\n")}
    made = objects.commit(files, (), "First\n", "mona", DATE)
    assert object_sha("blob", b"hello world\n") == "3b18e512dba79e4c8300dd08aeb37f8e728b8dad"
    assert made.tree == "51a1c2644438a50a98d4e0de8e6b862ff46d6897"
    assert made.sha == "e31191bff16f7fd3cd44e51de543b26701f87a97"


def test_a_submodule_is_named_by_its_commit() -> None:
    objects = Objects()
    made = objects.commit({"vendored": submodule("1" * 40)}, (), "m", "mona", DATE)
    assert [(item.kind, item.mode, item.sha) for item in objects.trees[made.tree]] == [("commit", "160000", "1" * 40)]
    assert objects.blobs == {}


def test_where_histories_meet() -> None:
    objects = Objects()
    first = objects.commit({}, (), "1", "mona", DATE)
    left = objects.commit({}, (first.sha,), "2", "mona", DATE)
    right = objects.commit({}, (first.sha,), "3", "mona", DATE)
    merged = objects.commit({}, (right.sha, left.sha), "4", "mona", DATE)
    alone = objects.commit({}, (), "5", "mona", DATE)
    assert objects.merge_base(left.sha, right.sha) == first.sha
    assert objects.merge_base(left.sha, merged.sha) == left.sha
    assert objects.merge_base(left.sha, alone.sha) is None
    assert [commit.message for commit in objects.between(left.sha, merged.sha)] == ["3", "4"]
