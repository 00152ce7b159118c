"""Diff-aware: a line that says the weaker of two things where the base said the stronger, a check that is switched off where the
base made it, quotes that no longer hold a value together.

`weaker`: for rules that list steps. `switched-off`: a flag that the base did not have there. `quoting-dropped`: a value that the
shell takes apart now.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.analysis.weakening import pairs_of, squeeze
from bot.core.removed import LONGEST, Pair
from bot.model import Removed

_COMMENT = re.compile(r"^\s*(?:#(?![!\[{])|//|/?\*|--\s|;;|dnl\b|REM\b)")
_BODY = 60  # lines of a function that is read as one place
_NEAR = 4  # lines from a removed one to the one that does its work now
_GIVEN = re.compile(
    r"\s*(?:export |const |let |var |private |static |final |string |String )*(?P<name>[$@]?[A-Za-z_][\w.]{3,})\s*:?=(?!=)"
)
_FEW = 3  # lines that a pull puts into what stood there
_AROUND = re.compile(r"[\s,;\\(){}\[\]]+")


@detector("weaker")
def weaker(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """An added line has the weaker form and the line it replaced, or one of those removed near by, the stronger. `steps`: rows of
    [stronger, weaker] expressions; `about`: one that the line must match as well. A weaker one with a group `secret` has a group
    `name`, which is all that is quoted."""
    steps = _compiled(tuple(map(tuple, options["steps"])))
    about = re.compile(options.get("about", ""), re.IGNORECASE)
    removed = [g for g in document.source.lines.removed if len(g.text) <= LONGEST and not _COMMENT.match(g.text)]
    if not any(strong.search(g.text) for g in removed for strong, _ in steps):
        return
    olds = {pair.line: pair.old for _, pair in pairs_of(document)}
    taken = {old.line for old in olds.values()}
    for line in document.added_near(*(weak for _, weak in steps)):
        text = document.lines[line - 1][:LONGEST]
        if _COMMENT.match(text) or not about.search(text):
            continue
        scope = document.scope(line)
        inside = range(scope.start, scope.end + 2) if scope and scope.end - scope.start < _BODY else range(0)
        near = (g for g in removed if abs(g.before - line) <= _NEAR or g.before in inside or _same_name(g.text, text))
        gone = [olds[line], *(g for g in near if g.line not in taken)] if line in olds else list(near)
        found = next(filter(None, (_step(strong, weak, text, gone) for strong, weak in steps)), None)
        if found:
            new, was, old = found
            captures = {"was": was, "base_line": str(old.line)}
            if "secret" in new.re.groupindex:  # the value stays here; its name is what may be told
                told = document.secret(new["secret"])
                yield Found(line, line, new["name"], {**captures, "": new["name"]}, identity=new["name"], secret=told)
            else:
                yield Found(line, line, new.group().strip(), {**captures, "": new.group().strip()})


def _same_name(old: str, new: str) -> bool:
    """Both lines give the same name a value."""
    given = _GIVEN.match(new)
    before = _GIVEN.match(old) if given else None
    return given is not None and before is not None and given["name"] == before["name"]


def _step(
    strong: re.Pattern[str], weak: re.Pattern[str], text: str, gone: Sequence[Removed]
) -> tuple[re.Match[str], str, Removed] | None:
    new = None if strong.search(text) else weak.search(text)
    for old in gone if new else ():
        was = None if weak.search(old.text) else strong.search(old.text)
        if new and was:
            return new, was.group().strip(), old
    return None


@lru_cache(maxsize=16)
def _compiled(steps: tuple[tuple[str, ...], ...]) -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    return tuple((re.compile(strong), re.compile(weak)) for strong, weak in steps)


@detector("switched-off")
def switched_off(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A flag on a line that replaced one without it, or on one of few lines that were put into what stood there. `flag`: the
    expression; `elsewhere`: what the old line must not show, as another rule speaks of it; `only`: the flag must be all that
    the line has gained."""
    if document.whole and not document.source.lines.removed:
        return
    flag, elsewhere = re.compile(options["flag"]), re.compile(options.get("elsewhere", r"(?!)"))
    olds = {pair.line: pair for _, pair in pairs_of(document)}
    gone = {squeeze(g.text) for g in document.source.lines.removed}
    for line in document.added_near(flag):
        if line not in olds and not _is_one_of_few(document, line):  # asked first: the flag is sought for long on each line
            continue
        text = document.lines[line - 1][:LONGEST]
        if _COMMENT.match(text):
            continue
        match = flag.search(text)
        if match is None or squeeze(text) in gone:
            continue
        pair = olds.get(line)
        if pair is None:
            came = not options.get("only") and _in_what_stood(document, line)
        else:
            old = pair.old.text[:LONGEST]
            came = not flag.search(old) and not elsewhere.search(old) and (not options.get("only") or _gained(pair, match))
        if came:
            yield Found(line, line, match.group().strip()[:60], {"": match.group()})


