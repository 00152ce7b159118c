"""Places that every process on the machine shares: a fixed path in the temporary folder, a fixed port, all network interfaces."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.analysis.shapes import callee, last_name, node_at, slot, snake
from bot.core.lexical import lex

PATH = "a path that every process here shares"
PORT = "a port that every process here shares"
NETWORK = "open to the network, not to this machine alone"
_LONGEST = 60
_MOST = 40  # places that are looked at in one file
_DECORATED = 8  # lines above a test that its decorators take

# --- paths --------------------------------------------------------------------------------------------------------------

_ROOT = r"(?:(?:/private)?/(?:var/)?tmp|/dev/shm|[A-Za-z]:(?:\\\\|\\|/)[Tt]e?mp)"
_PID = r"(?:#\{\$\$\}|%l?d|\$\{process\.pid\}|\{os\.getpid\(\)\})"  # what anybody can tell beforehand
_LITERAL = re.compile(
    rf"(?P<quote>[\"'`])(?:(?:ipc|unix):(?://)?)?(?P<path>{_ROOT}(?:(?:/|\\\\|\\)[\w.+@/\\-]+)?)(?:(?<=[\w.-]){_PID})?(?P=quote)"
)
_FOLDER = (
    r"(?:[\"'](?:(?:/var)?/tmp|/dev/shm)/?[\"'](?=\s*[,+])|os\.TempDir\(\)|os\.tmpdir\(\)|(?<![\w.])tmpdir\(\)|tempfile\.gettempdir\(\)|Dir\.tmpdir|sys_get_temp_dir\(\)"
    r"|Path\.GetTempPath\(\)|System\.getProperty\(\"java\.io\.tmpdir\"\)|(?:std::)?env::temp_dir\(\)|QDir::tempPath\(\)"
    r"|(?:std::)?(?:filesystem|fs)::temp_directory_path\(\))"
)
_JOINED = re.compile(
    rf"{_FOLDER}\s*(?:,|\+|/|\.|\.join\(|\.resolve\(|\.push\()\s*(?P<quote>[\"'])(?P<path>/?[\w.+@/-]+)(?P=quote)\s*[)\s;,]"
)
_HELD = re.compile(rf"(?P<name>(?<![\w.])[$@]?\w+)\s*(?::\s*[\w.<>]+\s*)?(?::=|=)\s*(?:new\s+)?(?:[\w.:]+\(\s*&?)?(?:{_FOLDER})")
_HANDED = re.compile(r"(?P<name>(?<![\w.])[$@]?\w+)\s*(?::=|=)\s*(?:new\s+)?[\w.:]+\(\s*&?(?P<held>[$@]?\w+)\s*\)")
_HOLDERS = 8  # names of the temporary folder in one file
_UNIQUE = re.compile(
    r"uuid|random|rand\b|pid\b|getpid|nano|time\(|timestamp|mktemp|mkd?s?temp|tempnam|temp_?file\(|(?:create|mkdir)_?temp|hex|unique|counter|\bid\b",
    re.IGNORECASE,
)

_TOUCHING = re.compile(
    r"^(?:\w+_)?(?:open|fopen|creat|create|mkdirs?|makedirs|mkdir_all|touch|write|write_\w+|append_\w+|remove|remove_\w+|unlink|rmtree|rm|rmdir"
    r"|rm_\w+|copy|copyfile|copy_\w+|save|dump|store|symlink|link|chmod|chown|bind|delete|delete_\w+|run|runcmd|execute|check_call|check_output"
    r"|call|system|popen|exec|file_put_contents|rename|move|mkfifo|listen|out|ofstream|q_?file|file_writer|file_output_stream"
    r"|stream_writer|random_access_file|new_file|file)(?:_sync|_async|_all)?$"
)
_KEPT = re.compile(
    r"(?P<name>[A-Za-z_$@][\w.$@>-]*(?:\[[\"'][A-Z_]+[\"']\])?)\s*(?::\s*[\w.\[\]]+\s*)?(?::=|=)\s*\\?\s*(?:(?:new\s+)?[\w.:]+\()*[bBuUrRf@]?$"
)
_SERIAL = re.compile(r"\w+\.serial\b")
_FAKE_FILES = re.compile(
    r"pyfakefs|\bfakefs\b|FakeFS|memfs|mock-fs|vol\.fromJSON|vfsStream|NewMemMapFs|MapFS|MockFileSystem|jimfs", re.IGNORECASE
)
# In the test itself, what touches files is replaced.
_PATCHED = re.compile(r"mock_open|patch(?:\.object)?\(\s*['\"]?(?:builtins|__builtin__|os|shutil|io)\b(?!\.environ)")
# Where the product is told to write: a setting that names a folder or a file, a variable of the environment.
_SETTING = re.compile(
    r"(?:put|set|add|property|set_?property|set_?option|set_?override|configure)\(\s*(?:[\w.]*|[\"'][\w.-]*)"
    r"(?:DIR|DIRECTORY|PATH|FILE|FOLDER|HOME|ROOT)(?:_CONFIG|_KEY|_PROPERTY)?[\"']?\s*,\s*(?:group=)?[bBuUrR]?$"
    r"|(?:environ|\benv|\bENV)(?:\[[\"']?\w+[\"']?\]|\.[A-Z_]+)\s*=\s*$|\b(?:set_?env|putenv|setenv)\(\s*[\"']\w+[\"']\s*,\s*$",
    re.IGNORECASE,
)
_SHELL_VERB = re.compile(r"[\"'`](?:[^\"'`]*[;&|] *)?(?:sudo )?(?:mkdir|rm|touch|cp|mv|tee|install|tar|cd)\b[^\"'`]*[#$]?\{$")
_METHOD = re.compile(r"\s*[?!]?\.\s*(\w+)\(")
_COMMAND = re.compile(r"^\s*([a-z]\w+) (?=[\w:@\"'])")  # Ruby calls without parentheses
_CMDLET = re.compile(
    r"\b(?:(?:Set|Add|Clear)-Content|Out-File|(?:New|Remove|Copy|Move)-Item|Export-\w+|Tee-Object)\b[^|;\n]*$|>>?\s*\$?$"
)
_WORKSPACE = re.compile(r"(?:WORKSPACE|HOME|DIR|FOLDER|ROOT)\b", re.IGNORECASE)
_SHELL = re.compile(
    rf"(?:(?:>>?|\b(?:tee|touch|mkdir|mkfifo|cp|mv|ln|install)\b[^\n|;&#]*?)\s*)(?P<quote>[\"']?)(?<=[\s\"'>])(?P<path>{_ROOT}/[\w.+@/-]+)(?P=quote)(?![\w$\{{*?.+@/-])"
)
_SHELL_COPIED = re.compile(
    rf"^\s*(?:cp|mv)\s+(?:-\w+\s+)*[\w./-]+\s+(?P<quote>)(?P<path>{_ROOT})/?(?=\s*(?:$|[;&|]))", re.MULTILINE
)
_SHELL_KEPT = re.compile(
    rf"^[ \t]*(?:(?:export|local|readonly|typeset|declare)\s+(?:-\w+\s+)*)?(?P<name>\w+)=(?P<quote>[\"']?)"
    rf"(?P<path>(?:{_ROOT}|\$\{{?(?:BATS_)?TMPDIR(?::-/tmp)?\}}?)/[\w.+@/-]*(?:\$(?:\$|\w+|\{{\w+\}})[\w.-]*)?)(?P=quote)\s*(?:$|[#;])",
    re.MULTILINE,
)
_SHELL_PID = re.compile(r"\$\w*PID\b")
_SHELL_SAYS = re.compile(r"^\s*(?:echo|printf|:|#|\[|test\b)")

# --- ports and interfaces -----------------------------------------------------------------------------------------------

_ANY = r"(?P<quote>[\"'])(?:0\.0\.0\.0|::)?(?P=quote)"
_PORT = re.compile(
    r"(?:\blisten\(\s*(?:\{[^{}\n]*\bport:\s*)?"
    r"|(?:bind|Server)\(\s*\(\s*[\"'][^\"'\n]*[\"']\s*,\s*"
    r"|\b(?:run|run_app|run_simple|serve|create_server|start_server|TCPSite|make_server)\([^()\n]*\bport\s*=\s*"
    r"|\b(?:Listen|ListenAndServe(?:TLS)?|TcpListener::bind|UdpSocket::bind|UseUrls)\(\s*(?:\"\w+\"\s*,\s*)?\"(?:https?://)?[^\"\s/]*:"
    r"|\bnew\s+(?:ServerSocket|TcpListener|HttpServer)\(\s*(?:[\w.]+\s*,\s*)?"
    r"|\bTCPServer\.(?:new|open)\(\s*(?:[\"'][^\"'\n]*[\"']\s*,\s*)?"
    r"|\.listenTCP\(\s*|\bhtons\(\s*)(?P<port>[1-9]\d{3,4})\b"
)
_EVERYWHERE = re.compile(
    rf"\b(?:bind|\w*Server)\(\s*\(\s*(?P<pair>{_ANY})"
    rf"|\b(?:run|run_app|run_simple|serve|create_server|start_server|TCPSite|make_server|create_datagram_endpoint|listen|bind)\("
    rf"[^()\n]*?(?:\b(?:host|address|hostname)\s*[=:]\s*|[(,]\s*(?![\"']{{2}}))(?P<host>{_ANY.replace('quote', 'mark')})"
    r"|\b(?:Listen|ListenAndServe(?:TLS)?|ListenPacket)\(\s*(?:\"(?:tcp|udp)\w*\"\s*,\s*)?(?P<go>\"(?:0\.0\.0\.0|\[::\])?:\d*\")"
    r"|(?:TcpListener|UdpSocket)::bind\(\s*(?P<rust>\"(?:0\.0\.0\.0|\[::\]):\d*\")"
    rf"|\bTCPServer\.(?:new|open)\(\s*(?P<ruby>{_ANY.replace('quote', 'sign')}|\d+\s*\))"
    r"|\bnew\s+InetSocketAddress\(\s*(?P<java>\"(?:0\.0\.0\.0|::)\")"
    r"|\breactor\.(?P<twisted>listen(?:TCP|SSL|UDP))\("
    r"|(?:[aA]ddr(?:ess)?|[lL]isten|[bB]ind|[pP]ort)\s*(?::=|=|:)\s*(?P<kept>\"(?:0\.0\.0\.0|\[::\])?:\d+\")"
)
_SERVER = re.compile(r"[lL]isten|[sS]erve|[bB]ind")
_NOT_MEANT = re.compile(r"assert|expect|mock|patch|called|fake|stub|parametrize|equal|parse|verif", re.IGNORECASE)


@detector("fixed-temporary-path")
def fixed_temporary_path(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Each such path that the file makes, writes, removes or hands to a command; once, where it is first added."""
    if document.search(_FAKE_FILES):
        return
    said: set[str] = set()
    for match in islice(_paths(document), _MOST):
        line = document.line_at(match.start("path"))
        if match["path"] not in said and _is_used(document, match):
            said.add(match["path"])
            quote = document.text[match.start("path") : match.end("path")][:_LONGEST]
            yield Found(line, line, quote, {"place": PATH, "": quote})


