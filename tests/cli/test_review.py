"""`testwarden review` as its user meets it: what goes in, what comes out, and with which status."""

import json
import os
import pty
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from bot import rulebook, wiring
from bot.__main__ import main
from bot.analysis import child
from bot.core.specimens import github_token

RULE = """\
id: {id}
code: TS-X01
title: a word that must not stand
tier: {tier}
severity: high
confidence: high
cwe: [CWE-1]
what: "`{{quote}}` stands here."
why: "it must not"
fix: "remove it"
match:
  any:
    - keywords: [{word}]
      text: '{word}\\w*'
examples:
  any:
    - {{flagged: "{word}", lines: [1]}}
    - {{flagged: "a {word}", lines: [1]}}
    - {{clean: "{half}", near_miss: true}}
    - {{clean: "b"}}
"""


@pytest.fixture(autouse=True)
def two_rules(tmp_path, monkeypatch):
    """A rulebook of two: `hush` is a defect and `maybe` a consideration."""
    folder = tmp_path / "rules"
    folder.mkdir()
    for id, tier, word in (("no-hush", "defect", "hush"), ("no-maybe", "consideration", "maybe")):
        (folder / f"{id}.yml").write_text(RULE.format(id=id, tier=tier, word=word, half=word[:2]))
    shutil.copy(rulebook.rules_directory() / "languages.toml", folder)
    monkeypatch.setattr(rulebook, "rules_directory", lambda: folder)
    monkeypatch.setenv("TESTWARDEN_HOME", str(tmp_path / "home"))
    return folder


def patch(*lines: str, path: str = "tests/test_a.py") -> str:
    return f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,{len(lines)} @@\n" + "".join(f"+{line}\n" for line in lines)


@pytest.fixture
def review(tmp_path, capsys):
    """Run the verb on a patch; its status, standard output and standard error."""

    def run(text: str, *options: str) -> tuple[int, str, str]:
        (tmp_path / "x.patch").write_text(text)
        status = main(["review", str(tmp_path / "x.patch"), *options])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


@pytest.mark.parametrize("path", ["tests/test_a.py", "app/a.py"])
def test_one_child_is_begun_and_none_is_left(review, monkeypatch, path):
    begun = []

    def begin():
        begun.append(child.begin())
        return begun[-1]

    monkeypatch.setattr(wiring, "begin", begin)
    assert review(patch("import os", path=path))[0] == 0
    assert [process.poll() is None for process in begun] == [False]


def test_clean(review):
    assert review(patch("import os")) == (0, "No security defects detected in the 1 changed test file.\n", "")


def test_a_consideration_is_clean_too(review):
    status, out, _ = review(patch("import os", "x = maybe_not"))
    assert status == 0
    assert out.startswith("No security defects detected in the 1 changed test file.\n\n1 consideration")
    assert "tests/test_a.py:2: `maybe_not` stands here" in out


def test_a_defect(review):
    status, out, _ = review(patch("import os", "x = hush"))
    assert status == 1
    assert out.startswith("1 security defect found in the changed test files (1 high).\n\ntests/test_a.py:2: high: ")


def test_what_could_not_be_read_is_no_verdict(review):
    status, out, _ = review("--- a/tests/test_a.py\n+++ b/tests/test_a.py\n@@ -1 +99999999 @@\n-a\n+b\n")
    assert status == 2
    assert out.startswith("Could not review 1 of 1 test file")


def test_no_test_files(review):
    assert review(patch("x = hush", path="src/a.py")) == (0, "No test files changed.\n", "")
    assert review("")[:2] == (0, "No test files changed.\n")


def test_json_holds_what_scripts_rely_on(review):
    status, out, _ = review(patch("x = hush") + patch("y", path="src/b.py"), "--format", "json")
    report = json.loads(out)
    assert status == 1
    assert report["verdict"] == "defects"
    assert report["head"] is None
    assert report["files"] == [
        {"path": "src/b.py", "language": None, "status": "skipped", "reason": "not a test file"},
        {"path": "tests/test_a.py", "language": "python", "status": "analyzed", "reason": None},
    ]
    (finding,) = report["findings"]
    assert {k: finding[k] for k in ("rule", "tier", "path", "line", "side", "inline")} == {
        "rule": "no-hush",
        "tier": "defect",
        "path": "tests/test_a.py",
        "line": 1,
        "side": "RIGHT",
        "inline": True,
    }
    assert set(report) == {"verdict", "head", "files", "findings", "suppressed", "rulebook", "elapsed_ms"}
    assert report["elapsed_ms"] >= 0


