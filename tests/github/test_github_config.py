"""Configuration files: the base's and never the pull's own, the organisation's, one that is extended; and who sees them."""

import time

import pytest
from aiohttp import ClientSession

from bot.core.config import parse
from bot.core.config_file import SIZE_LIMIT
from bot.github import config
from bot.github.config import KEPT_SECONDS
from bot.model import ConfigText, ConfigTexts
from bot.ports import Gone, Later
from bot.sandbox.git import Content
from bot.sandbox.repository import Pull as StandInPull
from bot.sandbox.repository import Repository
from bot.sandbox.server import StandIn
from tests.github.conftest import Clock, House

FILE, FALLBACK = ".github/testwarden.yml", ".testwarden.yml"


def opened(github: StandIn, base: dict[str, Content], head: dict[str, Content | None] | None = None) -> StandInPull:
    repository = github.repository("acme/rocket", {"README.md": "# rocket\n", **base})
    return repository.open_pull({"tests/test_a.py": "def test(): ...\n", **(head or {})})


async def found(house: House, pull: StandInPull) -> ConfigTexts:
    return await house.forge.configuration(await house.forge.pull(house.job(pull)))


# --- the repository's own -----------------------------------------------------------------------------------------------


async def test_no_file_anywhere(github: StandIn, house: House) -> None:
    assert await found(house, opened(github, {})) == ConfigTexts()


@pytest.mark.parametrize("path", [FILE, FALLBACK])
async def test_the_file_of_the_base(github: StandIn, house: House, path: str) -> None:
    pull = opened(github, {path: "fail_on: high\n"})
    assert await found(house, pull) == ConfigTexts(repository=ConfigText(path, b"fail_on: high\n"))


async def test_of_two_files_the_usual_one_counts(github: StandIn, house: House) -> None:
    pull = opened(github, {FILE: "fail_on: high\n", FALLBACK: "fail_on: note\n"})
    assert (await found(house, pull)).repository == ConfigText(FILE, b"fail_on: high\n")


@pytest.mark.parametrize(
    ("base", "head", "proposed"),
    [
        ({FILE: "drafts: true\n"}, {FILE: "enabled: false\n"}, ConfigText(FILE, b"enabled: false\n")),
        ({}, {FILE: "enabled: false\n"}, ConfigText(FILE, b"enabled: false\n")),
        ({FALLBACK: "drafts: true\n"}, {FILE: "drafts: true\n"}, ConfigText(FILE, b"drafts: true\n")),
        ({FILE: "drafts: true\n"}, {FILE: None}, None),
        ({FILE: "drafts: true\n"}, {}, None),
    ],
)
async def test_a_pull_changes_its_own_review_in_no_way(
    github: StandIn, house: House, base: dict[str, Content], head: dict[str, Content | None], proposed: ConfigText | None
) -> None:
    pull = opened(github, base, head)
    texts = await found(house, pull)
    held = next(((path, text) for path, text in base.items()), None)
    assert texts.repository == (held and ConfigText(held[0], str(held[1]).encode()))
    assert texts.proposed == proposed


async def test_the_base_counts_as_it_is_now(github: StandIn, house: House) -> None:
    """A stricter file holds from when it is merged, also for pulls that were opened before."""
    pull = opened(github, {FILE: "fail_on: never\n"})
    pull.repository.commit({FILE: "fail_on: note\n"})
    assert pull.base_sha != pull.repository.branches["main"]
    texts = await found(house, pull)
    assert texts.repository == ConfigText(FILE, b"fail_on: note\n")
    assert texts.proposed == ConfigText(FILE, b"fail_on: never\n")  # stands at the head, and is none of the pull's changes


async def test_the_base_is_the_branch_that_the_pull_goes_into(github: StandIn, house: House) -> None:
    pull = opened(github, {FILE: "fail_on: note\n"})
    pull.repository.commit({FILE: "fail_on: high\n"}, branch="release", onto=pull.base_sha)
    pull.retarget("release")
    assert (await found(house, pull)).repository == ConfigText(FILE, b"fail_on: high\n")


