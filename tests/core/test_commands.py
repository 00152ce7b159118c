import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.commands import VERBS, Misuse, Permission, help_text, is_fingerprint, may, parse
from bot.model import Command

APP = "testwarden-acme"


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/testwarden review", Command("review")),
        ("@testwarden-acme review", Command("review")),
        ("@Testwarden-Acme RE-RUN", Command("review")),
        ("/testwarden recheck\nthanks", Command("review")),
        ("@testwarden-acme[bot] review", Command("review")),
        ("/testwarden full review", Command("review")),
        ("/testwarden full-review", Command("review")),
        ("/testwarden help  ", Command("help")),
        ("/testwarden\thelp\r\n", Command("help")),
        ("/testwarden explain Fetch-Pipe-Shell", Command("explain", "fetch-pipe-shell")),
        ("/testwarden dismiss 00ff00ff a test key,  revoked", Command("dismiss", "00ff00ff", "a test key, revoked")),
        ("/testwarden dismiss considerations known", Command("dismiss", "considerations", "known")),
        ("/testwarden restore fetch-pipe-shell", Command("restore", "fetch-pipe-shell")),
        ("/testwarden pause", Command("pause")),
        ("/testwarden resume", Command("resume")),
        ("/testwarden config", Command("config")),
    ],
)
def test_commands(text: str, command: Command) -> None:
    assert parse(text, APP) == command
    assert parse(text, APP, in_thread=True) == command


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/fp the host is ours", Command("dismiss", reason="the host is ours")),
        ("/AR until June", Command("dismiss", reason="until June", accepted=True)),
        ("/open", Command("restore")),
    ],
)
def test_short_commands_in_a_thread(text: str, command: Command) -> None:
    assert parse(text, APP, in_thread=True) == command
    assert parse(text, APP) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n/testwarden pause",
        " /testwarden pause",
        "    /testwarden pause",
        "\t/testwarden pause",
        "> /testwarden pause",
        "```\n/testwarden pause\n```",
        "`/testwarden pause`",
        "please /testwarden pause",
        "thanks @testwarden-acme review",
        "/testwardens pause",
        "/testwarden-acme pause",
        "@testwarden review",
        "@testwarden-acme2 review",
        "- /testwarden pause",
        "<!-- /testwarden pause -->",
        "/fpx no",
    ],
)
def test_what_is_no_command(text: str) -> None:
    assert parse(text, APP, in_thread=True) is None


@pytest.mark.parametrize(
    ("text", "say"),
    [
        ("/testwarden dismiss", "It is written `/testwarden dismiss ID|RULE|considerations REASON`."),
        ("/testwarden dismiss abc1234", "It is written `/testwarden dismiss ID|RULE|considerations REASON`."),
        ("/testwarden explain", "It is written `/testwarden explain RULE`."),
        ("/testwarden explain ../x", "It is written `/testwarden explain RULE`."),
        ("/testwarden review now please", "It is written `/testwarden review`."),
        ("/testwarden pause @octocat", "It is written `/testwarden pause`."),
    ],
)
def test_misuse_shows_the_right_way(text: str, say: str) -> None:
    assert parse(text, APP) == Misuse(say)


def test_an_unknown_verb_is_told_the_verbs() -> None:
    misuse = parse("/testwarden merge", APP)
    assert isinstance(misuse, Misuse)
    assert misuse.say.startswith("`merge` is no command of mine; these are: `review`, `help`, `explain`,")
    assert misuse.say.endswith("`/testwarden help` says what they do.")
    alone = parse("/testwarden", APP)
    assert isinstance(alone, Misuse)
    assert alone.say.startswith("These are my commands: `review`")


def test_a_reason_is_asked_for_and_bounded() -> None:
    assert parse("/fp", APP, in_thread=True) == Misuse("Say why: `/fp REASON`.", "dismiss")
    long = parse("/ar " + "x" * 999, APP, in_thread=True)
    assert isinstance(long, Command)
    assert len(long.reason) == 200


def test_what_cannot_be_seen_in_a_reason_is_made_visible() -> None:
    assert parse("/fp a\x00b\ud800\u202ec", APP, in_thread=True) == Command("dismiss", reason="a\\u{0}b\\u{d800}\\u{202e}c")


def test_a_target_is_a_fingerprint_or_a_rule() -> None:
    assert [is_fingerprint(t) for t in ("00ff00ff", "00ff00f", "00ff00", "fetch-pipe-shell", "0" * 17)] == [
        True,
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("verb", "permission", "author", "allowed"),
    [
        ("review", Permission.TRIAGE, False, True),
        ("review", Permission.READ, True, True),
        ("review", Permission.READ, False, False),
        ("explain", Permission.NONE, True, True),
        ("pause", Permission.READ, True, False),
        ("pause", Permission.TRIAGE, False, False),
        ("pause", Permission.WRITE, True, True),
        ("dismiss", Permission.WRITE, False, True),
        ("dismiss", Permission.ADMIN, True, False),
        ("restore", Permission.WRITE, True, True),
    ],
)
def test_who_may(verb: str, permission: Permission, author: bool, allowed: bool) -> None:
    assert (may(Command(verb), permission, author) is None) is allowed


def test_refusals_say_what_to_do_next() -> None:
    assert may(Command("pause"), Permission.READ, False) == (
        "`pause` needs write permission on this repository; ask somebody who has it."
    )
    assert may(Command("dismiss"), Permission.ADMIN, True) == (
        "A finding on one's own pull request is dismissed by somebody else; ask a reviewer with write permission."
    )
    assert may(Command("dismiss"), Permission.ADMIN, True, by_author=True) is None


def test_an_organisation_may_ask_for_more_to_dismiss() -> None:
    refusal = may(Command("restore"), Permission.WRITE, False, need=Permission.MAINTAIN)
    assert refusal == "`restore` needs maintain permission on this repository; ask somebody who has it."
    assert may(Command("dismiss"), Permission.ADMIN, False, need=Permission.MAINTAIN) is None
    assert may(Command("pause"), Permission.WRITE, False, need=Permission.MAINTAIN) is None


def test_help_is_made_from_the_table_and_is_no_command() -> None:
    text = help_text()
    assert text.count("\n") == len(VERBS) + 4
    assert (
        "| `/testwarden dismiss ID\\|RULE\\|considerations REASON` | keep silent: a finding in this repository, a rule or all "
        "considerations on this pull | write permission |" in text
    )
    assert "| `/open` | in a finding's thread: take either back | write permission |" in text
    assert all(parse(line, APP, in_thread=True) is None for line in text.split("\n"))


@given(st.text(max_size=80), st.booleans())
def test_any_text_is_answered(text: str, in_thread: bool) -> None:
    found = parse(text, APP, in_thread)
    assert found is None or text.split()[0].casefold() in ("/testwarden", f"@{APP}", "/fp", "/ar", "/open")


@given(st.text(max_size=40))
def test_no_misuse_echoes_a_live_command(text: str) -> None:
    misuse = parse(f"/testwarden {text}", APP)
    if isinstance(misuse, Misuse):
        assert all(parse(line, APP, in_thread=True) is None for line in misuse.say.split("\n"))
