"""The literals that a pull adds to product code and that decide something there: a secret's value, a credential that is compared,
a header or an environment variable that is asked for.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from bot.core.diff import Row

_MOST = 100  # of one file
_ON_A_LINE = 10
_BEFORE = 80  # characters before a literal in which its name stands
_LINE = 500  # characters of a line that are read
_QUOTED = re.compile(r"\"((?:\\.|[^\"\\\n]){4,200})\"|'((?:\\.|[^'\\\n]){4,200})'|`([^`\n]{4,200})`")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SECRET = frozenset("secret token password passwd passphrase pepper hmac".split())
_KEYS = re.compile(r"(?:secret|private|signing|api|encryption|jwt|hmac|session|master|auth|access|cookie)_?key(?:_?base)?$")
# The name that a literal is given to, by assignment, as a key's value, or as what an unset variable defaults to.
_GIVEN = re.compile(
    r"([A-Za-z_$][\w$.-]*)[\"'\]]*\s*(?::\s*[\w<>\[\]., |?&*]{1,40})?\s*(?:=>|:?=|:)\s*"
    r"(?:new\s+)?(?:[\w.\[\]]{1,30}\()?\s*[bBrRuUfF]{0,2}$"
)
_DEFAULT = re.compile(
    r"(?:process\.env\.(\w+)|(?:env\w*|ENV|getenv|Getenv|get_env|config)\b[\w.]*\s*[\[(]\s*[\"'](\w+)[\"']\s*[\])]?)"
    r"\s*(?:,\s*(?:default\s*=\s*)?|\|\||\?\?|\bor\b|\?:)\s*$"
)
_PLAIN = re.compile(r"^\s*(?:export\s+)?[\"']?([\w.-]+)[\"']?\s*[:=]\s*([^\s\"'#]{12,200})\s*$")
_PLAIN_IN = re.compile(r"\.(?:ya?ml|env|ini|properties|toml|cfg|conf)$|(?:^|/)\.env")
_LOCAL_SETTINGS = re.compile(
    r"(?:^|[/._-])(?:dev\w*|local|tests?|ci|example|sample|docker-compose|compose)(?:[/._-]|$)", re.IGNORECASE
)
_EQUALS_BEFORE = re.compile(r"([\w.$\])]*?(\w+)[\])(\"']*)\s*(?:[!=]==?|\beq\b|\.equals(?:IgnoreCase)?\(|,)\s*[bru]?$")
_COMPARING = re.compile(
    r"[!=]==?\s*[bru]?$|\.equals(?:IgnoreCase)?\(\s*$|(?:compare_digest|timingSafeEqual|ConstantTimeCompare)\([^,]*,\s*(?:\[\]byte\()?[bru]?$"
)
_EQUALS_AFTER = re.compile(r"\s*(?:[!=]==?\s*([\w.$]+)|\.equals\(\s*([\w.$]+))")
_CREDENTIAL = re.compile(
    r"(?:token|passw\w*|otp|pin|passcode|secret|api_?key|credential|totp|mfa_?code|sms_?code|code)$", re.IGNORECASE
)
_FIXED = re.compile(r"\d{4,8}|(?=.*(?:test|e2e|magic|bypass|backdoor|master|debug|dummy))[\w.@:+/-]{6,}", re.IGNORECASE)
_HEADER = re.compile(
    r"(?:HTTP_)?X[-_](?:[A-Z0-9]+[-_])*(?:Test|E2E|Bypass|Impersonate|Skip|Mock|Fake)(?:[-_][A-Z0-9]+)*", re.IGNORECASE
)
_READS_HEADER = re.compile(r"header|META|request|\breq\b|ctx", re.IGNORECASE)
_SWITCH = re.compile(
    r"(?=[A-Z0-9_]*(?:TEST|E2E|BYPASS|SKIP|DISABLE|FAKE|MOCK|NO_))(?=[A-Z0-9_]*(?:AUTH|LOGIN|OTP|MFA|PERMISSION|CSRF|VERIF|SIGNATURE|CAPTCHA))"
    r"[A-Z][A-Z0-9_]{5,60}"
)
_READS_ENV = re.compile(r"env", re.IGNORECASE)
_ENV_NAME = re.compile(r"process\.env\.([A-Z][A-Z0-9_]{5,60})\b")
_PROSE = re.compile(
    r"\s\S+\s|^[\w.-]+(?:/[\w.{}:-]*)+$|^[a-z]+:|^/|^\w+(?:\.\w+)+$"
)  # a message, a path, an address, a dotted name
_INNER = re.compile(r"(?<![\w\\])\w+(?!\w)")
_LEAST = 12


@dataclass(frozen=True, slots=True)
class Literal:
    """A literal on an added line of product code, what it is called there, and what is done with it."""

    line: int
    name: str
    use: str
    value: str = field(repr=False)


def literals(path: str, read_rows: Sequence[Row]) -> Iterator[Literal]:
    """Those of one file's patch, a hundred at most."""
    yield from islice((literal for row in read_rows if row.sign == "+" for literal in _of_line(path, row)), _MOST)


def names_secret(name: str) -> bool:
    """The name is a secret's own: its last word says so, so that a token's type, header or path is none."""
    words = _CAMEL.sub("_", name.rpartition(".")[2]).lower().strip("_-$").replace("-", "_")
    last = words.rpartition("_")[2]
    return last in _SECRET or _KEYS.search(words) is not None


def core(value: str) -> str:
    """The longest word of a value, by which a text that cannot hold it is told at a glance; '' when it has none."""
    return max(_INNER.findall(value), key=len, default="")


def _of_line(path: str, row: Row) -> Iterator[Literal]:
    text = row.text[:_LINE]
    for match in islice(_QUOTED.finditer(text), _ON_A_LINE):
        value = next(g for g in match.groups() if g is not None)
        name, use = _use(text[max(0, match.start() - _BEFORE) : match.start()], value, text[match.end() : match.end() + _BEFORE])
        if use:
            yield Literal(row.line, name, use, value)
    for match in _ENV_NAME.finditer(text):
        if _SWITCH.fullmatch(match.group(1)):
            yield Literal(row.line, match.group(1), "switch", match.group(1))
    if _PLAIN_IN.search(path) and not _LOCAL_SETTINGS.search(path):
        plain = _PLAIN.match(text)
        if plain and names_secret(plain.group(1)) and not _PROSE.search(plain.group(2)):
            yield Literal(row.line, plain.group(1), "given", plain.group(2))


def _use(before: str, value: str, after: str) -> tuple[str, str]:
    """What the product calls a literal and does with it; nothing when it is of no interest."""
    if _HEADER.fullmatch(value) and _READS_HEADER.search(before):
        return value, "header"
    if _SWITCH.fullmatch(value) and _READS_ENV.search(before):
        return value, "switch"
    compared = _compared(before, after)
    if compared:
        return (compared, "compared") if _CREDENTIAL.search(compared) and _FIXED.fullmatch(value) else ("", "")
    name = _given(before)
    if name and names_secret(name) and len(value) >= _LEAST and not _PROSE.search(value):
        return name, "given"
    return "", ""


def _compared(before: str, after: str) -> str:
    if _COMPARING.search(before):
        match = _EQUALS_BEFORE.search(before)
        return match.group(2) if match else ""
    later = _EQUALS_AFTER.match(after)
    return next((g for g in later.groups() if g), "").rpartition(".")[2] if later else ""


def _given(before: str) -> str:
    default = _DEFAULT.search(before)
    if default:
        return next(g for g in default.groups() if g)
    given = _GIVEN.search(before)
    return given.group(1) if given else ""