def _paths(document: Document) -> Iterator[re.Match[str]]:
    if document.language == "shell":
        yield from _on_lines(document, _SHELL, _SHELL_COPIED, _SHELL_KEPT)
    else:
        yield from _on_lines(document, _LITERAL, _JOINED)
        if held := [m["name"] for m in islice(document.finditer(_HELD), _HOLDERS)]:
            held += [m["name"] for m in islice(document.finditer(_HANDED), 100) if m["held"] in held][:_HOLDERS]
            yield from _on_lines(document, _joined_to(tuple(sorted(set(held)))))


@lru_cache(maxsize=32)
def _joined_to(names: tuple[str, ...]) -> re.Pattern[str]:
    """A fixed name below a folder that goes by one of the names."""
    any_name = "|".join(map(re.escape, names))
    return re.compile(
        rf"(?:\b(?:[\w.:]*[jJ]oin|[\w.]*Combine|[\w.]*resolve|new\s+File|Paths?\.(?:get|of))\(\s*&?(?:{any_name})\s*,\s*"
        rf"|(?<![\w.$@])(?:{any_name})\s*(?:/|\+|\.\s*[\"']/|\.(?:[jJ]oin|resolve|child|push)\()\s*)(?P<quote>[\"'])(?P<path>/?[\w.+@/-]+)(?P=quote)\s*[)\s;,]"
    )


