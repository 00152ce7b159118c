import pytest

from bot.core.config_file import SIZE_LIMIT, File, read
from bot.model import Problem


def test_values_and_their_lines() -> None:
    file = read(
        "c.yml", b"# ours\nfail_on: high\nrules:\n  a-b: off\ntests:\n  include: [x, 'y']\nmax_comments: 12\ndrafts: true\n"
    )
    assert isinstance(file, File)
    assert file.values == {
        "fail_on": "high",
        "rules": {"a-b": "off"},
        "tests": {"include": ["x", "y"]},
        "max_comments": 12,
        "drafts": True,
    }
    assert file.lines["rules.a-b"] == 4
    assert file.lines["tests.include[1]"] == 6
    assert file.problem("tests.include[1]", "x").line == 6
    assert file.problem("tests.nowhere", "x").line == 5
    assert file.problem("nowhere", "x").line == 1


@pytest.mark.parametrize("raw", [b"", b"\n# nothing\n", b"\xef\xbb\xbf", b"---\n", b"null\n"])
def test_an_empty_file_says_nothing(raw: bytes) -> None:
    file = read("c.yml", raw)
    assert isinstance(file, File)
    assert file.values == {}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("off", "off"),
        ("yes", "yes"),
        ("1e3", "1e3"),
        ("2027-01-31", "2027-01-31"),
        ("'12'", "12"),
        ("'true'", "true"),
        ("0x1F", "0x1F"),
        ("999999999999", "999999999999"),
        ("-3", -3),
        ("~", None),
        ("!!python/object:os.system x", "x"),
        ("!!binary aGk=", "aGk="),
    ],
)
def test_no_surprises(text: str, value: object) -> None:
    file = read("c.yml", f"key: {text}\n".encode())
    assert isinstance(file, File)
    assert file.values == {"key": value}


@pytest.mark.parametrize(
    ("raw", "line", "key", "expected"),
    [
        (b"a: 1\nb: [1\n", 3, "", "expected YAML: "),
        (b"a: 1\n\tb: 2\n", 2, "", "expected YAML: "),
        (b"- a\n", 1, "", "expected keys and values"),
        (b"a: 1\nb: 2\na: 3\n", 3, "a", "expected once; it stands on line 1 too"),
        (b"a: &x [1]\nb: *x\n", 2, "", "expected no alias"),
        (b"? [a]\n: 1\n", 1, "", "expected a word as the key"),
        (b"a: 1\nb: \xff\n", 2, "", "expected UTF-8 text"),
        (b"a: \x00\n", 1, "", "expected YAML without control characters"),
        (b"a: 1\n---\nb: 2\n", 2, "", "expected YAML: "),
        (b"a: " + b"[" * 40 + b"]" * 40, 1, "", "expected at most 12 levels"),
        (b"a:\n" + b"- " * 40, 2, "", "expected at most 12 levels"),
        (b"a:\n" + b"[" * 5000, 2, "", "expected YAML: "),
        (b"#" * (SIZE_LIMIT + 1), 1, "", "expected at most 64 KB"),
    ],
)
def test_what_is_no_file_of_ours_is_located(raw: bytes, line: int, key: str, expected: str) -> None:
    problem = read("c.yml", raw)
    assert isinstance(problem, Problem)
    assert (problem.file, problem.line, problem.key) == ("c.yml", line, key)
    assert problem.expected.startswith(expected)
