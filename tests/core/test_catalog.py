"""A rule's page says what its file says, and nothing in an example breaks out of it."""

from dataclasses import replace

import pytest

from bot.core.catalog import index, languages, page
from bot.model import Example, Matcher, Measured, Status, Tier
from tests.nouns import rule

RULE = rule(
    what="`{quote}` runs what {HOST} serves.",
    why="nobody reviews it",
    fix="Pin a digest.",
    matchers=(Matcher("shell", text="x"), Matcher("any", text="x"), Matcher("shell", text="y")),
    examples=(
        Example("shell", "curl x | sh\n", expect=(1,)),
        Example("shell", "curl x > y\n", near_miss=True, because="kept in a file"),
        Example("any", "wget x\n", expect=(1,), gap=True, path="tests/data/a.txt", because="no pipe on the line"),
        Example("any", "a\nb\n", expect=(1, 2), base="c\n"),
    ),
)


def test_page() -> None:
    assert (
        page(RULE)
        == """\
# Download piped into a shell

`fetch-pipe-shell` · TS-F01 · Remote code and dependencies without a pin

| speaks as | confidence | weakness | languages |
|---|---|---|---|
| defect, high | high | [CWE-494](https://cwe.mitre.org/data/definitions/494.html) | any text, shell |

**What it says.** `‹quote›` runs what ‹host› serves.

**Why it matters.** Nobody reviews it.

**What helps.** Pin a digest.

## Examples

### Shell

Flagged, line 1.

```bash
curl x | sh
```

Clean: kept in a file.

```bash
curl x > y
```

### Any text

A known gap, line 1 not found yet in `tests/data/a.txt`: no pipe on the line.

```text
wget x
```

Flagged, lines 1, 2.

Before the change:

```text
c
```

After it:

```text
a
b
```

## How to allow it

To keep it, say why in a comment on this line: `testwarden: allow fetch-pipe-shell REASON`.

## References

- <https://cwe.mitre.org/data/definitions/494.html>
"""
    )


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (Status.CONSIDERATION, "defect, high (not trusted with a verdict yet: speaks as a consideration)"),
        (Status.SHADOW, "defect, high (counted, not shown)"),
        (Status.OFF, "defect, high (off until a repository asks for it)"),
    ],
)
def test_a_rule_that_may_not_speak_says_so(status: Status, said: str) -> None:
    assert f"| {said} |" in page(replace(RULE, status=status))


@pytest.mark.parametrize(("spoke", "said"), [(3, "it spoke in 3"), (0, "it did not speak")])
def test_a_page_says_how_quiet_the_rule_was_measured_to_be(spoke: int, said: str) -> None:
    text = page(replace(RULE, measured=Measured(480, spoke, "2026-11-22", "0a1b2c3")))
    assert f"**Measured.** On 480 ordinary commits of open repositories {said} (2026-11-22, at `0a1b2c3`)." in text
    assert "Measured" not in page(RULE)


def test_a_strict_rule_cannot_be_allowed_by_the_pull() -> None:
    text = page(replace(RULE, code="TS-I02"))
    assert "No comment in the code silences this rule in the pull that adds it." in text
    assert "testwarden: allow" not in text


def test_an_example_stays_in_its_block_and_hides_nothing() -> None:
    hostile = Example("any", "```\n  tab\u202e\n\n````x\n", expect=(1,))
    text = page(replace(RULE, examples=(hostile,)))
    assert "`````text\n```\n  tab\\u{202e}\n\n````x\n`````" in text
    assert "\u202e" not in text


def test_index_lists_every_rule_under_its_family() -> None:
    advice = replace(RULE, id="adv-sleep", code="TS-Z02", title="fixed sleep", tier=Tier.CONSIDERATION)
    assert (
        index([advice, RULE])
        == """\
# Rules

## Remote code and dependencies without a pin

| rule | speaks as | languages | finds |
|---|---|---|---|
| [`fetch-pipe-shell`](fetch-pipe-shell.md) | defect, high | any text, shell | download piped into a shell |

## Considerations

| rule | speaks as | languages | finds |
|---|---|---|---|
| [`adv-sleep`](adv-sleep.md) | consideration | any text, shell | fixed sleep |
"""
    )


def test_languages_are_named_once_and_in_order() -> None:
    assert languages(RULE) == ("any", "shell")
