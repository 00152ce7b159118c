"""Each inline comment lies on a commentable line; each finding appears exactly once somewhere; each quote stands on its line."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.core.fingerprint import stamp
from bot.core.grounding import ground
from bot.core.markdown import marks
from bot.model import Tier
from tests.laws.worlds import RULES, World, tokens, worlds
from tests.nouns import plan


def said_inline(review) -> Counter[str]:
    return Counter(m.fields["fp"] for c in review.comments for m in marks(c.body) if m.kind == "finding")


@given(worlds())
def test_each_comment_lies_on_commentable_lines_of_one_hunk(world: World) -> None:
    lines = {s.path: s.lines for s in world.sources}
    for comment in plan(world.hits, world.sources, RULES).comments:
        first = comment.start_line or comment.line
        held = lines[comment.path]
        assert set(range(first, comment.line + 1)) <= held.commentable
        assert comment.start_line is None or comment.start_line < comment.line
        assert comment.start_line is None or any(a <= first and comment.line <= b for a, b in held.hunks)


@given(worlds())
def test_each_finding_appears_exactly_once(world: World) -> None:
    review = plan(world.hits, world.sources, RULES, skipped=world.skipped)
    assert len(review.findings) == len(world.hits)
    inline = said_inline(review)
    listed = [f for m in marks(review.summary) for f in m.fields.get("listed", "").split(",") if f]
    defects = [f.fingerprint for f in review.findings if f.tier is Tier.DEFECT]
    assert Counter(defects) == inline + Counter(listed)
    assert {n for f, n in inline.items()} <= {1}
    assert len(review.check.annotations) == len(defects)

    advice = [f for f in review.findings if f.tier is Tier.CONSIDERATION]
    rows = [line for line in review.summary.split("\n") if line.startswith("| [`")]
    hidden = sum(int(line.split()[1]) for line in review.summary.split("\n") if line.startswith("*And "))
    assert len(rows) + hidden == len(advice)
    assert review.summary.count("| 🔴 ") + review.summary.count("| 🟠 ") + review.summary.count("| 🟡 ") == len(defects)


@given(worlds())
def test_one_comment_per_line(world: World) -> None:
    places = Counter((c.path, c.side, c.start_line or c.line) for c in plan(world.hits, world.sources, RULES).comments)
    assert set(places.values()) <= {1}


@given(worlds(), tokens)
def test_each_quote_stands_on_its_line(world: World, other: str) -> None:
    invented = [replace(h, quote=f"{h.quote} {other}") for h in world.hits[:3]]
    found, _ = stamp([*world.hits, *invented], RULES)
    texts = {s.path: s.text.split("\n") for s in world.sources}
    grounded = ground(found, world.sources)
    assert set(grounded.kept) | set(grounded.dropped) == set(found)
    assert len(grounded.kept) == len(world.hits)
    for kept in grounded.kept:
        assert kept.quote in texts[kept.path][kept.line - 1]


@given(worlds(), st.randoms())
def test_the_order_of_arrival_changes_nothing(world: World, random) -> None:
    hits, sources = list(world.hits), list(world.sources)
    random.shuffle(hits)
    random.shuffle(sources)
    assert plan(hits, world.sources, RULES) == plan(world.hits, world.sources, RULES)
    assert plan(hits, sources, RULES).comments == plan(world.hits, world.sources, RULES).comments
