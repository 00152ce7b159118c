from bot.core.buttons import DISMISS_ADVICE, RERUN, buttons
from bot.model import Tier
from tests.nouns import finding


def test_a_check_can_be_run_again_and_its_advice_dismissed() -> None:
    advice = finding("adv-sleep-poll", tier=Tier.CONSIDERATION)
    assert [b.identifier for b in buttons([finding(), advice])] == [RERUN, DISMISS_ADVICE]
    assert [b.identifier for b in buttons([finding()])] == [RERUN]


def test_github_takes_them() -> None:
    """docs.github.com/en/rest/checks/runs: a label of 20 characters at most, a description of 40, an identifier of 20."""
    for button in buttons([finding(tier=Tier.CONSIDERATION)]):
        assert (len(button.label) <= 20, len(button.description) <= 40, len(button.identifier) <= 20) == (True, True, True)
