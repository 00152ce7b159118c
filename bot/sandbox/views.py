"""What the pages show, worked out from the state: the diff with the comments on their lines, the conversation, the checks."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.sandbox.diff import FileDiff, Line, is_binary
from bot.sandbox.repository import Pull
from bot.sandbox.talk import CheckRun, IssueComment, Review, Thread
from bot.sandbox.threads import find


@dataclass
class RowView:
    """One row of a diff. `threads` stand below it."""

    tag: str
    old: int | None
    new: int | None
    text: str
    unterminated: bool
    anchor: str
    threads: list[Thread] = field(default_factory=list)


@dataclass
class HunkView:
    header: str
    rows: list[RowView]


@dataclass
class FileView:
    """A changed file. `adrift` are threads that no line carries: outdated ones and those on the whole file."""

    path: str
    previous_path: str | None
    status: str
    additions: int
    deletions: int
    anchor: str
    hunks: list[HunkView]
    note: str
    adrift: list[Thread]


def anchor(path: str) -> str:
    """GitHub's fragment for a file in the diff; `R5` and `L5` behind it name lines."""
    return f"diff-{hashlib.sha256(path.encode()).hexdigest()}"


def files(pull: Pull) -> list[FileView]:
    pending = {review.id for review in pull.reviews if review.state == "PENDING"}
    threads = [thread for thread in pull.threads if thread.comments[0].review_id not in pending]
    return [_file(file, [thread for thread in threads if thread.original.path == file.path]) for file in pull.files()]


def _file(file: FileDiff, threads: list[Thread]) -> FileView:
    name = anchor(file.path)
    hunks = [HunkView(hunk.header, [_row(name, line) for line in hunk.lines]) for hunk in file.hunks if not file.withheld]
    adrift = []
    for thread in threads:
        now = thread.now
        place = find(file, now.side, now.line) if now is not None and now.line is not None and hunks else None
        if place is None:
            adrift.append(thread)
        else:
            hunks[place[0]].rows[place[2]].threads.append(thread)
    return FileView(
        file.path, file.previous_path, file.status, file.additions, file.deletions, name, hunks, _note(file, bool(hunks)), adrift
    )


def _row(name: str, line: Line) -> RowView:
    number = f"L{line.old}" if line.tag == "-" else f"R{line.new}"
    return RowView(line.tag, line.old, line.new, line.text, line.unterminated, name + number)


def _note(file: FileDiff, shown: bool) -> str:
    if shown:
        return ""
    contents = [entry.data for entry in (file.before, file.after) if entry is not None]
    if any(is_binary(data) for data in contents):
        return "Binary file not shown."
    return "Large diffs are not rendered." if file.withheld else "File renamed or its mode changed; no line did."


def timeline(pull: Pull) -> list[IssueComment | Review]:
    """Comments and reviews in the order they were written. Reviews that only wrap a reply are left to their thread."""
    opening = {thread.comments[0].review_id for thread in pull.threads}
    reviews = [review for review in pull.reviews if review.state != "PENDING" and (review.body or review.id in opening)]
    both: Iterable[IssueComment | Review] = [*pull.comments, *reviews]
    return sorted(both, key=lambda said: said.id)


def threads_of(pull: Pull, review: Review) -> list[Thread]:
    return [thread for thread in pull.threads if thread.comments[0].review_id == review.id]


def checks(pull: Pull) -> list[CheckRun]:
    """The latest run of each name on the present head."""
    runs = pull.repository.runs_for(pull.head_sha)
    return list({(run.app.id, run.name): run for run in runs}.values())


def revision(pull: Pull) -> str:
    """Changes whenever the page would look different."""
    said = [(comment.id, comment.body, comment.minimized, len(comment.reactions)) for comment in pull.comments]
    inline = [
        (thread.id, thread.now is None, comment.id, comment.body, comment.minimized)
        for thread in pull.threads
        for comment in thread.comments
    ]
    runs = [(run.id, run.status, run.conclusion, run.summary, run.completed_at) for run in checks(pull)]
    shown = [pull.head_sha, pull.state, pull.title, said, inline, runs, [(it.id, it.state, it.body) for it in pull.reviews]]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:16]
