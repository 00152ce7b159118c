"""What commands do with a file that nobody can read."""

import pytest

from bot.core.unpacked import Command, Unpacking, cmake_commands, is_program, names

XZ, PROBE = "tests/files/bad.xz", "tests/bin/probe"


def read(*texts: str, anything: bool = False, bare: bool = False) -> list[tuple[int, str]]:
    """(line, token) of the commands, one on each line, that make code of one of the two files."""
    commands = [Command(n, text, text, bare) for n, text in enumerate(texts, 1)]
    found = Unpacking(commands, "\n".join(texts)).into_code([XZ, PROBE], anything=anything)
    return [(command.line, token) for command, token in found]


@pytest.mark.parametrize(
    "command",
    [
        "xz -dc tests/files/bad.xz | sh",
        "xz -dc ../files/bad.xz | tr a-z A-Z | /bin/bash -s",
        "cat files/b*.xz | unxz | python3 -",
        'eval "$(xz -dc files/bad.xz)"',
        "bash <(xzcat files/bad.xz)",
        "sh -c `unxz < files/bad.xz`",
        "dd if=files/bad.xz bs=1 skip=9 | gcc -x c -",
        "sh files/bad.xz",
        "LD_PRELOAD=tests/bin/probe true",
        "java -jar files/bad.xz",
        "chmod +x bin/probe",
        "chmod 755 bin/probe",
        "./probe --json",
        "tests/bin/probe",
        "valgrind ./probe",
    ],
)
def test_it_becomes_code(command):
    assert [line for line, _ in read(command)] == [1]


@pytest.mark.parametrize(
    "command",
    [
        "xz -dc files/bad.xz > /dev/null",
        "xz -dc files/bad.xz | cmp - expected",
        "xz -dc files/bad.xz | python3 count.py",
        "xz -dc files/bad.xz | perl -ne 'print if /x/'",
        "sh run.sh files/bad.xz",
        "file tests/bin/probe",
        "cp bin/probe /tmp/probe",
        "chmod 644 bin/probe",
        "probe --json",
        "xz -dc other/bad.xz | sh",
        "xz -dc /bad.xz | sh",
        "xz -dc files/*.gz | sh",
        "gcc -o main main.c # bad.xz",
    ],
)
def test_it_stays_data(command):
    assert read(command) == []


@pytest.mark.parametrize(
    ("writes", "runs"),
    [
        ("xz -dc files/bad.xz > $T/stage.sh", "sh $T/stage.sh"),
        ("dd if=files/bad.xz of=stage bs=1", "chmod +x stage"),
        ("cp bin/probe /tmp/helper", "/tmp/helper --json"),
        ("head -c 99 files/bad.xz > stage.o", "cc -o main main.o stage.o"),
        ("xz -dc files/bad.xz > part.mk", "include part.mk"),
        ("unxz files/bad.xz", "sh files/bad"),
        ("CODE=$(xz -dc files/bad.xz)", 'eval "$CODE"'),
    ],
)
def test_what_it_is_unpacked_to_is_run(writes, runs):
    commands = [Command(1, writes.partition("=$(")[2].rstrip(")") or writes, writes), Command(2, runs, runs)]
    found = Unpacking(commands, f"{writes}\n{runs}").into_code([XZ, PROBE], anything=False)
    assert [command.line for command, _ in found] == [1]
    assert read(writes) == []


def test_a_word_of_a_list_is_no_command():
    assert read("tests/bin/probe", bare=True) == []
    assert read("xz -dc files/bad.xz | sh", bare=True) != []


def test_beside_a_binary_unpacking_anything_into_an_interpreter_counts():
    assert read('xz -dc "$found" | sh') == []
    assert read('xz -dc "$found" | sh', anything=True) == [(1, "")]
    assert read('xz -dc "$found" | cat', "sh install.sh", anything=True) == []


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("probe", False),
        ("./probe", True),
        ("bin/probe", True),
        ("$D/probe", True),
        ("/probe", False),
        ("sbin/probe", False),
        ("tests/bin/*", False),
        ("bin/pro*", True),
    ],
)
def test_a_word_leads_to_a_path(word, expected):
    assert names(word, PROBE) is expected


def test_what_is_data_by_its_name():
    assert [is_program(p) for p in ("a/probe", "a.exe", "a.so", "a.xz", "a.PNG", "a.pkl")] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]


def test_commands_of_cmake():
    text = """
add_test(NAME a
  COMMAND tool "x) y" WORKING_DIRECTORY z)
execute_process(
  COMMAND one two  # (
  COMMAND three
  RESULT_VARIABLE r)
"""
    assert list(cmake_commands(text)) == [(3, 'tool "x) y"'), (5, "one two # ( | three")]


def test_a_long_file_is_read_in_time():
    text = "execute_process(COMMAND sh " * 20_000
    assert len(list(cmake_commands(text))) == 20_000
