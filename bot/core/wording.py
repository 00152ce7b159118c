"""Whether a rule's words are fit to be said: short, about this line, ending in one thing to do. The lint of every rule file."""

import re
from collections.abc import Iterator

from bot.core.markdown import without_marks
from bot.core.words import fill, inline, phrase
from bot.model import Hit, Rule

MOST_WORDS = 90
BANNED = """
consider(?:ed|ing|s)? potential(?:ly)? might could ensur(?:e|es|ing) recommend(?:ed|ation) please_note best_practices?
robust(?:ly|ness)? proper(?:ly)? appropriate(?:ly)? be_aware be_careful it_is_important vulnerabilit(?:y|ies) simply obviously
leverag(?:e|es|ing) utili[sz](?:e|es|ing) in_order_to security_risks? malicious_actors? great nice good_job well_done
""".replace("_", r"\s").split()
_BANNED = re.compile(rf"\b(?:{'|'.join(BANNED)})\b", re.IGNORECASE)
_VARIABLE = re.compile(r"\{([^{}`]*)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_METAVARIABLE = re.compile(r"\$+([A-Z_][A-Z0-9_]*)")
_GROUP = re.compile(r"\(\?P<(\w+)>")
_SENTENCE_END = re.compile(r"[.?!](?=\s+[A-Z`])")
_SAMPLE = "requests.get(url, verify=False, timeout=5)"  # as long as what rules quote


def complaints(rule: Rule) -> tuple[str, ...]:
    """What is wrong with the words of a rule; empty when they are fit."""
    return (*_banned(rule), *_shape(rule), *_variables(rule), *_length(rule))


def _templates(rule: Rule) -> dict[str, str]:
    return {"title": rule.title, "what": rule.what, "why": rule.why, "fix": rule.fix}


def _banned(rule: Rule) -> Iterator[str]:
    for key, text in _templates(rule).items():
        for found in _BANNED.findall(re.sub(r"`[^`]*`", "", text)):
            yield f"{key}: {found!r} says nothing; name the thing and its consequence"


def _shape(rule: Rule) -> Iterator[str]:
    for key, text in _templates(rule).items():
        if text.count("`") % 2 or "``" in text:
            yield f"{key}: every code span is one pair of backticks, and no two touch"
        if re.search(r"<[a-z!/]|\]\(|https?://|@\w", re.sub(r"`[^`]*`", "", text)):
            yield f"{key}: no HTML, no link, no mention; references have a key of their own"
    if rule.title.endswith(".") or "{" in rule.title or "`" in rule.title:
        yield "title: a phrase without variables, code or full stop; pages and tables show it as it is"
    if "{" not in rule.what:
        yield "what: name the token on this line, as {quote} or a capture"
    if _SENTENCE_END.search(fill(rule.fix, {})):
        yield "fix: one sentence, that says what to do"


def _variables(rule: Rule) -> Iterator[str]:
    """Code captured by the rule stands in capitals ($NAME); lower-case names are the detector's, or groups of an expression."""
    captured = {name for m in rule.matchers for name in _METAVARIABLE.findall(m.ast)}
    groups = {name for m in rule.matchers for name in _GROUP.findall(m.text)}
    detected = any(m.detector for m in rule.matchers)
    for key, text in _templates(rule).items():
        for position, part in enumerate(text.split("`")):
            for name in _VARIABLE.findall(part):
                if not _NAME.fullmatch(name):
                    yield f"{key}: {{{name}}} is no name"
                elif name != "quote" and name not in captured | groups and not detected:
                    yield f"{key}: {{{name}}} is captured by no matcher"
                elif name in {"quote", *groups} and position % 2 == 0:
                    yield f"{key}: {{{name}}} is code of the pull; put it into backticks"


def _length(rule: Rule) -> Iterator[str]:
    names = {name for text in _templates(rule).values() for name in _VARIABLE.findall(text)}
    finding = phrase(Hit(rule.id, "tests/x", 1, 1, _SAMPLE, dict.fromkeys(names, "name"), ""), rule, "0" * 16)
    count = sum(any(map(str.isalnum, word)) for word in without_marks(inline(finding, (), "https://x.test")).split())
    if count > MOST_WORDS:
        yield f"words: {count} in the comment, of which the reader gets {MOST_WORDS}"
