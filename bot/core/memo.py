"""What a look has to know of the last one: a line at the end of the summary, which only we can write."""

from dataclasses import dataclass

from bot.core.markdown import mark, marks


@dataclass(frozen=True, slots=True)
class Memo:
    """`listed`: fingerprints that the summary alone says. `fixed`: those said inline and found no more. `seen` names what was
    analysed."""

    listed: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()
    seen: str = ""


def write(memo: Memo) -> str:
    return mark("summary", listed=",".join(sorted(memo.listed)), fixed=",".join(sorted(memo.fixed)), seen=memo.seen)


def read(summary: str) -> Memo:
    """The memo of a summary's body; an empty one when there is none."""
    found = [m.fields for m in marks(summary) if m.kind == "summary"]
    last = found[-1] if found else {}
    return Memo(_names(last.get("listed", "")), _names(last.get("fixed", "")), last.get("seen", ""))


def _names(joined: str) -> frozenset[str]:
    return frozenset(filter(None, joined.split(",")))
