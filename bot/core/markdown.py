"""Strangers' text made harmless in GitHub's Markdown, links only to where we say, hidden markers, and GitHub's size limits.

Text from a pull request is shown in code spans, where GitHub resolves no mention, no reference, no link and no HTML. A marker
is an HTML comment alone on its line; text that passed through here never starts a line, so it cannot forge one.
"""

import hmac
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

COMMENT_LIMIT = 60_000  # GitHub refuses 65,536 characters; the rest is room for what GitHub adds when it renders
LINE_LIMIT = 80
ELLIPSIS = "…"

_INVISIBLE = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5")  # letters and marks that show nothing
_HIDDEN_CATEGORIES = frozenset(["Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"])
_MARKER_START = re.compile(r"<!--(?=\s*testwarden)", re.IGNORECASE)
_HARMLESS = re.compile(r"[^\W_](?:[^\W_]|[ ,.;()'%+/-]|:(?= ))*")
_REFERENCE = re.compile(r"(?i)www\.|\b[0-9a-f]{7,}|\w-\d")  # a host, a commit, GH-1 or a repository's own kind of ticket


def one_line(text: str, limit: int = LINE_LIMIT) -> str:
    """The first line of `text`, what cannot be seen made visible as an escape, at most `limit` characters."""
    line = text.strip().split("\n", 1)[0].strip()
    shown = "".join(_visible(c) for c in line[: limit + 1])
    return shown if len(shown) <= limit else shown[: limit - 1] + ELLIPSIS


def _visible(character: str) -> str:
    if character.isascii() and character.isprintable():
        return character
    if character == "\t" or unicodedata.category(character) == "Zs":
        return " "
    if character in _INVISIBLE or unicodedata.category(character) in _HIDDEN_CATEGORIES or _selects_variation(character):
        return f"\\u{{{ord(character):x}}}"
    return character


