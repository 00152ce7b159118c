"""Changed files -> the test files among them: first by path, so that only those are fetched, then by content."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.core.binaries import is_build, maybe_binary
from bot.core.changed import changed_lines
from bot.core.languages import Languages
from bot.core.parts import part_lines
from bot.core.words import BINARY, NO_TEST, REMOVED, UNCHANGED
from bot.model import Candidate, ChangedFile, Kind, Lines, Reading, Skipped, Source

# A submodule's patch is this and nothing else. GitHub's file list has no modes, so its shape must do.
_SUBMODULE = re.compile(
    r"@@ [-+,0-9 ]+ @@\n(?:[-+]Subproject commit [0-9a-f]{40,64}(?:-dirty)?\n?(?:\\ No newline[^\n]*\n?)?){1,2}"
)
# https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
_LFS = re.compile(
    r"version https://git-lfs\.github\.com/spec/v1\n(?:[a-z0-9.-]+ [^\n]*\n)*oid sha256:[0-9a-f]{64}\nsize [0-9]+\n?"
)


def by_path(changed: Sequence[ChangedFile], languages: Languages) -> tuple[tuple[Candidate, ...], tuple[Skipped, ...]]:
    """What may be a test file, in the given order, and what is none. A strong candidate is one, whatever it holds. Where a binary
    changes among the tests, build files are read too: for what they do with it (bot.core.binaries)."""
    candidates: list[Candidate] = []
    skipped: list[Skipped] = []
    folders = _folders_with_tests(changed, languages)
    binaries = any(maybe_binary(file, languages) for file in changed)
    for file in changed:
        found = _candidate(file, languages, folders)
        if found == NO_TEST and binaries and is_build(file, languages):
            found = Candidate(file, languages.language_of(file.path), Kind.BUILD, strong=False)
        if isinstance(found, Candidate):
            candidates.append(found)
        else:
            skipped.append(Skipped(file.path, found, clouds=False))
    return tuple(candidates), tuple(skipped)


def by_content(
    candidates: Sequence[Candidate], reading: Reading, languages: Languages
) -> tuple[tuple[Source, ...], tuple[Skipped, ...]]:
    """The test files with their texts and changed lines, and what could not be looked at or proved to be no test."""
    sources: list[Source] = []
    skipped: list[Skipped] = []
    unread = {s.path: s for s in reading.unread}
    for candidate in candidates:
        path = candidate.file.path
        if path in unread:
            skipped.append(replace(unread[path], clouds=unread[path].clouds and candidate.strong))
            continue
        found = _source(candidate, reading, languages)
        if isinstance(found, Source):
            sources.append(found)
        else:
            skipped.append(found)
    return tuple(sources), tuple(skipped)


# --- by path ------------------------------------------------------------------------------------------------------------


def _candidate(file: ChangedFile, languages: Languages, folders: frozenset[str]) -> Candidate | str:
    if file.status == "removed":
        return REMOVED
    if file.patch is not None and _SUBMODULE.fullmatch(file.patch):
        return "submodule"
    place = languages.place(file.path)
    if place is None:
        language = languages.language_of(file.path)
        recorded = file.patch is not None and languages.is_recording(language, file.patch)
        return Candidate(file, language, Kind.DATA, strong=False) if recorded else NO_TEST
    if languages.is_binary(file.path):
        return BINARY
    strong = place.strong or (place.folder is not None and _companion(file.path, place.folder, folders))
    if not strong and place.part is None and not languages.by_name[place.language].signals:
        return NO_TEST
    return Candidate(file, place.language, place.kind, strong)


def _folders_with_tests(changed: Iterable[ChangedFile], languages: Languages) -> frozenset[str]:
    """The folders that hold a changed file which is test code by its path alone."""
    folders = set()
    for file in changed:
        place = languages.place(file.path) if file.status != "removed" else None
        if place is not None and place.strong and place.kind is Kind.CODE:
            folders.add(_folder(file.path))
    return frozenset(folders)


def _companion(path: str, weak: str, folders: frozenset[str]) -> bool:
    """A changed test lies in the weak folder, beside the file or nearer to the folder's top."""
    folder = _folder(path)
    while len(folder) >= len(weak):
        if folder in folders:
            return True
        folder = _folder(folder[:-1])
    return False


def _folder(path: str) -> str:
    return path[: path.rfind("/") + 1]


# --- by content ---------------------------------------------------------------------------------------------------------


def _source(candidate: Candidate, reading: Reading, languages: Languages) -> Source | Skipped:
    file = candidate.file
    text = reading.texts.get(file.path)
    if text is None:
        return Skipped(file.path, "could not be read", clouds=candidate.strong)
    if _LFS.fullmatch(text):
        return Skipped(file.path, "Git LFS pointer", clouds=candidate.strong and candidate.kind is Kind.CODE)
    recording = languages.is_recording(candidate.language, text)
    place = languages.place(file.path)
    part = None if candidate.strong or place is None else place.part
    speaks = candidate.kind.is_test and languages.speaks_as_test(candidate.language, text)
    if not candidate.strong and part is None and not recording and not speaks:
        return Skipped(file.path, NO_TEST, clouds=False)
    within = None if part is None else part_lines(part, text)
    if within == frozenset():
        return Skipped(file.path, NO_TEST, clouds=False)
    lines = changed_lines(file, text, reading)
    if isinstance(lines, Skipped):
        return lines
    if within is not None:
        lines = _limit(lines, within)
        if not lines.added and not lines.removed:
            return Skipped(file.path, NO_TEST, clouds=False)
    if not lines.added and not lines.removed:
        return Skipped(file.path, UNCHANGED, clouds=False)
    language, kind = candidate.language, Kind.DATA if recording else candidate.kind
    spoken = languages.shebang(text)
    by_name = not file.path.endswith(".t")  # tests of any language are called so, mostly Perl's
    if spoken is not None and (language in (languages.fallback, spoken) or not by_name):  # it says itself what runs it
        language, kind = spoken, Kind.CODE
    return Source(file.path, language, kind, text, lines)


def _limit(lines: Lines, within: frozenset[int]) -> Lines:
    return replace(lines, added=lines.added & within, removed=tuple(r for r in lines.removed if r.before in within))
