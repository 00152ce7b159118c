"""Fixed identifiers of objects that live elsewhere: a UUID, an ARN or a public address handed to a call that addresses one."""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from ast_grep_py import SgNode

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.analysis.shapes import COLLECTIONS, MADE, STATEMENT_ENDS, callee, last_name, node_at, slot, snake

_UUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_ARN = r"arn:aws[\w-]*:[\w-]+:[\w-]*:\d{12}:[\w/:.-]+"
_ADDRESS = r"\d{1,3}(?:\.\d{1,3}){3}"
_QUOTED = re.compile(rf"([\"'`])(?:(?P<uuid>{_UUID})|(?P<arn>{_ARN})|(?P<address>{_ADDRESS}))\1")
_FLAG = re.compile(rf"--(?P<flag>[\w-]+)[ =][\"']?(?P<uuid>{_UUID})\b")

# A parameter that names an object somebody else owns, after snake(): image_uuid, tenant_id, host.
_OBJECT = (
    "image|flavor|server|instance|volume|snapshot|network|subnet|port|router|device|host|node|cluster|tenant|project|account"
    "|organi[sz]ation|org|user|owner|customer|subscription|vault|key|role|group|zone|resource|registration|client|app"
    "|application|workspace|domain|share|aggregate|consumer|provider|migration|job|session|team|site|target"
)
_REFERENCE = re.compile(rf"^(?:\w+_)?({_OBJECT})_?(?:id|uuid|guid|ref|arn)$|^(?:\w+_)?(?:arn|guid)$")
_OBJECT_FLAG = re.compile(rf"^(?:{_OBJECT})(?:_id|_uuid)?$")
_PLACE = re.compile(r"^(?:\w+_)?(?:host|hostname|server|endpoint)$")
_OWN = re.compile(r"^(?:id|uuid)$")
_ADDRESSING = re.compile(
    r"^_?(?:get|find|fetch|load|lookup|look_up|show|delete|remove|destroy|attach|detach|boot|start|stop|restart|reboot|resize"
    r"|rebuild|migrate|live_migrate|describe|retrieve|connect|assign|revoke|grant|evacuate|open|dial)(?:_\w+)?$"
)
_COMPARING = re.compile(r"assert|expect|should|verif|require\.|called|equal|match|contain|compare", re.IGNORECASE)
_IMITATING = re.compile(
    r"mock|fake|stub|dummy|factory|fixture|sample|patch|return|side_?effect|given|when|dict\b|uuid|parse|data", re.IGNORECASE
)
_ASKING = re.compile(r"(?:Request|Input|Params|Opts|Options|Query|Command|Args)$")
_QUOTE = 60
_MOST = 100  # candidates that are looked at; a file with more of them is data
_DATA = 3  # more identifiers than this in one literal are a table of data
_DOCUMENTED_ACCOUNTS = frozenset(["123456789012", "111122223333", "444455556666", "123456789123", "210987654321"])


@detector("fixed-identifier")
def fixed_identifier(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """The first such identifier on the added lines; `shown` counts the others, for one remark a file is enough."""
    found: dict[str, Found] = {}
    for value, start, end, flag in islice(_news(document), _MOST):
        if value not in found and (quote := _addresses(document, start, end, flag)):
            line = document.line_at(start)
            found[value] = Found(line, line, quote, {"": value})
    if found:
        first, *others = found.values()
        shown = first.quote + (f" and {len(others)} more" if others else "")
        yield Found(first.line, first.line, first.quote, {**first.captures, "shown": shown})


def _news(document: Document) -> Iterator[tuple[str, int, int, str]]:
    """The candidates on added lines that may be somebody's object, in order."""
    for candidate in _candidates(document):
        if document.line_at(candidate[1]) in document.added and not _placeholder(candidate[0]):
            yield candidate


def _candidates(document: Document) -> Iterator[tuple[str, int, int, str]]:
    if document.language == "shell":
        for match in _FLAG.finditer(document.text):
            if _OBJECT_FLAG.match(snake(match["flag"])):
                yield match["uuid"], match.start("uuid"), match.end("uuid"), match.group()
        return
    for match in _QUOTED.finditer(document.text):
        kind = str(match.lastgroup)
        yield match[kind], match.start(kind), match.end(kind), ""


def _placeholder(value: str) -> bool:
    """Nobody's object: the nil UUID, counting or repeated digits, documentation's accounts, addresses that route nowhere."""
    if value.startswith("arn:"):
        account = next(part for part in value.split(":") if len(part) == 12 and part.isdigit())
        return account in _DOCUMENTED_ACCOUNTS or len(set(account)) <= 2
    if "." in value:
        return _routes_nowhere(value)
    digits = value.replace("-", "").lower()
    return len(set(digits)) <= 6 or digits.startswith(("12345678", "01234567", "deadbeef", "abcdef"))


def _routes_nowhere(value: str) -> bool:
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return True
    octets = [int(part) for part in value.split(".")]
    counting = len(set(octets)) == 1 or octets == list(range(octets[0], octets[0] + 4))
    return counting or not address.is_global or address.is_multicast


def _addresses(document: Document, start: int, end: int, flag: str) -> str:
    """How the identifier is handed to a call that addresses an object by it, as written and shortened; '' when it is data, an
    expectation or a fake."""
    value = document.text[start:end]
    if flag:
        return flag.replace(value, _short(value))
    node = node_at(document, start, end)
    if node is None:
        return ""
    place = slot(node)
    calls = [callee(call) for call in place.calls]
    if not calls or any(_COMPARING.search(c) or _IMITATING.search(last_name(c)) for c in calls) or _is_data(node):
        return ""
    own = last_name(calls[0])
    if _made(place.calls[0], own) and not _ASKING.search(own):
        return ""
    if not _fits(place.name, snake(own), address="." in value and not value.startswith("arn:")):
        return ""
    written = place.node.text() if place.name else document.text[start - 1 : end + 1]
    quote = written.replace(value, _short(value))
    return quote if len(quote) <= _QUOTE and "\n" not in quote else document.text[start - 1] + _short(value)


def _fits(name: str, verb: str, *, address: bool) -> bool:
    """A parameter of this name, or a call of this name by position, refers to an object."""
    addressing = bool(_ADDRESSING.match(verb))
    if not name:
        setter = re.sub(r"^(?:set|with)_", "", verb)
        return bool(_REFERENCE.match(setter)) or (addressing and (address or "_" in verb.strip("_")))
    if address:
        return bool(_PLACE.match(name))
    return bool(_REFERENCE.match(name)) or (addressing and bool(_OWN.match(name)))


def _short(value: str) -> str:
    """As much of the value as tells it from others; an ellipsis stands for the rest."""
    return value if len(value) <= 16 else f"{value[:30]}…" if value.startswith("arn:") else f"{value[:9]}…"


def _made(call: SgNode, name: str) -> bool:
    """The call makes an object and gives it its own identity, which refers to nothing."""
    return call.kind() in MADE or (name[:1].isupper() and call.kind() == "call") or name in ("new", "create", "build")


def _is_data(node: SgNode) -> bool:
    for around in node.ancestors():
        if around.kind() in STATEMENT_ENDS:
            return False
        if around.kind() in COLLECTIONS and len(list(islice(_QUOTED.finditer(around.text()), _DATA + 1))) > _DATA:
            return True
    return False
