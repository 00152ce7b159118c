"""The process environment, or one of its secrets, on its way out: printed, or sent over the network.

`environment`: a rule names the `sink` (the end of the callee's name), and `what` leaves: "whole", "variable" or "any". A variable
counts when its name is a CI or cloud secret's and the file does not set it itself. The finding's captures are `secret`, the
code that reads the environment or the variable's name, and for a variable `variable`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ast_grep_py import SgNode

from bot.analysis.detectors import Found, detector
from bot.analysis.detectors.flows import fed_calls, found_at
from bot.analysis.document import Document
from bot.analysis.expressions import names_in, search
from bot.core.environment import SECRET, is_secret, sets

# How each language reads one variable; {name} is the variable's name.
_READS = {
    "python": r"environ\[\s*['\"]{name}['\"]|environ\.(?:get|pop)\(\s*['\"]{name}['\"]|getenv\(\s*['\"]{name}['\"]",
    "javascript": r"\benv\.{name}\b|\benv\[\s*['\"`]{name}['\"`]|Deno\.env\.get\(\s*['\"]{name}['\"]",
    "java": r"getenv\(\s*\"{name}\"|getenv\(\)\s*\.get\(\s*\"{name}\"",
    "kotlin": r"getenv\(\s*\"{name}\"|getenv\(\)\s*(?:\.get\(|\[)\s*\"{name}\"",
    "go": r"os\.(?:Getenv|LookupEnv)\(\s*[\"`]{name}[\"`]",
    "c": r"\bgetenv\(\s*\"{name}\"",
    "ruby": r"\bENV\[\s*['\"]{name}['\"]|\bENV\.fetch\(\s*['\"]{name}['\"]",
    "csharp": r"GetEnvironmentVariable\(\s*\"{name}\"",
    "php": r"\bgetenv\(\s*['\"]{name}['\"]|\$_(?:ENV|SERVER)\[\s*['\"]{name}['\"]",
    "rust": r"env::var(?:_os)?\(\s*\"{name}\"|option_env!\(\s*\"{name}\"",
}
# How each language reads all of it, values included: `sorted(os.environ)` and `Object.keys(process.env)` are names alone.
_WHOLE = {
    "python": r"os\.environ\b(?!b?\s*[\[.])(?<!sorted\(os\.environ)(?<!list\(os\.environ)(?<!set\(os\.environ)"
    r"(?<!join\(os\.environ)|os\.environ\.(?:items|values|copy)\(\)|\bdict\(environ\)",
    "javascript": r"process\.env\b(?!\s*(?:[.\[]|\?\.))(?<!keys\(process\.env)(?<!Names\(process\.env)|Deno\.env\.toObject\(\)",
    "java": r"\bgetenv\(\s*\)(?!\s*\.(?:get|getOrDefault|containsKey|keySet|size)\()",
    "kotlin": r"\bgetenv\(\s*\)(?!\s*(?:\.(?:get|getOrDefault|containsKey|keys|size)\b|\[))",
    "go": r"\bos\.Environ\(\)",
    "c": r"\benviron\[",
    "ruby": r"\bENV\.(?:to_h|to_a|inspect|to_hash|each|each_pair|map|sort|values|to_s|sort_by|collect)\b|\bENV\b(?!\s*[.\[])",
    "csharp": r"GetEnvironmentVariables\(",
    "php": r"\bgetenv\(\s*\)|\$_ENV\b(?!\s*\[)|\$_SERVER\b(?!\s*\[)",
    "rust": r"\benv::vars(?:_os)?\(\)",
}
# Calls that hand a value on, changed or not. What any other call makes of it is not known: a child process that gets the whole
# environment does not print it, and a length or a presence is no secret.
_HANDS_ON = r"""
    append as_str assign base64_encode b64encode btoa Buffer build bytearray bytes c_str chunks clone collect compress
    concat copy data decode dict dumps? each each_pair encode64 entries env environ environment escape expect extend
    f?format ENV\.fetch filter for_each forEach FormData from fromBytes [gG]etBytes getenv Getenv getOrDefault gzip\w* hex
    hexlify http_build_query implode inspect into items iter [jJ]oin json json_encode list LookupEnv lower map [mM]arshal\w*
    [nN]ewBuffer\w* [nN]ewBuilder [nN]ewReader NewRequest\w* [oO]f\w* pack pop print_r push quote reduce repr replace
    Request HttpRequest reversed? [sS]erialize\w* sort sort_by sorted split split_at [sS]printf? Sprintln str
    strict_encode64 [sS]tring StringContent StringEntity stringify strip to_a to_h to_hash to_json to_owned to_s to_string
    toArray [tT]oBase64\w* [tT]oJson toList toRequestBody [tT]oString transform tuple unpack1? unwrap unwrap_or\w* upper uri
    URI create url URL urlencode URLSearchParams valueOf values var var_os var_export vars vars_os with write\w* zip
    \w*encode\w* GetEnvironmentVariables? Environ putAll (?:env|environ|getenv\(\))\.get \w*[bB]uilder\(.*\.\w+
""".split()
_WALL = re.compile(rf"^(?!(?:.*[.:>\s\\])?(?:{'|'.join(_HANDS_ON)})!?$)", re.DOTALL)
# A few characters of a value, its length, or whether there is one.
_REDACTED = re.compile(
    r"\[\s*:\s*-?[1-6]\s*\]|\.(?:slice|substring|substr)\(\s*0?\s*,?\s*-?[1-6]\s*\)|\[0\.\.[1-6]\]|\.(?:length|size|Length)\b|\.is_(?:ok|some|err|none)\(\)"
)
_BARE = re.compile(r"(?:os\.)?environ|process\.env")
_LOOPS = frozenset(["for_statement", "for_in_clause", "for_in_statement"])


@detector("environment")
def environment(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """The sinks that the environment reaches, each on the line where its arguments begin."""
    language, what = document.language, options.get("what", "any")
    if not any(p and re.search(p, document.text) for p in (_WHOLE.get(language), _read(language))):
        return
    for call, callee, feeding in fed_calls(document, str(options["sink"]), _WALL):
        captures = _whole(language, feeding) if what in ("whole", "any") else {}
        captures = captures or (_variable(language, feeding, document.text) if what in ("variable", "any") else {})
        if captures:
            yield found_at(document, call, callee, captures)


def _read(language: str) -> str:
    """How the language reads a secret's variable; '' for a language without such a way."""
    return _READS.get(language, "").replace("{name}", f"(?:{SECRET})")


def _whole(language: str, feeding: list[SgNode]) -> dict[str, str]:
    pattern = re.compile(_WHOLE[language]) if language in _WHOLE else None
    for node in feeding if pattern else ():
        match = search(pattern, node, _WALL) if pattern else None
        if match and not (_BARE.fullmatch(node.text()) and (_names_alone(node) or _taken_apart(node))):
            return {"secret": re.sub(r"[\[(]+$", "", match.group())}
    return {}


def _names_alone(node: SgNode) -> bool:
    """A loop over the environment itself, which in Python and with JavaScript's `in` yields names."""
    loop = node.parent()
    if loop is None or loop.kind() not in _LOOPS:
        return False
    operator = loop.field("operator")
    return loop.kind() != "for_in_statement" or (operator is not None and operator.text() == "in")


def _taken_apart(node: SgNode) -> str:
    """The pattern that picks single variables out of the environment, as in `const { CI, TOKEN } = process.env`."""
    declared = node.parent()
    pattern = declared.field("name") if declared is not None else None
    return pattern.text() if pattern is not None and pattern.kind() == "object_pattern" and "..." not in pattern.text() else ""


def _picked(feeding: list[SgNode]) -> str:
    """The secret that a call is fed by way of such a pattern."""
    apart = next((p for node in feeding if node.text() == "process.env" and (p := _taken_apart(node))), "")
    names = (n.text() for n in names_in(feeding[0])) if apart else ()
    return next((n for n in names if is_secret(n) and n in apart), "")


def _variable(language: str, feeding: list[SgNode], text: str) -> dict[str, str]:
    pattern = re.compile(_read(language) or "$^")
    if (picked := _picked(feeding)) and not sets(text, picked):
        return {"secret": picked, "variable": picked}
    for node in feeding:
        match = search(pattern, node, _WALL)
        if match is None or any(_REDACTED.search(n.text()) for n in feeding):
            continue
        name = re.search(SECRET, match.group())
        if name and not sets(text, name.group()):
            return {"secret": name.group(), "variable": name.group()}
    return {}
