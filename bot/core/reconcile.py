"""This look against the last: what is new, what stands, what is gone."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from bot.core import memo
from bot.core.markdown import marks
from bot.core.words import NO_TEST, REMOVED, UNCHANGED
from bot.model import ChangedFile, Delta, Earlier, Finding, Notice, Skipped, Source, Spoken, Suppressed

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
    suppressed: Sequence[Suppressed] = (),
) -> Delta:
    """Compare by fingerprint with our comments and with what our summary listed. `whole`: `changed` is all that the pull changes.
    `suppressed` were found, too, and are not to be said.

    A finding in a file that was renamed since is known by its twin, when its old path is no longer in the pull. A comment is
    gone when none of the findings it names was found although its file was analysed in full, or holds nothing to review any
    more, or is none that the pull changes; and `kept` when one of them was found and is kept back.
    """
    files = _Files(sources, skipped, changed, whole)
    last = memo.read(earlier.summary_body)
    said = {s.fingerprint for s in earlier.spoken}
    kept_back = {s.finding.fingerprint: s for s in suppressed}

    present = {f.fingerprint for f in findings} | {n.fingerprint for n in notices}
    moved = _moved([f for f in findings if f.fingerprint not in said | last.listed], earlier.spoken, files)
    idle = _idle(earlier.spoken, present | set(moved.values()))
    kept = [(comment[0], by) for comment in idle if (by := _by(comment, kept_back))]
    gone = [comment for comment in idle if files.settled(comment[0].path) and not _by(comment, kept_back)]
    known = said | last.listed | moved.keys()
    return Delta(
        new=tuple(f for f in findings if f.fingerprint not in known),
        standing=tuple(f for f in findings if f.fingerprint in known),
        gone=tuple(comment[0] for comment in gone),
        kept=tuple(kept),
        listed=last.listed & present,
        fixed=last.fixed.union(s.fingerprint for comment in gone for s in comment) - present - kept_back.keys(),
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


def _idle(spoken: Sequence[Spoken], present: set[str]) -> list[list[Spoken]]:
    """Our comments (each with all the findings it names) of which nothing is to be said."""
    comments: dict[int, list[Spoken]] = defaultdict(list)
    for one in spoken:
        comments[one.comment_id].append(one)
    return [c for c in comments.values() if not present & {s.fingerprint for s in c}]


def _by(comment: Sequence[Spoken], kept_back: Mapping[str, Suppressed]) -> Suppressed | None:
    """What keeps back a finding that the comment names."""
    return next((kept_back[s.fingerprint] for s in comment if s.fingerprint in kept_back), None)
