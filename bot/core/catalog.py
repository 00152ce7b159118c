"""A rule as a page of Markdown, and the index of all pages: the documentation is what the rule file says, and nothing else."""

import re
from collections.abc import Iterable, Mapping

from bot.core.markdown import backticks, cell, fold, one_line, table
from bot.core.words import how_to_allow, measured, sentence
from bot.model import Example, Rule, Status, Tier

FAMILIES = {
    "A": "Real secrets and key material",
    "B": "Live endpoints, production data, personal data",
    "C": "Weakened security tests",
    "D": "Security controls switched off beyond the test",
    "E": "Code execution in the test harness",
    "F": "Remote code and dependencies without a pin",
    "G": "Files, temporary paths and changes to the host",
    "H": "Network exposure",
    "I": "Hidden payloads and review evasion",
    "J": "Side effects in CI",
    "K": "Concurrency and resources",
    "L": "Memory safety",
    "M": "Cryptography and randomness",
    "N": "Leaks into logs and artifacts",
    "Z": "Considerations",
}
INDEX_HEAD = ("rule", "speaks as", "languages", "finds")
ALL_LANGUAGES = "any text"

_FENCES = {"any": "text", "c": "cpp", "shell": "bash"}
_LINE_LIMIT = 1_000
_STATUS = {
    Status.CONSIDERATION: "not trusted with a verdict yet: speaks as a consideration",
    Status.SHADOW: "counted, not shown",
    Status.OFF: "off until a repository asks for it",
}
_CWE = "https://cwe.mitre.org/data/definitions/{}.html"
_CAPTURE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


def page(rule: Rule) -> str:
    """The whole page of one rule."""
    blocks = [
        f"# {_capital(rule.title)}",
        *_about(rule),
        "## Examples",
        *_examples(rule),
        "## How to allow it",
        how_to_allow(rule),
        "## References",
        "\n".join(f"- <{reference}>" for reference in rule.references),
    ]
    return "\n\n".join(filter(None, blocks)) + "\n"


def excerpt(rule: Rule) -> str:
    """What a comment says of a rule: one example of each language, folded away, and no headings."""
    flagged = {e.language: e for e in reversed(rule.examples) if e.expect and not e.gap}
    shown = [e for e in rule.examples if flagged.get(e.language) is e]
    examples = "\n\n".join(f"{_heading(e)}\n\n{_fenced(e.code, e.language)}" for e in shown)
    blocks = [f"**{_capital(rule.title)}**", *_about(rule), fold("Examples", examples) if shown else "", how_to_allow(rule)]
    return "\n\n".join(filter(None, blocks))


def _about(rule: Rule) -> list[str]:
    return [
        f"`{rule.id}` · {rule.code} · {_family(rule)}",
        table(
            ("speaks as", "confidence", "weakness", "languages"), [(_voice(rule), rule.confidence, _cwe(rule), _languages(rule))]
        ),
        f"**What it says.** {_said(rule.what)}",
        f"**Why it matters.** {_said(rule.why)}",
        f"**What helps.** {_said(rule.fix)}",
        *([f"**Measured.** {measured(rule.measured)}"] if rule.measured else []),
    ]


def index(rules: Iterable[Rule]) -> str:
    """All rules by family, each linked to its page beside this one."""
    families: dict[str, list[Rule]] = {}
    for rule in sorted(rules, key=lambda r: r.code):
        families.setdefault(_family(rule), []).append(rule)
    blocks = ["# Rules"]
    for family, members in families.items():
        rows = [(f"[`{r.id}`]({r.id}.md)", _voice(r), _languages(r), cell(r.title)) for r in members]
        blocks += [f"## {family}", table(INDEX_HEAD, rows)]
    return "\n\n".join(blocks) + "\n"


def languages(rule: Rule) -> tuple[str, ...]:
    """The languages a rule reads, in alphabetical order."""
    return tuple(sorted({m.language for m in rule.matchers}))


def _languages(rule: Rule) -> str:
    return ", ".join(ALL_LANGUAGES if name == "any" else name for name in languages(rule))


def _family(rule: Rule) -> str:
    return FAMILIES.get(rule.code.partition("-")[2][:1], "Other")


def _voice(rule: Rule) -> str:
    said = f"{rule.tier}, {rule.severity}" if rule.tier is Tier.DEFECT else str(rule.tier)
    return f"{said} ({_STATUS[rule.status]})" if rule.status in _STATUS else said


def _cwe(rule: Rule) -> str:
    return ", ".join(f"[{cwe}]({_CWE.format(cwe.removeprefix('CWE-'))})" for cwe in rule.cwe)


def _said(template: str) -> str:
    """The rule's words, with the names of what each finding fills in."""
    return sentence(_CAPTURE.sub(lambda m: f"‹{m[1].lower()}›", " ".join(template.split())))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _examples(rule: Rule) -> list[str]:
    by_language: Mapping[str, list[Example]] = {name: [] for name in dict.fromkeys(e.language for e in rule.examples)}
    for example in rule.examples:
        by_language[example.language].append(example)
    blocks: list[str] = []
    for language, examples in by_language.items():
        blocks.append(f"### {_capital(ALL_LANGUAGES if language == 'any' else language)}")
        for example in examples:
            blocks += [
                _heading(example),
                *([_change(example)] if example.base is not None else []),
                _fenced(example.code, language),
            ]
    return blocks


def _heading(example: Example) -> str:
    lines = ", ".join(map(str, example.expect))
    place = f"line {lines}" if len(example.expect) == 1 else f"lines {lines}"
    verdict = f"Flagged, {place}" if example.expect else "Clean"
    if example.gap:
        verdict = f"A known gap, {place} not found yet"
    where = f" in `{one_line(example.path)}`" if example.path else ""
    if example.beside:
        where += f" beside {', '.join(f'`{one_line(path)}`' for path in example.beside)}"
    return sentence(f"{verdict}{where}{': ' + example.because if example.because else ''}")


def _change(example: Example) -> str:
    return f"Before the change:\n\n{_fenced(example.base or '', example.language)}\n\nAfter it:"


def _fenced(code: str, language: str) -> str:
    """The code as a block it cannot leave; what cannot be seen stands there as an escape."""
    lines = [_visible(line) for line in code.rstrip("\n").split("\n")]
    fence = backticks(code, 3)
    return "\n".join([f"{fence}{_FENCES.get(language, language)}", *lines, fence])


def _visible(line: str) -> str:
    indent = line[: len(line) - len(line.lstrip(" \t"))]
    return indent + one_line(line[len(indent) :], _LINE_LIMIT) if line.strip() else ""
