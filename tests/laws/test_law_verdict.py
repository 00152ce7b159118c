"""Considerations never change the verdict; a skipped test file never yields CLEAN."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.core.verdict import conclude
from bot.model import Conclusion, Severity, Skipped, Tier
from tests.laws.worlds import ADVICE, RULES, World, worlds
from tests.nouns import finding, plan

findings = st.builds(
    finding,
    rule=st.just("any"),
    line=st.integers(1, 9),
    tier=st.sampled_from(Tier),
    severity=st.sampled_from(Severity),
)
skips = st.builds(Skipped, path=st.just("tests/x.py"), reason=st.just("timed out"), clouds=st.booleans())


@given(st.lists(findings), st.lists(skips))
def test_considerations_never_change_the_verdict(found, skipped) -> None:
    defects = [f for f in found if f.tier is Tier.DEFECT]
    assert conclude(found, skipped) == conclude(defects, skipped)


@given(st.lists(findings), st.lists(skips), st.booleans())
def test_a_skipped_test_file_never_yields_clean(found, skipped, clouds) -> None:
    verdict = conclude(found, [*skipped, Skipped("tests/y.py", "binary", clouds)])
    if clouds or any(s.clouds for s in skipped):
        assert verdict.conclusion is not Conclusion.CLEAN
    elif not any(f.tier is Tier.DEFECT for f in found):
        assert verdict.conclusion is Conclusion.CLEAN


@given(worlds())
def test_considerations_change_nothing_but_their_own_block_and_button(world: World) -> None:
    with_advice = plan(world.hits, world.sources, RULES, skipped=world.skipped)
    without = plan([h for h in world.hits if h.rule not in ADVICE], world.sources, RULES, skipped=world.skipped)
    assert with_advice.verdict == without.verdict
    assert replace(with_advice.check, actions=()) == replace(without.check, actions=())
    assert with_advice.comments == without.comments
    assert with_advice.summary.split("\n")[0] == without.summary.split("\n")[0]


@given(worlds())
def test_success_means_everything_was_read_and_nothing_found(world: World) -> None:
    review = plan(world.hits, world.sources, RULES, skipped=world.skipped)
    fine = not world.skipped and all(h.rule in ADVICE for h in world.hits)
    assert (review.check.conclusion == "success") is fine
    assert review.summary.startswith("No security defects detected in the ") is fine
