"""Shell text -> the commands in it, one pipeline each: a script's, those in `$(...)` and `sh -c '...'`, of a here-document that a
shell reads. Read, never run.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"\\\n|\\.|'[^']*'|\"(?:\\[\s\S]|[^\"\\])*\"|(?P<comment>(?<![^\s;&|(])#[^\n]*)"
    r"|<<(?P<dash>-?)[ \t]*(?P<quote>['\"]?)(?P<tag>[A-Za-z_]\w*)(?P=quote)"
    r"|(?P<inner>[$<>]\(|`)|(?P<end>;;|;|&&|\|\||\n|(?<![<>&0-9])&(?![>&]))|(?P<group>(?<![^\s;&|(])(?:\(|\{(?=\s))|(?<=[\s;])\}|\)(?=[\s;)]|$))"
)
_PREFIX = re.compile(
    r"\s*(?:(?:then|do|else|elif|if|while|until|time|exec|command|builtin|nohup|run|retry|travis_retry|!|@|-(?=\s*[a-z])|\[)\s+|[@-](?=[a-z])"
    r"|sudo(?:\s+-[A-Za-z]+(?:\s+(?=-))?|\s+[A-Z_]+=\S*)*(?:\s+-u\s+\w+)?\s+|timeout\s+(?:-\S+\s+)*\S+\s+|env\s+(?=[A-Za-z_]\w*=)|[A-Za-z_]\w*=(?:'[^']*'|\"[^\"]*\"|[^\s'\"();|&]*)\s+"
    r"|[\w-]+\s*\(\)\s*\{\s*)"
)
_HANDS_ON = re.compile(
    r"(?:\S*/)?(?:ba|da|z|k|a)?sh\s+(?:-\w+\s+)*-\w*c\s+|eval\s+|(?:ssh|su|docker|podman|kubectl|vagrant|wsl|nsenter|chroot|xargs)\b[^'\"|]*?(?:(?:ba|da|z|k|a)?sh\s+-\w*c\s+|\s)(?=['\"])"
)
_READS_SCRIPT = re.compile(
    r"(?:^|\|)\s*(?:sudo\s+)?(?:ssh\b|(?:docker|podman|kubectl)\s+(?:exec|run)\b|(?:\S*/)?(?:ba|da|z|k|a)?sh\b(?!\S))"
)
_QUOTED = re.compile(r"'([^']*)'|\"((?:\\[\s\S]|[^\"\\])*)\"")
_SUBSTITUTION = re.compile(r"[$<>]\(|`(?=[^`\n]+`)")
_AWAY = re.compile(r"(?:.*\|)?\s*(?:sudo\s+)?(?:ssh|docker|podman|kubectl|vagrant|wsl|nsenter|chroot|lxc)\b")
_BATS_RUN = re.compile(r"(?:^|\s)run\s")
_DEPTH = 4
_WINDOW = 20_000


@dataclass(frozen=True, slots=True)
class Command:
    """One pipeline. `line` is where it begins, counted from 0 in the text; `text` begins with the first program's name, without
    assignments, sudo, keywords and the like before it, and with continued lines joined. `captured`: its output goes into a
    substitution or, by bats' `run`, into a variable. `elsewhere`: it runs in a container or on another host."""

    line: int
    text: str
    captured: bool = False
    elsewhere: bool = False


def commands(text: str) -> list[Command]:
    """The commands of a shell text in the order in which they begin, those inside substitutions and inner shells included."""
    return sorted(_Reader(text, 0, _DEPTH).commands(), key=lambda c: c.line)


class _Reader:
    """One stretch of shell text, `line` lines into the whole, read `depth` levels of nesting deep."""

    def __init__(self, text: str, line: int, depth: int, *, captured: bool = False, elsewhere: bool = False) -> None:
        self.text, self.line, self.depth = text, line, depth
        self.captured, self.elsewhere = captured, elsewhere
        self.breaks = [m.start() for m in re.finditer("\n", text)]

    def commands(self) -> Iterator[Command]:
        text = self.text
        start = at = 0
        waiting: list[tuple[str, bool, int]] = []  # here-documents whose bodies follow the line: tag, indented, their command
        while match := _TOKEN.search(text, at):
            at = match.end()
            if match["tag"]:
                waiting.append((match["tag"], bool(match["dash"]), start))
            elif match["inner"]:
                at = _closing(text, match)
            elif match["end"] == "\n" and not waiting and text[start : match.start()].rstrip().endswith("|"):
                continue
            elif match["end"] or match["group"] or match["comment"]:
                yield from self._command(start, match.start())
                for tag, dash, owner in waiting if match["end"] == "\n" else ():
                    body, at = at, _after_heredoc(text, at, tag, dash)
                    reader = _READS_SCRIPT.search(text[owner : match.start()])
                    if reader:
                        yield from self._nested(body, at - len(tag), elsewhere=_AWAY.search(reader.group()) is not None)
                waiting = [] if match["end"] == "\n" else waiting
                start = at
        yield from self._command(start, len(text))

    def _command(self, start: int, end: int) -> Iterator[Command]:
        """The command between two offsets, and those inside it."""
        begin = start
        while prefix := _PREFIX.match(self.text, begin, end):
            begin = prefix.end()
        body = self.text[begin:end]
        if body.strip():
            begin += len(body) - len(body.lstrip())
            captured = self.captured or bool(_BATS_RUN.search(self.text[start:begin]))
            yield Command(self._line(begin), re.sub(r"\s*\\\n\s*|(?<=\|)\s*\n\s*", " ", body.strip()), captured, self.elsewhere)
        yield from self._inside(start, begin, end)

    def _inside(self, start: int, begin: int, end: int) -> Iterator[Command]:
        handed = _HANDS_ON.match(self.text, begin, end)
        quoted = _QUOTED.match(self.text, handed.end(), end) if handed else None
        if quoted:
            group = 1 if quoted[1] is not None else 2
            yield from self._nested(*quoted.span(group), elsewhere=_AWAY.match(self.text, begin, end) is not None)
            start = quoted.end()
        for match in _SUBSTITUTION.finditer(self.text, start, end):
            yield from self._nested(match.end(), _closing(self.text, match) - 1, captured=True)

    def _nested(self, start: int, end: int, *, captured: bool = False, elsewhere: bool = False) -> Iterator[Command]:
        if self.depth:
            flags = {"captured": captured or self.captured, "elsewhere": elsewhere or self.elsewhere}
            yield from _Reader(self.text[start:end], self._line(start), self.depth - 1, **flags).commands()

    def _line(self, offset: int) -> int:
        return self.line + bisect_left(self.breaks, offset)


def _closing(text: str, opening: re.Match[str]) -> int:
    """The offset after the bracket or backtick that closes a substitution; the opening's own end when nothing near does."""
    window = text[opening.end() : opening.end() + _WINDOW]
    if opening.group() == "`":
        return opening.end() + window.find("`") + 1
    nesting = 1
    for match in re.finditer(r"'[^'\n]*'|\\.|[()]", window):
        nesting += {"(": 1, ")": -1}.get(match.group(), 0)
        if nesting == 0:
            return opening.end() + match.end()
    return opening.end()


def _after_heredoc(text: str, start: int, tag: str, dash: bool) -> int:
    indent = r"[ \t]*" if dash else ""
    end = re.compile(rf"^{indent}{re.escape(tag)}[ \t]*$", re.MULTILINE).search(text, start)
    return end.end() if end else len(text)
