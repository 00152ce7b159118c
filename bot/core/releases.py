"""Who gives a resource back: the calls and the blocks of eleven languages that do, read from a line of text.

It is a reading of names, not of types, and errs by believing that a resource is given back.
"""

import re
from collections.abc import Iterator

_NAME = r"[A-Za-z_$][\w$]*"
_RELEASES = (
    re.compile(
        rf"(?<![\w$])(?P<name>{_NAME})(?:(?:\.|->)\w+(?:\([^()\n]{{0,80}}\))?){{0,3}}\s*(?:[?&]\.|!!?\.|\.|->)\s*(?:close|dispose|shut_?down|stop|release|destroy|terminate|kill|(?<!path\.)join|wait|"
        r"communicate|disconnect|cancel|end|unlink|abort|quit|cleanup)\w*",
        re.IGNORECASE,
    ),
    re.compile(rf"\bdelete(?:\[\])?\s+(?P<name>{_NAME})\b"),
    re.compile(
        rf"\b(?:Process|os|syscall|unix)\.(?:kill|wait\w*|close)\((?:[^,()\n]{{0,20}},\s*)?@?(?P<name>{_NAME})", re.IGNORECASE
    ),
    re.compile(r"\bexec\s+\{(?P<name>\w+)\}[<>]&-"),
)
# The calls that certainly give something back, and the whole path of what they give back.
_CERTAIN = re.compile(
    rf"(?<![\w$@.>])(?P<path>@{{0,2}}{_NAME}(?:(?:\.|->|[?&]\.){_NAME}){{0,3}})(?:\.\w+\(\))*(?:[?&]|!!?)?(?:\.|->)"
    r"(?:(?:server_)?close(?:All|Async|Quietly|_all)?|dispose(?:Async)?|shut_?down(?:Now|Gracefully|Async)?|stop(?:Async|Gracefully)?|release|destroy"
    r"|terminate|kill|disconnect|abort|quit|clean_?up|tear_?down|(?:join|wait)(?=\s*(?:\((?:timeout\s*=)?[\d.]*\)|$)))"
    r"\s*(?:\(|[;)}]|$)",
    re.IGNORECASE,
)
_EACH = re.compile(r"\bfor\s*\(?\s*(?:\w+[\s&*]+)?(?P<one>\w+)\s+(?:in|of|:)\s+(?P<all>\w+)\b")
_OF_ITSELF = frozenset("self this cls $this".split())
# A function that gives back what it is handed; to delete by a method is the product's business.
_HANDED_TO = re.compile(
    r"(?:\b\w*(?:free|close(?!rs?\s*\()|release|destroy|dispose|unref|clean|g_clear|shutdown|quietly|remove_?all|rmtree|rm_rf|rm_r|thread_?join)"
    r"|(?<![\w.])\w*(?:delete|remove|unlink)"
    r"|(?<![\w.])(?:os|fs|fsp|fsPromises|fse|Files?|FileUtils|FileSystem|Directory|fs::\w*)\.(?:remove|unlink|rm|delete))\w*\s*\((?P<arguments>[^()\n]{1,200})",
    re.IGNORECASE,
)
_OWN_MEMBER = re.compile(rf"(?:\b(?:self|this|cls)(?:\.|->)|@)(?P<name>{_NAME})\s*(?=,|$)")
_ARGUMENT = re.compile(rf"(?:^|,)\s*&?\s*\*?(?P<name>{_NAME})\s*(?=,|$|->|\.|\[)")
# A block that gives it back by itself: try (X x = …), using (var x = …), with open() as x, File.open(p) do |x|.
_GUARDS = (
    re.compile(rf"\btry\s*\(\s*(?:final\s+)?[\w<>,\[\]. ]*?\b(?P<name>{_NAME})\s*="),
    re.compile(rf"\b(?:await\s+)?using\s*(?:\(\s*)?(?:var|[\w<>,.\[\]]+)\s+(?P<name>{_NAME})\s*="),
    re.compile(rf"^\s*(?:async\s+)?with\s+.*\bas\s+(?P<name>{_NAME})\s*[:,)]"),
    re.compile(rf"\.(?:open|create|start|mktmpdir)\b.*\bdo\s*\|(?P<name>{_NAME})\|\s*$"),
)
_CARES = re.compile(
    r"\btry\s*\(|\busing\b|^\s*(?:async\s+)?with\b|\bdefer\b|addCleanup|\bCleanup\(|@Rule|@Cleanup|@RegisterExtension|ExitStack|"
    r"enterContext|closing\(|\.use\b|unique_ptr|shared_ptr|scoped|guard|autoclose|\bafter(?:Each|All)\b|teardown|closeQuietly|"
    r"[Cc]loser|register\(|finaliz",
    re.IGNORECASE,
)


def released(text: str) -> Iterator[str]:
    """The names that this line gives back, or that a block opened on it will."""
    for pattern in (*_GUARDS, *_RELEASES):
        for match in pattern.finditer(text):
            yield match["name"]
    yield from members(text)
    for call in _HANDED_TO.finditer(text):
        for argument in _ARGUMENT.finditer(call["arguments"]):
            yield argument["name"]


def members(text: str) -> Iterator[str]:
    """The members of an object that this line certainly gives back, each by its last name: `db` of `self.db.close()`, `folder` of
    `rmtree(self.folder)`."""
    for match in _CERTAIN.finditer(text):
        names = [n for n in re.split(r"[?&]\.|\.|->", match["path"].lstrip("@")) if n not in _OF_ITSELF]
        if names:
            yield names[-1]
    for call in _HANDED_TO.finditer(text):
        yield from (m["name"] for m in _OWN_MEMBER.finditer(call["arguments"]))


def one_of_all(text: str) -> tuple[str, str] | None:
    """The names of the one and of the all in the head of a loop, for what is given back one by one."""
    match = _EACH.search(text)
    return (match["one"], match["all"]) if match else None


def cares(text: str) -> bool:
    """Something on this line is in charge of giving things back: a block, a deferred call, a clean-up hook."""
    return _CARES.search(text) is not None


def word(name: str) -> re.Pattern[str]:
    """The name as a word of its own."""
    return re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])")
