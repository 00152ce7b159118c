"""What to try on a file: the matchers for its language and kind of which a keyword stands in it."""

from collections.abc import Iterable, Sequence

from bot.analysis.document import Document
from bot.analysis.glance import Glance, grams_of
from bot.analysis.needs import may_hold
from bot.model import Kind, Matcher, Rule


class Keywords:
    """A set of keywords, to be looked for in one text after another."""

    def __init__(self, keywords: Iterable[str]) -> None:
        self._by_gram: dict[int, list[str]] = {}
        self._short: list[str] = []
        for keyword in set(keywords):
            grams = grams_of(keyword)
            (self._by_gram.setdefault(max(grams), []) if grams else self._short).append(keyword)
        self._grams = frozenset(self._by_gram)

    def standing_in(self, glance: Glance) -> set[str]:
        """Those of the keywords that are in the text."""
        maybe = (k for gram in glance.standing(self._grams) for k in self._by_gram[gram])
        return {k for some in (maybe, self._short) for k in some if glance.holds(k)}


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
        standing = keywords.standing_in(document.glance)
        named = ((r, m) for r, m in pairs if not m.keywords or not standing.isdisjoint(m.keywords))
        return [(r, m) for r, m in named if not m.ast or may_hold(m.ast, document.glance)]

    def _sorted(self, language: str, kind: Kind) -> tuple[list[tuple[Rule, Matcher]], Keywords]:
        pairs = [(r, m) for r in self._rules if kind in r.kinds for m in r.matchers if m.language in (language, "any")]
        return pairs, Keywords({k for _, m in pairs for k in m.keywords})
