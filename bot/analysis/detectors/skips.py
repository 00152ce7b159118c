"""A skip that the pull puts on what stood in the base and is about security, in any language's spelling."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.blocks import marked
from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.core.removed import LONGEST
from bot.core.security_tests import is_security_test, names_security

_SKIP = re.compile(
    r"^\s*(?:@(?:\w+\.)*(?:skip\w*|xfail|expectedFailure|Disabled\w*|Ignore\w*)\b|pytestmark\s*=\s*.*\b(?:skip|xfail)\w*|pytest\.(?:skip|xfail)\(|(?:self|this)\.skip(?:Test)?\("
    r"|raise\s+(?:\w+\.)?SkipTest|#\[(?:cfg_attr\([^\n]*\b)?ignore\b|\[(?:\w+,\s*)*(?:Ignore|Explicit)\b|\[\w*(?:Fact|Theory|Test)\w*\([^\n]*\bSkip\s*="
    r"|throw\s+new\s+\w*Skip\w*\(|(?:Assert|Assume)\.(?:Ignore|Inconclusive)\(|\$this->markTest(?:Skipped|Incomplete)|\w{1,4}\.Skip(?:f|Now)?\(|skip\.If\(|Skip(?:If|On|Unless)?\w*\("
    r"|(?:skip|pending|omit|skip_(?:if|unless|on|test|all|for_now)\w*|cl_skip|ck_skip|g_test_skip|test_skip)\b(?!\s*[=:.])|(?:QSKIP|GTEST_SKIP|TEST_SKIP|SKIP\w*)\s*\(|plan\s+skip_all|SKIP:\s*\{|local\s+\$(?:main)?(?:::)?TODO"
    r"|(?:this|\w+)\.(?:current[tT]est|test)\.skipReason\s*=|Set-ItResult\s+-(?:Skipped|Pending|Inconclusive)|exit\s+77\b|return\s+77\s*;|AT_SKIP_IF|skip_test\b"
    r"|\[?[\"']?(?:skip|ignore|disabled|skipReason|skip_reason)[\"']?\s*[:=]\s*(?:true|True|[\"'][^\"']))"
    r"|\b(?:it|test|describe|context|suite|specify)\.(?:skip|fixme|todo)\b|\bx(?:it|describe|context|test|specify)\s*\(|^\s*[PX](?:It|Describe|Context|Specify)\("
    r"|^\s*(?:It|Context|Describe)\s+[\"'][^\n]*\s-(?:Skip|Pending)\b(?!:\$false)|\bskip\s*(?:=>|:)\s*(?:true|[\"'])",
)
_ELSEWHERE = re.compile(  # the machine lacks something, and it runs on the others
    r"\b(?:short|root|sudo|installed|available|missing|have_\w+|has_\w+|needs?|requires?)\b", re.IGNORECASE
)
_ALSO = re.compile(  # in a name these are about security wherever they stand in it
    r"ssl|tls|cert(?:s|ificates?)?(?![a-z])|encrypt|decrypt|cipher|kerberos|scram|oidc|ldap|selinux|apparmor|seccomp|userns|symlink|x509|gssapi|fips|keyring|keystore|revok",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"^\s*(?:#(?!\[)|//|/?\*|--\s)")
_GROUP = re.compile(r"\s*(?:export |public |abstract )*(?:describe|context|suite|class|module|Describe|Context)\b")
_ABOVE, _AROUND, _FAR, _MOST = 8, 2, 60, 40


@detector("put-skip")
def put_skip(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Each such skip; of a whole file where its language has no functions. Where a condition beside it names something
    that a machine may lack, it says nothing."""
    moved = {line.text.strip() for line in document.source.lines.removed}
    if not moved and len(document.added) >= len(document.lines):
        return
    for line in document.added_near(_SKIP)[:_MOST]:
        text = document.lines[line - 1][:LONGEST]
        skip = _SKIP.search(text)
        if skip is None or _COMMENT.match(text) or text.strip() in moved or _ELSEWHERE.search(_beside(document, line)):
            continue
        name = _silenced(document, line)
        if name is not None:
            yield Found(line, line, skip.group().strip()[:60], {"test": name or "this file", "": skip.group()})


def _beside(document: Document, line: int) -> str:
    return "\n".join(document.lines[max(0, line - 1 - _AROUND) : line + 1])


def _silenced(document: Document, line: int) -> str | None:
    """What the skip takes out: the name of a security test of the base, '' for a file of them; None for anything else."""
    test = document.scope(line) or marked(document, line)
    if test is None:
        whole = _stood(document, line) and (_named(_last(document.path)) or _named(document.lines[line - 1][:LONGEST]))
        return "" if whole else None
    if test.start in document.added - {line} and test.name not in _removed_names(document):
        return None
    named = _named(test.name) or _named(_last(document.path)) or _named(_group(document, line))
    return test.name if named or is_security_test(document.path, test.name, test.text, document.text) else None


def _group(document: Document, line: int) -> str:
    """The header of the nearest group of tests above the line."""
    above = document.lines[max(0, line - 1 - _FAR) : line]
    return next((text[:LONGEST] for text in reversed(above) if _GROUP.match(text)), "")


def _stood(document: Document, line: int) -> bool:
    """Most of the lines around it are the base's."""
    near = range(max(1, line - _ABOVE), min(len(document.lines), line + _ABOVE) + 1)
    return sum(n in document.added for n in near) * 2 < len(near)


def _removed_names(document: Document) -> str:
    return " ".join(r.text for r in document.source.lines.removed[:200])


def _named(name: str) -> bool:
    return names_security(name) or _ALSO.search(name) is not None


def _last(path: str) -> str:
    return "/".join(path.split("/")[-2:])
