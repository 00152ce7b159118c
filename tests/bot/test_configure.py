"""Which files settle a pull, and what is said of those that cannot."""

from dataclasses import dataclass, field, replace

from bot.configure import NOT_THERE, configure
from bot.model import Config, ConfigText, ConfigTexts, Problem, PullRequest, Settled
from tests.nouns import REQUEST, advice, rule, rulebook

RULES = rulebook(rule(), advice())
REPOSITORY, ORGANISATION, ELSEWHERE = ".github/testwarden.yml", "acme/.github:.github/testwarden.yml", "acme/x:strict.yml"


@dataclass
class Forge:
    texts: ConfigTexts = field(default_factory=ConfigTexts)
    elsewhere: ConfigText | None = None
    asked: list[str] = field(default_factory=list)

    async def configuration(self, request: PullRequest) -> ConfigTexts:
        return self.texts

    async def extended(self, request: PullRequest, reference: str) -> ConfigText | None:
        self.asked.append(reference)
        return self.elsewhere


def text(name: str, said: str) -> ConfigText:
    return ConfigText(name, said.encode())


def texts(repository: str = "", organisation: str = "", proposed: str = "") -> ConfigTexts:
    return ConfigTexts(
        repository=text(REPOSITORY, repository) if repository else None,
        organisation=text(ORGANISATION, organisation) if organisation else None,
        proposed=text(REPOSITORY, proposed) if proposed else None,
    )


async def settled(forge: Forge, request: PullRequest = REQUEST) -> Settled:
    return await configure(forge, request, RULES)  # type: ignore[arg-type]


async def test_nobody_says_anything() -> None:
    assert await settled(Forge()) == Settled()


async def test_the_files_are_merged_and_named() -> None:
    forge = Forge(texts("fail_on: high\nextends: acme/x:strict.yml\n", "drafts: false\n"), text(ELSEWHERE, "considerations: 2\n"))
    found = await settled(forge)
    assert (found.config.fail_on, found.config.drafts, found.config.considerations) == ("high", False, 2)
    assert found.files == (ORGANISATION, ELSEWHERE, REPOSITORY)
    assert (found.problems, found.broken, forge.asked) == ((), (), ["acme/x:strict.yml"])


async def test_a_broken_file_is_left_out_and_named_as_such() -> None:
    found = await settled(Forge(texts("fail_onn: high\n", "drafts: false\n")))
    problem = Problem(REPOSITORY, 1, "fail_onn", "unknown key; did you mean fail_on?")
    assert (found.problems, found.broken, found.files) == ((problem,), (problem,), (ORGANISATION,))
    assert not found.config.drafts
    assert (await settled(Forge(texts("", "[")))).broken[0].file == ORGANISATION


async def test_a_rule_we_do_not_know_breaks_nothing() -> None:
    found = await settled(Forge(texts("rules: {no-such: off}\n")))
    assert [p.key for p in found.problems] == ["rules.no-such"]
    assert (found.broken, found.files) == ((), (REPOSITORY,))


async def test_a_file_that_is_extended_and_missing_is_broken() -> None:
    found = await settled(Forge(texts("drafts: false\nextends: acme/x\n")))
    assert found.broken == (Problem(REPOSITORY, 2, "extends", NOT_THERE),)
    assert not found.config.drafts


async def test_a_file_that_is_extended_and_broken_is_broken() -> None:
    found = await settled(Forge(texts("extends: acme/x\n"), text(ELSEWHERE, "speed: 3\n")))
    assert [(p.file, p.key) for p in found.broken] == [(ELSEWHERE, "speed")]


async def test_what_is_final_is_told_to_who_would_loosen_it() -> None:
    found = await settled(Forge(texts("fail_on: never\n", "fail_on: high\nfinal: [fail_on]\n")))
    assert found.config.fail_on == "high"
    assert [(p.file, p.line, p.key) for p in found.problems] == [(REPOSITORY, 1, "fail_on")]
    assert found.broken == ()


async def test_what_the_pull_would_write_is_checked_and_not_heeded() -> None:
    organisation = "fail_on: high\nfinal: [fail_on]\n"
    found = await settled(Forge(texts("", organisation, "fail_on: never\nrules: {no-such: off}\nextends: acme/secret\n")))
    assert found.config == replace(Config(), fail_on="high", origin={"fail_on": ORGANISATION})
    assert [(p.file, p.line, p.key) for p in found.proposed] == [(REPOSITORY, 2, "rules.no-such"), (REPOSITORY, 1, "fail_on")]
    broken = await settled(Forge(texts("", "", "fail_onn: high\n")))
    assert [p.key for p in broken.proposed] == ["fail_onn"]
    assert (broken.problems, broken.broken) == ((), ())


async def test_nothing_that_a_pull_would_extend_is_asked_for() -> None:
    forge = Forge(texts("", "", "extends: acme/secret\n"))
    assert (await settled(forge)).proposed == ()
    assert forge.asked == []


async def test_the_organisations_own_repository_has_one_file() -> None:
    home = replace(REQUEST, pull=replace(REQUEST.pull, repo=".github"))
    said = "fail_on: high\nfinal: [fail_on]\n"
    found = await settled(Forge(texts(said, "fail_on: note\n", said + "drafts: false\n")), home)
    assert (found.config.fail_on, found.files, found.problems, found.proposed) == ("high", (REPOSITORY,), (), ())
