"""Whether a string may stand in a text, told without a search of the text for almost every string that does not.

A text is mostly words that it has said before. So what stands between its blanks is kept once, a third of the text; and of that
each two and each four bytes that follow one another, in lower case, as numbers.
"""

from functools import cached_property, lru_cache

_BLANK = b" "
_TWO, _FOUR = 2, 4


class Glance:
    """What stands in one text, once each."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def different(self) -> str:
        """The different strings between the text's blanks."""
        return " ".join(set(self.text.split()))

    @cached_property
    def folded(self) -> "Glance":
        """The glance at the text in lower case."""
        folded = Glance(self.text.lower())
        folded.different = self.different.lower()
        if self.text.isascii():
            folded._grams = self._grams
        return folded

    def may_hold(self, string: str) -> bool:
        """False: the string does not stand in the text."""
        return grams_of(string) <= self._grams and _longest(string) in self.different

    def holds(self, string: str) -> bool:
        """What `string in text` says."""
        return self.may_hold(string) and (_longest(string) == string or string in self.text)

    def standing(self, grams: frozenset[int]) -> frozenset[int]:
        """Those of the grams that the text may hold."""
        return grams & self._grams

    @cached_property
    def _grams(self) -> set[int]:
        words = _BLANK + _bytes(self.different) + _BLANK
        return _each(words, _FOUR, _TWO)


@lru_cache(maxsize=8192)
def grams_of(string: str) -> frozenset[int]:
    """Numbers that the glance at every text has in which the string stands; none when it is too short."""
    parts = _bytes("".join(" " if letter.isspace() else letter for letter in string)).split(_BLANK)
    last = len(parts) - 1
    whole = [_BLANK * (n > 0) + part + _BLANK * (n < last) for n, part in enumerate(parts) if part]
    return frozenset().union(*(_each(part, _FOUR if len(part) >= _FOUR else _TWO) for part in whole))


@lru_cache(maxsize=8192)
def _longest(string: str) -> str:
    """Its longest part without a blank."""
    return max(string.split(), key=len, default="")


def _each(text: bytes, *lengths: int) -> set[int]:
    """Each so many bytes that follow one another."""
    view, found = memoryview(text), set[int]()
    for length in lengths:
        for n in range(min(length, len(view) - length + 1)):
            found.update(view[n : len(view) - (len(view) - n) % length].cast("I" if length == _FOUR else "H"))
    return found


def _bytes(text: str) -> bytes:
    """Lower case for ASCII alone: what other letters become depends on those around them."""
    return text.encode("utf-8", "surrogatepass").lower()
