"""Strings, comments, statements and definitions of a source text, told apart by regular expressions alone.

It needs no grammar, so a predicate can ask it of any language. It is a reading, not a parse, and errs by seeing too little.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

_SINGLE = r"'(?:\\.|[^'\\\n])*'"
_DOUBLE = r'"(?:\\.|[^"\\\n])*"'
_SINGLE_LINES = r"'(?:\\[\s\S]|[^'\\])*'"
_DOUBLE_LINES = r'"(?:\\[\s\S]|[^"\\])*"'
_TRIPLE = r'"""(?:\\[\s\S]|[^\\])*?"""'
_BACKTICK = r"`(?:\\[\s\S]|[^`\\])*`"
_HEREDOC = r"[~-]?(?P<q>['\"]?)(?P<tag>[A-Za-z_]\w*)(?P=q)[^\n]*\n[\s\S]*?^[ \t]*(?P=tag)\b"

_SLASHES = r"//[^\n]*|/\*[\s\S]*?\*/"
_COMMENTS = {
    "python": r"#[^\n]*",
    "ruby": r"(?<!\S)#[^\n]*|^=begin\b[\s\S]*?^=end\b",
    "shell": r"(?<![^\s;])#[^\n]*",
    "php": rf"{_SLASHES}|#(?!\[)[^\n]*",
}
_CODE_COMMENT = frozenset("javascript java kotlin go c csharp rust".split())
_STRINGS = {
    "python": rf"{_TRIPLE}|'''(?:\\[\s\S]|[^\\])*?'''|{_DOUBLE}|{_SINGLE}",
    "javascript": rf"{_BACKTICK}|{_DOUBLE}|{_SINGLE}",
    "java": rf"{_TRIPLE}|{_DOUBLE}|{_SINGLE}",
    "kotlin": rf"{_TRIPLE}|{_DOUBLE}|{_SINGLE}",
    "go": rf"`[^`]*`|{_DOUBLE}|{_SINGLE}",
    "c": rf'R"(?P<delimiter>[^\s()\\]{{0,16}})\([\s\S]*?\)(?P=delimiter)"|{_DOUBLE}|{_SINGLE}',
    "csharp": rf'"""[\s\S]*?"""|(?<=@)"(?:""|[^"])*"|(?<=@\$)"(?:""|[^"])*"|{_DOUBLE}|{_SINGLE}',
    "rust": rf"r(?P<hashes>#*)\"[\s\S]*?\"(?P=hashes)|{_DOUBLE_LINES}|'(?:\\[^'\n]{{1,9}}|[^'\\\n])'",
    "php": rf"<<<[ ]?{_HEREDOC[5:]}|{_DOUBLE_LINES}|{_SINGLE_LINES}",
    "ruby": rf"<<{_HEREDOC}|{_DOUBLE}|{_SINGLE}|`[^`\n]*`",
    "shell": rf"<<{_HEREDOC}|{_DOUBLE_LINES}|'[^']*'",
}
# Where only a semicolon or a brace ends a statement; elsewhere the end of a line does too.
_SEMICOLON = frozenset("java c csharp php rust".split())
_CONTINUED = {
    "python": re.compile(r"\\[ \t]*$"),
    "shell": re.compile(r"(?:\\|\||&&)[ \t]*$"),
    "": re.compile(r"(?:[\\,=.(]|(?<!\+)\+|(?<!-)-|&&|\|\|)[ \t]*$"),
}
_CONTINUES = re.compile(r"[ \t\n]*(?:\??\.(?!\.)|&&|\|\|)")
_STRUCTURE = re.compile(r"[()\[\]{};\n]")
_OPENS_LITERAL = re.compile(r"(?:[=(\[,:?&|$]|\breturn)$")
_CALLEE = re.compile(r"[\w.$:>@!?\\-]+[ \t]*$")
_DECLARATION = re.compile(r"[ \t]*(?:[\w<>\[\]&*:.$?]+[ \t,]+){0,6}(?:self\.|this\.|cls\.|\$?this->|@{1,2}|[&*$])?")
_EQUALS = re.compile(r"[ \t]*(?::[ \t]*[\w<>\[\]., |?&*]{1,60})?(?::=|\|\|=|=(?![=~>]))[ \t\n]*")
_ASSIGNED = re.compile(r"(?<![\w@$])[@$]{0,2}[A-Za-z_]\w*(?=[ \t]*(?::|=(?![=~>])|\|\|=))")
_INTERPOLATED = re.compile(r"\$\{?([A-Za-z_]\w*)|#\{\s*(@{0,2}[A-Za-z_]\w*)|\{([A-Za-z_]\w*)[^{}\n]{0,60}\}|%\((\w+)\)s")
_NAME = re.compile(r"[A-Za-z_@$]\w*")
_QUOTES = re.compile(r"[A-Za-z@$]{0,3}(\"\"\"|'''|[\"'`])([\s\S]*)\1")
_LINE_PREFIX = 160
_STATEMENT = 20_000


@dataclass(frozen=True, slots=True)
class Span:
    """A string literal, quotes included, or a comment: offsets into the text."""

    start: int
    end: int
    comment: bool


class Lexed:
    """A text and what its characters are."""

    def __init__(self, text: str, language: str) -> None:
        self.text = text
        self.language = language

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """The strings and comments, in order."""
        return tuple(Span(*m.span(), comment=m.lastgroup == "comment") for m in _lexer(self.language).finditer(self.text))

    @cached_property
    def code(self) -> str:
        """The text with comments and the insides of strings blanked, every other character at its own offset."""
        parts: list[str] = []
        at = 0
        for span in self.spans:
            inside = self.text[span.start : span.end]
            blank = _NOT_NEWLINE.sub(" ", inside)
            parts += [self.text[at : span.start], blank if span.comment else inside[0] + blank[1:-1] + inside[-1]]
            at = span.end
        return "".join([*parts, self.text[at:]])

    def span_at(self, offset: int) -> Span | None:
        """The string or comment that the character at `offset` is part of."""
        index = bisect_right(self._span_starts, offset) - 1
        return self.spans[index] if index >= 0 and offset < self.spans[index].end else None

    def strings(self, start: int, end: int) -> Iterator[str]:
        """The insides of the string literals that begin between two offsets."""
        for span in self.spans[bisect_left(self._span_starts, start) : bisect_left(self._span_starts, end)]:
            if not span.comment:
                yield unquote(self.text[span.start : span.end])

    def statement(self, offset: int) -> tuple[int, int]:
        """The start and end of the statement around an offset: what a reader takes as one instruction."""
        index = bisect_right(self._bounds, offset)
        start = self._bounds[index - 1] if index else 0
        end = self._bounds[index] if index < len(self._bounds) else len(self.text)
        return start, min(end, start + _STATEMENT)

    def statements(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The statements between two offsets."""
        bounds = [
            self.statement(start)[0],
            *self._bounds[bisect_right(self._bounds, start) : bisect_left(self._bounds, end)],
            end,
        ]
        for here, following in pairwise(bounds):
            yield here, min(following, here + _STATEMENT)

    def calls_around(self, offset: int) -> tuple[str, ...]:
        """The names of the calls whose arguments hold the offset, innermost first, within its statement."""
        start, _ = self.statement(offset)
        around: list[int] = []
        for match in _STRUCTURE.finditer(self.code, start, offset):
            if match.group() in "([{":
                around.append(match.start())
            elif match.group() in ")]}" and around:
                around.pop()
        called = (
            _CALLEE.search(self.code[max(start, at - _LINE_PREFIX) : at]) for at in reversed(around) if self.code[at] == "("
        )
        return tuple(m.group().strip() for m in called if m)

    def definitions(self, name: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
        """Where `name` is given a value between two offsets: the start and end of each right-hand side, in order."""
        finish = len(self.text) if end is None else end
        return [(at, self._expression_end(at)) for at in self._given.get(name, ()) if start <= at < finish]

    def names(self, start: int, end: int) -> tuple[str, ...]:
        """The identifiers between two offsets, those interpolated into strings included, once each and in order."""
        sigil = "$" if self.language == "php" else ""
        found = [m.group() for m in _NAME.finditer(self.code, start, end)]
        for text in self.strings(start, end):
            found += [sigil + next(g for g in m.groups() if g) for m in _INTERPOLATED.finditer(text)]
        return tuple(dict.fromkeys(n.lstrip("$") if self.language == "shell" else n for n in found))

    @cached_property
    def _given(self) -> dict[str, list[int]]:
        """Where each name's right-hand sides begin."""
        out: dict[str, list[int]] = {}
        for match in _ASSIGNED.finditer(self.code):
            at = match.start()
            begin = max(self.code.rfind(sign, max(0, at - _LINE_PREFIX), at) for sign in "\n;{}") + 1
            equals = _EQUALS.match(self.code, match.end())
            if equals and (begin or at < _LINE_PREFIX) and _DECLARATION.fullmatch(self.code, begin, at):
                out.setdefault(match.group(), []).append(equals.end())
        return out

    @cached_property
    def _span_starts(self) -> list[int]:
        return [s.start for s in self.spans]

    @cached_property
    def _bounds(self) -> list[int]:
        """Where statements begin, after the first."""
        bounds: list[int] = []
        holds_statements: list[bool] = []  # of each open bracket
        for match in _STRUCTURE.finditer(self.code):
            sign, at = match.group(), match.start()
            if sign in "([":
                holds_statements.append(False)
            elif sign == "{":
                holds_statements.append(self._opens_block(at))
                if holds_statements[-1]:
                    bounds.append(at + 1)
            elif sign in ")]}":
                if holds_statements and holds_statements.pop():
                    bounds.append(at + 1)
            elif (not holds_statements or holds_statements[-1]) and (sign == ";" or self._ends(at)):
                bounds.append(at + 1)
        return bounds

    def _opens_block(self, brace: int) -> bool:
        if self.language == "python":
            return False
        before = self.code[max(0, brace - 40) : brace]
        composite = self.language == "go" and before[-1:].isalnum()  # tls.Config{...}: gofmt writes no blank there
        return not composite and not _OPENS_LITERAL.search(before.rstrip())

    def _ends(self, newline: int) -> bool:
        """The line break at this offset ends a statement."""
        if self.language in _SEMICOLON:
            return False
        before = self.code[max(0, newline - 40) : newline]
        if _CONTINUED.get(self.language, _CONTINUED[""]).search(before):
            return False
        return self.language in _CONTINUED or not _CONTINUES.match(self.code, newline + 1)

    def _expression_end(self, start: int) -> int:
        depth = 0
        for match in _STRUCTURE.finditer(self.code, start, start + _STATEMENT):
            sign = match.group()
            if sign in "([{":
                depth += 1
            elif sign in ")]}":
                depth -= 1
                if depth < 0:
                    return match.start()
            elif depth == 0 and (sign == ";" or self._ends(match.start())):
                return match.start()
        return min(len(self.text), start + _STATEMENT)


@lru_cache(maxsize=8)
def lex(text: str, language: str) -> Lexed:
    """The reading of a text; cheap to ask for again."""
    return Lexed(text, language)


def unquote(literal: str) -> str:
    """What stands between a literal's quotes; the literal itself when it has none."""
    match = _QUOTES.fullmatch(literal)
    return match.group(2) if match else literal


_NOT_NEWLINE = re.compile(r"[^\n]")


@lru_cache(maxsize=32)
def _lexer(language: str) -> re.Pattern[str]:
    comments = _COMMENTS.get(language, _SLASHES if language in _CODE_COMMENT else r"(?<!\S)#[^\n]*")
    return re.compile(rf"(?P<comment>{comments})|(?:{_STRINGS.get(language, rf'{_DOUBLE}|{_SINGLE}')})", re.MULTILINE)
