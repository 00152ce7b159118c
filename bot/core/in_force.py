"""What the settings in force say about one pull, one path, one rule, one finding. Asked by the steps that heed them."""

from dataclasses import replace

from bot.core.languages import covers, is_like
from bot.model import Allow, Config, Finding, Override, PullRequest, Rule, Status

_ANY_PATH = "\0/\0"  # what no glob means that names anything


def passed_over(config: Config, request: PullRequest) -> str:
    """Why a pull is not reviewed, as a slug; '' when it is."""
    if not config.enabled:
        return "disabled"
    if request.draft and not config.drafts:
        return "draft"
    if request.base_ref and not any(is_like(glob, request.base_ref) for glob in config.base_branches):
        return "base-branch"
    if request.author and request.author.casefold() in {a.casefold() for a in config.ignore_authors}:
        return "author"
    labels = set(request.labels)
    if labels & set(config.labels_skip) or (config.labels_require and not labels & set(config.labels_require)):
        return "label"
    return ""


def switched_off(config: Config, path: str) -> Override | None:
    """The override that takes a path out of the review, if one does."""
    said = [o for o in config.paths if o.enabled is not None and covers(o.path, path)]
    return said[-1] if said and not said[-1].enabled else None


def excluded(config: Config, path: str) -> bool:
    return any(covers(glob, path) for glob in config.tests_exclude)


def at(config: Config, path: str) -> Config:
    """The settings for one file of the pull: of the overrides that match, the last that says something holds."""
    for override in config.paths:
        if covers(override.path, path):
            config = replace(
                config,
                enabled=config.enabled if override.enabled is None else override.enabled,
                fail_on=override.fail_on or config.fail_on,
                rules={**config.rules, **override.rules},
            )
    return config


def as_told(rule: Rule, here: Config) -> Rule:
    """The rule as loud as the settings want it. Its tier stays as it is written: no consideration becomes a defect."""
    status = here.rules.get(rule.id)
    return rule if status is None else replace(rule, status=status)


def insisted_on(config: Config, rule: str, path: str) -> bool:
    """Somebody wrote `on` for this rule, here."""
    return at(config, path).rules.get(rule) is Status.ACTIVE


def entry_for(config: Config, finding: Finding) -> Allow | None:
    """The entry of `allow` that speaks of a finding, if there is one; of several, the one that holds longest.

    What is strict heeds only an entry that says where: nobody has looked at what it would find elsewhere.
    """
    found = [
        entry
        for entry in config.allow
        if entry.rule == finding.rule and covers(entry.path, finding.path) and not (finding.strict and vague(entry))
    ]
    return max(found, key=lambda entry: entry.expires or "9999", default=None)


def vague(entry: Allow) -> bool:
    """It means every file."""
    return covers(entry.path, _ANY_PATH)


def holds(entry: Allow, today: str) -> bool:
    """Through its last day. Both days are ISO dates."""
    return not entry.expires or today <= entry.expires
