"""This look against the last: what is new, what stands, what is gone."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from bot.core.markdown import marks
from bot.core.naming import digest
from bot.core.words import NO_TEST, REMOVED, UNCHANGED
from bot.model import ChangedFile, Delta, Earlier, Finding, Notice, Skipped, Source, Spoken

_ORDINALS = 100  # as many equal lines of one test are told apart; the analyst reports fifty at most
_NOTHING_THERE = frozenset([NO_TEST, REMOVED, UNCHANGED])


def reconcile(
    findings: Sequence[Finding],
    earlier: Earlier,
    sources: Iterable[Source],
    skipped: Collection[Skipped],
    changed: Sequence[ChangedFile] = (),
    *,
    whole: bool = False,
    notices: Sequence[Notice] = (),
) -> Delta:
    """Compare by fingerprint with our comments and with what our summary listed. `whole`: `changed` is all that the pull changes.

    A finding in a file that was renamed since is known by its twin, when its old path is no longer in the pull. A comment is
    gone when none of the findings it names was found although its file was analysed in full, or holds nothing to review any
    more, or is none that the pull changes.
    """
    files = _Files(sources, skipped, changed, whole)
    listed, fixed = _remembered(earlier.summary_body)
    said = {s.fingerprint for s in earlier.spoken}
    findings = _as_said(findings, earlier.spoken)

    present = {f.fingerprint for f in findings} | {n.fingerprint for n in notices}
    moved = _moved([f for f in findings if f.fingerprint not in said | listed], earlier.spoken, files)
    gone = _gone(earlier.spoken, present | set(moved.values()), files)
    known = said | listed | moved.keys()
    return Delta(
        new=tuple(f for f in findings if f.fingerprint not in known),
        standing=tuple(f for f in findings if f.fingerprint in known),
        gone=tuple(comment[0] for comment in gone),
        listed=frozenset(listed & present),
        fixed=frozenset(fixed | {s.fingerprint for comment in gone for s in comment}) - present,
        notices=tuple(n for n in notices if n.fingerprint not in said),
    )


class _Files:
    """What became of the files in which our comments stand."""

    def __init__(
        self, sources: Iterable[Source], skipped: Collection[Skipped], changed: Sequence[ChangedFile], whole: bool
    ) -> None:
        unsure = {s.path for s in skipped if s.clouds or not (s.wanted or s.reason in _NOTHING_THERE)}
        self.present = {s.path for s in sources} | {s.path for s in skipped}
        self._settled = self.present - unsure
        self._renamed = {f.previous_path: f.path for f in changed if f.previous_path}
        self._whole = whole

    def settled(self, path: str) -> bool:
        """What was not found at this path, now or under its new name, is not there."""
        path = path if path in self.present else self._renamed.get(path, path)
        return path in self._settled or (self._whole and path not in self.present)


def _remembered(summary: str) -> tuple[set[str], set[str]]:
    """The fingerprints that our summary says it listed, and those it says are fixed."""
    listed: set[str] = set()
    fixed: set[str] = set()
    for mark in marks(summary):
        if mark.kind == "summary":
            listed.update(filter(None, mark.fields.get("listed", "").split(",")))
            fixed.update(filter(None, mark.fields.get("fixed", "").split(",")))
    return listed, fixed


# --- equal lines --------------------------------------------------------------------------------------------------------


def _as_said(findings: Sequence[Finding], spoken: Sequence[Spoken]) -> list[Finding]:
    """The findings, each under the name of our comment that stands on its very line.

    Lines that are equal, in one test, are numbered from the top. Where one of them comes or goes the numbers of those below
    change; GitHub moves our comments with their lines, and tells which is which.
    """
    alike: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        alike[finding.kin].append(finding)
    said: dict[str, dict[str, Spoken]] = defaultdict(dict)
    for one in spoken:
        said[one.path][one.fingerprint] = one
    names: dict[Finding, str] = {}
    for kin, same in alike.items():
        if kin and said[same[0].path]:
            names |= _paired(kin, same, said[same[0].path])
    return [replace(f, fingerprint=names.get(f, f.fingerprint)) for f in findings]


def _paired(kin: str, same: Sequence[Finding], said: Mapping[str, Spoken]) -> Mapping[Finding, str]:
    """Equal findings of one file with their names: that of the comment on their line, else their own unless another has it by
    now, else the first that nobody has."""
    every = [digest(kin, str(n)) for n in range(_ORDINALS)]
    ours = [said[name] for name in every if name in said]
    names: dict[Finding, str] = {}
    if not ours:
        return names
    for finding in same:
        for comment in ours:
            on_it = comment.line is not None and finding.line <= comment.line <= finding.end_line
            if on_it and comment.fingerprint not in names.values():
                names[finding] = comment.fingerprint
                break
    for finding in same:
        if finding not in names and finding.fingerprint in said and finding.fingerprint not in names.values():
            names[finding] = finding.fingerprint
    free = (name for name in every if name not in said and name not in names.values())
    return names | {finding: name for finding in same if finding not in names and (name := next(free, ""))}


# --- moved, and gone ----------------------------------------------------------------------------------------------------


def _moved(unknown: Sequence[Finding], spoken: Sequence[Spoken], files: _Files) -> Mapping[str, str]:
    """Fingerprint now -> fingerprint then, of findings whose file has another name than when we commented."""
    orphans: dict[str, list[Spoken]] = defaultdict(list)
    for comment in spoken:
        if comment.path not in files.present:
            orphans[_twin(comment)].append(comment)
    return {f.fingerprint: orphans[f.twin].pop(0).fingerprint for f in unknown if f.twin and orphans.get(f.twin)}


def _twin(comment: Spoken) -> str:
    return next((m.fields.get("twin", "") for m in marks(comment.body) if m.fields.get("fp") == comment.fingerprint), "")


def _gone(spoken: Sequence[Spoken], present: set[str], files: _Files) -> list[list[Spoken]]:
    """Our comments (each with all the findings it names) of which nothing is left where it could be."""
    comments: dict[int, list[Spoken]] = defaultdict(list)
    for one in spoken:
        comments[one.comment_id].append(one)
    return [c for c in comments.values() if files.settled(c[0].path) and not present & {s.fingerprint for s in c}]