def test_sarif_and_markdown(review):
    _, out, _ = review(patch("x = hush"), "--format", "sarif")
    (run,) = json.loads(out)["runs"]
    assert [(r["ruleId"], r["level"]) for r in run["results"]] == [("no-hush", "error")]
    _, out, _ = review(patch("x = hush"), "--format", "markdown")
    assert out.startswith("1 security defect found in the changed test files (1 high).\n\n|")


def test_two_revisions(tmp_path, capsys):
    where = tmp_path / "work"
    (where / "tests").mkdir(parents=True)

    def git(*arguments: str) -> str:
        who = ["-c", "user.name=Mona", "-c", "user.email=mona@example.com", "-c", "commit.gpgsign=false"]
        return subprocess.run(["git", "-C", where, *who, *arguments], check=True, capture_output=True).stdout.decode().strip()

    git("init", "--quiet")
    (where / "tests" / "test_a.py").write_text("hush = 1\n\n\n\n")
    git("add", "-A")
    git("commit", "--quiet", "-m", "x")
    base = git("rev-parse", "HEAD")
    (where / "tests" / "test_a.py").write_text("hush = 1\n\n\n\nhush = 2\n")
    git("commit", "--quiet", "-am", "y")
    status = main(["review", "--repo", str(where), "--base", base, "--format", "json"])
    report = json.loads(capsys.readouterr().out)
    assert (status, report["head"]) == (1, git("rev-parse", "HEAD"))
    assert [(f["rule"], f["line"]) for f in report["findings"]] == [("no-hush", 5)]


def test_the_configuration_of_the_base_holds(tmp_path, capsys):
    where = tmp_path / "repository"
    where.mkdir()

    def git(*arguments: str) -> str:
        who = ["-c", "user.name=Mona", "-c", "user.email=mona@example.com", "-c", "commit.gpgsign=false"]
        clean = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")} | {"GIT_CONFIG_GLOBAL": "/dev/null"}
        return subprocess.run(
            ["git", "-C", where, *who, *arguments], env=clean, check=True, capture_output=True, text=True
        ).stdout

    def save(**files: str) -> str:
        for name, text in files.items():
            (where / {"config": ".testwarden.yml", "test": "test_a.py"}[name]).write_text(text)
        git("add", "-A")
        git("commit", "--quiet", "-m", "x")
        return git("rev-parse", "HEAD").strip()

    git("init", "--quiet")
    base = save(config="rules: {no-hush: off}\nextends: acme/strict\n", test="x\n")
    save(config="rules: {no-hushh: on}\n", test="x\nhush\n")
    status = main(["review", "--repo", str(where), "--base", base])
    assert (status, capsys.readouterr().out) == (
        0,
        "No security defects detected in the 1 changed test file.\n\n"
        "Problems in the configuration:\n  .testwarden.yml:1: rules.no-hushh: no such rule; did you mean no-hush?\n",
    )
    again = save(config="rules:\n", test="x\nhush\nhush\n")
    assert main(["review", "--repo", str(where), "--base", f"{again}~1"]) == 1
    broken = save(config="rules: [\n", test="x\n")
    save(test="x\ny\n")
    status = main(["review", "--repo", str(where), "--base", broken])
    assert (status, capsys.readouterr().out.split("\n")[-3]) == (2, "Problems in the configuration:")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["review"], "name one change: a PATCH file, - for standard input, or --base REV. See `testwarden review --help`."),
        (["review", "PATCH", "--base", "main"], "name one change: a PATCH file"),
        (["review", "PATCH", "--head", "x"], "--repo and --head go with --base, not with a patch. See"),
        (["review", "--base", "x", "--format", "xml"], "Invalid value for '--format': 'xml' is not one of"),
        (["review", "missing.patch"], "'missing.patch': No such file or directory. See `testwarden review --help`."),
        (["review", "--base", "x", "--repo", "/missing"], "'/missing' is no folder: pass --repo the path of a repository."),
        (["revue"], "No such command 'revue'"),
        (["review", "PATCH", "--workers", "0"], "Invalid value for '--workers'"),
    ],
)
def test_wrong_usage(arguments, said, tmp_path, capsys):
    (tmp_path / "x.patch").write_text(patch("x"))
    status = main([str(tmp_path / "x.patch") if a == "PATCH" else a for a in arguments])
    out = capsys.readouterr()
    assert (status, out.out) == (64, "")
    assert out.err.startswith("testwarden: ")
    assert said in out.err
    assert out.err.count("\n") == 1


def test_a_broken_rule_file_is_no_verdict(two_rules, review):
    (two_rules / "no-hush.yml").write_text("id: 7")
    status, out, err = review(patch("x"))
    assert (status, out) == (2, "")
    assert err.startswith("testwarden: A rule file is broken: no-hush.yml: file.")


