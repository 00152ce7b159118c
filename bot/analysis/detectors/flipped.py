"""Diff-aware detectors of what an existing security test refused and does no longer. They read the lines the pull removes."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document, Scope
from bot.analysis.weakening import guards, pairs_of, squeeze
from bot.core.removed import Change

_IGNORE = re.IGNORECASE
_STATUS_WORD = r"\b(?:Status|HTTP_[24]\d\d_|HttpStatus\.|:)?"
_IS = r"\b(?:is|assert|to_?be_?|be_)"
# A field of a case that says that it must fail.
_MUST = r"\b(?:(?:want|expect|should)_?(?:err(?:or)?|fail|den|throw|reject)\w*|is_?(?:denied|forbidden|blocked|rejected))\W{1,4}"
# Each row: what a denial looks like, and what it becomes when it is flipped. Equal text around both makes a flip.
_FLIPS: tuple[tuple[str, str], ...] = (
    (r"\b40[13]\b", r"\b20[0-6]\b"),
    (rf"{_STATUS_WORD}(?:Forbidden|Unauthorized)\b", rf"{_STATUS_WORD}(?:OK|Created|success)\b"),
    (rf"{_IS}(?:Forbidden|Unauthorized|4xxClientError)\b", rf"{_IS}(?:Ok|Successful|2xxSuccessful|Created|NoContent)\b"),
    (r"\.toThrow", r"\.not\.toThrow"),
    (r"\bassertThrows\b", r"\bassertDoesNotThrow\b"),
    (r"\b(require|assert)\.Error\b", r"\b(require|assert)\.NoError\b"),
    (r"\bassert_?raises\b", r"\bassert_?nothing_?raised\b"),
    (r"\.Throws(?:Exactly|Any)?(?:Async)?\b", r"\.DoesNotThrow(?:Async)?\b"),
    (r"\.rejects\b", r"\.resolves\b"),
    (r"\bis_err\(\)", r"\bis_ok\(\)"),
    (r"\bunwrap_err\(\)", r"\bunwrap\(\)"),
    (r"\b(?:not_to|to_not|should_not) (?=be_|permit|authorize)", r"\b(?:to|should) (?=be_|permit|authorize)"),
    (_MUST + r"true\b", _MUST + r"false\b"),
)  # fmt: skip
# A flipped truth value is a denial only where the subject is one.
_GUARD = re.compile(r"allow|valid|verif|authori[sz]|authentic|permit|permission|can_|has_?access|trusted|safe|signed", _IGNORE)
_TRUTH: tuple[tuple[str, str], ...] = (
    (r"\bassertFalse\b", r"\bassertTrue\b"),
    (r"\bassert_not\b|\brefute\b", r"\bassert\b"),
    (r"\bassert not ", r"\bassert "),
    (r"\b(?:False|false)\b", r"\b(?:True|true)\b"),
    (r"\bto(?:Be)?Falsy\b", r"\bto(?:Be)?Truthy\b"),
    (r"\bFalse\(", r"\bTrue\("),
    (r"\b(?:is|Is|are|be_|be|to_be_)_?(?:False|false|falsey|falsy)\b", r"\b(?:is|Is|are|be_|be|to_be_)_?(?:True|true|truthy)\b"),
    (r"_FALSE\b", r"_TRUE\b"),
)
_NARROW = re.compile(
    r"(?<![\w.])[\w.:\\]*(?:Forbidden|Unauthori[sz]ed|Denied|Invalid(?:Signature|Token)|BadSignature|SSL\w*|Permission|Csrf|Security)\w*"
    r"|(?<![\w.])(?!\\?(?:java\.lang\.)?(?:Base|Runtime|Standard)?(?:Exception|Error)\b)[\w.:\\]*[A-Z]\w*(?:Exception|Error)\b"
)
_WIDE = re.compile(
    r"(?<![\w.])(?:java\.lang\.)?(?:Exception|BaseException|Throwable|RuntimeException|StandardError|Error)"
    r"(?:\.class)?(?=\s*[),:{]|\s*$)"
)
# A line that only says what is expected, and sends nothing.
_EXPECTATION = re.compile(
    r"^\s*(?:await\s+)?(?:\)\s*)?(?:(?:self|this|\$this|t|require|assert|Assert(?:ions)?|_?s(?:uite)?)?\s*(?:\.|->|::)\s*)?"
    r"(?:assert\w*|expect|require\w*|should|Equal|NoError|Error|True|False|Contains)!?(?![\w=])(?!\s*\(?\s*(?:await\s+)?\w*[cC]lient\b)"
)
# A test that expects a refusal, and one that expects to be let in.
_REFUSAL = re.compile(
    r"\b40[13]\b|forbid|unauthori[sz]|denied|\binvalid|unprocessable|unwrap_err|is_err\b|\braises?\b|assert_?raises|throws?\b|rejects"
    r"|\berr\)\.to\.(?:be\.(?:ok|an)|exist)|to\.(?:throw|be\.rejected)",
    _IGNORE,
)
_ADMISSION = re.compile(
    r"\b20\d\b|success|is_ok\b|\bunwrap\(\)|no_?content\b|\bis_?ok\b|err\)\.to\.(?:not\.exist|be\.(?:null|undefined))|ifError\(|no_?error|not\.throw"
    r"|does_?not_?throw|\bassert(?:_eq!?|_equal)?[ (][^=\n]*(?:==|,)|\bassertEquals?\(",
    _IGNORE,
)
_FEW = 6  # lines of a change that is looked at as a whole
_EXPECTS = re.compile(r"raises|throws|rescue_?from|expectException|ToThrow|assert_raise|raise_error|ThrowsA", _IGNORE)
_MARK = "\0"
_QUOTED = 60


@detector("flipped-denial")
def flipped_denial(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """An assertion of denial became one of success while nothing else of the test changed."""
    said: set[int] = set()
    for change, pair in pairs_of(document):
        became = _flipped(pair.old.text, pair.text)
        scope = document.scope(pair.line) if became else None
        if scope is None or not guards(document, scope, change, refusing=True):
            continue
        if _only_assertions_changed(document, scope) and not _denied_elsewhere(document, pair.old.text):
            said.add(id(change))
            yield Found(pair.line, pair.line, became, {"was": pair.old.text.strip(), "base_line": str(pair.old.line)})
    for change, _ in document.replaced:
        if id(change) not in said and (line := _turned(document, change)):
            text = document.lines[line - 1].strip()
            was = next(r for r in change.removed if _REFUSAL.search(r.text))
            yield Found(line, line, text[:_QUOTED], {"was": was.text.strip(), "base_line": str(was.line)})


def _turned(document: Document, change: Change) -> int:
    """The line on which a test expects to be let in, where it expected a refusal of the same call; 0 for none."""
    added = [(n, document.lines[n - 1]) for n in change.added if document.lines[n - 1].strip()]
    removed = [r.text for r in change.removed if r.text.strip()]
    if not 0 < len(removed) <= _FEW or not 0 < len(added) <= _FEW:
        return 0
    refused = any(_REFUSAL.search(text) for text in removed)
    line = next((n for n, text in added if _ADMISSION.search(text)), 0)
    scope = document.scope(line) if refused and line and not any(_REFUSAL.search(text) for _, text in added) else None
    if scope is None or scope.start in document.added or not guards(document, scope, change, refusing=True):
        return 0
    now = squeeze("".join(text for _, text in added))
    calls = [text for text in removed if not _EXPECTATION.match(text) and not _REFUSAL.search(text)]
    same = all(squeeze(text).strip(";})") in now for text in calls)
    sent = [
        text for _, text in added if not _EXPECTATION.match(text) and squeeze(text).strip(";})") not in squeeze("".join(removed))
    ]
    alone = not any(scope.start <= n <= scope.end and n not in change.added for n in document.added)
    return line if same and not sent and alone and not _denied_elsewhere(document, removed[0]) else 0


def _flipped(old: str, new: str) -> str:
    """The token of success that took the denial's place, '' when this is no flip."""
    guarded = _GUARD.search(old) is not None
    for denial, success in (*_FLIPS, *(_TRUTH if guarded else ())):
        said = re.search(success, new, _IGNORE)
        if said is None or re.search(denial, old, _IGNORE) is None:
            continue
        before, after = re.sub(denial, _MARK, old, flags=_IGNORE), re.sub(success, _MARK, new, flags=_IGNORE)
        if squeeze(before) == squeeze(after) and squeeze(old) != squeeze(new):
            return said.group().strip()
    return new.strip()[:_QUOTED] if guarded and "!" in old and squeeze(old.replace("!", "", 1)) == squeeze(new) else ""


