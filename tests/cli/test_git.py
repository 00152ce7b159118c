"""Two revisions of a repository become the change between them, and the repository gets nothing run."""

import os
import subprocess
from pathlib import Path

import pytest

from bot.cli.git import Repository
from bot.cli.local import Change, LocalError
from bot.core.diff import read
from bot.core.select import by_content, by_path
from bot.model import Candidate, ConfigText, ConfigTexts, Kind, Reading, Skipped
from bot.rulebook import load_languages

LANGUAGES = load_languages()


class Work:
    """A repository with a work tree, driven by the real git."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str) -> str:
        who = ["-c", "user.name=Mona", "-c", "user.email=mona@example.com", "-c", "commit.gpgsign=false"]
        clean = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")} | {"GIT_CONFIG_GLOBAL": "/dev/null"}
        done = subprocess.run(["git", "-C", self.folder, *who, *arguments], env=clean, check=True, capture_output=True)
        return done.stdout.decode().strip()

    def commit(self, **files: str | bytes | None) -> str:
        return self.save({name.replace("__", "/") + ".py": text for name, text in files.items()})

    def save(self, files: dict[str, str | bytes | None]) -> str:
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink()
            else:
                path.write_bytes(text.encode() if isinstance(text, str) else text)
        self.git("add", "-A")
        self.git("commit", "--quiet", "--allow-empty", "-m", "x")
        return self.git("rev-parse", "HEAD")

    def change(self, base: str, head: str = "HEAD") -> Change:
        return Repository(self.folder).change(base, head)


@pytest.fixture
def work(tmp_path) -> Work:
    return Work(tmp_path / "work")


def reading(change: Change, kind: Kind = Kind.CODE) -> Reading:
    return change.read([Candidate(f, "python", kind, strong=True) for f in change.changed])


def test_what_a_branch_changed_since_it_left(work):
    fork = work.commit(test_a="one\ntwo\n", test_gone="x\n", test_old="a\nb\nc\nd\n")
    work.git("checkout", "--quiet", "-b", "topic")
    head = work.commit(test_a="one\nzwei\n", test_b="new\n", test_gone=None, test_old=None, test_new="a\nb\nc\nd\n")
    work.git("checkout", "--quiet", "main")
    work.commit(test_elsewhere="not ours\n")

    change = work.change("main", "topic")
    assert (change.base, change.head) == (fork, head)
    assert [(f.path, f.status, f.previous_path) for f in change.changed] == [
        ("test_a.py", "modified", None),
        ("test_b.py", "added", None),
        ("test_gone.py", "removed", None),
        ("test_new.py", "renamed", "test_old.py"),
    ]
    assert read(change.changed[0].patch or "").added == {2}
    assert change.changed[3].patch is None
    chosen, _ = by_path(change.changed, LANGUAGES)
    sources, skipped = by_content(chosen, change.read(chosen), LANGUAGES)
    assert {s.path: (s.text, s.lines.added) for s in sources} == {
        "test_a.py": ("one\nzwei\n", {2}),
        "test_b.py": ("new\n", {1}),
    }
    assert skipped == (Skipped("test_new.py", "no line changed", clouds=False),)


def test_names_are_told_exactly(work):
    base = work.save({})
    name = 'tests/té st\t"x"\n@@ -1 +1 @@.py'
    work.save({name: "a\n"})
    change = work.change(base)
    assert [f.path for f in change.changed] == [name]
    assert read(change.changed[0].patch or "").added == {1}
    assert reading(change).texts == {name: "a\n"}


def test_equal_changes_of_two_files_are_told_apart_by_name(work):
    base = work.commit(test_a="x\n", test_b="x\n")
    work.commit(test_a="y\n", test_b="y\n")
    assert [(f.path, read(f.patch or "").added) for f in work.change(base).changed] == [("test_a.py", {1}), ("test_b.py", {1})]


def test_links_and_submodules_are_named_not_read(work):
    base = work.save({"a": "x\n"})
    (work.folder / "link").symlink_to("/etc/passwd")
    (work.folder / "sub").mkdir()
    work.git("update-index", "--add", "--cacheinfo", f"160000,{base},sub")
    work.save({})
    change = work.change(base)
    assert change.changed == ()
    assert change.passed == (Skipped("link", "symbolic link", clouds=False), Skipped("sub", "submodule", clouds=False))


def test_binary_and_large_files(work):
    base = work.save({})
    work.save({"tests/a.dat": b"a\0b", "tests/big.py": "x = 1\n" * 600_000, "tests/latin.py": b"caf\xe9\n"})
    change = work.change(base)
    assert reading(change, Kind.DATA).unread == (
        Skipped("tests/a.dat", "binary file", clouds=False),
        Skipped("tests/big.py", "larger than 3 MB", clouds=True),
    )
    assert reading(change).unread[0] == Skipped("tests/a.dat", "binary file", clouds=True)
    assert reading(change).texts == {"tests/latin.py": "caf\ufffd\n"}


def test_what_a_binary_is_can_be_told(work):
    base = work.save({})
    work.save({"tests/bin/helper": b"\x7fELF\2\0", "tests/data.bin": b"\0\0"})
    assert reading(work.change(base)).binaries == {"tests/bin/helper": "ELF", "tests/data.bin": ""}


def test_attributes_hide_no_change(work):
    base = work.save({"tests/test_a.py": "one\ntwo\n"})
    work.save({".gitattributes": "*.py -diff\n", "tests/test_a.py": "one\nzwei\n", "tests/test_b.py": "new\n"})
    change = work.change(base)
    chosen, _ = by_path(change.changed, LANGUAGES)
    sources, _ = by_content(chosen, change.read(chosen), LANGUAGES)
    assert {s.path: s.lines.added for s in sources} == {"tests/test_a.py": {2}, "tests/test_b.py": {1}}


def test_nothing_of_the_repository_is_run(work, tmp_path):
    seen = tmp_path / "seen"
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\necho ran >> {seen}\ncat\n")
    script.chmod(0o755)
    base = work.save({"tests/test_a.py": "one\n"})
    head = work.save({".gitattributes": "*.py diff=evil filter=evil\n", "tests/test_a.py": "two\n"})
    hooks = work.folder / ".git" / "hooks"
    for hook in ("post-index-change", "reference-transaction", "fsmonitor-watchman"):
        (hooks / hook).write_text(script.read_text())
        (hooks / hook).chmod(0o755)
    for key in ("core.fsmonitor", "diff.external", "diff.evil.command", "diff.evil.textconv", "filter.evil.smudge", "core.pager"):
        work.git("config", key, str(script))
    seen.unlink(missing_ok=True)
    change = work.change(base, head)
    assert read(change.changed[1].patch or "").added == {1}
    assert reading(change).texts["tests/test_a.py"] == "two\n"
    assert not seen.exists()


def test_the_settings_of_a_repository_change_no_hunk(work):
    base = work.save({"tests/test_a.py": "".join(f"{n}\n" for n in range(40))})
    work.save({"tests/test_a.py": "".join(f"{n}\n" for n in range(40) if n != 20)})
    plain = work.change(base).changed[0].patch
    settings = {
        "diff.context": "0",
        "diff.noprefix": "true",
        "color.ui": "always",
        "diff.renames": "false",
        "diff.algorithm": "patience",
    }
    for key, value in settings.items():
        work.git("config", key, value)
    assert work.change(base).changed[0].patch == plain
    assert (plain or "").startswith("@@ -18,7 +18,6 @@")


def test_a_hook_s_variables_lead_nowhere(work, tmp_path, monkeypatch):
    base = work.commit(test_a="x\n")
    work.commit(test_a="y\n")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    assert [f.path for f in work.change(base).changed] == ["test_a.py"]


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", "-h", "", "HEAD:test_a.py", "a b", "HEAD\n"])
def test_what_is_no_commit_is_refused(work, revision):
    work.commit(test_a="x\n")
    with pytest.raises(LocalError, match=r"--base .* is no commit here: fetch it, or name another revision\."):
        work.change(revision)
    with pytest.raises(LocalError, match="--head"):
        work.change("HEAD", revision)


def test_unrelated_histories_are_refused(work):
    base = work.commit(test_a="x\n")
    work.git("checkout", "--quiet", "--orphan", "other")
    work.commit(test_b="x\n")
    with pytest.raises(LocalError, match="no common ancestor"):
        work.change(base)


def test_what_is_no_repository_is_refused(tmp_path):
    with pytest.raises(LocalError, match="no folder: pass --repo"):
        Repository(tmp_path / "missing")
    with pytest.raises(LocalError, match="is no commit here"):
        Repository(tmp_path).change("HEAD", "HEAD")


def test_no_change(work):
    base = work.commit(test_a="x\n")
    assert work.change(base).changed == ()


def test_the_configuration_is_the_bases_and_the_heads_is_proposed(work):
    work.save({".testwarden.yml": "drafts: true\n", "test_a.py": "one\n"})
    work.git("checkout", "--quiet", "-b", "topic")
    work.save({"test_a.py": "two\n"})
    work.git("checkout", "--quiet", "main")
    work.save({".testwarden.yml": "drafts: false\n"})
    now = ConfigText(".testwarden.yml", b"drafts: false\n")
    assert work.change("main", "topic").config == ConfigTexts(now, None, ConfigText(".testwarden.yml", b"drafts: true\n"))
    assert work.change("main", "main").config == ConfigTexts(now)

    work.save({".github/testwarden.yml": "x" * 3_000_001})
    assert work.change("main", "main").config.repository == ConfigText(".github/testwarden.yml", b" " * 65_537)
    assert Repository(work.folder / ".github").change("main", "main").config.repository is not None


def test_a_link_is_no_configuration(work):
    work.commit(test_a="one\n")
    (work.folder / ".testwarden.yml").symlink_to("/etc/passwd")
    work.save({})
    assert work.change("main").config == ConfigTexts()