async def test_a_fork_that_is_gone(github: StandIn, house: House) -> None:
    repository = github.repository("acme/rocket", {FILE: "drafts: true\n"})
    pull = repository.open_pull({FILE: "enabled: false\n"}, fork=repository.fork("mallory"))
    pull.delete_fork()
    texts = await found(house, pull)
    assert texts.repository == ConfigText(FILE, b"drafts: true\n")
    assert texts.proposed == ConfigText(FILE, b"enabled: false\n")


@pytest.mark.parametrize(
    ("raw", "line", "expected"),
    [
        (b"drafts: true\nfail_on: \xff\n", 2, "expected UTF-8 text"),
        (b"drafts: true\n\0", 1, "expected UTF-8 text"),
        (b"# " + b"x" * 600_000, 1, "expected at most 64 KB; split what is long into `extends`"),
        (b"# " + b"\xc3\xa9" * 100_000, 1, "expected at most 64 KB; split what is long into `extends`"),
    ],
)
async def test_bytes_that_graphql_cannot_show_are_no_configuration(
    github: StandIn, house: House, raw: bytes, line: int, expected: str
) -> None:
    texts = await found(house, opened(github, {FILE: raw}))
    assert texts.repository is not None
    assert len(texts.repository.raw) <= SIZE_LIMIT + 1
    file, (problem,) = parse(texts.repository.name, texts.repository.raw, ())
    assert file is None
    assert (problem.line, problem.expected) == (line, expected)


async def test_a_folder_of_that_name_is_no_file(github: StandIn, house: House) -> None:
    assert (await found(house, opened(github, {f"{FILE}/x": "enabled: false\n"}))).repository is None


# --- the organisation's -------------------------------------------------------------------------------------------------


@pytest.fixture
def organisation(github: StandIn) -> Repository:
    return github.repository("acme/.github", {FILE: "final: [fail_on]\n"}, private=True)


async def test_the_organisations_file(github: StandIn, house: House, organisation: Repository) -> None:
    pull = opened(github, {FILE: "drafts: true\n"})
    texts = await found(house, pull)
    assert texts.organisation == ConfigText(f"acme/.github:{FILE}", b"final: [fail_on]\n")
    assert texts.repository == ConfigText(FILE, b"drafts: true\n")


async def test_it_is_read_with_a_token_for_nothing_else(github: StandIn, house: House, organisation: Repository) -> None:
    await found(house, opened(github, {}))
    (wish,) = [e.json for e in github.journal.matching("POST */access_tokens") if "repositories" in e.json]
    assert wish == {"repositories": [".github"], "permissions": {"contents": "read", "metadata": "read"}}


async def test_it_is_kept_for_five_minutes(github: StandIn, house: House, organisation: Repository) -> None:
    pull = opened(github, {})
    request = await house.forge.pull(house.job(pull))
    first = await house.forge.configuration(request)
    organisation.commit({FILE: "final: [rules]\n"})
    before = len(github.journal)
    house.clock.time += KEPT_SECONDS - 1
    assert await house.forge.configuration(request) == first
    assert len(github.journal) == before
    house.clock.time += 2
    texts = await house.forge.configuration(request)
    assert texts.organisation == ConfigText(f"acme/.github:{FILE}", b"final: [rules]\n")


async def test_that_there_is_none_is_kept_too(github: StandIn, house: House) -> None:
    request = await house.forge.pull(house.job(opened(github, {})))
    await house.forge.configuration(request)
    before = len(github.journal)
    assert (await house.forge.configuration(request)).organisation is None
    assert len(github.journal) == before


async def test_a_repository_that_was_not_given_to_us(github: StandIn, house: House, organisation: Repository) -> None:
    pull = opened(github, {})
    installation = github.world.installation_of("acme")
    assert installation is not None
    installation.repositories = {pull.repository.id}
    assert (await found(house, pull)).organisation is None


