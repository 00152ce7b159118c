"""A guard that is replaced, in its own tests, by something that always says yes."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.core.fakes import name_words

_GUARD = (
    r"(?i:verify\w*|authenticate\w*|authori[sz]e\w*|is_?[aA]llowed|is_?[aA]uth\w*|has_?[pP]ermission\w*|check_?[pP]ermission\w*|check_?[aA]ccess\w*"
    r"|validate_?(?:[tT]oken|[sS]ignature|[sS]ession|[jJ]wt)\w*|enforce\w*|can_?[aA]ccess|require_?(?:[aA]uth|[lL]ogin|[rR]ole|[aA]dmin)\w*)"
)
_YES = r"(?:True|true|\.ok|nil|null|None|undefined)"
_MOCKED = tuple(
    re.compile(p)
    for p in (
        rf"patch(?:\.object)?\(\s*[\w.]*,?\s*['\"](?:[\w.]*\.)?(?P<guard>{_GUARD})['\"]\s*,\s*(?:return_value\s*=\s*{_YES}|lambda[^:\n]*:\s*True)",
        rf"setattr\(\s*[\w.'\"]+?[.,]\s*['\"]?(?P<guard>{_GUARD})['\"]\s*,\s*lambda[^:\n]*:\s*True",
        rf"(?:jest|vi|sinon)\.(?:spyOn|stub)\(\s*[\w.]+\s*,\s*['\"](?P<guard>{_GUARD})['\"]\s*\)\s*\.(?:mockReturnValue|mockResolvedValue|returns|resolves)\({_YES}",
        rf"\b(?P<guard>{_GUARD})\s*:\s*(?:jest|vi)\.fn\((?:\(\)\s*=>\s*true\)|\)\s*\.(?:mockReturnValue|mockResolvedValue)\(true)",
        rf"\bdoReturn\(true\)\.when\(\s*\w+\s*\)\.(?P<guard>{_GUARD})\(",
        rf"\bdoNothing\(\)\.when\(\s*\w+\s*\)\.(?P<guard>{_GUARD})\(",
        rf"\bwhen\(\s*\w+\.(?P<guard>{_GUARD})\([^\n]*\)\)\s*\.thenReturn\(true",
        rf"\bevery\s*\{{\s*\w+\.(?P<guard>{_GUARD})\([^\n]*\)\s*\}}\s*returns\s+true",
        rf"\ballow(?:_any_instance_of)?\([^\n)]+\)\.to receive\(:(?P<guard>{_GUARD}[?!]?)\)\.and_return\(true",
        rf"\.Setup\(\s*\w+\s*=>\s*\w+\.(?P<guard>{_GUARD})\([^\n]*\)\)\s*\.Returns(?:Async)?\(true",
        rf"->method\(\s*['\"](?P<guard>{_GUARD})['\"]\s*\)\s*->willReturn\(true",
        rf"gomonkey\.ApplyFunc(?:Return)?\(\s*[\w.]*?\b(?P<guard>{_GUARD})\s*,[^\n]*\btrue\b",
    )
)
_COMMON = frozenset(
    "test tests spec is has can check the of and require validate case unit it integration api py js user".split()
)


@detector("mocked-guard")
def mocked_guard(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Such a line in a file that is named after the guard and never calls the real one."""
    stem = document.path.rpartition("/")[2].partition(".")[0]
    subject = _roots(stem)
    for number in document.added_near(*_MOCKED):
        text = document.lines[number - 1][:400]
        match = next((m for p in _MOCKED if (m := p.search(text))), None)
        if match and _roots(match["guard"]) & subject and not _used(document, match["guard"]):
            yield Found(number, number, match["guard"], {"": match.group()})


def _roots(name: str) -> frozenset[str]:
    """The words of a name, cut to what their forms have in common: verify, verifier and verification are one."""
    return frozenset(w[:4] for w in name_words(name) if w not in _COMMON and len(w) > 2)


def _used(document: Document, guard: str) -> bool:
    """The guard's name stands on a line that does not mock it, import it or name a test after it."""
    call = re.compile(rf"(?<![\w'\":]){re.escape(guard)}\s*[(!]|\.{re.escape(guard)}\b\s*\(|[>&]\s*{re.escape(guard)}\b")
    return any(call.search(line[:400]) and not any(p.search(line[:400]) for p in _MOCKED) for line in document.lines)
