"""Files that count by what they are and where they lie, whatever stands in them.

`planted-artifact`: a file at one of the `paths` (globs), at its first added line that the expression `line` matches.
`executable-artifact`: a binary whose first bytes (`magic`, words of core.binaries) or name (`name`) say that it runs, in a pull
that brings no text of the same name beside it, from which it could be made again. The capture `kind` says what it is.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.core.languages import matches


@detector("planted-artifact")
def planted_artifact(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """At most one finding in a file."""
    if not matches(document.path, tuple(options["paths"])) or matches(document.path, tuple(options.get("unless", ()))):
        return
    wanted = re.compile(str(options.get("line", r"\S")))
    for line in sorted(document.added):
        text = document.lines[line - 1] if line <= len(document.lines) else ""
        if wanted.search(text):
            name = document.path.rpartition("/")[2]
            yield Found(line, line, text.strip()[:60], {"name": name, "": text}, identity=name)
            return


@detector("executable-artifact")
def executable_artifact(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """The line that stands for the binary, when it is one that runs."""
    name = document.path.rpartition("/")[2]
    said = document.text[len(name) :].strip()
    by_name = re.search(str(options["name"]), name, re.IGNORECASE)
    if document.source.companions or not (said in options["magic"] or by_name):
        return
    kind = said.replace("-", " ") if said in options["magic"] else "by its name"
    yield Found(1, 1, name[:60], {"kind": kind, "": document.text})
