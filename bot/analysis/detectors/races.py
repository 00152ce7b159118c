"""State that tests running at the same time share: variables of a package, the environment, counters without a lock."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document, Scope
from bot.core.layout import indentation
from bot.core.lexical import lex

# The mark of a test that runs beside others, and what it then may not write, per language.
_PARALLEL = {
    "go": re.compile(r"\bt\.Parallel\(\)"),
    "javascript": re.compile(r"\b(?:test|it|describe)\.concurrent\b"),
    "java": re.compile(r"@Execution\(\s*(?:ExecutionMode\.)?CONCURRENT"),
    "kotlin": re.compile(r"@Execution\(\s*(?:ExecutionMode\.)?CONCURRENT"),
    "csharp": re.compile(r"\[(?:assembly:\s*)?Parallelizable\b"),
    "rust": re.compile(r"#\[(?:\w+::)?test\b"),
}
_PROCESS_WIDE = {
    "go": re.compile(r"\bos\.(?:Setenv|Unsetenv|Chdir)\("),
    "javascript": re.compile(r"\bprocess\.(?:env(?:\.\w+|\[[^\]]+\])\s*=(?!=)|chdir\()"),
    "java": re.compile(r"\bSystem\.(?:setProperty|clearProperty)\("),
    "kotlin": re.compile(r"\bSystem\.(?:setProperty|clearProperty)\("),
    "csharp": re.compile(r"\bEnvironment\.(?:SetEnvironmentVariable\(|CurrentDirectory\s*=)"),
    "rust": re.compile(r"\benv::(?:set_var|remove_var|set_current_dir)\("),
}
_ONE_BY_ONE = re.compile(
    r"\bserial\b|\bMutex\b|ENV_LOCK|env_lock|ResourceLock|NonParallelizable|temp_env|\bsynchronized\b|\bLOCK\b"
)
_HOOK = re.compile(r"^\t+(?P<name>[a-z]\w*)\s*=\s*(?P<value>func\(|[A-Za-z_][\w.]*$)")
_SPAWNED = {
    "go": re.compile(r"\bgo\s+func\("),
    "c": re.compile(r"(?:std::)?thread\s*[({]\s*\[&|emplace_back\(\s*\[&|std::async\([^\[]*\[&|QtConcurrent::run\(\s*\[&"),
    "java": re.compile(r"(?:\.(?:submit|execute)\(|new Thread\()\s*\(\)\s*->"),
    "csharp": re.compile(r"(?:Task\.Run|new Thread|ThreadPool\.QueueUserWorkItem)\(\s*(?:async\s*)?\(?\w*\)?\s*=>"),
}
_COUNTS = re.compile(r"(?<![\w.>])(?P<name>[A-Za-z_]\w*)\s*(?:\+\+|--|\+=|-=|=\s*append\(\s*(?P=name)\b)")
_MAP_WRITE = re.compile(
    r"(?<![\w.])(?P<name>[a-z]\w*)\[[^\]\n]+\]\s*(?:=(?!=)|\+\+|--|\+=)"
)  # writing elements of a slice is no race
_SYNCHRONISED = re.compile(
    r"\block|Lock\(|atomic|Atomic|Interlocked|synchronized|Mutex|mutex|<-|chan\b|Concurrent(?:Dictionary|Bag|Queue)|\.Store\(|\.Add\(1"
)
_LOOP = re.compile(r"^\s*(?:for|while|foreach|IntStream|Parallel)\b")
_LOOP_REACH = 4  # lines between a loop and what it starts


@detector("process-state-race")
def process_state_race(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A test that runs beside others writes what the whole process has one of."""
    parallel, wide = _PARALLEL.get(document.language), _PROCESS_WIDE.get(document.language)
    if parallel is None or wide is None or not parallel.search(document.text):
        return
    for match in wide.finditer(document.text):
        line = document.line_at(match.start())
        scope = document.scope(line)
        if scope is None or line not in document.added or _in_text(document, match.start()):
            continue
        around = "\n".join([*document.lines[max(0, scope.start - 4) : scope.start - 1], scope.text])
        marked = document.text if document.language in ("java", "kotlin", "csharp") else around
        if parallel.search(marked) and not _ONE_BY_ONE.search(around):
            yield Found(
                line, line, match.group().strip(), {"how": "writes what every test running beside it reads", "": match.group()}
            )


