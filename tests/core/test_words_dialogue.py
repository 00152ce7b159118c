"""What the bot answers: it ends with what to do next, and nobody, least of all the bot itself, takes it for a command."""

import inspect
import re

import pytest

from bot.core import words, words_dialogue, words_summary
from bot.core.commands import APP, Command, Misuse, Permission, may, parse
from bot.model import Config, Problem, Settled
from bot.rulebook import load

RULES = load()
CONSTANTS = [
    text
    for module in (words, words_dialogue, words_summary)
    for name, text in vars(module).items()
    if name.isupper() and isinstance(text, str)
]
PROBLEM = Problem(".github/testwarden.yml", 3, "fail_on", "expected a severity")
TEXTS = [
    *CONSTANTS,
    *words_dialogue._NOT_LOOKED.values(),
    words_dialogue.not_looked("made-up"),
    words_dialogue.no_such_rule("x", tuple(RULES.rules)),
    words_dialogue.no_such_finding("1234567"),
    words_dialogue.one_by_one("secret-token-verified"),
    words_dialogue.help_page(),
    words_dialogue.settings(Settled(Config(), problems=(PROBLEM,), broken=(PROBLEM,))),
    words_dialogue.unknown_settings(PROBLEM),
    *(words_dialogue.explanation(rule, "https://bot.example") for rule in RULES.rules.values()),
    *(
        asked.say
        for text in ("", "merge", "explain", "dismiss", "pause it")
        if isinstance(asked := parse(f"/{APP} {text}", APP), Misuse)
    ),
    *(refusal for verb in ("review", "dismiss") if (refusal := may(Command(verb), Permission.NONE, False))),
]


def test_no_text_of_ours_is_a_command():
    assert len(TEXTS) > 100
    for line in (line for text in TEXTS for line in text.split("\n")):
        assert parse(line, APP, in_thread=True) is None, line


REFUSALS = [
    *words_dialogue._NOT_LOOKED.values(),
    words_dialogue.NOT_DISMISSED,
    words_dialogue.NO_ADVICE,
    words_dialogue.AMBIGUOUS,
    words_dialogue.no_such_finding("1234567"),
    words_dialogue.one_by_one("x"),
    words_dialogue.unknown_settings(PROBLEM),
    words_dialogue.not_looked("x"),
    words_dialogue.no_such_rule("x", ["x-y"]),
    words_dialogue.no_such_rule("zzz", ["x-y"]),
    *(refusal for verb in ("review", "dismiss") if (refusal := may(Command(verb), Permission.NONE, False))),
    *(refusal for refusal in [may(Command("dismiss"), Permission.ADMIN, True)] if refusal),
]


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_refusal_says_what_is_wrong_and_then_what_to_do(refusal):
    _, semicolon, next_step = refusal.partition("; ")
    assert semicolon, refusal
    assert re.match(r"ask |reopen |change |mark |add |take |see |the summary |did you mean |answer |give |mend |`", next_step), (
        refusal
    )
    assert "\n" not in refusal


def test_a_strangers_words_stay_in_their_code_span():
    evil = "@everyone [x](http://evil.example) `<!-- testwarden:summary -->`"
    for said in (words_dialogue.no_such_rule(evil, []), words_dialogue.no_such_finding(evil), words_dialogue.not_looked(evil)):
        outside = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", said)
        assert not set("@[]<>") & set(outside), said


def test_every_reason_for_no_review_is_worded():
    from bot.core import in_force

    slugs = set(re.findall(r'return "([a-z-]+)"', inspect.getsource(in_force.passed_over)))
    assert slugs == {"disabled", "draft", "base-branch", "author", "label"}
    assert slugs <= words_dialogue._NOT_LOOKED.keys()
