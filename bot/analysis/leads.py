"""Search with a regular expression by jumping to where a match can begin.

The standard library tries an expression at every character of a text, unless it begins with a plain letter; one that begins with
`\\b` or a choice never does. But most of ours can only begin with one of a few strings, and `str.find` goes through a text a
hundred times as fast. The matches are the same, for any expression and any text.

Where the lines that hold a match are asked for, the same is done with any string that a match holds, wherever it stands in it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, product
from re import _constants as op  # type: ignore[attr-defined]  # (not public, but the only reader of an expression)
from re import _parser  # type: ignore[attr-defined]  # (the same)
from typing import Any

from bot.analysis.glance import Glance

_TELLING = 3  # letters, from which it is worth asking for a string before a search
_SHORTEST = 2  # a lead of one letter is no lead,
_RARE = frozenset("[{`$@#%^&|~\\!?")  # unless it is seldom seen
_MOST = 80
_ZERO_WIDTH = frozenset([op.AT, op.ASSERT, op.ASSERT_NOT])
_REPEATS = frozenset([op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT])
_Beginnings = tuple[set[str], bool]  # what a match begins with, and whether that is all of it


def finditer(pattern: re.Pattern[str], text: str, glance: Glance | None = None) -> Iterator[re.Match[str]]:
    """What `pattern.finditer(text)` yields. `glance`: the one at the text, where there is one."""
    if glance and not may_match(pattern, glance):
        return
    leads = leads_of(pattern)
    folded = bool(pattern.flags & re.IGNORECASE)
    if not leads or (folded and not text.isascii()):
        yield from pattern.finditer(text)
        return
    if glance:
        glance = glance.folded if folded else glance
        leads = tuple(filter(glance.may_hold, leads))
    if leads:
        yield from jump(pattern, text, leads, glance.text if glance else text.lower() if folded else text)


def jump(pattern: re.Pattern[str], text: str, leads: Sequence[str], searched: str = "") -> Iterator[re.Match[str]]:
    """The same for a pattern that is made for one text, so that its leads are known and not worth keeping: no other string may
    begin a match, and none may be empty. They are looked for in `searched`, which is the text by default."""
    end = 0
    places = [_places(searched or text, lead) for lead in leads]
    for at in places[0] if len(places) == 1 else sorted(chain(*places)):
        if at >= end and (match := pattern.match(text, at)):
            yield match
            end = match.end()


def search(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """What `pattern.search(text)` returns."""
    return next(finditer(pattern, text), None)


def may_match(pattern: re.Pattern[str], glance: Glance) -> bool:
    """False: the pattern matches nowhere in the text, whatever its anchors say."""
    sets = sets_of(pattern)
    if sets and pattern.flags & re.IGNORECASE:
        if not glance.text.isascii():
            return True
        glance = glance.folded
    return all(any(map(glance.may_hold, needles)) for needles in sets)


def places(pattern: re.Pattern[str], glance: Glance) -> Iterator[int] | None:
    """Offsets in the text, in no order, so that each match holds one of them; None when nothing is known of what it holds."""
    needles = needles_of(pattern)
    folded = bool(pattern.flags & re.IGNORECASE)
    if not needles or (folded and not glance.text.isascii()):
        return None
    glance = glance.folded if folded else glance
    return chain(*(_places(glance.text, needle) for needle in needles if glance.may_hold(needle)))


@lru_cache(maxsize=2048)
def leads_of(pattern: re.Pattern[str]) -> tuple[str, ...]:
    """Strings, one of which every match begins with; none when there are no such strings, or too many."""
    found, _ = _beginnings(list(_parser.parse(pattern.pattern, pattern.flags)))
    return _leads(pattern, found)


@lru_cache(maxsize=2048)
def needles_of(pattern: re.Pattern[str]) -> tuple[str, ...]:
    """Strings, one of which every match holds; none when there are no such strings, or too many."""
    return _leads(pattern, _needles(_parser.parse(pattern.pattern, pattern.flags)))


@lru_cache(maxsize=4096)
def sets_of(pattern: re.Pattern[str]) -> tuple[tuple[str, ...], ...]:
    """Sets of strings, of each of which every match holds one; those first that stand in few texts."""
    parts = list(_flat(_parser.parse(pattern.pattern, pattern.flags)))
    begins = [n for n, (kind, _) in enumerate(parts) if kind is not op.LITERAL or not n or parts[n - 1][0] is not op.LITERAL]
    found = {_leads(pattern, strings) for n in begins if (strings := _standing(parts, n)) != {""}}
    telling = (needles for needles in found if needles and min(map(len, needles)) >= _TELLING)
    return tuple(sorted(telling, key=lambda needles: (-min(map(len, needles)), needles)))


def _leads(pattern: re.Pattern[str], found: set[str]) -> tuple[str, ...]:
    if pattern.flags & re.IGNORECASE:
        if not all(lead.isascii() for lead in found):
            return ()
        found = {lead.lower() for lead in found}
    lengths = (length for length in range(max(map(len, found)), 0, -1) if len({lead[:length] for lead in found}) <= _MOST)
    length = next(lengths, 0)
    leads = {lead[:length] for lead in found}
    return () if any(len(lead) < _SHORTEST and lead not in _RARE for lead in leads) else tuple(sorted(_without_longer(leads)))


def _without_longer(leads: set[str]) -> Iterator[str]:
    """Those that do not begin with another one."""
    return (lead for lead in leads if not any(lead != other and lead.startswith(other) for other in leads))


def _needles(items: Iterable[tuple[Any, Any]]) -> set[str]:
    """What stands at one place of a match, the one that is told apart best: by long strings, and few of them."""
    parts = list(_flat(items))
    found = [_standing(parts, n) for n in range(len(parts))]
    return max(found, key=lambda strings: (min(map(len, strings)), -len(strings)), default={""})


def _standing(parts: Sequence[tuple[Any, Any]], n: int) -> set[str]:
    """What stands where one of the parts does."""
    kind, argument = parts[n]
    return {needle for branch in argument[1] for needle in _needles(branch)} if kind is op.BRANCH else _beginnings(parts[n:])[0]


def _flat(items: Iterable[tuple[Any, Any]]) -> Iterator[tuple[Any, Any]]:
    """The parts, those of a group in its place."""
    for kind, argument in items:
        if kind is op.SUBPATTERN and not argument[1] and not argument[2]:
            yield from _flat(argument[3])
        else:
            yield kind, argument


def _beginnings(items: Sequence[tuple[Any, Any]]) -> _Beginnings:
    found = {""}
    for n, (kind, argument) in enumerate(items):
        if kind in _ZERO_WIDTH:
            continue
        if kind in _REPEATS and argument[0] == 0:
            more, whole = _beginnings(argument[2])[0] | _beginnings(items[n + 1 :])[0], False
        else:
            more, whole = _begins(kind, argument)
        longer = {a + b for a, b in product(found, more)}
        if len(longer) > _MOST and min(map(len, found)) >= _SHORTEST:
            return found, False
        found = longer
        if not whole:
            return found, False
    return found, True


def _begins(kind: Any, argument: Any) -> _Beginnings:
    """What one part begins with; {""} when nothing is known of it."""
    if kind is op.LITERAL:
        return {chr(argument)}, True
    if kind is op.IN and all(k is op.LITERAL for k, _ in argument):
        return {chr(code) for _, code in argument}, True
    if kind is op.SUBPATTERN and not argument[1] and not argument[2]:
        return _beginnings(argument[3])
    if kind is op.BRANCH:
        parts = [_beginnings(part) for part in argument[1]]
        return {lead for leads, _ in parts for lead in leads}, all(whole for _, whole in parts)
    if kind in _REPEATS:
        return _beginnings(argument[2])[0], False
    return {""}, False


def _places(text: str, lead: str) -> Iterator[int]:
    at = text.find(lead)
    while at >= 0:
        yield at
        at = text.find(lead, at + 1)
