"""How a finished review reaches the user: one of four formats, with colour only for people at a terminal."""

import json
import os
import sys
from collections.abc import Sequence
from typing import TextIO

from bot import __version__
from bot.core.report import EXIT_CODES, as_json, as_markdown, as_text
from bot.core.sarif import as_sarif
from bot.model import Hit, Outcome, Review, Rulebook, Scan, Skipped, Source
from bot.ports import Analyst

FORMATS = ("text", "json", "markdown", "sarif")
_STYLES = {
    r"\A.*": "bold",
    r"(?m)^ *\S+:\d+(?:-\d+)?(?=: )": "bold",
    r"(?m)(?<=: )(?:critical|high)(?=: )": "bold red",
    r"(?m)(?<=: )medium(?=: )": "yellow",
    r"(?m)\[[a-z0-9-]+\]$": "dim",
}
_BATCH = 25  # files between two steps of the progress bar
_LONG = 100  # fewer files than this are read before a bar could be


def render(review: Review, sources: Sequence[Source], rulebook: Rulebook, form: str, elapsed_ms: int) -> str:
    """The report in one of FORMATS. JSON and SARIF are pure ASCII, so that no locale can spoil them."""
    if form == "json":
        return json.dumps(as_json(review, sources, rulebook, elapsed_ms), indent=2) + "\n"
    if form == "sarif":
        return json.dumps(as_sarif(review, rulebook, __version__), indent=2) + "\n"
    return as_markdown(review) if form == "markdown" else as_text(review)


def write(text: str, form: str, stream: TextIO) -> None:
    """The report to `stream`, coloured when a person reads it. The words are the same either way, and a reader who leaves
    early (`| head`) changes no verdict."""
    try:
        _write(text, form, stream)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # or Python complains when it flushes at the end


def _write(text: str, form: str, stream: TextIO) -> None:
    if form == "text" and stream.isatty():
        from rich.console import Console
        from rich.text import Text

        coloured = Text(text.rstrip("\n"))
        for pattern, style in _STYLES.items():
            coloured.highlight_regex(pattern, style)
        Console(file=stream, soft_wrap=True).print(coloured)
        return
    stream.write(text)
    stream.flush()


def exit_code(outcome: Outcome) -> int:
    """0 clean, 1 defects, 2 inconclusive."""
    return EXIT_CODES[outcome.review.verdict.conclusion] if outcome.review else 2


class Watched:
    """An analyst that shows how far it is, on standard error, when somebody watches and there is something to wait for."""

    def __init__(self, analyst: Analyst) -> None:
        self._analyst = analyst

    async def scan(self, sources: Sequence[Source]) -> Scan:
        if len(sources) < _LONG or not sys.stderr.isatty():
            return await self._analyst.scan(sources)
        from rich.console import Console
        from rich.progress import Progress

        hits, skipped = list[Hit](), list[Skipped]()
        with Progress(console=Console(stderr=True), transient=True) as progress:
            for batch in progress.track(
                [sources[n : n + _BATCH] for n in range(0, len(sources), _BATCH)], description="Reading test files"
            ):
                scan = await self._analyst.scan(batch)
                hits += scan.hits
                skipped += scan.skipped
        return Scan(tuple(hits), tuple(skipped))
