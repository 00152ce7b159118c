"""Who gives a resource back: the calls and the blocks of eleven languages that do, read from a line of text.

It is a reading of names, not of types, and errs by believing that a resource is given back.
"""

import re
from collections.abc import Iterator

_NAME = r"[A-Za-z_$][\w$]*"
_RELEASES = (
    re.compile(
        rf"(?P<name>{_NAME})(?:\.\w+)?\s*(?:\?\.|!!?\.|\.|->)\s*(?:close|dispose|shut_?down|stop|release|destroy|terminate|kill|join|wait|"
        r"communicate|disconnect|cancel|end|unlink|abort|quit|cleanup)\w*",
        re.IGNORECASE,
    ),
    re.compile(rf"\bdelete(?:\[\])?\s+(?P<name>{_NAME})\b"),
)
# A function that gives back what it is handed; to delete by a method is the product's business.
_HANDED_TO = re.compile(
    r"(?:\b\w*(?:free|close|release|destroy|dispose|unref|cleanup|shutdown|quietly|remove_?all|rmtree|rm_rf|rm_r|thread_?join)|(?<![\w.])\w*(?:delete|remove|unlink))\w*\s*\((?P<arguments>[^()\n]{1,200})",
    re.IGNORECASE,
)
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
    for call in _HANDED_TO.finditer(text):
        for argument in _ARGUMENT.finditer(call["arguments"]):
            yield argument["name"]


def cares(text: str) -> bool:
    """Something on this line is in charge of giving things back: a block, a deferred call, a clean-up hook."""
    return _CARES.search(text) is not None


def word(name: str) -> re.Pattern[str]:
    """The name as a word of its own."""
    return re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])")
