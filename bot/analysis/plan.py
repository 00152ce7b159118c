"""What to try on a file: the matchers for its language and kind of which a keyword stands in it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from bot.analysis.document import Document
from bot.analysis.leads import may_stand
from bot.model import Kind, Matcher, Rule

_FEW = 20  # keywords that are sooner looked for one by one
_RUN = re.compile(r"[^\x00-/:-@\[-^`{-\x7f\s]+")  # ASCII's letters and digits, `_`, and whatever is not ASCII
_BREAKS = {code: "\n" for code in range(128) if not _RUN.match(chr(code))}
_Trie = dict[str, "_Trie"]


class Keywords:
    """A set of keywords, to be looked for in one text after another."""

    def __init__(self, keywords: Iterable[str]) -> None:
        self._all = frozenset(keywords)
        self._by_part: dict[str, list[str]] = {}
        for keyword in self._all:
            self._by_part.setdefault(max(_parts(keyword), key=len, default=""), []).append(keyword)

    def standing_in(self, text: str, different: str) -> set[str]:
        """Those of the keywords that are in the text. Most of a text are words it has said before, so each keyword is looked for
        by a part of it that stands within one word, among the different words: a sixth of the text. `different`: those
        between blanks."""
        if len(self._all) <= _FEW:
            return {k for k in self._all if k in text}
        words = set(different.translate(_BREAKS).split())
        parts = {"", *self._parts_in("\n".join(["", *words, ""]))}
        maybe = (k for part in parts for k in self._by_part.get(part, ()))
        return {k for k in maybe if may_stand(k, different) and k in text}

    def _parts_in(self, words: str) -> Iterator[str]:
        """At each place the longest part that begins there, and those that the longest begins with."""
        for longest in set(self._pattern.findall(words)):
            yield from (longest[:n] for n in range(1, len(longest) + 1) if longest[:n] in self._by_part)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        trie: _Trie = {}
        for part in filter(None, self._by_part):
            node = trie
            for letter in part:
                node = node.setdefault(letter, {})
            node[""] = {}  # a part ends here
        return re.compile(f"(?=({_written(trie)}))")


def _parts(keyword: str) -> Iterator[str]:
    """Its runs of letters, with a line break where the run ends before the keyword does: there the word ends as well."""
    for run in _RUN.finditer(keyword):
        yield "\n" * (run.start() > 0) + run.group() + "\n" * (run.end() < len(keyword))


class Plan:
    """Rules, sorted once for all the files that they will be tried on."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._shelves: dict[tuple[str, Kind], tuple[list[tuple[Rule, Matcher]], Keywords]] = {}

    def live(self, document: Document) -> list[tuple[Rule, Matcher]]:
        """The matchers to try on a file, each with its rule, in the order of the rules."""
        shelf = (document.language, document.source.kind)
        if shelf not in self._shelves:
            self._shelves[shelf] = self._sorted(*shelf)
        pairs, keywords = self._shelves[shelf]
        standing = keywords.standing_in(document.text, document.different)
        return [(r, m) for r, m in pairs if not m.keywords or not standing.isdisjoint(m.keywords)]

    def _sorted(self, language: str, kind: Kind) -> tuple[list[tuple[Rule, Matcher]], Keywords]:
        pairs = [(r, m) for r in self._rules if kind in r.kinds for m in r.matchers if m.language in (language, "any")]
        return pairs, Keywords({k for _, m in pairs for k in m.keywords})


def _written(trie: _Trie) -> str:
    """The trie as an expression that matches the longest of its words."""
    branches = [re.escape(letter) + _written(rest) for letter, rest in trie.items() if letter]
    if not branches:
        return ""
    whole = branches[0] if len(branches) == 1 and "" not in trie else f"(?:{'|'.join(branches)})"
    return f"{whole}?" if "" in trie else whole
