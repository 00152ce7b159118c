"""The named questions about what a test fetches, unpacks and installs."""

import re

from bot.core.predicates.registry import predicate
from bot.core.scene import Scene, stands

_DIGEST = re.compile(
    r"sha-?(?:1|2|256|384|512)(?:sum)?\b|sha(?:1|256|512)sum|md5sum|hashlib|MessageDigest|createHash|Digest::SHA|hash_file\(|hash_equals"
    r"|known_hash\s*=\s*[\"'fm]|checksum|\bgpg\s+--verify|\bgpgv\b|cosign\s+verify|minisign|verify_?[sS]ignature|integrity",
    re.IGNORECASE,
)
_PATH_CHECK = re.compile(
    r"starts_?[wW]ith|HasPrefix|start_with\?|IsLocal|SecureJoin|securejoin|[nN]ormali[sz]e|[cC]anonical|is_relative_to|relative_to|commonp(?:ath|refix)"
    r"|realpath|isabs|isAbsolute|GetFullPath|\.\.[\"'/\\]|filter\s*=|_filter\b|sanitiz|secure_filename|[bB]ase(?:name|Name)?\("
)
_PACKS = re.compile(
    r"[\"']x?[wa][:|]?(?:gz|bz2|xz|\*)?[\"']|make_archive|tar\.NewWriter|zip\.NewWriter|ZipOutputStream|ZipFile\([^\n]*[\"'][wxa][\"']|TarWriter|addfile\("
    r"|Zip::OutputStream|CreateFromDirectory|ZipArchiveMode\.Create|addFromString|archiver\(|tar\s+-?c\w*f"
)


@predicate("digest-checked")
def digest_checked(scene: Scene, text: str) -> bool:
    """Where the match stands, a digest or a signature is looked at."""
    return bool(_DIGEST.search(scene.scope))


@predicate("hash-pinned")
def hash_pinned(scene: Scene, text: str) -> bool:
    """The file pins what it installs by hashes."""
    return "--hash=" in scene.text or "--require-hashes" in scene.text


@predicate("path-checked")
def path_checked(scene: Scene, text: str) -> bool:
    """Where the match stands, the name of an archive's entry is looked at before it becomes a path."""
    return bool(_PATH_CHECK.search(scene.scope))


@predicate("packed-here")
def packed_here(scene: Scene, text: str) -> bool:
    """The file makes archives itself, so that it unpacks its own."""
    return stands(_PACKS, scene.text)


@predicate("opens-tar")
def opens_tar(scene: Scene, text: str) -> bool:
    """The text unpacks a tar archive, by its name or because the file opens such archives and no zip stands on the line."""
    return "zip" not in scene.line_text().lower() and ("tarfile" in scene.text or "tar" in text.lower())
