"""Diff-aware detectors of secrets that lose their cover: a recorder that no longer blots one out, a command that is now given one
among its arguments."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.core.removed import LONGEST
from bot.model import Side

_BLOTS_OUT = re.compile(
    r"\bfilter_sensitive_data\b|\bfilter_(?:headers|query_parameters|post_data_parameters)\b|\bdefine_cassette_placeholder\b|\bbefore_record(?:_request|_response)?\s*="
    r"|\badd_\w*regex_sanitizer\b|\badd_\w*_sanitizer\b|\bredact_?[hH]eaders\b|\bredactHeader\("
)
_COMMENT = re.compile(r"^\s*(?:#|//|\*[\s/]|/\*)")
_SECRET = re.compile(
    r"token|secret|passw|credential|api_?key|auth|client_?id|signature|cookie|session|private|\bENV\b|environ", re.IGNORECASE
)


@detector("dropped-redaction")
def dropped_redaction(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """The lines that kept a secret out of recordings are gone, and nothing of the kind takes their place."""
    for change, _ in document.replaced:
        if any(_BLOTS_OUT.search(document.lines[n - 1][:LONGEST]) for n in change.added):
            continue
        for gone in change.removed:
            text = gone.text.strip()
            after = " ".join(r.text for r in change.removed if gone.line <= r.line <= gone.line + 2)[:LONGEST]
            blotted = _BLOTS_OUT.search(text[:LONGEST]) if not _COMMENT.match(gone.text) else None
            if blotted and _SECRET.search(after):
                yield Found(gone.line, gone.line, blotted.group(), {"base_line": str(gone.line)}, text, side=Side.LEFT)


_FROM_ELSEWHERE = re.compile(
    r"--(?:password|passphrase|token|secret)-(?:stdin|file|fd)\b|--pass(?:word|phrase)?[= ](?:env|file|fd):"
)
_AMONG_ARGUMENTS = re.compile(
    r"(?P<flag>(?:--(?:password|passphrase|passwd|pass|token|secret)|(?<=\s)-p)(?:=|\s+|[\"'],\s*))(?!(?:stdin|file|env|fd)\b)[\"']?\w{0,3}(?:\$|\{|[A-Za-z_@])"
)


@detector("secret-among-arguments")
def secret_among_arguments(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A command that read its password from its input or a file is given it among its arguments now."""
    for change, _ in document.replaced:
        if not any(_FROM_ELSEWHERE.search(r.text[:LONGEST]) for r in change.removed):
            continue
        added = [n for n in change.added if len(document.lines[n - 1]) <= LONGEST]
        if any(_FROM_ELSEWHERE.search(document.lines[n - 1]) for n in added):
            continue
        for n in added:
            if (given := _AMONG_ARGUMENTS.search(document.lines[n - 1])) and not _COMMENT.match(document.lines[n - 1]):
                yield Found(n, n, given["flag"].strip(" =\"',"), {})
