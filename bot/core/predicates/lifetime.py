"""The named questions that the rules about C, C++ and Rust ask about constants, lifetimes and threads."""

import re

from bot.core.predicates.registry import predicate
from bot.core.scene import Scene

_ABOVE = 4  # lines in which an argument or an attribute stands


@predicate("constant-format")
def constant_format(scene: Scene, text: str) -> bool:
    """The name is given a literal where it is declared, and a constant of the project is spelt in capitals."""
    name = scene.captures.get("FORMAT", "")
    if not re.fullmatch(r"\w+", name):
        return False
    return bool(
        re.search(rf"\b{name}\s*(?:\[\w*\])?\s*=\s*(?:u8|L)?\"|\bconstexpr\b[^;\n]*\b{name}\b|#define\s+{name}\b", scene.text)
    )


@predicate("format-parameter")
def format_parameter(scene: Scene, text: str) -> bool:
    """The function is a wrapper for its callers' formats: it takes `...`, or calls its parameter a format."""
    head = scene.scope.split("{", 1)[0]
    return "..." in head or bool(re.fullmatch(r"\w*(?:fmt|format)\w*", scene.captures.get("FORMAT", ""), re.IGNORECASE))


@predicate("view-of-view")
def view_of_view(scene: Scene, text: str) -> bool:
    """The new view is cut from one that lives on."""
    source = re.search(r"=\s*(\w+)\.substr", text)
    return source is not None and bool(re.search(rf"string_view&?\s+{source[1]}\b", scene.text))


@predicate("automatic-variable")
def automatic_variable(scene: Scene, text: str) -> bool:
    """The function declares the variable itself, and not as static."""
    name = scene.captures.get("local", "")
    body = scene.scope.partition("{")[2]
    declared = re.search(rf"^[ \t]*(?P<before>(?:[\w:<>,]+[ \t]+)+)[ \t]*{re.escape(name)}\s*(?:=|;|\[|\{{)", body, re.MULTILINE)
    return declared is not None and not re.search(r"\b(?:static|thread_local|extern|return)\b", declared["before"])


@predicate("local-thread")
def local_thread(scene: Scene, text: str) -> bool:
    """The thread is a variable of a function."""
    return scene.scope != scene.text


@predicate("thread-joined")
def thread_joined(scene: Scene, text: str) -> bool:
    """The function waits for the thread, or hands it on to something that does."""
    name = re.escape(scene.captures.get("name", ""))
    return bool(
        re.search(
            rf"\b{name}\s*(?:\.|->)\s*(?:join|detach|wait)\b|std::move\(\s*{name}\s*\)|[sS]coped\w*\W+{name}\b|join\w*\(\s*&?{name}",
            scene.scope,
        )
    )


@predicate("safety-argued")
def safety_argued(scene: Scene, text: str) -> bool:
    """The reason why this is sound is written next to it."""
    lines = scene.lines[max(0, scene.line - 1 - _ABOVE) : scene.line]
    return any(re.search(r"\bSAFETY\b", line) for line in lines)


@predicate("miri-only")
def miri_only(scene: Scene, text: str) -> bool:
    """The test is there for Miri to find what it does."""
    lines = scene.lines[max(0, scene.scope_line - 1 - _ABOVE) : scene.scope_line]
    return any(re.search(r"\bcfg(?:_attr)?\([^)]*\bmiri\b", line) for line in lines)


@predicate("parsed-number")
def parsed_number(scene: Scene, text: str) -> bool:
    """The number is read from text or from bytes, so that whoever wrote those chooses it."""
    name = re.escape(scene.captures.get("NUMBER", ""))
    read = r"strto\w+|atoi|atol|sscanf|ntoh[ls]|Atoi|Parse(?:Int|Uint)|Uint(?:16|32|64)\(|\.parse\b|from_[bln]e_bytes|getenv"
    return bool(re.search(rf"\b{name}\b[^\n;=]*=(?!=)[^\n;]*(?:{read})|sscanf\([^\n;]*&{name}\b", scene.scope))


@predicate("bounded-number")
def bounded_number(scene: Scene, text: str) -> bool:
    """The number is compared before it is used."""
    name = re.escape(scene.captures.get("NUMBER", ""))
    before = scene.scope.partition(text)[0]
    return bool(
        re.search(
            rf"\b{name}\s*[<>]|[<>]=?\s*{name}\b|(?:Less|Greater|InRange|min|clamp|checked_\w+|saturating_\w+)\w*\([^\n;]*\b{name}\b",
            before,
        )
    )


@predicate("copied-as-text")
def copied_as_text(scene: Scene, text: str) -> bool:
    """What is measured without its end mark is then copied with it."""
    return bool(re.search(r"\b(?:strcpy|strcat|sprintf|stpcpy)\s*\(", scene.scope))
