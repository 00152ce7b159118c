"""What the data of a match is."""

import re

from bot.core.fakes import has_long_word, is_patterned, is_template, word_share
from bot.core.lexical import Lexed, lex
from bot.core.places import place
from bot.core.predicates.registry import predicate
from bot.core.scene import Scene, stands

_ENCODERS = re.compile(
    r"\b(?:dumps?|[sS]erialize|writeObject|safe_dump|b64encode|encode\w*|compress|pack|hexlify|to_?[bB]ytes|to_?[jJ]son|to_yaml"
    r"|stringify|toString)\b(?!\.)|Marshal\.dump|ObjectOutputStream"
)
_TYPED = re.compile(
    r"(?:secret|token|pass(?:word|wd)?|(?:api[-_]?)?key|admin|user|hunter2|s3cr3t|p@ssw0rd|foo|bar|baz)\d*", re.IGNORECASE
)
_HARMLESS_NAMES = frozenset(
    "sys executable __file__ os path join dirname abspath realpath Path pathlib parent parents resolve str tmp_path tmpdir"
    " tmp_dir tempdir __dirname __filename require process execPath true false True False None null nil".split()
)
_PREFIXES = frozenset("b r f u rb br fr rf".split())  # of string literals


@predicate("constant")
def constant(scene: Scene, text: str) -> bool:
    """Every part of the text is a literal, this interpreter, a path beside the test, a temporary path, or a name that is given
    only such parts (X-CONST)."""
    return _constant(lex(scene.text, scene.language), *place(scene, text), hops=3)


def _constant(lexed: Lexed, start: int, end: int, hops: int) -> bool:
    harmless = _HARMLESS_NAMES | _PREFIXES if lexed.language in ("python", "rust") else _HARMLESS_NAMES
    for name in set(lexed.names(start, end)) - harmless:
        given = lexed.definitions(name)
        if not given or hops == 0 or not all(_constant(lexed, *where, hops - 1) for where in given):
            return False
    return True


@predicate("own-bytes")
def own_bytes(scene: Scene, text: str) -> bool:
    """The bytes were produced earlier in the same test or file by an encoder (X-OWN), as in a round trip."""
    lexed = lex(scene.text, scene.language)
    start, end = place(scene, text)
    if _ENCODERS.search(lexed.code, start, end):
        return True
    return any(_ENCODERS.search(lexed.code, *where) for name in lexed.names(start, end) for where in lexed.definitions(name))


_DUMPS = re.compile(
    r"(?:[pP]ickle|dill|joblib|marshal|yaml|YAML|Marshal|Psych)\.(?:safe_)?dump\w*\(|\bto_yaml\b|writeObject\(|\.Serialize\(|(?<!\w)serialize\("
)


@predicate("dumped-here")
def dumped_here(scene: Scene, text: str) -> bool:
    """The file writes what it reads back: a call that dumps objects stands in it."""
    return stands(_DUMPS, scene.text)


@predicate("fake")
def fake(scene: Scene, text: str) -> bool:
    """The value says itself that it is no secret: a template, a pattern, a word, or what everybody types into a test (X-FAKE)."""
    value = text.strip().strip("'\"`")
    return bool(
        len(set(value)) <= 4
        or _TYPED.fullmatch(value)
        or is_template(value)
        or is_patterned(value)
        or has_long_word(value)
        or word_share(value) >= 0.4
    )


_LOCAL_MODEL = re.compile(r"\(\s*(?:f?[\"'](?:\.{0,2}/|~)|(?:str\()?\w*(?:tmp|temp|path|dir|local)\w*)", re.IGNORECASE)


@predicate("local-model")
def local_model(scene: Scene, text: str) -> bool:
    """The call's first argument is a directory: a path, or a name that says so."""
    return bool(_LOCAL_MODEL.search(text))