@detector("package-hook-race")
def package_hook_race(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Go: a test replaces a function that a package variable holds, and puts it back while goroutines may still call it."""
    for line in sorted(document.added):
        match = _HOOK.match(document.lines[line - 1]) if line <= len(document.lines) else None
        scope = document.scope(line) if match else None
        if match is None or scope is None or match["value"] != "func(" or _declared(scope, match["name"]):
            continue
        back = re.compile(rf"\b(?:defer|Cleanup)\b[^\n]*(?:\n[^\n]*)?\b{match['name']}\s*=")
        if back.search(scope.text) and not _SYNCHRONISED.search(document.lines[line - 1]):
            said = {"how": "replaces a variable of the package that goroutines may still read"}
            yield Found(line, line, match["name"], {**said, "": match.group()})


def _declared(scope: Scope, name: str) -> bool:
    """The function has a variable of this name itself."""
    own = rf"\b{name}\b[\w, ]*:=|\bvar\s+{name}\b|[(,]\s*{name}\s+[\w*.\[\]]"
    return re.search(own, scope.text) is not None


@detector("counter-race")
def counter_race(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Threads started in a loop change one variable without a lock."""
    spawned = _SPAWNED.get(document.language)
    if spawned is None:
        return
    for match in spawned.finditer(document.text):
        line = document.line_at(match.start())
        if _in_text(document, match.start()) or not _in_loop(document, line):
            continue
        last = _block_end(document, match.end())
        body = document.lines[line - 1 : last]
        if _SYNCHRONISED.search("\n".join(body)):
            continue
        for number, text in enumerate(body, line):
            rest = text[match.end() - document.line_start(line) :] if number == line else text
            counted = _COUNTS.search(rest) or _map_write(document, number, rest)
            own = counted and re.search(
                rf"\b(?:{counted['name']}\b[\w, ]*:=|(?:int|var|auto|let|long|size_t)\s+{counted['name']}\b)", "\n".join(body)
            )
            if counted and not own and number in document.added:
                said = {"how": "is changed by threads that run at once, without a lock"}
                yield Found(number, number, counted["name"], {**said, "": counted.group()})
                break


def _map_write(document: Document, line: int, text: str) -> re.Match[str] | None:
    """Go: an entry of a map is written, which no two goroutines may do at once."""
    written = _MAP_WRITE.search(text) if document.language == "go" else None
    scope = document.scope(line) if written else None
    if written is None or scope is None:
        return None
    return written if re.search(rf"\b{written['name']}\b[^\n]*(?:make\(\s*)?\bmap\[", scope.text) else None


def _in_loop(document: Document, line: int) -> bool:
    """One of the lines just above opens a loop around this one."""
    indent = indentation(document.lines[line - 1])
    above = document.lines[max(0, line - 1 - _LOOP_REACH) : line - 1]
    return any(_LOOP.match(text) and indentation(text) < indent for text in above) or bool(_LOOP.match(document.lines[line - 1]))


def _block_end(document: Document, start: int) -> int:
    """The line on which the block opened after `start` is closed."""
    depth, code = 0, lex(document.text, document.language).code
    for match in re.compile(r"[{}]").finditer(code, start):
        depth += 1 if match.group() == "{" else -1
        if depth <= 0:
            return document.line_at(match.start())
    return len(document.lines)


def _in_text(document: Document, offset: int) -> bool:
    return lex(document.text, document.language).span_at(offset) is not None