def _on_lines(document: Document, *patterns: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """The matches of the patterns on the added lines."""
    for line in document.added_near(*patterns):
        start = document.line_start(line)
        for pattern in patterns:
            yield from pattern.finditer(document.text, start, start + len(document.lines[line - 1]) + 1)


def _is_used(document: Document, match: re.Match[str]) -> bool:
    if document.language == "shell":
        return _is_used_by_shell(document, match)
    if document.language == "powershell":
        kept = _KEPT.search(document.text, document.line_start(document.line_at(match.start())), match.start())
        return kept is not None and _touched(document, kept["name"])
    node = node_at(document, *match.span("path"))
    if node is None or "comment" in node.kind():
        return False
    start, end = lex(document.text, document.language).statement(match.start("path"))
    if match.re is not _LITERAL and _UNIQUE.search(document.text[start:end].replace(match["path"], "")):
        return False
    calls = [callee(call) for call in slot(node).calls]
    if any(_NOT_MEANT.search(call) for call in calls) or _patched(document, match.start("path")):
        return False
    whole = re.fullmatch(_ROOT, match["path"]) is not None
    if any(_TOUCHING.match(snake(last_name(call))) for call in calls):
        return not whole
    if not whole and _SETTING.search(document.text, max(start, match.start() - 200), match.start()):
        return True
    kept = _KEPT.search(document.text, max(start, match.start() - 200), match.start())
    if kept is None:
        return False
    if whole:
        return bool(_WORKSPACE.search(kept["name"])) and not calls and not _alone(document, match.start("path"))
    return _touched(document, kept["name"])


def _is_used_by_shell(document: Document, match: re.Match[str]) -> bool:
    if match.re is _SHELL_KEPT:
        used = re.compile(rf"\$\{{?{match['name']}\b")
        own = document.line_at(match.start("path"))
        lines = (text for n, text in enumerate(document.lines, 1) if n != own and used.search(text))
        return not _UNIQUE.search(_SHELL_PID.sub("", match["path"])) and any(not _SHELL_SAYS.match(text) for text in lines)
    span = lex(document.text, "shell").span_at(match.start())
    whole_test = span is not None and document.line_at(span.start) != document.line_at(span.end)  # a test may be one long string
    return span is None or whole_test or bool(match["quote"])


def _patched(document: Document, at: int) -> bool:
    """The test around it replaces the functions that would touch a file."""
    scope = document.scope(document.line_at(at))
    if scope is None:
        return _PATCHED.search(document.text) is not None
    above = "\n".join([*document.lines[max(0, scope.start - _DECORATED) : scope.start - 1], ""]).rpartition("\n\n")[2]
    return _PATCHED.search(above) is not None or _PATCHED.search(scope.text) is not None


def _alone(document: Document, at: int) -> bool:
    """The test runs while no other of its file does, so that it shares the folder itself with none of them."""
    scope = document.scope(document.line_at(at))
    return scope is not None and bool(_SERIAL.match(scope.text))


def _touched(document: Document, name: str) -> bool:
    """Somewhere in the file the name is handed to something that makes, writes, removes or runs."""
    bare = re.escape(last_name(name).lstrip("@$"))
    own = re.compile(rf"\b{bare}\b")
    seen: set[int] = set()
    for match in own.finditer(document.text):
        line = document.line_at(match.start())
        if line in seen:
            continue
        seen.add(line)
        before = document.lines[line - 1][: match.start() - document.line_start(line)]
        if _SHELL_VERB.search(before) or _SETTING.search(before) or _CMDLET.search(before):
            return True
        after = _METHOD.match(document.text, match.end())
        calls = [*re.findall(r"([A-Za-z_]\w*)!?\s*\(", before), *_COMMAND.findall(before), *(after.groups() if after else ())]
        meant = next((n for n in range(len(calls), 0, -1) if _NOT_MEANT.search(calls[n - 1])), 0)  # what is asserted on is called
        if any(_TOUCHING.match(snake(call)) for call in calls[meant:]):
            return True
    return False


@detector("fixed-port")
def fixed_port(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """The first server on a port of the file's own choosing."""
    for match in _on_lines(document, _PORT):
        if 1023 < int(match["port"]) <= 65535 and _serves(document, match, "port"):
            line = document.line_at(match.start("port"))
            yield Found(line, line, match["port"], {"place": PORT, "": match.group()})
            return


@detector("all-interfaces")
def all_interfaces(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """Each server that listens on every interface of the machine."""
    for match in _everywhere(document):
        group = next(name for name in ("pair", "host", "go", "rust", "ruby", "java", "twisted", "kept") if match[name])
        if group == "kept" and not _serves_there(document, match.start()):
            continue
        if _serves(document, match, group) and not (group == "twisted" and _given_interface(document, match)):
            line = document.line_at(match.start(group))
            closed = match.end() + (document.text[match.end() : match.end() + 1] == ")")
            quote = document.text[match.start() : closed].rstrip("(")[-_LONGEST:]
            yield Found(line, line, quote, {"place": NETWORK, "": match.group()})


@lru_cache(maxsize=1)
def _everywhere(document: Document) -> tuple[re.Match[str], ...]:
    return tuple(islice(_on_lines(document, _EVERYWHERE), _MOST))


def _serves(document: Document, match: re.Match[str], group: str) -> bool:
    node = node_at(document, *match.span(group))
    if node is None or "comment" in node.kind():
        return False
    calls = [callee(call) for call in slot(node).calls]
    in_string = lex(document.text, document.language).span_at(match.start()) is not None
    return not in_string and not any(_NOT_MEANT.search(call) for call in calls)


def _serves_there(document: Document, at: int) -> bool:
    """The function around an address given to a name goes on to listen; for a name of the whole file, on that name."""
    scope = document.scope(document.line_at(at)) if document.language == "go" else None
    if scope is None and document.language == "go":
        given = re.match(r"\s*(?:const\s+|var\s+)?(\w+)", document.lines[document.line_at(at) - 1])
        return given is not None and document.search(re.compile(rf"\bListen\w*\([^()\n]*\b{given[1]}\b")) is not None
    return scope is not None and _SERVER.search(scope.text.replace(document.lines[document.line_at(at) - 1], "")) is not None


def _given_interface(document: Document, match: re.Match[str]) -> bool:
    """Twisted listens everywhere unless the call names an interface."""
    node = node_at(document, match.start(), match.end())
    return node is not None and bool(re.search(r"interface|127\.0\.0\.1|localhost", node.text()))
