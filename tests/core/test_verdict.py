from bot.core.verdict import conclude
from bot.model import Conclusion, Skipped, Tier, Verdict
from tests.nouns import finding

BLIND = Skipped("tests/huge.py", "larger than 3 MB", clouds=True)
ASIDE = Skipped("src/app.py", "not a test file", clouds=False)
ADVICE = finding(tier=Tier.CONSIDERATION)


def test_nothing_found_everything_read() -> None:
    assert conclude((), (ASIDE,)) == Verdict(Conclusion.CLEAN)
    assert conclude((ADVICE,), ()) == Verdict(Conclusion.CLEAN)


def test_a_test_file_unread() -> None:
    assert conclude((ADVICE,), (ASIDE, BLIND)) == Verdict(Conclusion.INCONCLUSIVE, (), (BLIND,))


def test_defects_outweigh_what_was_not_read() -> None:
    assert conclude((ADVICE, finding()), (BLIND,)) == Verdict(Conclusion.DEFECTS, (finding(),), (BLIND,))
