"""Diff-aware detectors of fetches that lose their protection: an address that goes back to plain text, a digest or a commit that
nobody compares with any more."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.core.hosts import host_of, is_loopback, is_remote, is_reserved
from bot.core.removed import LONGEST
from bot.model import Side

_SAFE = re.compile(r"(?P<vcs>\w+\+)?(?:https|ssh|sftp|ftps|git\+ssh)://(?:\w+@)?(?P<rest>[^\s\"'<>`]{4,300})")
_PLAIN = re.compile(r"(?P<vcs>\w+\+)?(?:http|git|ftp)://(?P<rest>[^\s\"'<>`]{4,300})")
# What is fetched there is code, or will be unpacked: by the address itself, or by what is said around it.
_CODE = re.compile(
    r"\.git\b|#egg=|\.(?:tar(?:\.\w+)?|tgz|t[bx]z2?|zip|jar|whl|deb|rpm|gem|egg|exe|msi|dmg|run|phar|nupkg|sh|bash|ps1|AppImage|iso|img|qcow2)\b"
    r"|//(?:www\.)?(?:github|gitlab|bitbucket)\.\w+/[\w.-]+/[\w.-]+$|/(?:packages|simple|releases/download|dists|repo(?:s|sitory)?|maven2?|gems?)(?:/|$)|\$[({]?\w*(?:TAR|PKG|FILE|ARCHIVE|TGZ|ZIP)\w*",
    re.IGNORECASE,
)
_FETCHING = re.compile(
    r"(?:\b|_)(?:install|download|clone|fetch|wget|curl|pip|checkout|submodule|registry|index[-_]url|source|deb|add-apt-repository|mirror\w*|SRC|urlretrieve)\b",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"^\s*(?:#(?!!|\s*define\b)|//|\*[\s/]|/\*|--\s)")
_ABOVE = 6  # lines above an address in which its command begins


@detector("lowered-transport")
def lowered_transport(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """An address from which code is fetched, of the same host and path as on the line it replaces, where that was encrypted."""
    for _, replaced in document.replaced:
        for pair in replaced:
            if len(pair.text) > LONGEST or len(pair.old.text) > LONGEST or _COMMENT.match(pair.text):
                continue
            before = {_bare(m["rest"]) for m in _SAFE.finditer(pair.old.text)}
            for plain in _PLAIN.finditer(pair.text) if before else ():
                host = host_of("x://" + plain["rest"])
                safe = is_loopback(host) or is_reserved(host) or not is_remote(host)
                if not safe and _bare(plain["rest"]) in before and _fetches_code(document, pair.line, plain):
                    quote = plain.group()[:60]
                    yield Found(pair.line, pair.line, quote, {"host": host, "base_line": str(pair.old.line)})


def _bare(rest: str) -> str:
    return rest.rstrip("/.,;)")


def _fetches_code(document: Document, line: int, plain: re.Match[str]) -> bool:
    if plain.group().startswith("git://"):
        return True  # nothing but code comes that way
    near = document.lines[max(0, line - 1 - _ABOVE) : line]
    return bool(plain["vcs"] or _CODE.search(plain.group())) and any(_FETCHING.search(text) for text in near)


_COMPARES = re.compile(
    r"\b(?:sha(?:1|224|256|384|512)|md5|b2)sum\b|\bshasum\b|\bopenssl\s+dgst\b|\bgpgv?\s+(?:\S+\s+)*--verify|\bgpgv\b|\bcosign\s+verify|\bminisign\s+-V|createHash\(|"
    r"MessageDigest\.getInstance|hashlib\.(?:sha|blake|new)|Digest::SHA|sha(?:1|256|512)\.(?:Sum|New)|hash_file\(|DigestUtils\.|HashData\(|verify_checksum|"
    r"\b(?:git\b.*\b(?:reset\s+--hard|checkout)|--(?:rev|commit|revision))[\s=]+(?:-\S+\s+)*[\"']?[0-9a-f]{40}\b",
    re.IGNORECASE,
)
_LOADS = re.compile(
    r"\b(?:curl|wget|aria2c|Invoke-WebRequest|iwr)\s+\S|\bgo\s+get\s|\bgit\s+clone\s|\burlretrieve\(|\burlopen\(|requests\.get\(|httpx\.get\(|(?<![\w.])fetch\(|axios\.get\(|"
    r"\bgot\(|http\.Get\(|openStream\(|HttpClient\b|URI\.open\(|Net::HTTP|file_get_contents\(\s*['\"]http|DownloadFile\(|reqwest::"
)
_ADDRESS = re.compile(r"https?://(?P<host>[^\s/\"'`<>)]{3,200})")
_DIGEST = re.compile(r"[0-9a-f]{64}|sha-?(?:256|512)|integrity|checksum|known_hash|\b[0-9a-f]{40}\b", re.IGNORECASE)


@detector("dropped-digest")
def dropped_digest(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """The comparison with a digest, a signature or a commit is gone, and the file still fetches what it was about without any
    other; the finding stands on the nearest line that fetches when the pull touches it, else on the removed line."""
    gone = [(c, r) for c, _ in document.replaced for r in c.removed if len(r.text) <= LONGEST and not _COMMENT.match(r.text)]
    change, first = next(((c, r) for c, r in gone if _COMPARES.search(r.text)), (None, None))
    if change is None or first is None or document.search(_COMPARES) or _remote_free(document.text):
        return
    loads = [
        n for n, text in enumerate(document.lines, 1) if len(text) <= LONGEST and _LOADS.search(text) and not _COMMENT.match(text)
    ]
    added = [n for n in document.added if n <= len(document.lines)]
    if not loads or any(_DIGEST.search(document.lines[n - 1][:LONGEST]) for n in added):
        return
    text = first.text.strip()
    near = [n for n in loads if n in document.added] or [n for n in change.added if document.lines[n - 1].strip(" \t})];")][:1]
    if near:
        line = min(near, key=lambda n: abs(n - first.before))
        yield Found(line, line, _quote(document.lines[line - 1]), {"was": text[:60], "base_line": str(first.line)})
    elif min(abs(n - first.before) for n in loads) <= 40:
        yield Found(first.line, first.line, text[:60], {"was": text[:60], "base_line": str(first.line)}, text, side=Side.LEFT)


def _remote_free(text: str) -> bool:
    """The file names hosts, and all of them are this machine or made up."""
    named = [host_of("x://" + m["host"]) for m in _ADDRESS.finditer(text)]
    return bool(named) and not any(h and is_remote(h) and not is_reserved(h) for h in named)


def _quote(text: str) -> str:
    address = _ADDRESS.search(text)
    return address.group()[:60] if address else text.strip()[:60]
