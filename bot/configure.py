"""Which settings hold on a pull: the files are asked for, read and merged. What the pull itself would change holds not yet."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.config import parse, settle
from bot.core.config_file import File
from bot.model import ConfigText, ConfigTexts, Problem, PullRequest, Rule, Rulebook, Settled
from bot.ports import Forge

OF_THE_ORGANISATION = ".github"  # the repository whose own file is its organisation's
NOT_THERE = "expected a file of the same owner that this App may read; mend the name, or give the App access to that repository"


@dataclass(frozen=True, slots=True)
class _Read:
    """`file` None: there is none, or it is broken, and then `problems` says why."""

    file: File | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def broken(self) -> tuple[Problem, ...]:
        return self.problems if self.file is None else ()


async def configure(forge: Forge, request: PullRequest, rulebook: Rulebook) -> Settled:
    """The settings in force. A file that cannot be used is left out, and named in `broken`: what it would have said, nobody
    knows, so its absence must not pass for its consent."""
    texts = _at_home(request, await forge.configuration(request))
    organisation, repository = _read(texts.organisation, rulebook.rules), _read(texts.repository, rulebook.rules)
    extended = await _extended(forge, request, repository.file, rulebook.rules)
    config, refused = settle(organisation.file, extended.file, repository.file)
    read = (organisation, extended, repository)
    return Settled(
        config,
        files=tuple(r.file.name for r in read if r.file),
        problems=(*(p for r in read for p in r.problems), *refused),
        broken=tuple(p for r in read for p in r.broken),
        proposed=_proposed(request, texts.proposed, organisation.file, rulebook.rules),
    )


def _at_home(request: PullRequest, texts: ConfigTexts) -> ConfigTexts:
    """In the organisation's own repository its file is both; as it stands on the base it is newer."""
    if not _is_home(request) or texts.repository is None:
        return texts
    return ConfigTexts(organisation=texts.repository, proposed=texts.proposed)


def _is_home(request: PullRequest) -> bool:
    return request.pull.repo.casefold() == OF_THE_ORGANISATION


def _read(text: ConfigText | None, rules: Mapping[str, Rule]) -> _Read:
    return _Read(*parse(text.name, text.raw, rules)) if text else _Read()


async def _extended(forge: Forge, request: PullRequest, repository: File | None, rules: Mapping[str, Rule]) -> _Read:
    reference = str(repository.values.get("extends") or "") if repository else ""
    if repository is None or not reference:
        return _Read()
    text = await forge.extended(request, reference)
    return _read(text, rules) if text else _Read(None, (repository.problem("extends", NOT_THERE),))


def _proposed(
    request: PullRequest, text: ConfigText | None, organisation: File | None, rules: Mapping[str, Rule]
) -> tuple[Problem, ...]:
    """What is wrong in the file that the pull would have. What it extends is not asked for: a stranger could learn from the
    answer what the owner's repositories hold."""
    read = _read(text, rules)
    if text is None or read.file is None:
        return read.problems
    bound = (read.file, None, None) if _is_home(request) else (organisation, None, read.file)
    return (*read.problems, *(p for p in settle(*bound)[1] if p.file == text.name))
