"""What GitHub accepts as the place of a review comment, and its words when it does not."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.sandbox.diff import FileDiff
from bot.sandbox.errors import BODY_LIMIT, Refused, invalid_review
from bot.sandbox.repository import Pull
from bot.sandbox.talk import Anchor
from bot.sandbox.threads import find, number_on

_THREAD = "Pull request review thread"
NO_PATH = f"{_THREAD} path is invalid"
NO_LINE = f"{_THREAD} line must be part of the diff"
NO_START = f"{_THREAD} start line must be part of the diff"
OTHER_HUNK = f"{_THREAD} start line must be part of the same hunk as the line."
NOT_BEFORE = f"{_THREAD} start line must precede the end line."
NO_HUNK = f"{_THREAD} diff hunk can't be blank"
NO_COMMIT = "Commit oid is not part of the pull request"
TOO_LONG = f"Body is too long (maximum is {BODY_LIMIT} characters)"


def sentence(problems: Sequence[str]) -> str:
    """Several problems of one comment arrive joined into one string."""
    *most, last = problems
    return f"{', '.join(most)}{',' if len(most) > 1 else ''} and {last}" if most else last


def check_commit(pull: Pull, commit_id: str) -> None:
    """A commit that a force push has removed from the pull is refused."""
    if commit_id not in {commit.sha for commit in pull.commits}:
        raise invalid_review(NO_COMMIT)


def check_comment(pull: Pull, fields: Mapping[str, Any]) -> Anchor:
    """The anchor of one comment of a review or on its own; raises GitHub's 422, which does not say which comment is at fault."""
    body = fields.get("body")
    if not isinstance(body, str) or not body.strip():
        raise invalid_review(f"{_THREAD} body can't be blank")
    if len(body) > BODY_LIMIT:
        raise invalid_review(TOO_LONG)
    path = fields.get("path")
    file = pull.file(path) if isinstance(path, str) else None
    if file is None:
        raise invalid_review(sentence([NO_PATH, NO_HUNK]))
    if fields.get("subject_type", "line") == "file":
        return Anchor(file.path, str(fields.get("side", "RIGHT")))
    if "line" not in fields and "position" in fields:
        return _from_position(file, fields["position"])
    return _from_line(file, fields)


def _from_line(file: FileDiff, fields: Mapping[str, Any]) -> Anchor:
    side, line, start = fields.get("side", "RIGHT"), fields.get("line"), fields.get("start_line")
    start_side = fields.get("start_side") or side
    end = find(file, side, line) if isinstance(line, int) and file.patch is not None else None
    if start is None:
        if end is None:
            raise invalid_review(sentence([NO_LINE, NO_HUNK]))
        return Anchor(file.path, side, line)
    begin = find(file, start_side, start) if isinstance(start, int) and file.patch is not None else None
    if start_side == side and isinstance(line, int) and start >= line:
        raise invalid_review(NOT_BEFORE)
    problems = [NO_LINE] if end is None else []
    problems += [NO_START] if begin is None and end is not None else []
    problems += [OTHER_HUNK] if begin is None or end is None or begin[0] != end[0] else []
    if problems:
        raise invalid_review(sentence([*problems, NO_HUNK] if end is None else problems))
    return Anchor(file.path, side, line, start, start_side)


def _from_position(file: FileDiff, wanted: Any) -> Anchor:
    """The legacy way: rows below the first hunk header."""
    rows = 0
    for index, hunk in enumerate(file.hunks):
        rows += 1 if index else 0
        for line in hunk.lines:
            rows += 1
            if rows == wanted:
                side = "LEFT" if line.tag == "-" else "RIGHT"
                return Anchor(file.path, side, number_on(line, side))
            rows += line.unterminated
    raise invalid_review(sentence([f"{_THREAD} position is invalid", NO_HUNK]))


def as_objects(refused: Refused) -> Refused:
    """POST …/comments tells the same problems as objects, with the field's name in the words."""
    text = str((refused.errors or [""])[0])
    errors = [{"resource": "PullRequestReviewComment", "code": "missing_field", "field": "pull_request_review_thread.diff_hunk"}]
    for name, problem in (
        ("path", NO_PATH),
        ("line", NO_LINE),
        ("start_line", NO_START),
        ("start_line", OTHER_HUNK),
        ("start_line", NOT_BEFORE),
    ):
        if problem in text:
            field = f"pull_request_review_thread.{name}"
            message = problem.replace(f"{_THREAD} {name.replace('_', ' ')}", field)
            errors.insert(-1, {"resource": "PullRequestReviewComment", "code": "custom", "field": field, "message": message})
    if len(errors) == 1:
        errors = [{"resource": "PullRequestReviewComment", "code": "custom", "field": "body", "message": text}]
    return Refused(422, "Validation Failed", errors)
