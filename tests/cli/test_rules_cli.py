"""`testwarden rules` as a person at a terminal meets it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from click.testing import CliRunner, Result

from bot.cli.local import LocalError
from bot.cli.rules import WRITTEN, begin, columns, pick, rules_group, write_pages
from bot.core.catalog import page
from bot.core.examples import Complaint
from bot.model import Rulebook, Tier
from bot.rulebook import RulebookError, load

BOOK = load()


def run(*arguments: str, self_test: Callable[[Rulebook], Sequence[Complaint]] = lambda _: []) -> Result:
    return CliRunner().invoke(rules_group, list(arguments), obj=self_test, catch_exceptions=False, standalone_mode=False)


def test_list_names_every_rule_in_columns() -> None:
    head, *rows = run("list").output.splitlines()
    assert head.split() == ["ID", "CODE", "TIER", "SEVERITY", "STATUS", "LANGUAGES"]
    assert [line.split()[0] for line in rows] == list(BOOK.rules)
    sleep = next(line for line in rows if line.startswith("adv-sleep-poll "))
    assert sleep.split()[:6] == ["adv-sleep-poll", "TS-Z02", "consideration", "-", "active", "c"]
    assert len({line.index("TS-") for line in rows}) == 1


def test_list_of_one_tier() -> None:
    rows = run("list", "--tier", "defect").output.splitlines()[1:]
    assert [line.split()[0] for line in rows] == [r.id for r in BOOK.rules.values() if r.tier is Tier.DEFECT]


def test_show_prints_the_page() -> None:
    assert run("show", "hide-bidi").output == page(BOOK.rules["hide-bidi"])


def test_a_misspelt_id_gets_the_nearest() -> None:
    with pytest.raises(LocalError, match="There is no rule 'hide-bibi': did you mean hide-bidi\\?"):
        run("show", "hide-bibi")
    with pytest.raises(LocalError, match="`testwarden rules list` names them all"):
        pick(BOOK, ["qqq"])


def test_all_examples_hold() -> None:
    seen: list[Rulebook] = []
    result = run("test", "hide-bidi", self_test=lambda book: seen.append(book) or [])  # type: ignore[func-returns-value]
    assert result.return_value == 0
    assert result.output == f"1 rule, {len(BOOK.rules['hide-bidi'].examples)} examples: all hold.\n"
    assert list(seen[0].rules) == ["hide-bidi"]


def test_a_complaint_says_where_and_shows_the_example() -> None:
    rule = BOOK.rules["adv-sleep-poll"]
    at = next(n for n, e in enumerate(rule.examples) if e.language == "javascript") + 1
    complaint = Complaint("adv-sleep-poll", "javascript", at, "MISPLACED", (3, 4), (2,))
    result = run("test", "adv-sleep-poll", self_test=lambda _: [complaint])
    first, second, *code = result.output.splitlines()
    assert first.startswith("MISPLACED ")
    assert first.endswith("rules/advice/adv-sleep-poll.yml: examples.javascript[1]")
    assert second == "  expected lines 3, 4, found line 2"
    assert [line[8:] for line in code[:-2]] == rule.examples[at].code.rstrip("\n").split("\n")
    assert [line[2] for line in code[:3]] == [" ", ">", " "]
    assert code[-1].endswith(": 1 do not hold.")
    assert result.return_value == 1


def test_words_that_nobody_may_read_fail_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = replace(BOOK.rules["adv-sleep-poll"], what="you should consider this potential issue")
    monkeypatch.setattr("bot.cli.rules.load", lambda: Rulebook(MappingProxyType({rule.id: rule}), "x"))
    result = run("test", "adv-sleep-poll")
    assert re.search(r"^WORDS .*adv-sleep-poll\.yml: what: 'consider' says nothing", result.output, re.MULTILINE)
    assert re.search(r"all hold; \d texts are unfit to be said\.$", result.output)
    assert result.return_value == 1


def test_an_engines_backtrace_is_left_out() -> None:
    complaint = Complaint("adv-sleep-poll", "python", 0, "ERROR Error: bad\n\nStack backtrace:\n 0: deep", (5,), ())
    output = run("test", "adv-sleep-poll", self_test=lambda _: [complaint]).output
    assert "ERROR Error: bad " in output
    assert "deep" not in output


def test_nothing_found_is_said() -> None:
    result = run("test", "adv-sleep-poll", self_test=lambda _: [Complaint("adv-sleep-poll", "python", 0, "MISSING", (5,), ())])
    assert "  expected line 5, found nothing\n" in result.output


def test_a_new_rule_loads_only_when_it_is_filled_in(tmp_path: Path) -> None:
    result = run("new", "network", "net-open-port", "--to", str(tmp_path))
    file = tmp_path / "network" / "net-open-port.yml"
    assert result.output == f"Wrote {file}: fill it in, then run `testwarden rules test net-open-port`.\n"
    text = file.read_text()
    asked = []
    for key, value in {
        "code:": "TS-H99",
        "title:": "an open port",
        "what:": '"`{quote}` opens it"',
        "why:": "anybody can reach it",
        "fix:": "bind to loopback",
    }.items():
        with pytest.raises(RulebookError) as error:
            load(tmp_path)
        asked.append(error.value.key)
        assert error.value.file == "network/net-open-port.yml"
        text = "\n".join(f"{key} {value}" if line.startswith(key) else line for line in text.split("\n"))
        file.write_text(text)
    assert asked == ["file.code", "file.title", "file.what", "file.why", "file.fix"]
    with pytest.raises(RulebookError, match=r"net-open-port\.yml: file\.match: expected a mapping"):
        load(tmp_path)
    file.write_text(re.sub(r"^  # (?!At)", "  ", text, flags=re.MULTILINE))
    with pytest.raises(RulebookError, match=r"examples\.python: expected at least 2 flagged and 2 clean"):
        load(tmp_path)


def test_a_new_rule_of_a_known_family_gets_its_letter(tmp_path: Path) -> None:
    (tmp_path / "advice").mkdir()
    (tmp_path / "advice" / "adv-old-one.yml").write_text("id: adv-old-one\ncode: TS-Z02\n")
    assert "TS-Z99" in begin(tmp_path, "advice", "adv-new-one").read_text()


@pytest.mark.parametrize(
    ("family", "rule_id", "said"),
    [
        ("../x", "net-open-port", "is no family"),
        ("network", "NetOpen", "is no id"),
        ("network", "../../x", "is no id"),
        ("network", "net-taken", "has this id already"),
    ],
)
def test_new_refuses(tmp_path: Path, family: str, rule_id: str, said: str) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "net-taken.yml").write_text("id: net-taken\n")
    with pytest.raises(LocalError, match=said):
        begin(tmp_path, family, rule_id)
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["net-taken.yml", "other"]


def test_docs_writes_a_page_for_each_rule_and_clears_away_old_ones(tmp_path: Path) -> None:
    (tmp_path / "gone-rule.md").write_text(f"{WRITTEN}\n\n# Gone\n")
    (tmp_path / "by-hand.md").write_text("# Kept\n")
    result = run("docs", str(tmp_path))
    assert result.output == f"Wrote {len(BOOK.rules) + 1} files in {tmp_path} and removed 1 of rules that are gone.\n"
    assert {p.stem for p in tmp_path.iterdir()} == {*BOOK.rules, "README", "by-hand"}
    assert (tmp_path / "hide-bidi.md").read_text() == f"{WRITTEN}\n\n{page(BOOK.rules['hide-bidi'])}"


def test_docs_into_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LocalError, match="cannot be written"):
        write_pages(Rulebook(MappingProxyType({}), ""), tmp_path / "file" / "docs")


def test_columns_are_as_wide_as_their_longest_cell() -> None:
    assert columns([("a", "bb"), ("ccc", "d")]) == "a    bb\nccc  d"
