"""A comment's text -> the command in it, None when it is no command, or Misuse and how it is written right.

    command  = address verb [argument …]      on the pull, or in the thread of a finding
             | "/fp" reason | "/ar" reason | "/open"      in the thread of a finding of ours, about that finding
    address  = "/testwarden" | "@" the App's name
    verb     = one of VERBS or a synonym, in any case
    argument = a rule's id, a finding's fingerprint or the first seven digits of it, `considerations`, or words

Only the first line is read, and only when it begins with the address: a command that is quoted, indented as code, fenced or in
the middle of a sentence is somebody talking about us. Who may give a command is asked of `may`.
"""

import re
from dataclasses import dataclass
from enum import IntEnum

from bot.core.markdown import code, one_line, table
from bot.model import Command

APP = "testwarden"  # as one mentions it, unless the App was registered under another name
REASON_LIMIT = 200
_TARGET = re.compile(r"[a-z0-9][a-z0-9-]{1,62}")
_FINGERPRINT = re.compile(r"[0-9a-f]{7,16}")


class Permission(IntEnum):
    """What GitHub's permission endpoint says of a person on a repository; `author_association` does not say it."""

    NONE = 0
    READ = 1
    TRIAGE = 2
    WRITE = 3
    MAINTAIN = 4
    ADMIN = 5


@dataclass(frozen=True, slots=True)
class Verb:
    """`author`: the pull's author may give it too. `target`: it names a rule or a finding. `reason`: it says why."""

    name: str
    does: str
    needs: Permission
    author: bool = False
    synonyms: tuple[str, ...] = ()
    target: str = ""
    reason: bool = False

    @property
    def usage(self) -> str:
        return " ".join(filter(None, ["/testwarden", self.name, self.target, "REASON" if self.reason else ""]))


@dataclass(frozen=True, slots=True)
class Misuse:
    """Addressed to us, but not a command. `say` is one sentence in Markdown that shows the right way. `verb`: what it was meant
    to be, when it was a short one, which is addressed to us only in a thread of ours."""

    say: str
    verb: str = ""


ALL_ADVICE = "considerations"  # the target that means each of those found at this head
_ANY = f"ID|RULE|{ALL_ADVICE}"
VERBS = (
    Verb(
        "review",
        "look again, at everything, as each look does",
        Permission.TRIAGE,
        author=True,
        synonyms=("full review", "re-run", "recheck", "full-review", "rerun"),
    ),
    Verb("help", "show this table", Permission.TRIAGE, author=True),
    Verb("explain", "show what a rule finds, and its examples", Permission.TRIAGE, author=True, target="RULE"),
    Verb("config", "show the settings in force and where each comes from", Permission.WRITE),
    Verb(
        "dismiss",
        "keep silent: a finding in this repository, a rule or all considerations on this pull",
        Permission.WRITE,
        target=_ANY,
        reason=True,
    ),
    Verb("restore", "take a dismissal back", Permission.WRITE, target=_ANY),
    Verb("pause", "look at no new pushes to this pull", Permission.WRITE),
    Verb("resume", "look at new pushes again", Permission.WRITE),
)
_BY_NAME = {name: verb for verb in VERBS for name in (verb.name, *verb.synonyms)}
_SHORT = {
    "/fp": ("REASON", "in a finding's thread: it is wrong here"),
    "/ar": ("REASON", "in a finding's thread: it is right, and the risk is accepted"),
    "/open": ("", "in a finding's thread: take either back"),
}


def parse(body: str, app: str, in_thread: bool = False) -> Command | Misuse | None:
    """The command on the first line of a comment. `app` is the App's name as one mentions it; `in_thread`: the comment answers
    an inline comment of ours."""
    line = body.split("\n", 1)[0].rstrip()
    words = line.split()
    if not words or line[0].isspace():
        return None
    address = words[0].casefold()
    if in_thread and address in _SHORT:
        return _short(address, " ".join(words[1:]))
    if address not in ("/testwarden", f"@{app.casefold()}", f"@{app.casefold()}[bot]"):
        return None
    return _command(words[1:])


def _short(name: str, reason: str) -> Command | Misuse:
    if name == "/open":
        return Command("restore")
    if not reason:
        return Misuse(f"Say why: {code(f'{name} REASON')}.", "dismiss")
    return Command("dismiss", reason=one_line(reason, REASON_LIMIT), accepted=name == "/ar")


def _command(words: list[str]) -> Command | Misuse:
    for length in (2, 1):
        verb = _BY_NAME.get(" ".join(words[:length]).casefold())
        if verb is not None and len(words) >= length:
            return _with_arguments(verb, words[length:])
    asked = f"{code(words[0])} is no command of mine; these are" if words else "These are my commands"
    return Misuse(f"{asked}: {', '.join(code(v.name) for v in VERBS)}. {code('/testwarden help')} says what they do.")


def _with_arguments(verb: Verb, words: list[str]) -> Command | Misuse:
    target = words.pop(0).casefold() if verb.target and words else ""
    reason = " ".join(words)
    named = _TARGET.fullmatch(target) if verb.target else True
    if not named or (verb.reason and not reason) or (reason and not verb.reason):
        return Misuse(f"It is written {code(verb.usage)}.")
    return Command(verb.name, target, one_line(reason, REASON_LIMIT))


def is_fingerprint(target: str) -> bool:
    """Whether a target names a finding, by its fingerprint or the beginning of it; else it names a rule."""
    return _FINGERPRINT.fullmatch(target) is not None


def may(
    command: Command, permission: Permission, is_author: bool, by_author: bool = False, need: Permission = Permission.WRITE
) -> str | None:
    """None when the asker may give the command, else the refusal, in Markdown.

    Nobody dismisses a finding on a pull of their own, whatever their permission, unless `by_author` allows it. A dismissal, and
    taking one back, takes the permission `need`.
    """
    verb = _BY_NAME[command.verb]
    needed = max(verb.needs, need) if verb.target == _ANY else verb.needs
    if permission < needed and not (is_author and verb.author):
        return f"{code(verb.name)} needs {needed.name.lower()} permission on this repository; ask somebody who has it."
    if verb.name == "dismiss" and is_author and not by_author:
        return "A finding on one's own pull request is dismissed by somebody else; ask a reviewer with write permission."
    return None


def help_text() -> str:
    """The table of commands, in Markdown. No line of it begins with a command, so it cannot be taken for one."""
    rows = [(code(verb.usage), verb.does + _also(verb), _who(verb)) for verb in VERBS]
    rows += [(code(f"{name} {argument}".rstrip()), does, _who(_BY_NAME["dismiss"])) for name, (argument, does) in _SHORT.items()]
    return table(("command", "what it does", "who"), rows)


def _also(verb: Verb) -> str:
    return f"; also {', '.join(code(name) for name in verb.synonyms)}" if verb.synonyms else ""


def _who(verb: Verb) -> str:
    return f"{'the author, or ' if verb.author else ''}{verb.needs.name.lower()} permission"
