"""Changed files that the configuration keeps from being read: some are no tests, it says; others are, and nobody looks."""

from collections.abc import Iterable, Sequence

from bot.core import words_config as words
from bot.core.in_force import excluded, passed_over, switched_off
from bot.core.languages import Languages
from bot.model import ChangedFile, Config, PullRequest, Settled, Skipped, Source


def exempt(
    changed: Sequence[ChangedFile], request: PullRequest, config: Config, languages: Languages
) -> tuple[tuple[ChangedFile, ...], tuple[Skipped, ...]]:
    """What is left to be looked at, and what is not. `tests.exclude` says of a file that it is no test. A test file that is
    switched off, alone or with the whole pull, is one that was not reviewed: no verdict calls it clean."""
    left: list[ChangedFile] = []
    skipped: list[Skipped] = []
    why = words.not_reviewed(passed_over(config, request), config)
    for file in changed:
        if excluded(config, file.path):
            said = words.by_file(words.EXCLUDED, config.origin.get("tests.exclude", ""))
            skipped.append(Skipped(file.path, said, clouds=False, wanted=True))
        elif reason := why or _switched_off(config, file.path):
            skipped.append(Skipped(file.path, reason, clouds=_is_test(file, languages), wanted=True))
        else:
            left.append(file)
    return tuple(left), tuple(skipped)


def in_doubt(sources: Iterable[Source], settled: Settled) -> tuple[Skipped, ...]:
    """The test files that were read under settings which nobody knows: a file that would say them is broken."""
    reason = words.unknown_settings(settled.broken[0]) if settled.broken else ""
    return tuple(Skipped(s.path, reason, clouds=True) for s in sources if reason and s.kind.is_test)


def _switched_off(config: Config, path: str) -> str:
    override = switched_off(config, path)
    return words.by_file(words.SWITCHED_OFF, override.origin) if override else ""


def _is_test(file: ChangedFile, languages: Languages) -> bool:
    """By its path alone, since nobody asks for its content."""
    place = languages.place(file.path)
    return file.status != "removed" and place is not None and place.strong and not languages.is_binary(file.path)
