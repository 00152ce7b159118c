"""What the bot says about configuration: what it kept from being reviewed, what it allowed, and what is wrong in it."""

from collections.abc import Sequence

from bot.core.markdown import code
from bot.model import Allow, Config, Problem, Settled

EXCLUDED, SWITCHED_OFF = "excluded", "switched off"
_PASSED_OVER = {  # slug -> what is said, and the keys that may have said it
    "disabled": ("reviews are switched off", ("enabled",)),
    "draft": ("drafts are left out", ("drafts",)),
    "base-branch": ("pulls into this branch are left out", ("base_branches",)),
    "author": ("pulls of this author are left out", ("ignore_authors",)),
    "label": ("pulls with these labels are left out", ("labels.skip", "labels.require")),
}
HOW_TO_CHANGE = (
    f"The base branch's configuration says so: change it there, or see all settings with {code('/testwarden config')}."
)
HOW_TO_CHECK = f"{code('testwarden config check FILE')} names them before they are merged."
UNTIL_THEN = "Until it is mended no verdict is clean: what the file would have said, nobody knows."
WRONG = "Problems in the configuration"
SHOWN = 10


def by_file(what: str, origin: str) -> str:
    """`what`, and which file said it. Of another repository's file its repository is named."""
    return f"{what} by {origin.partition(':')[0]}" if origin else what


def not_reviewed(slug: str, config: Config) -> str:
    """Why a pull is passed over; '' for no slug."""
    if not slug:
        return ""
    said, keys = _PASSED_OVER[slug]
    return by_file(said, next((config.origin[key] for key in keys if key in config.origin), ""))


def allowed(entry: Allow) -> str:
    return by_file("allowed", entry.origin)


def expired(entry: Allow) -> str:
    return f" (no effect: it expired on {entry.expires})"


def unknown_settings(broken: Problem) -> str:
    """Why a file counts as not reviewed although it was read."""
    return f"its settings are unknown, since {broken.file.partition(':')[0]} cannot be used"


def source(settled: Settled) -> str:
    """Where the settings come from, for the line that says what was looked at."""
    if not settled.files:
        return "config: defaults"
    config = settled.config
    rules = len(config.rules.keys() | {rule for o in config.paths for rule in o.rules})
    changed = f" ({rules} {'rule' if rules == 1 else 'rules'} changed)" if rules else ""
    return f"config: {', '.join(code(name, 200) for name in settled.files)}{changed}"


def problems(settled: Settled, unplaced: Sequence[Problem]) -> str:
    """What is wrong in the files in force, and in the pull's own where no comment can stand; '' when nothing is."""
    wrong = (*settled.problems, *unplaced)
    if not wrong:
        return ""
    more = [f"- *and {len(wrong) - SHOWN} more*"] if len(wrong) > SHOWN else []
    listed = [f"- {code(f'{p.file}:{p.line}', 200)} {_expected(p)}" for p in wrong[:SHOWN]]
    count = f"{len(wrong)} {'problem' if len(wrong) == 1 else 'problems'} in the configuration."
    told = " ".join(filter(None, [f"**{count}**", UNTIL_THEN if settled.broken else "", HOW_TO_CHECK]))
    return "\n".join([told, "", *listed, *more])


def notice(problem: Problem) -> str:
    """The comment on a line of a configuration file that the pull writes."""
    told = f"**A problem in the configuration** · {_expected(problem)}"
    return f"{told}\n\nThe base branch's file holds until this is merged; mend the line before that.\n\n<sub>{HOW_TO_CHECK}</sub>"


def _expected(problem: Problem) -> str:
    """What was expected is ours to say; the key is whoever's wrote the file."""
    return f"{code(problem.key)}: {problem.expected}" if problem.key else problem.expected
