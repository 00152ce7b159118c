from bot.core.fingerprint import stamp
from bot.core.naming import digest
from bot.model import Config, Override, Severity, Status, Tier
from tests.nouns import advice, hit, rule, rulebook

RULES = rulebook(rule(), advice(), rule("quiet-rule", status=Status.SHADOW), rule("dead-rule", status=Status.OFF))


def test_a_fingerprint_is_sixteen_hex_digits_and_never_changes() -> None:
    (found,), _ = stamp([hit(line=3)], RULES)
    assert (found.fingerprint, found.twin) == ("1b7919258d515b21", "65e6541920143ab1")


def test_moved_lines_keep_their_names() -> None:
    before, _ = stamp([hit(line=3), hit(line=9, quote="y")], RULES)
    after, _ = stamp([hit(line=13), hit(line=19, quote="y")], RULES)
    assert [f.fingerprint for f in before] == [f.fingerprint for f in after]


def test_rule_path_code_and_place_among_equals_make_the_name() -> None:
    hits = [
        hit(line=1),
        hit(line=2),
        hit(line=3, quote="y"),
        hit("adv-sleep-poll", line=1),
        hit(path="tests/test_b.py"),
    ]
    found, _ = stamp(hits, RULES)
    assert len({f.fingerprint for f in found}) == 5
    assert [f.line for f in found] == [1, 1, 2, 3, 1]


def test_a_renamed_file_keeps_the_twin() -> None:
    (here,), _ = stamp([hit()], RULES)
    (there,), _ = stamp([hit(path="tests/test_b.py")], RULES)
    assert here.fingerprint != there.fingerprint
    assert here.twin == there.twin


def test_order_of_arrival_does_not_matter() -> None:
    hits = [hit(line=n, identity="same") for n in (5, 1, 3)]
    assert stamp(hits, RULES) == stamp(hits[::-1], RULES)


def test_rules_that_may_not_speak_go_to_the_shadow() -> None:
    spoken, shadow = stamp([hit(), hit("quiet-rule"), hit("dead-rule")], RULES)
    assert [f.rule for f in spoken] == ["fetch-pipe-shell"]
    assert [f.rule for f in shadow] == ["quiet-rule"]


def test_the_configuration_says_how_loud_a_rule_is_and_where() -> None:
    config = Config(
        rules={"fetch-pipe-shell": Status.CONSIDERATION, "dead-rule": Status.ACTIVE, "adv-sleep-poll": Status.OFF},
        paths=(Override("tests/test_b.py", rules={"fetch-pipe-shell": Status.ACTIVE}),),
    )
    hits = [hit(), hit("dead-rule"), hit("adv-sleep-poll"), hit(path="tests/test_b.py")]
    spoken, shadow = stamp(hits, RULES, config)
    assert [(f.rule, f.tier, f.severity) for f in spoken] == [
        ("dead-rule", Tier.DEFECT, Severity.HIGH),
        ("fetch-pipe-shell", Tier.CONSIDERATION, Severity.NOTE),
        ("fetch-pipe-shell", Tier.DEFECT, Severity.HIGH),
    ]
    assert shadow == ()


def test_digest_knows_where_a_part_ends() -> None:
    assert digest("a", "bc") != digest("ab", "c")
    assert len(digest("\ud800")) == 16
