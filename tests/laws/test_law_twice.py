"""Reviewing the same head twice plans nothing new; over many pushes each finding is said once; inserted lines change no name."""

from hypothesis import given
from hypothesis import strategies as st

from bot.core.fingerprint import stamp
from bot.core.markdown import marks
from bot.model import Earlier
from tests.laws.worlds import RULES, World, files, moved_down, worlds
from tests.nouns import plan, published


@given(worlds())
def test_the_same_head_twice_plans_nothing_new(world: World) -> None:
    first = plan(world.hits, world.sources, RULES, skipped=world.skipped)
    second = plan(world.hits, world.sources, RULES, published(first), world.skipped)
    assert (second.comments, second.retire, second.body) == ((), (), "")
    assert (second.summary, second.check, second.verdict) == (first.summary, first.check, first.verdict)


@given(worlds(), st.integers(1, 5))
def test_inserted_lines_keep_every_name(world: World, by: int) -> None:
    before, _ = stamp(world.hits, RULES)
    after, _ = stamp(moved_down(world, by).hits, RULES)
    assert [(f.fingerprint, f.twin, f.line + by) for f in before] == [(f.fingerprint, f.twin, f.line) for f in after]


@given(worlds(), st.integers(1, 5))
def test_moved_findings_are_not_said_again(world: World, by: int) -> None:
    first = plan(world.hits, world.sources, RULES)
    lower = moved_down(world, by)
    second = plan(lower.hits, lower.sources, RULES, published(first))
    said = {m.fields["fp"] for c in first.comments for m in marks(c.body)}
    assert {m.fields["fp"] for c in second.comments for m in marks(c.body)}.isdisjoint(said)
    assert second.retire == ()


@given(st.lists(files("tests/test_a.py"), min_size=1, max_size=6))
def test_over_many_pushes_each_finding_is_said_once_while_it_stands(pushes) -> None:
    earlier = Earlier()
    standing: set[str] = set()
    for made, hits in pushes:
        review = plan(hits, [made], RULES, earlier)
        said = [m.fields["fp"] for c in review.comments for m in marks(c.body) if m.kind == "finding"]
        assert len(said) == len(set(said))
        assert standing.isdisjoint(said)
        earlier = published(review, earlier)
        standing = {s.fingerprint for s in earlier.spoken}
