"""What the bot answers people on GitHub. Each refusal ends with what to do next, and no text has a command at a line's start."""

from collections.abc import Sequence
from difflib import get_close_matches

from bot.core.catalog import excerpt
from bot.core.commands import help_text
from bot.core.config import describe
from bot.core.markdown import code, link
from bot.core.words_config import problems
from bot.model import Problem, Rule, Settled

HELP = "A comment that begins with one of these is heard. Only the first line counts, and an edit does not."
IN_FORCE = "The settings in force on this pull request:"
FROM_THE_BASE = "They are read from the base branch; a pull request that changes them is itself reviewed as before."
NOT_DISMISSED = "Nothing of that name is dismissed here; the summary lists what is."
NO_ADVICE = f"There are no considerations at this head; {code('/testwarden dismiss ID|RULE REASON')} dismisses something else."
AMBIGUOUS = f"More than one finding begins with these digits; answer the comment of the one you mean with {code('/fp REASON')}."
BUTTON_REASON = "dismissed together, with the check's button"

# Why a look that somebody asked for came to nothing: the slug of `Outcome.ended` -> what to do.
_NOT_LOOKED = {
    "closed": "This pull request is closed; reopen it, and it is reviewed.",
    "vanished": "GitHub does not show me this pull request any more; ask again in a minute.",
    "forbidden": "GitHub refuses me something that I need; ask an owner of the organisation to accept the App's permissions.",
    "uninstalled": "The App has no access to this repository; ask an owner of the organisation to give it.",
    "disabled": f"Reviews are switched off by {code('enabled: false')}; change that in the configuration on the base branch.",
    "draft": f"Drafts are not reviewed here ({code('drafts: false')}); mark the pull request as ready.",
    "base-branch": f"Pull requests into this branch are not reviewed; add it to {code('base_branches')} in the configuration.",
    "author": f"This author's pull requests are not reviewed; take the name out of {code('ignore_authors')}.",
    "label": f"A label keeps me from this pull request, or one is missing; see {code('labels')} in the configuration.",
}


def not_looked(ended: str) -> str:
    """Why there is no review although somebody asked for one."""
    return _NOT_LOOKED.get(ended, f"There was no review ({code(ended)}); ask again in a minute.")


def no_such_rule(name: str, rules: Sequence[str]) -> str:
    near = get_close_matches(name, rules, 1)
    hint = (
        f"did you mean {code(near[0])}?" if near else f"the summary names those that spoke, {code('testwarden rules list')} all."
    )
    return f"No rule is called {code(name)}; {hint}"


def no_such_finding(digits: str) -> str:
    return f"No finding at this head begins with {code(digits)}; answer its comment with {code('/fp REASON')}, or name its rule."


def one_by_one(rule: str) -> str:
    """A whole strict rule is not dismissed: what it would find next, nobody has looked at."""
    return f"{code(rule)} is dismissed one finding at a time; answer each comment with {code('/fp REASON')}."


def help_page() -> str:
    return f"{HELP}\n\n{help_text()}"


def explanation(rule: Rule, docs: str) -> str:
    """What a rule finds, and why; its page when there is one to link to."""
    url = f"{docs.rstrip('/')}/rules/{rule.id}" if docs else ""
    return "\n\n".join(filter(None, [excerpt(rule), link("The rule's page", url) if url else ""]))


def settings(settled: Settled) -> str:
    """The settings in force, and what is wrong in the files they come from."""
    said = [IN_FORCE, describe(settled.config), problems(settled, ()), FROM_THE_BASE]
    return "\n\n".join(filter(None, said))


def unknown_settings(broken: Problem) -> str:
    """Why nothing is dismissed: the broken file may have forbidden it."""
    where = code(f"{broken.file.partition(':')[0]}:{broken.line}", 200)
    return f"Nothing is dismissed while the configuration cannot be read; mend {where}: {broken.expected}"
