"""Where a literal is the fallback of an environment lookup, in every language's way of writing one."""

import re
from bisect import bisect_left
from functools import lru_cache

from bot.analysis.document import Document

_NAME = r"[\"'`:]?(?P<variable>[A-Za-z_][A-Za-z0-9_]*)[\"'`]?"
_LOOKUP = re.compile(
    rf"(?:getenv|environ\.get|environ\.setdefault|env\.get|ENV\.fetch|env\.fetch|getEnv\w*|get_env\w*|GetEnv\w*|env_or|envOr\w*|env|config)"
    rf"\(\s*{_NAME}\s*,\s*(?:default\s*=\s*)?$"
    rf"|process\.env(?:\.(?P<js>\w+)|\[[\"'](?P<js2>\w+)[\"']\])\s*(?:\|\||\?\?)\s*$"
    rf"|import\.meta\.env\.(?P<vite>\w+)\s*(?:\|\||\?\?)\s*$"
    rf"|ENV\[[\"'](?P<ruby>\w+)[\"']\]\s*\|\|\s*$|ENV\.fetch\([\"'](?P<fetch>\w+)[\"']\)\s*\{{\s*$"
    rf"|getenv\([\"'](?P<php>\w+)[\"']\)\s*(?:\?:|\?\?|or|\|\|)\s*$|\$_(?:ENV|SERVER)\[[\"'](?P<php2>\w+)[\"']\]\s*\?\?\s*$"
    rf"|(?:os\.)?environ\[[\"'](?P<py>\w+)[\"']\]\s*or\s*$|(?:getenv|environ\.get)\([\"'](?P<py2>\w+)[\"']\)\s*or\s*$"
    rf"|System\.getenv\(\)\.getOrDefault\(\s*[\"'](?P<java>\w+)[\"']\s*,\s*$"
    rf"|System\.getenv\([\"'](?P<java2>\w+)[\"']\)\s*(?:\)\s*\.orElse\(|\?:)\s*$"
    rf"|GetEnvironmentVariable\([\"'](?P<cs>\w+)[\"']\)\s*\?\?\s*$"
    rf"|env::var\([\"'](?P<rust>\w+)[\"']\)\s*\.unwrap_or(?:_else)?\(\s*(?:\|_\|\s*)?$"
    rf"|\$\{{(?P<shell>\w+):?[-=]$",
)
_QUOTES = re.compile(r"[bBrRuUfF]{0,2}[\"'`]*$")
_DECODING = re.compile(r"(?:[\w.:]{1,60}\(\s*){0,3}[bBrRuUfF]{0,2}[\"'`(]*$")  # calls around the literal that decode it
_HINT = re.compile(r"env|ENV|Env|config\(|\$\{")
_BEFORE = 200


def has_lookups(document: Document) -> bool:
    """Whether the file reads its environment at all, as far as a glance tells."""
    return bool(_hints(document)[0])


def env_default(document: Document, start: int) -> str:
    """The environment variable whose fallback starts at this character offset; '' when it is no fallback."""
    begins, ends = _hints(document)
    nearest = bisect_left(begins, start - _BEFORE)
    if nearest == len(begins) or ends[nearest] > start:
        return ""
    before = document.text[max(0, start - _BEFORE) : start]
    match = _LOOKUP.search(_QUOTES.sub("", before)) or _LOOKUP.search(_DECODING.sub("", before))
    return next((name for name in match.groupdict().values() if name), "") if match else ""


@lru_cache(maxsize=2)
def _hints(document: Document) -> tuple[list[int], list[int]]:
    """Where the hints begin and where they end: each literal of a file asks for one before it."""
    spans = [match.span() for match in document.finditer(_HINT)]
    return [begin for begin, _ in spans], [end for _, end in spans]


def is_env_default(document: Document, start: int) -> bool:
    return bool(env_default(document, start))
