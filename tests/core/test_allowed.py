from bot.core.allowed import allow
from bot.model import Allow, Config, Heard, Suppressed
from tests.nouns import finding

ENTRY = Allow("fetch-pipe-shell", "our mirror", "tests/*.py", "2027-01-31", "repo.yml")
ONE, OTHER = finding(line=1), finding("weak-skip", line=2)


def test_an_entry_keeps_its_rule_back_in_the_files_name() -> None:
    heard = allow(Heard((ONE, OTHER)), Config(allow=(ENTRY,)), "2027-01-31")
    assert heard == Heard((OTHER,), (Suppressed(ONE, "allowed by repo.yml", "our mirror"),))


def test_an_entry_that_has_expired_is_told() -> None:
    heard = allow(Heard((ONE,)), Config(allow=(ENTRY,)), "2027-02-01")
    void = " (no effect: it expired on 2027-01-31)"
    assert heard == Heard((ONE,), (), (Suppressed(ONE, "allowed by repo.yml", "our mirror", void),))


def test_what_a_comment_asked_in_vain_is_not_told_of_what_an_entry_keeps_back() -> None:
    asked = Suppressed(ONE, "nosec, added by this pull", "no reason given")
    heard = allow(Heard((ONE,), (), (asked,)), Config(allow=(ENTRY,)), "2026-01-01")
    assert (heard.findings, heard.refused) == ((), ())
    assert allow(Heard((OTHER,), (), (asked,)), Config(allow=(ENTRY,)), "2026-01-01").refused == (asked,)
