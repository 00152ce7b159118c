"""Fixed names in a machine's shared temporary folder that a test writes to."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.core.releases import word

_COMMENT = re.compile(r"^\s*(?:#|//|\*|/\*|--)")
_LITERAL = re.compile(r"""(?P<path>[bru]{0,2}(?P<quote>["'`])/(?:var/)?tmp(?:/[\w.+-]+)*/?(?P=quote))""")
_JOINED = re.compile(
    r"""(?P<path>(?:os\.TempDir\(\)|tempfile\.gettempdir\(\)|os\.tmpdir\(\)|Dir\.tmpdir|sys_get_temp_dir\(\)|Path\.GetTempPath\(\)|"""
    r"""(?:env::|std::env::)temp_dir\(\)|System\.getProperty\("java\.io\.tmpdir"\))\s*(?:,|\+|\.)\s*(?:join\()?["'`]/?[\w.+-]{3,}["'`])\s*[),;]?\s*$"""
)
# A call that makes something at the path it is given. `%s`: the path, or the name that holds it.
_MAKES = (
    r"(?:\bopen|\bfopen|\bcreat|(?:write_?File|WriteFile|WriteAllText|append_?File|outputFile|createWriteStream)(?:Sync)?|mk_?dirs?p?|"
    r"mkdir_p|makedirs|MkdirAll|Mkdir|os\.Create|OpenFile|createDirector(?:y|ies)|CreateDirectory|newFile|mkdirSync|mkdtemp|"
    r"File\.write|File\.open|FileUtils\.\w+|file_put_contents|touch|chdir|copy(?:file|tree|2)?|copyFile|rename|move|sqlite3\.connect|"
    r"symlink|download\w*|save\w*|dump\w*|extract\w*|write_\w+|create_\w+|get|put|FileWriter|FileOutputStream|new File)"
    r"\s*\(\s*(?:[\w.\"']+\s*,\s*)?"
)  # fmt: skip
_NAMED = re.compile(r"(?P<name>[A-Za-z_]\w*)[\"'\]]*\s*(?::=|=(?!=))\s*\\?\s*$")
_PLACE = re.compile(
    r"(?:path|file|fname|dir|folder|home|root|workspace|media|store|mount|sock|log|tmp|temp|crt|jks|key)\w*$", re.IGNORECASE
)


@detector("shared-temp")
def shared_temp(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A fixed path in the shared temporary folder that is written to at once, or given to a name that says it is a place and
    that the file goes on to use."""
    for number in sorted(document.added):
        text = document.lines[number - 1] if number <= len(document.lines) else ""
        if _COMMENT.match(text):
            continue
        for match in (_LITERAL.search(text), _JOINED.search(text)):
            if match and _used_as_place(document, number, text[: match.start("path")]):
                yield Found(number, number, match["path"])
                break


def _used_as_place(document: Document, number: int, before: str) -> bool:
    if re.search(_MAKES + r"$", before):
        return True
    statement = before if before.strip() else document.lines[number - 2] if number > 1 else ""
    named = _NAMED.search(
        re.sub(r"(?:path\.join|filepath\.Join|os\.path\.join|Path|new File|Paths\.get)\s*\(\s*$", "", statement)
    )
    if named is None or _PLACE.search(named["name"]) is None:
        return False
    mine = word(named["name"])
    return any(
        mine.search(line) and n != number and "(" in line and not _checks(line) for n, line in enumerate(document.lines, 1)
    )


def _checks(line: str) -> bool:
    """The line compares or fakes, it does not make anything."""
    return (
        re.search(r"\bassert|\bexpect|\bmock|\bpatch|\bstub|called_with|\bshould\b|EXPECT_|ASSERT_", line, re.IGNORECASE)
        is not None
    )