def test_a_fault_of_ours_is_no_verdict_and_quotes_nothing(review, monkeypatch):
    def fail(text: str) -> None:
        raise KeyError("hush hush")

    monkeypatch.setattr("bot.cli.patch.change", fail)
    status, out, err = review(patch("x"))
    assert (status, out) == (2, "")
    assert "A fault in Testwarden itself (KeyError)" in err
    assert "hush" not in err


def test_what_is_kept_is_kept_under_the_home(review, tmp_path):
    review(patch("x"))
    assert (tmp_path / "home" / "cache").is_dir()
    review(patch("x"), "--home", str(tmp_path / "other"))
    assert (tmp_path / "other" / "cache").is_dir()


def test_a_home_that_cannot_be_written_is_no_hindrance(review, tmp_path):
    assert review(patch("x = hush"), "--home", str(tmp_path / "x.patch" / "home"))[0] == 1


def test_hostile_names_move_no_cursor(review):
    status, out, _ = review(patch("x = hush", path="tests/test_\x1b[31m\u202e.py"))
    assert status == 1
    assert "\x1b" not in out
    assert "\u202e" not in out


@pytest.fixture
def program(two_rules):
    """The verb as a process of its own, on the shipped rules."""
    return [sys.executable, "-m", "bot", "review", "-"], {"cwd": Path(__file__).parents[2]}


def test_with_a_key_of_its_users_a_report_knows_equal_secrets(program):
    command, where = program
    given = (patch(f'A = "{github_token()}"') + patch(f'B = "{github_token()}"', path="tests/test_b.py")).encode()

    def secrets(**key: str) -> list[dict[str, object]]:
        environment = {**os.environ, **key}
        done = subprocess.run([*command, "--format", "json"], input=given, capture_output=True, env=environment, **where)
        assert (done.returncode, done.stderr) == (1, b"")
        assert github_token().encode() not in done.stdout
        return [finding["secret"] for finding in json.loads(done.stdout)["findings"]]

    told = {"provider": "GitHub", "shown": "ghp_", "length": 40}
    assert secrets() == secrets(TESTWARDEN_HASH_KEY="") == [told, told]
    one, two = secrets(TESTWARDEN_HASH_KEY="correct horse battery"), secrets(TESTWARDEN_HASH_KEY="correct horse staple")
    assert one[0] == one[1] != two[0] == two[1]
    assert len(one[0]["hash"]) == 16


def test_a_key_that_could_be_guessed_is_refused(review, monkeypatch):
    monkeypatch.setenv("TESTWARDEN_HASH_KEY", "hunter2")
    status, out, err = review(patch("x = hush"), "--format", "json")
    assert (status, out) == (64, "")
    assert err.startswith("testwarden: TESTWARDEN_HASH_KEY is not valid: set it to a random text of 16 characters or more")
    assert "hunter2" not in err


def test_standard_input_and_a_locale_of_another_age(program):
    command, where = program
    given = patch("x = 1", path="tests/test_ä.py").encode()
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([*command, "--format", "text"], input=given, capture_output=True, env=environment, **where)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == b"No security defects detected in the 1 changed test file.\n"


def test_a_reader_who_leaves_early(program):
    """`testwarden review - | head -1` ends with the verdict's status and without a complaint."""
    command, where = program
    given = "".join(patch("x = 1", path=f"tests/test_{n}.py") for n in range(300)).encode()
    with subprocess.Popen([*command, "--format", "json"], stdin=-1, stdout=-1, stderr=-1, **where) as process:
        assert process.stdin
        assert process.stdout
        process.stdout.close()
        process.stdin.write(given)
        process.stdin.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 0


def test_people_at_a_terminal_get_colour_and_the_same_words(program):
    command, where = program
    given = patch("x = 1").encode()
    main_side, child_side = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"} | {"TERM": "xterm-256color"}
    done = subprocess.run(command, input=given, stdout=child_side, stderr=subprocess.PIPE, env=environment, **where)
    os.close(child_side)
    parts = []
    with suppress(OSError):  # that there is no more; one read may bring a part, since the kernel hands it over piece by piece
        while part := os.read(main_side, 4096):
            parts.append(part)
    os.close(main_side)
    shown = b"".join(parts).decode()
    assert (done.returncode, done.stderr) == (0, b"")
    assert "\x1b[1m" in shown
    plain = shown.replace("\x1b[1m", "").replace("\x1b[0m", "").replace("\r", "")
    assert plain == "No security defects detected in the 1 changed test file.\n"