def _only_assertions_changed(document: Document, scope: Scope) -> bool:
    """In this test every removed line was replaced by an added one that differs in its expectation alone."""
    for change, paired in document.replaced:
        inside = [n for n in change.added if scope.start <= n <= scope.end]
        near = scope.start <= (change.removed[0].before if change.removed else 0) <= scope.end
        if not inside and not near:
            continue
        flipped = [p for p in paired if _flipped(p.old.text, p.text) or squeeze(p.old.text) == squeeze(p.text)]
        others = [r.text for r in change.removed if all(r is not p.old for p in flipped)]
        others += [document.lines[n - 1] for n in inside if all(n != p.line for p in flipped)]
        if not all(_EXPECTATION.match(text) or not text.strip() for text in others):
            return False
    replaced = {n for c, _ in document.replaced for n in c.added}
    return not any(scope.start <= n <= scope.end and n not in replaced for n in document.added)


def _denied_elsewhere(document: Document, denial: str) -> bool:
    """The same denial stands on an added line: the case moved to a sibling."""
    return any(squeeze(denial) == squeeze(document.lines[n - 1]) for n in document.added if n <= len(document.lines))


_CHECKED = re.compile(r"\b(?:EqualError|ErrorIs|ErrorAs|ErrorContains|ErrorType)\b")
_ANY_ERROR = re.compile(r"(?<![A-Za-z])Error(?=f?\()")
_RAISED = re.compile(
    r"(?:raise_error|raises|assert_?raises|throws?(?:Exactly)?|toThrow|expectException)\w*[ (<]\s*(?P<what>[A-Z\\][\w.:\\]*)",
    _IGNORE,
)


@detector("widened-exception")
def widened_exception(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A test that named the exception of a denial now accepts any exception."""
    for change, paired in document.replaced:
        alone = len(change.removed) == len(change.added) == 1  # however little the two lines are alike
        for old, line in [(change.removed[0], change.added[0])] if alone else [(p.old, p.line) for p in paired]:
            widened = _widened(old.text, document.lines[line - 1])
            scope = document.scope(line) if widened else None
            if scope is not None and guards(document, scope, change, refusing=True):
                yield Found(line, line, widened[1], {"was": widened[0], "base_line": str(old.line)})


def _widened(old: str, new: str) -> tuple[str, ...]:
    """(what was asked for, what is accepted now), nothing when the new line is as narrow as the old one."""
    checked, anything = _CHECKED.search(old), _ANY_ERROR.search(new)
    if checked and anything and not _CHECKED.search(new):
        return checked.group(), anything.group()
    raised = _RAISED.search(old)
    named = _NARROW.search(old) or (raised if raised and not _WIDE.search(old) else None)
    wide = _WIDE.search(new)
    if named is None or wide is None or not _EXPECTS.search(new) or _NARROW.search(new):
        return ()
    return (named["what"] if named is raised else named.group()), wide.group()
