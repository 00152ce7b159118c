"""What the summary says around the findings: what was looked at, what was not, and what is not shown."""

from bot.core.markdown import code, plain
from bot.core.words import counted, files_of
from bot.model import Skipped

DEFECT_HEAD = ("severity", "where", "defect", "ID")
CONSIDERATION_HEAD = ("where", "what", "why it can matter", "what helps", "ID")
SCOPE_TITLE = "What was looked at"
NOT_LOOKED_AT = "Not looked at"
BY_HAND = "Look at these by hand; what is too large, or too slow to analyse, is reviewed once a push makes it smaller."
FOOTER = "Only test code is reviewed, by rules; the same commit always gets the same review."
COMMANDS = f"commands: {code('/testwarden dismiss ID REASON')}, {code('/testwarden help')}"
KEPT_BACK_HEAD = ("where", "rule", "by", "reason", "ID")
NO_EFFECT = " (no effect: this rule heeds only a comment that was reviewed on the base branch)"


def considerations(count: int) -> str:
    return f"{counted(count, 'consideration')} (advice, never part of the verdict)"


def not_shown(count: int) -> str:
    return f"*And {count} more, not shown.*"


def more_in_json(count: int) -> list[str]:
    """At a terminal, the line that says how to see the rest."""
    return [f"and {count} more: --format json lists them all"] if count else []


def in_annotations(count: int) -> str:
    return f"*And {count} more: see the annotations of the check.*"


def kept_back(suppressed: int, refused: int) -> str:
    parts = [f"{counted(suppressed, 'finding')} kept back"] if suppressed else []
    parts += [f"{refused} said all the same"] if refused else []
    return ", ".join(parts)


def not_looked_at(skipped: Skipped) -> str:
    return f"- {code(skipped.path, 200)}: {plain(skipped.reason)}"


def same_value(place: str, more: int) -> str:
    """Where a secret's value stands as well: it is revoked once."""
    return f"the same value stands at {place}" + (f" and in {counted(more, 'more place')}" if more else "")


def fixed(count: int) -> str:
    return f"*{count} reported here earlier, no longer found.*"


def scope(analysed: int, files: int, added: int, head: str, digest: str, rules: int, config: str, unshown: int = 0) -> str:
    parts = [
        f"{analysed} of {files} changed test {files_of(files)} analysed, {added} added {'line' if added == 1 else 'lines'}",
        f"head {code(head[:7])}" if head else "a local change",
        f"rulebook {code(digest)} ({counted(rules, 'rule')})",
        config,
        *([f"{counted(unshown, 'consideration')} not shown, as configured"] if unshown else []),
    ]
    return " · ".join(parts)


def passed_over(reason: str, count: int) -> str:
    return f"- {counted(count, 'file')}: {plain(reason)}"
