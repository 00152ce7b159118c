"""Plans made on the spot, and what comes of them."""

from collections.abc import Sequence
from dataclasses import replace

from bot.core.markdown import mark, marks
from bot.model import Check, Comment, Conclusion, Earlier, PullRequest, Review, Side, Verdict
from bot.sandbox.repository import Pull as StandInPull
from tests.github.conftest import House

REVIEWS, COMMENTS, COMMENT = "POST */pulls/*/reviews", "POST */issues/*/comments", "PATCH */issues/comments/*"
UPDATE = "PATCH */check-runs/*"
PATH = "tests/test_a.py"
CLEAN = Check("success", "Title", "Summary")


def comment(line: int, *, start: int | None = None, path: str = PATH) -> Comment:
    name = f"{line:02}"
    return Comment(path, line, start, Side.RIGHT, f"**Bad** {name}\n\n{mark('finding', fp=name)}", name)


def plan(pull: StandInPull, comments: Sequence[Comment] = (), summary: str = "Two defects.", **changes: object) -> Review:
    made = Review(
        head_sha=pull.head_sha,
        verdict=Verdict(Conclusion.DEFECTS),
        comments=tuple(comments),
        summary=f"{summary}\n\n{mark('summary')}",
        check=Check("failure", "Title", "Summary"),
        findings=(),
        body="The body.",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


async def perform(house: House, request: PullRequest, review: Review) -> Earlier:
    """Read what stands, begin, publish, as the story does; what stood is returned."""
    earlier = await house.forge.begin(request, (await house.forge.read(request, [])).earlier)
    await house.forge.publish(request, review, earlier)
    return earlier


def posted(pull: StandInPull) -> list[str]:
    return sorted(m.fields["fp"] for _, c in pull.review_comments for m in marks(c.body) if "fp" in m.fields)
