"""Set-up blocks that replace several security-relevant collaborators, so that the path with the real controls never runs."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ast_grep_py import SgNode

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.analysis.grammar import GRAMMARS
from bot.analysis.shapes import callee, snake

_LEAST_KINDS = 3  # of collaborators
_LEAST_STATEMENTS = 3  # of those that a pull adds
_FAKE = re.compile(r"fake|stub|mock|dummy|monkeypatch|no_?op|instance_double|allow_any_instance_of", re.IGNORECASE)
_FAKE_NAME = re.compile(r"\w*(?:fake|stub|mock|dummy|patch|no_?op|double|allow_any)\w*", re.IGNORECASE)
_STRING = re.compile(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`[^`]*`")
_COMMENT = re.compile(r"(?:^|\s)(?:#|//)[^\n]*|/\*[\s\S]*?\*/")
_WORD = re.compile(r"[a-z]+")

# What guards something, by the words that collaborators of that kind are called by.
_KINDS = {
    "authentication": "auth authn authenticator identity keystone login oauth oidc saml ldap sso credential token csrf",
    "authorization": "authz authorizer policy policies permission permissions acl rbac role roles access enforcer",
    "network": "network networks neutron firewall dns socket proxy tls ssl",
    "images": "image images glance registry artifact artifacts",
    "keys and ciphers": "crypto cipher signer certificate cert keystore keyring vault barbican castellan kms secrets",
    "scheduling": "scheduler placement node nodes hypervisor conductor",
    "limits": "quota quotas ratelimit ratelimiter throttle throttler",
    "sandbox": "sandbox seccomp jail isolation",
}
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words.split()}

_SET_UP = re.compile(
    r"^(?:async_?)?set_?up(?:_\w+|[A-Z]\w*)?$|^before(?:_?each|_?all|_?test|_?class|_?suite)?$|^init(?:Test)?(?:Case)?$|^initialize$",
    re.IGNORECASE,
)
_SET_UP_MARK = re.compile(
    r"@(?:pytest\.)?fixture\b|@Before(?:Each|All|Class|Method|Test)?\b|\[(?:SetUp|OneTimeSetUp|TestInitialize|ClassInitialize)\]"
)
_SET_UP_CALLS = frozenset("before beforeEach beforeAll setup suiteSetup".split())
_UNIT = re.compile(r"(?:^|/)units?(?:[_-]?tests?)?/", re.IGNORECASE)
_TEST_WORDS = re.compile(r"^(?:test|tst)_?|(?:_|(?<=[a-z]))(?:[tT]ests?|IT|ITCase|[sS]pec|TestCase)$|-(?:test|spec)$")
_SHORTEST_UNIT = 4
_BLOCKS = frozenset(
    "block statement_block body_statement block_body compound_statement statements statement_list do_block".split()
)


@detector("heavy-fakes")
def heavy_fakes(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """One range for each set-up block that fakes at least three kinds; tests of one unit replace its surroundings by design."""
    if _UNIT.search(document.path) or not document.search(_FAKE) or document.root is None:
        return
    unit = _TEST_WORDS.sub("", document.path.rsplit("/", 1)[-1].split(".")[0]).replace("_", "").lower()
    for name, block in _set_ups(document, document.root):
        if len(unit) > _SHORTEST_UNIT and f"{unit}(" in block.text().replace("_", "").lower():
            continue
        fakes = [s for s in _statements(block) if _FAKE.search(_code(s.text()))]
        added = [s for s in fakes if s.range().start.line + 1 in document.added]
        if len(added) < _LEAST_STATEMENTS or len(_kinds(added)) < _LEAST_KINDS:
            continue
        first, last = fakes[0].range().start.line + 1, fakes[-1].range().end.line + 1
        quote = max(_FAKE_NAME.findall(_code(fakes[0].text().split("\n", 1)[0])), key=len, default="")
        if quote:
            said = {"count": str(len(fakes)), "setup": name, "kinds": ", ".join(_kinds(fakes)), "": block.text()}
            yield Found(first, last, quote, said, spans=True)


def _set_ups(document: Document, root: SgNode) -> Iterator[tuple[str, SgNode]]:
    grammar = GRAMMARS[document.language]
    for node in root.find_all({"rule": {"any": [{"kind": kind} for kind in grammar.scopes]}}):
        if not document.touches(*document.extent(node)):
            continue
        title = node.field("name") or node.field("declarator") or _first(node, frozenset(["simple_identifier"]))
        name = title.text().split("(")[0].split("::")[-1].strip() if title else ""
        above = node.prev()
        decorated = f"{above.text() if above else ''}\n{node.text()[:200]}"
        if (_SET_UP.match(name) or _SET_UP_MARK.search(decorated)) and (body := _body(node)):
            yield name, body
    for node in root.find_all(kind=grammar.call_kind) if grammar.call_kind else ():
        name = callee(node).rsplit(".", 1)[-1]
        if name in _SET_UP_CALLS and (body := _body(node)):
            yield name, body


def _body(node: SgNode) -> SgNode | None:
    """The outermost block of statements inside."""
    return node.field("body") or _first(node, _BLOCKS)


def _first(node: SgNode, kinds: frozenset[str]) -> SgNode | None:
    """The outermost node of one of these kinds inside."""
    level = [c for c in node.children() if c.is_named()]
    while level:
        for child in level:
            if child.kind() in kinds:
                return child
        level = [grandchild for child in level for grandchild in child.children() if grandchild.is_named()]
    return None


def _statements(block: SgNode) -> Iterator[SgNode]:
    """The simple statements of a block and of the blocks inside it."""
    for child in block.children():
        if not child.is_named() or "comment" in child.kind():
            continue
        inner = child if child.kind() in _BLOCKS else child.field("body")
        if inner is not None:
            yield from _statements(inner)
        else:
            yield child


def _code(text: str) -> str:
    return _COMMENT.sub(" ", _STRING.sub('""', text))


def _kinds(statements: list[SgNode]) -> list[str]:
    """The kinds of collaborators these statements name, strings included: a patched target is named in one."""
    found: dict[str, None] = {}
    for statement in statements:
        for word in _WORD.findall(snake(_COMMENT.sub(" ", statement.text()))):
            if word in _KIND_OF:
                found[_KIND_OF[word]] = None
    return list(found)