def _is_one_of_few(document: Document, line: int) -> bool:
    """The line is one of few added ones, with lines of the base before and after it."""
    first, last = line, line
    while first - 1 in document.added and last - first < _FEW:
        first -= 1
    while last + 1 in document.added and last - first < _FEW:
        last += 1
    return last - first < _FEW and first > 1 and last < len(document.lines)


def _in_what_stood(document: Document, line: int) -> bool:
    """The function around the line is not the pull's."""
    scope = document.scope(line)
    return scope is None or scope.start not in document.added


def _gained(pair: Pair, match: re.Match[str]) -> bool:
    without = pair.text[: match.start()] + pair.text[match.end() :]
    return _AROUND.sub("", without) == _AROUND.sub("", pair.old.text)


_QUOTES = re.compile(
    r"\b(?:shell_?)?(?:quote|escape(?:shellarg|shellcmd)?|escapeshell(?:arg|cmd)|Quote|Escape)\w*\(|\.shell_?escape\b"
    r"|(?:\\?[\"'])(?=\$\{|#\{|\{|%s|%v|\$[\w@*]|[\"']\s*[+.])"
)
_RUNS = re.compile(
    r"\b(?:exec\w*|spawn\w*|system|popen\w*|run\w*|shell\w*|sh|bash|ssh|eval|command|cmd|subprocess|check_\w+|sys_exec|su|docker|Process)\b|`|-c\b",
    re.IGNORECASE,
)
_MARKS = re.compile(r"[\"'\\\s()+]|\b(?:shlex|pipes|Shellwords)\.|(?:shell_?)?quote|\.?shell_?escape|escapeshell(?:arg|cmd)")


@detector("quoting-dropped")
def quoting_dropped(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A command's line that is the same but for the quotes or the call that held a value together."""
    for _, pair in pairs_of(document):
        old, new = pair.old.text[:LONGEST], pair.text[:LONGEST]
        if len(old) <= len(new) or _COMMENT.match(new) or not _RUNS.search(_near(document, pair.line)):
            continue
        if _count(old) > _count(new) and _bare(old) == _bare(new) and _value(new):
            yield Found(pair.line, pair.line, _differs(old, new)[:60], {"was": old.strip()[:80], "": new})


def _near(document: Document, line: int) -> str:
    return "\n".join(document.lines[max(0, line - 2) : line])


def _count(text: str) -> int:
    return sum(1 for _ in _QUOTES.finditer(text))


def _bare(text: str) -> str:
    return _MARKS.sub("", text)


def _value(text: str) -> bool:
    return re.search(r"\$\{?\w|#\{|\{\w|%[sv]|\+", text) is not None


def _differs(old: str, new: str) -> str:
    """The words of the new line from the first that the old one does not have."""
    words: Sequence[str] = new.split()
    had = set(old.split())
    first = next((n for n, word in enumerate(words) if word not in had), 0)
    at = new.find(words[first]) if words else 0
    return new[at:].strip()
