"""What the engine knows of each grammar: the family a rule names it by, and the nodes that open a scope."""

from dataclasses import dataclass
from functools import lru_cache

from ast_grep_py import SgRoot

# Rule files name a family; a family may be read by several ast-grep grammars whose node kinds agree.
# The generic `<T>x` cast of old TypeScript parses only as typescript, JSX only as tsx; plain JavaScript parses as either.
GRAMMAR_BY_SUFFIX = {".ts": "typescript", ".mts": "typescript", ".cts": "typescript", ".c": "c"}


@dataclass(frozen=True, slots=True)
class Grammar:
    """`ast_grep`: the grammar's name for ast-grep. `scopes`: node kinds of functions. `calls`: names of functions whose call
    with a block is a test (it, test, describe)."""

    ast_grep: str
    scopes: tuple[str, ...]
    call_kind: str = ""
    calls: frozenset[str] = frozenset()


_JS_CALLS = frozenset(
    "it test describe context suite specify xit xtest xdescribe beforeEach afterEach beforeAll afterAll before after".split()
)
_RUBY_CALLS = frozenset(
    "it describe context specify test scenario feature xit xdescribe xcontext before after setup teardown should".split()
)

GRAMMARS = {
    "python": Grammar("python", ("function_definition",)),
    "javascript": Grammar(
        "tsx", ("function_declaration", "method_definition", "generator_function_declaration"), "call_expression", _JS_CALLS
    ),
    "java": Grammar("java", ("method_declaration", "constructor_declaration")),
    "kotlin": Grammar("kotlin", ("function_declaration",)),
    "go": Grammar("go", ("function_declaration", "method_declaration")),
    "c": Grammar("cpp", ("function_definition",)),
    "ruby": Grammar("ruby", ("method", "singleton_method"), "call", _RUBY_CALLS),
    "csharp": Grammar("csharp", ("method_declaration", "constructor_declaration", "local_function_statement")),
    "php": Grammar("php", ("method_declaration", "function_definition")),
    "rust": Grammar("rust", ("function_item",)),
    "shell": Grammar("bash", ("function_definition",)),
}


def grammar_for(language: str, path: str) -> str | None:
    """The ast-grep grammar that parses this file, None when the family has none (data files)."""
    grammar = GRAMMARS.get(language)
    if grammar is None:
        return None
    suffix = "." + path.rsplit(".", 1)[-1].lower()
    return GRAMMAR_BY_SUFFIX.get(suffix, grammar.ast_grep)


@lru_cache(maxsize=512)
def knows(grammar: str, kind: str) -> bool:
    """Whether a grammar has this kind of node. C is read by a grammar of its own, which lacks some of C++'s; asking for one of
    those is an error."""
    try:
        SgRoot("", grammar).root().find(kind=kind)
    except RuntimeError:
        return False
    return True
