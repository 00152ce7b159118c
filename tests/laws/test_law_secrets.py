"""No secret value leaves the analyst, nor a digest of it without a key. Equal values are told by equal hashes under one key, and
by nothing under two.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.analysis.detectors import load_all
from bot.analysis.engine import scan
from bot.core.discreet import beginning, derive, tell
from bot.core.examples import source_of
from bot.core.report import as_json, as_markdown, as_text
from bot.core.sarif import as_sarif
from bot.core.specimens import SPECIMENS
from bot.model import Example, HashKey, Hit, Review, Rule, Rulebook
from bot.rulebook import load
from tests.nouns import plan

PLACE = re.compile(r"\{\{([a-z0-9-]+)(?::([a-z0-9]+))?\}\}")
NO_VALUES = {"key-id", "aws-id", "b64-aws-id"}  # names of keys, which open nothing
values = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)
KEY, OTHER = derive("the App's own secret", "installation 1"), derive("the App's own secret", "installation 2")


@cache
def rulebook() -> Rulebook:
    load_all()
    return load()


def evidence() -> list[tuple[Rule, Example]]:
    """Every example in which a rule of the secrets' family must speak."""
    about = [rule for rule in rulebook().rules.values() if rule.code.startswith("TS-A")]
    return [(rule, example) for rule in about for example in rule.examples if example.expect and not example.gap]


def seen(rule: Rule, example: Example, key: HashKey | None) -> tuple[tuple[Hit, ...], Review]:
    source = source_of(rule, example)
    hits = scan(source, list(rulebook().rules.values()), key)
    return hits, plan(list(hits), [source], rulebook())


def unkeyed(value: str) -> Iterator[str]:
    """By what a value is known to everybody who has guessed it."""
    for name in ("md5", "sha1", "sha256", "sha512"):
        digest = hashlib.new(name, value.encode())
        yield from (digest.hexdigest()[:16], base64.b64encode(digest.digest()).decode()[:16])


@pytest.mark.parametrize(("rule", "example"), evidence(), ids=lambda v: v.id if isinstance(v, Rule) else "")
def test_of_a_secret_every_report_tells_the_same_little(rule: Rule, example: Example) -> None:
    hits, review = seen(rule, example, KEY)
    mine = [hit for hit in hits if hit.rule == rule.id]
    assert mine
    assert all(hit.secret and hit.secret.hash for hit in mine)
    reports = (as_json(review, [], rulebook(), 0), as_sarif(review, rulebook(), "1"))
    said = "\n".join([repr(hits), repr(review), *map(json.dumps, reports), as_text(review), as_markdown(review)])
    values = [SPECIMENS[name](seed or "one") for name, seed in PLACE.findall(example.code) if name not in NO_VALUES]
    for value in values:
        for part in value.split("\n"):
            assert len(part) < 8 or "-----" in part or part[len(beginning(part)) :][-8:] not in said
            assert len(part) < 8 or "-----" in part or part.startswith("https://") or part[: len(beginning(part)) + 4] not in said
        assert not any(digest in said for digest in unkeyed(value))


def test_a_pin_is_no_more_told_than_a_token() -> None:
    rule = rulebook().rules["ctrl-test-backdoor"]
    example = next(e for e in rule.examples if '"000000"' in e.code)
    hits, review = seen(rule, example, KEY)
    assert [h.secret for h in hits if h.rule == rule.id] == [tell("000000", "", KEY)]
    assert "0000" not in repr(hits) + repr(review.comments) + as_text(review)


def test_a_key_changes_hashes_and_nothing_else() -> None:
    rule, example = evidence()[0]
    keyed, other, plain = (seen(rule, example, key) for key in (KEY, OTHER, None))
    assert {h.secret.hash for h in keyed[0] if h.secret}.isdisjoint({h.secret.hash for h in other[0] if h.secret})
    assert {h.secret.hash for h in plain[0] if h.secret} == {""}
    assert keyed[1].comments == other[1].comments == plain[1].comments
    assert [f.fingerprint for f in keyed[1].findings] == [f.fingerprint for f in plain[1].findings]


@given(values, values)
def test_equal_hashes_are_equal_values(one: str, two: str) -> None:
    assume(one != two)
    assert tell(one, "", KEY) == tell(one, "", KEY)
    assert tell(one, "", KEY).hash != tell(two, "", KEY).hash
    assert tell(one, "", KEY).hash != tell(one, "", OTHER).hash


@given(values)
def test_what_is_told_of_a_value_is_little(value: str) -> None:
    told = tell(value, "", KEY)
    assert value.startswith(told.shown)
    assert len(told.shown) <= min(4, max(1, len(value) // 4))
    assert told.length is None or told.length == len(value) >= 16
    assert told.hash not in set(unkeyed(value))


@given(st.text(min_size=1), st.integers(0, 10**9), st.integers(0, 10**9))
def test_each_owner_has_a_key_of_its_own_that_shows_no_masters(master: str, one: int, two: int) -> None:
    assume(one != two)
    mine = derive(master, f"installation {one}")
    assert mine == derive(master, f"installation {one}")
    assert mine != derive(master, f"installation {two}")
    assert mine != derive(f"{master}.", f"installation {one}")
