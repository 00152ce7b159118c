"""Colour for people, and a progress bar where there is something to wait for; the words and the hits stay the same."""

import io
import re
import sys

import pytest

from bot.cli.output import Watched, write
from bot.model import Hit, Kind, Lines, Scan, Skipped, Source

TEXT = """\
1 security defect found in the changed test files (1 high).

tests/test_a.py:5: high: Download piped into a shell [fetch-pipe-shell]
    It runs whatever that host serves.

1 consideration (advice, never part of the verdict):
  tests/test_a.py:9-12: fixed sleep [adv-sleep-poll]
"""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch):
    for name in ("NO_COLOR", "COLORTERM", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    return Terminal()


def test_a_terminal_gets_colour(terminal):
    write(TEXT, "text", terminal)
    shown = terminal.getvalue()
    for styled in (
        "\x1b[1m1 security defect found in the changed test files (1 high).\x1b[0m",
        "\x1b[1mtests/test_a.py:5\x1b[0m",
        "\x1b[1;31mhigh\x1b[0m",
        "\x1b[2m[fetch-pipe-shell]\x1b[0m",
        "\x1b[1m  tests/test_a.py:9-12\x1b[0m",
    ):
        assert styled in shown
    assert re.sub(r"\x1b\[[0-9;]*m", "", shown) == TEXT


def test_a_pipe_and_other_formats_get_none(terminal):
    piped = io.StringIO()
    write(TEXT, "text", piped)
    write(TEXT, "json", terminal)
    assert piped.getvalue() == terminal.getvalue() == TEXT


class Echo:
    """An analyst that finds its rule in every second file."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    async def scan(self, sources):
        self.batches.append(len(sources))
        hits = tuple(Hit("r", s.path, 1, 1, "q", {}, "i") for s in sources if int(s.path) % 2 == 0)
        return Scan(hits, tuple(Skipped(s.path, "?", clouds=True) for s in sources if int(s.path) % 2))


SOURCES = tuple(Source(str(n), "python", Kind.CODE, "", Lines()) for n in range(130))


@pytest.mark.parametrize(("watched", "batches"), [(False, [130]), (True, [25, 25, 25, 25, 25, 5])])
async def test_watching_changes_no_result(monkeypatch, terminal, watched, batches):
    monkeypatch.setattr(sys, "stderr", terminal if watched else io.StringIO())
    echo = Echo()
    assert await Watched(echo).scan(SOURCES) == await Echo().scan(SOURCES)
    assert echo.batches == batches
    assert ("Reading test files" in sys.stderr.getvalue()) is watched


async def test_few_files_need_no_bar(monkeypatch, terminal):
    monkeypatch.setattr(sys, "stderr", terminal)
    echo = Echo()
    await Watched(echo).scan(SOURCES[:10])
    assert (echo.batches, terminal.getvalue()) == ([10], "")
