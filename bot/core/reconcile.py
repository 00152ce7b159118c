"""This look against the last: what is new, what stands, what is gone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from bot.core.markdown import marks
from bot.model import Delta, Earlier, Finding, Skipped, Source, Spoken


def reconcile(findings: Sequence[Finding], earlier: Earlier, sources: Iterable[Source], skipped: Iterable[Skipped]) -> Delta:
    """Compare by fingerprint with our comments and with what our summary listed.

    A finding in a file that was renamed since is known by its twin, when its old path is no longer in the pull. A comment is
    gone only when its file was analysed in full in this run and none of the findings it names was found.
    """
    read = {s.path for s in sources}
    unsure = {s.path for s in skipped}
    listed, fixed = _remembered(earlier.summary_body)

    present = {f.fingerprint for f in findings}
    said = {s.fingerprint for s in earlier.spoken}
    moved = _moved([f for f in findings if f.fingerprint not in said | listed], earlier.spoken, read | unsure)

    gone = _gone(earlier.spoken, present | set(moved.values()), read - unsure)
    known = said | listed | moved.keys()
    return Delta(
        new=tuple(f for f in findings if f.fingerprint not in known),
        standing=tuple(f for f in findings if f.fingerprint in known),
        gone=tuple(comment[0] for comment in gone),
        listed=frozenset(listed & present),
        fixed=frozenset(fixed | {s.fingerprint for comment in gone for s in comment}) - present,
    )


def _remembered(summary: str) -> tuple[set[str], set[str]]:
    """The fingerprints that our summary says it listed, and those it says are fixed."""
    listed: set[str] = set()
    fixed: set[str] = set()
    for mark in marks(summary):
        if mark.kind == "summary":
            listed.update(filter(None, mark.fields.get("listed", "").split(",")))
            fixed.update(filter(None, mark.fields.get("fixed", "").split(",")))
    return listed, fixed


def _moved(unknown: Sequence[Finding], spoken: Sequence[Spoken], present_paths: set[str]) -> Mapping[str, str]:
    """Fingerprint now -> fingerprint then, of findings whose file has another name than when we commented."""
    orphans: dict[str, list[Spoken]] = defaultdict(list)
    for comment in spoken:
        if comment.path not in present_paths:
            orphans[_twin(comment)].append(comment)
    return {f.fingerprint: orphans[f.twin].pop(0).fingerprint for f in unknown if f.twin and orphans.get(f.twin)}


def _twin(comment: Spoken) -> str:
    return next((m.fields.get("twin", "") for m in marks(comment.body) if m.fields.get("fp") == comment.fingerprint), "")


def _gone(spoken: Sequence[Spoken], present: set[str], analysed: set[str]) -> list[list[Spoken]]:
    """Our comments (each with all the findings it names) of which nothing is left in a file that was analysed."""
    comments: dict[int, list[Spoken]] = defaultdict(list)
    for one in spoken:
        comments[one.comment_id].append(one)
    return [c for c in comments.values() if c[0].path in analysed and not present & {s.fingerprint for s in c}]