def _selects_variation(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def code(text: str, limit: int = LINE_LIMIT) -> str:
    """`text` as one code span that it cannot leave, whatever it holds."""
    inner = _MARKER_START.sub("< !--", one_line(text, limit)) or " "
    fence = backticks(inner)
    pad = " " if "`" in (inner[0], inner[-1]) else ""
    return f"{fence}{pad}{inner}{pad}{fence}"


def backticks(text: str, least: int = 1) -> str:
    """So many backticks as no run in `text` can close."""
    return "`" * max(least, 1 + max((len(run) for run in re.findall("`+", text)), default=0))


def plain(text: str, limit: int = 200) -> str:
    """`text` as words when it is nothing but words, else as a code span: no markup, mention, reference or link comes of it."""
    words = one_line(text, limit)
    return words if _HARMLESS.fullmatch(words) and not _REFERENCE.search(words) else code(text, limit)


def cell(markdown: str) -> str:
    """Markdown of ours as a table cell. A pipe ends a cell even inside a code span, unless an odd run of `\\` precedes it."""
    return re.sub(r"(\\*)\|", lambda m: m[1] + ("\\" if len(m[1]) % 2 == 0 else "\\\\") + "|", " ".join(markdown.split("\n")))


def row(*cells: str) -> str:
    """One line of a table."""
    return "| " + " | ".join(cell(c) for c in cells) + " |"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of Markdown cells; each is escaped here."""
    columns = tuple(head)
    return "\n".join([row(*columns), "|" + "---|" * len(columns), *(row(*r) for r in rows)])


def link(label: str, url: str) -> str:
    """`label` (Markdown of ours) as a link; the label alone when there is no address."""
    return f"[{label}]({url})" if url else label


def fold(title: str, body: str) -> str:
    """A collapsed block."""
    return f"<details><summary>{title}</summary>\n\n{body}\n\n</details>"


_PULL_PAGE = re.compile(r"(https?://[A-Za-z0-9.:-]+/[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+)/pull/[0-9]+/?")


def line_url(pull_page: str, sha: str, path: str, line: int, end_line: int) -> str:
    """The lines of a file at a commit on the forge's site; '' when `pull_page` is not the page of a pull request."""
    page = _PULL_PAGE.fullmatch(pull_page)
    if page is None or not re.fullmatch(r"[0-9a-f]{7,64}", sha) or {".", "..", ""} & set(path.split("/")):
        return ""
    lines = f"#L{line}" if end_line <= line else f"#L{line}-L{end_line}"
    return f"{page[1]}/blob/{sha}/{quote(path, safe='/', errors='replace')}{lines}"


# --- markers ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mark:
    """A hidden marker of ours in a comment: what the comment is, and what we need to know it by."""

    kind: str
    fields: Mapping[str, str] = field(default_factory=dict)


SIGNATURE = "signed"
_MARK = re.compile(r"<!-- testwarden:([a-z]+)((?: [a-z]+=[A-Za-z0-9_.,:+/-]+)*) -->")


def mark(kind: str, **fields: str) -> str:
    """A marker line. Empty fields are left out. A field that could end the marker raises ValueError: ours never can."""
    line = f"<!-- testwarden:{kind}{''.join(f' {k}={v}' for k, v in fields.items() if v)} -->"
    if not _MARK.fullmatch(line) or "--" in line[4:-3]:
        raise ValueError(f"not a marker: {line!r}")
    return line


def marks(body: str) -> tuple[Mark, ...]:
    """Our markers in a comment's body, in order: each alone on its line."""
    found = (_MARK.fullmatch(line.rstrip("\r")) for line in body.split("\n"))
    return tuple(Mark(m[1], dict(f.split("=", 1) for f in m[2].split())) for m in found if m)


def sign(body: str, key: bytes, about: str) -> str:
    """`body` with a signature over its markers. `about` names the pull, so that a marker is worth nothing on another one.

    Whoever may write to a repository can edit our comments on it; who edits a marker without the key makes it nobody's.
    """
    return f"{body}\n{mark(SIGNATURE, mac=_mac(body, key, about))}"


def signed(body: str, keys: Iterable[bytes], about: str) -> tuple[Mark, ...]:
    """The markers of a body that one of `keys` has signed for this pull; none when the signature is missing or wrong."""
    *named, last = marks(body) or (Mark(""),)
    if last.kind != SIGNATURE or any(m.kind == SIGNATURE for m in named):
        return ()
    claimed = last.fields.get("mac", "")
    right = [hmac.compare_digest(claimed, _mac(body, key, about)) for key in keys]
    return tuple(named) if any(right) else ()


def _mac(body: str, key: bytes, about: str) -> str:
    """Over the markers alone: GitHub may change a text's line ends, and the words carry nothing that we rely on."""
    said = json.dumps([about, *([m.kind, sorted(m.fields.items())] for m in marks(body) if m.kind != SIGNATURE)])
    return hmac.new(key, said.encode(), "sha256").hexdigest()[:32]


def without_marks(body: str) -> str:
    """The visible part of a comment of ours."""
    return "\n".join(line for line in body.split("\n") if not _MARK.fullmatch(line.rstrip("\r"))).rstrip()


# --- size ---------------------------------------------------------------------------------------------------------------


def clip(body: str, tail: str = "", limit: int = COMMENT_LIMIT, notice: str = ELLIPSIS) -> str:
    """`body` and then `tail`, at most `limit` characters: cut at the end of a line, blocks closed, the tail always whole."""
    ending = f"\n\n{tail}" if tail else ""
    if len(body) + len(ending) <= limit:
        return body + ending
    closing = "\n\n</details>"
    room = limit - len(ending) - len(notice) - len(closing) - 2
    kept = body[: max(room, 0)]
    kept = kept[: kept.rfind("\n")] if "\n" in kept else kept
    is_open = kept.count("<details>") > kept.count("</details>")
    return f"{kept}{closing if is_open else ''}\n\n{notice}{ending}"