async def test_one_organisation_is_told_nothing_of_another(
    github: StandIn, house: House, organisation: Repository, session: ClientSession
) -> None:
    theirs = github.repository("umbrella/rocket").open_pull({"tests/test_a.py": "x\n"})
    assert (await found(house, opened(github, {}))).organisation is not None
    assert (await found(house, theirs)).organisation is None


async def test_github_that_breaks_is_not_taken_for_no_file(github: StandIn, house: House, organisation: Repository) -> None:
    request = await house.forge.pull(house.job(opened(github, {})))
    github.faults.answer("POST /graphql", 502, times=3)
    with pytest.raises(Later):
        await house.forge.configuration(request)
    assert (await house.forge.configuration(request)).organisation is not None


async def test_a_suspended_installation_has_no_configuration(github: StandIn, house: House) -> None:
    request = await house.forge.pull(house.job(opened(github, {})))
    installation = github.world.installation_of("acme")
    assert installation is not None
    installation.suspended_at = github.world.stamp()
    with pytest.raises(Gone) as caught:
        await house.forge.configuration(request)
    assert caught.value.reason == "suspended"


# --- a file that is extended --------------------------------------------------------------------------------------------


async def extended(house: House, pull: StandInPull, reference: str) -> ConfigText | None:
    return await house.forge.extended(await house.forge.pull(house.job(pull)), reference)


@pytest.mark.parametrize("reference", ["acme/settings:strict/tests.yml", "ACME/settings:strict/tests.yml", "acme/settings"])
async def test_a_file_of_a_sister_repository(github: StandIn, house: House, reference: str) -> None:
    github.repository("acme/settings", {"strict/tests.yml": "fail_on: note\n", FILE: "fail_on: note\n"})
    text = await extended(house, opened(github, {}), reference)
    assert text is not None
    assert text.raw == b"fail_on: note\n"
    assert text.name == f"acme/settings:{'strict/tests.yml' if ':' in reference else FILE}"


@pytest.mark.parametrize(
    "reference",
    [
        "umbrella/settings:strict.yml",
        "acme/nothing:strict.yml",
        "acme/settings:none.yml",
        "acme/settings:../strict.yml",
        "acme/settings:",
        "https://evil.example/acme/settings",
        "acme/settings@evil.example:strict.yml",
        "",
    ],
)
async def test_what_is_not_there_or_not_ours_to_see(github: StandIn, house: House, reference: str) -> None:
    for owner in ("acme", "umbrella"):
        github.repository(f"{owner}/settings", {"strict.yml": "fail_on: note\n"})
    assert await extended(house, opened(github, {}), reference) is None


@pytest.mark.parametrize(("private", "shown"), [(True, True), (False, False)])
async def test_a_public_pull_is_told_nothing_of_a_private_repository(
    github: StandIn, house: House, private: bool, shown: bool
) -> None:
    github.repository("acme/settings", {"strict.yml": "fail_on: note\n"}, private=True)
    pull = opened(github, {})
    pull.repository.private = private
    assert (await extended(house, pull, "acme/settings:strict.yml") is not None) is shown


async def test_what_is_kept_is_bounded_in_bytes(github: StandIn, session: ClientSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "KEPT_BYTES", 3000)
    house = House(github, session, Clock(time.time()))
    github.repository("acme/settings", {f"{name}.yml": f"# {'x' * 800}\n" for name in "abc"})
    request = await house.forge.pull(house.job(opened(github, {})))

    async def asks(name: str) -> int:
        before = github.journal.count("POST /graphql")
        assert await house.forge.extended(request, f"acme/settings:{name}.yml") is not None
        return github.journal.count("POST /graphql") - before

    assert [await asks(name) for name in "abbcabc"] == [1, 1, 0, 1, 1, 1, 1]
