"""One source file, parsed at most once, with the questions the engine and the detectors ask of it."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from ast_grep_py import SgNode, SgRoot

from bot.analysis.grammar import GRAMMARS, grammar_for
from bot.model import Source


@dataclass(frozen=True, slots=True)
class Scope:
    """An enclosing function or test: its first and last line, its name and its text."""

    start: int
    end: int
    name: str
    text: str


class Document:
    """A source file under analysis. Parsing happens on first use, in the killable child."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.path = source.path
        self.language = source.language
        self.text = source.text
        self.added = source.lines.added

    @cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @cached_property
    def root(self) -> SgNode | None:
        """The syntax tree's root, None when the language has no grammar. Broken code parses too, with error nodes."""
        grammar = grammar_for(self.language, self.path)
        return SgRoot(self.text, grammar).root() if grammar else None

    def line_at(self, offset: int) -> int:
        """The 1-based line of a character offset."""
        return bisect_right(self._starts, offset)

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for line in self.lines:
            starts.append(starts[-1] + len(line) + 1)
        return starts[:-1]

    def scope(self, line: int) -> Scope | None:
        """The innermost function or test block around a line."""
        best: Scope | None = None
        for scope in self._scopes:
            if scope.start > line:
                break
            if line <= scope.end:
                best = scope
        return best

    @cached_property
    def _scopes(self) -> list[Scope]:
        grammar = GRAMMARS.get(self.language)
        if self.root is None or grammar is None:
            return []
        found = [_named(node) for node in self.root.find_all({"rule": {"any": [{"kind": k} for k in grammar.scopes]}})]
        if grammar.call_kind:
            for node in self.root.find_all(kind=grammar.call_kind):
                scope = _block_call(node, grammar.calls)
                if scope is not None:
                    found.append(scope)
        return sorted(found, key=lambda s: (s.start, -s.end))


def _named(node: SgNode) -> Scope:
    span = node.range()
    name = node.field("name") or node.field("declarator")
    return Scope(span.start.line + 1, span.end.line + 1, name.text().split("(")[0] if name else "", node.text())


def _block_call(node: SgNode, names: frozenset[str]) -> Scope | None:
    callee = node.field("function") or node.field("method")
    if callee is None or callee.text().split(".")[0] not in names:
        return None
    span = node.range()
    if span.end.line == span.start.line and node.field("block") is None:
        return None
    arguments = node.field("arguments")
    title = next((c.text().strip("'\"`") for c in arguments.children() if "string" in c.kind()), "") if arguments else ""
    return Scope(span.start.line + 1, span.end.line + 1, title[:200], node.text())
