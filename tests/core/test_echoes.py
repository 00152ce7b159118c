from dataclasses import replace

from bot.core.echoes import without_echoes
from bot.model import Side, Tier
from tests.nouns import finding


def test_the_defect_is_enough() -> None:
    defect = replace(finding(line=3), tier=Tier.DEFECT, cwe=("CWE-319", "CWE-494"))
    advice = replace(defect, rule="transport", tier=Tier.CONSIDERATION, cwe=("CWE-494",))
    assert without_echoes([advice, defect]) == (defect,)


def test_another_line_side_weakness_or_tier_stays() -> None:
    defect = replace(finding(line=3), tier=Tier.DEFECT, cwe=("CWE-319",))
    advice = replace(defect, rule="transport", tier=Tier.CONSIDERATION)
    others = [
        replace(advice, line=4),
        replace(advice, side=Side.LEFT),
        replace(advice, path="tests/other.py"),
        replace(advice, cwe=("CWE-377",)),
    ]
    assert without_echoes([*others, defect]) == (*others, defect)
    assert without_echoes([advice, replace(advice, rule="second")]) == (advice, replace(advice, rule="second"))
    assert without_echoes([defect, replace(defect, rule="second")]) == (defect, replace(defect, rule="second"))
