"""One source file, parsed at most once, with the questions the engine and the detectors ask of it."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import accumulate

from ast_grep_py import SgNode, SgRoot

from bot.analysis.glance import Glance
from bot.analysis.grammar import GRAMMARS, Grammar, grammar_for
from bot.analysis.leads import finditer, places
from bot.core.discreet import tell
from bot.core.removed import Change, Pair, changes, pairs
from bot.model import HashKey, Secret, Source

_TITLE_LIMIT = 200
_TEST_MACROS = ("TEST", "TYPED_TEST", "BOOST_")  # in C++ a test is a macro call that parses as a function's declarator


@dataclass(frozen=True, slots=True)
class Scope:
    """An enclosing function or test: its first and last line and its name. `text` is cut out on demand, for scopes nest."""

    start: int
    end: int
    name: str
    node: SgNode = field(repr=False, compare=False)

    @property
    def text(self) -> str:
        return _text(self.node)


class Document:
    """A source file under analysis. Parsing happens on first use, in the killable child. `key` hashes what is secret in it."""

    def __init__(self, source: Source, key: HashKey | None = None) -> None:
        self.source = source
        self._key = key
        self.path = source.path
        self.language = source.language
        self.text = source.text
        self.added = source.lines.added
        self.concealed: set[str] = set()

    @cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @cached_property
    def glance(self) -> Glance:
        """What a string is looked for in before the text."""
        return Glance(self.text)

    def finditer(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """The matches in the text, which are found faster than by the pattern itself."""
        return finditer(pattern, self.text, self.glance)

    def search(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The first of the matches."""
        return next(self.finditer(pattern), None)

    @cached_property
    def root(self) -> SgNode | None:
        """The syntax tree's root, None when the language has no grammar. Broken code parses too, with error nodes."""
        grammar = grammar_for(self.language, self.path)
        return SgRoot(self.text, grammar).root() if grammar else None

    def line_at(self, offset: int) -> int:
        """The 1-based line of a character offset."""
        return bisect_right(self._starts, offset)

    def line_start(self, line: int) -> int:
        """The character offset at which a line starts."""
        return self._starts[line - 1]

    @cached_property
    def _starts(self) -> list[int]:
        return list(accumulate((len(line) + 1 for line in self.lines[:-1]), initial=0))

    def extent(self, node: SgNode) -> tuple[int, int]:
        """The first and the last line of a node."""
        if len(self.lines) == 1:
            return 1, 1  # range() counts columns along the whole line: seconds on minified code
        span = node.range()
        return span.start.line + 1, span.end.line + 1

    @cached_property
    def whole(self) -> bool:
        """The pull adds every line there is: nothing of the file stood in the base."""
        return len(self.added) >= len(self.lines) - self.text.endswith("\n")

    def touches(self, first: int, last: int) -> bool:
        """Whether the pull adds one of these lines."""
        at = bisect_left(self._added, first)
        return at < len(self._added) and self._added[at] <= last

    @cached_property
    def _added(self) -> list[int]:
        return sorted(self.added)

    def added_near(self, *patterns: re.Pattern[str]) -> list[int]:
        """The added lines of which some part may match one of the patterns, in order; a glance tells the others apart."""
        found = [places(p, self.glance) for p in patterns] if len(self.added) * 2 > len(self.lines) else [None]
        if None in found:
            return self._added[: bisect_right(self._added, len(self.lines))]
        return sorted(self.added & {self.line_at(at) for some in found for at in some or ()})

    def conceal(self, value: str) -> None:
        """A value that may be a secret: whatever rule quotes it, it will not leave the analyst."""
        self.concealed.add(value)

    def secret(self, value: str, provider: str = "") -> Secret:
        """Conceal a value, and give what may be told of it."""
        self.conceal(value)
        return tell(value, provider, self._key)

    @cached_property
    def replaced(self) -> tuple[tuple[Change, tuple[Pair, ...]], ...]:
        """Each place where the pull removes lines, with the pairs of a removed line and the added one that took its place."""
        return tuple((change, pairs(change, self.lines)) for change in changes(self.source.lines))

    @cached_property
    def olds(self) -> dict[int, str]:
        """For each added line that took a removed one's place, that one's text."""
        return {pair.line: pair.old.text for _, replaced in self.replaced for pair in replaced}

    @cached_property
    def fresh(self) -> frozenset[int]:
        """The added lines whose text is not among the removed ones: what the pull says, not what it moves."""
        gone = {removed.text.strip() for removed in self.source.lines.removed}
        return frozenset(n for n in self._added if n <= len(self.lines) and self.lines[n - 1].strip() not in gone)

    def scope(self, line: int) -> Scope | None:
        """The innermost function or test block around a line."""
        return self._innermost[line - 1] if 0 < line <= len(self._innermost) else None

    @cached_property
    def _innermost(self) -> list[Scope | None]:
        """For each line its scope: one sweep down the file with the open scopes on a stack."""
        waiting = sorted(self._scopes(), key=lambda s: (-s.start, s.end))
        stack: list[Scope] = []
        innermost: list[Scope | None] = []
        for line in range(1, len(self.lines) + 1):
            while stack and stack[-1].end < line:
                stack.pop()
            while waiting and waiting[-1].start == line:
                stack.append(waiting.pop())
            innermost.append(stack[-1] if stack else None)
        return innermost

    def _scopes(self) -> list[Scope]:
        grammar = GRAMMARS.get(self.language)
        if self.root is None or grammar is None:
            return []
        functions = self.root.find_all({"rule": {"any": [{"kind": k} for k in grammar.scopes]}})
        found = [Scope(*self.extent(node), _name(node), node) for node in functions]
        for node in self.root.find_all(kind=grammar.call_kind) if grammar.call_kind else []:
            if _is_test_call(node, grammar):
                start, end = self.extent(node)
                if end > start:
                    found.append(Scope(start, end, _title(node), node))
        return found


@lru_cache(maxsize=1)  # of the last scope, which the next match probably shares; scopes nest, and the texts of all could be long
def _text(node: SgNode) -> str:
    return node.text()


def _name(function: SgNode) -> str:
    name = function.field("name") or function.field("declarator") or _kotlin_name(function)
    if name is None:
        return ""
    text = name.text()
    head, _, arguments = text.partition("(")
    return arguments.rstrip(")") if head.startswith(_TEST_MACROS) else head


def _kotlin_name(function: SgNode) -> SgNode | None:
    """Kotlin's grammar names no fields."""
    return next((child for child in function.children() if child.kind() == "simple_identifier"), None)


def _is_test_call(call: SgNode, grammar: Grammar) -> bool:
    """`it(...)`, `describe.only(...)`, `test.each(table)(...)`, `it "..." do`."""
    callee = call.field("function") or call.field("method")
    for _ in range(3):
        if callee is None or "identifier" in callee.kind():
            break
        callee = callee.field("object") or callee.field("function")
    return callee is not None and "identifier" in callee.kind() and callee.text() in grammar.calls


def _title(call: SgNode) -> str:
    arguments = call.field("arguments")
    title = next((c for c in arguments.children() if "string" in c.kind()), None) if arguments else None
    return title.text().strip("'\"`")[:_TITLE_LIMIT] if title else ""
