from bot.core.dismissed import keep_back
from bot.model import Dismissal, Heard, Suppressed
from tests.nouns import finding

FIRST, SECOND = finding(line=1), finding(line=2, rule="ctrl-tls-nonlocal")
BY_MAINTAINER = {"by": "hubot", "reason": "the host is ours"}


def test_a_dismissed_finding_is_kept_back_in_the_name_of_who_did_it() -> None:
    heard = keep_back(Heard((FIRST, SECOND)), [Dismissal(FIRST.fingerprint, **BY_MAINTAINER)])
    assert heard == Heard((SECOND,), (Suppressed(FIRST, "dismissed by hubot", "the host is ours", undo="/open"),))


def test_the_beginning_of_a_fingerprint_dismisses_nothing() -> None:
    assert keep_back(Heard((FIRST,)), [Dismissal(FIRST.fingerprint[:7], **BY_MAINTAINER)]) == Heard((FIRST,))


def test_a_dismissed_rule_keeps_back_all_it_finds() -> None:
    again = finding(line=3, rule="ctrl-tls-nonlocal")
    heard = keep_back(Heard((FIRST, SECOND, again)), [Dismissal("ctrl-tls-nonlocal", number=5, **BY_MAINTAINER)])
    assert (heard.findings, [s.finding for s in heard.suppressed]) == ((FIRST,), [SECOND, again])
    assert {s.undo for s in heard.suppressed} == {"/testwarden restore ctrl-tls-nonlocal"}


def test_a_strict_rule_is_dismissed_finding_by_finding() -> None:
    secret = finding(rule="secret-token-verified", strict=True)
    by_rule, by_id = (Dismissal(target, **BY_MAINTAINER) for target in (secret.rule, secret.fingerprint))
    assert keep_back(Heard((secret,)), [by_rule]).findings == (secret,)
    assert keep_back(Heard((secret,)), [by_rule, by_id]).findings == ()


def test_what_a_comment_asked_for_in_vain_is_no_longer_said_to_have_no_effect() -> None:
    marker = Suppressed(FIRST, "nosec, added by this pull", "no reason given")
    other = Suppressed(SECOND, "nosec, added by this pull", "no reason given")
    heard = keep_back(Heard((FIRST, SECOND), (), (marker, other)), [Dismissal(FIRST.fingerprint, **BY_MAINTAINER)])
    assert heard.refused == (other,)
    assert keep_back(Heard((FIRST,), (other,)), []) == Heard((FIRST,), (other,))
