"""The pull and its files: the races around an event, and listings that leave something out."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bot.model import ChangedFile, PullRequest
from bot.ports import Gone, Later
from bot.sandbox.faults import asks_for_pull
from bot.sandbox.repository import Pull as StandInPull
from bot.sandbox.server import StandIn
from tests.github.conftest import House

BODY = "".join(f"line {n}\n" for n in range(40))
FILES = "GET */files"


@pytest.fixture
def pull(github: StandIn) -> StandInPull:
    return github.repository("acme/rocket", {"tests/test_a.py": BODY}).open_pull({"tests/test_a.py": BODY + "more\n"})


async def test_the_pull_as_github_describes_it(github: StandIn, house: House, pull: StandInPull) -> None:
    found = await house.forge.pull(house.job(pull))
    assert found == PullRequest(
        pull=house.job(pull).pull,
        base_sha=pull.base_sha,
        base_ref="main",
        head_sha=pull.head_sha,
        author="mona",
        draft=False,
        locked=False,
        changed_files=1,
        web_url=f"{github.web_url}/acme/rocket/pull/1",
    )


async def test_an_event_that_names_no_head_takes_the_present_one(house: House, pull: StandInPull) -> None:
    assert (await house.forge.pull(house.job(pull, None))).head_sha == pull.head_sha


async def test_the_old_head_is_waited_out(github: StandIn, house: House, pull: StandInPull) -> None:
    pull.push({"tests/test_a.py": "new\n"})
    github.faults.old_head(pull, times=2)
    assert (await house.forge.pull(house.job(pull))).head_sha == pull.head_sha
    assert house.clock.slept == [1.0, 2.0]


async def test_a_head_that_stays_old_is_left_for_later(github: StandIn, house: House, pull: StandInPull) -> None:
    pull.push({"tests/test_a.py": "new\n"})
    github.faults.old_head(pull, times=5)
    with pytest.raises(Later) as caught:
        await house.forge.pull(house.job(pull))
    assert (caught.value.reason, caught.value.seconds) == ("head-not-known-yet", 30.0)
    assert house.clock.slept == [1.0, 2.0, 5.0, 10.0]
    assert github.journal.count("GET */compare/*") == 1


async def test_a_head_that_github_does_not_know_at_all_is_left_for_later(house: House, pull: StandInPull) -> None:
    with pytest.raises(Later) as caught:
        await house.forge.pull(house.job(pull, "f" * 40))
    assert caught.value.reason == "head-not-known-yet"


async def test_a_newer_head_owns_the_pull(house: House, pull: StandInPull) -> None:
    job = house.job(pull)
    pull.push({"tests/test_a.py": "new\n"})
    with pytest.raises(Gone) as caught:
        await house.forge.pull(job)
    assert caught.value.reason == "superseded"
    assert house.clock.slept == []


async def test_a_forced_push_owns_the_pull_once_it_is_sure(house: House, pull: StandInPull) -> None:
    job = house.job(pull)
    pull.push({"tests/test_a.py": "other\n"}, onto=pull.base_sha)
    with pytest.raises(Gone) as caught:
        await house.forge.pull(job)
    assert caught.value.reason == "superseded"
    assert house.clock.slept == [1.0, 2.0, 5.0, 10.0]


async def test_forced_back_to_the_first_head(house: House, pull: StandInPull) -> None:
    first = pull.head_sha
    pull.push({"tests/test_a.py": "other\n"})
    pull.force_back(first)
    assert (await house.forge.pull(house.job(pull))).head_sha == first


@pytest.mark.parametrize("merged", [True, False])
async def test_a_closed_pull(house: House, pull: StandInPull, merged: bool) -> None:
    if merged:
        pull.merge()
    else:
        pull.close()
    with pytest.raises(Gone) as caught:
        await house.forge.pull(house.job(pull))
    assert caught.value.reason == "closed"


async def test_a_pull_that_is_not_there_yet(github: StandIn, house: House, pull: StandInPull) -> None:
    github.faults.no_pull(times=4)
    assert (await house.forge.pull(house.job(pull))).head_sha == pull.head_sha
    assert house.clock.slept == [1.0, 2.0, 5.0, 10.0]


async def test_a_vanished_pull(house: House, pull: StandInPull) -> None:
    pull.vanished = True
    with pytest.raises(Gone) as caught:
        await house.forge.pull(house.job(pull))
    assert caught.value.reason == "vanished"
    assert house.clock.slept == [1.0, 2.0, 5.0, 10.0]


async def test_another_repository_under_the_same_name(github: StandIn, house: House, pull: StandInPull) -> None:
    def elsewhere(data: Any) -> Any:
        data["data"]["repository"]["databaseId"] = 1
        return data

    github.faults.rewrite("*", elsewhere, when=asks_for_pull)
    with pytest.raises(Gone) as caught:
        await house.forge.pull(house.job(pull))
    assert caught.value.reason == "vanished"


async def test_a_young_token_is_given_time(github: StandIn, house: House, pull: StandInPull) -> None:
    github.faults.young_token(401)
    github.faults.young_token(403)
    assert (await house.forge.pull(house.job(pull))).head_sha == pull.head_sha
    assert house.clock.slept == [1.0, 2.0]


# --- changed files --------------------------------------------------------------------------------------------------------


async def listed(house: House, pull: StandInPull) -> dict[str, ChangedFile]:
    request = await house.forge.pull(house.job(pull))
    files, unlisted = await house.forge.changes(request)
    assert unlisted == ()
    return {file.path: file for file in files}


async def test_each_kind_of_change(github: StandIn, house: House) -> None:
    repository = github.repository("acme/rocket", {"a.py": BODY, "b.py": BODY + "b\n", "c.bin": b"\0\1", "d.py": "d\n"})
    changes: Mapping[str, Any] = {
        "a.py": BODY + "more\n",
        "b.py": None,
        "moved/b.py": BODY + "b\n",
        "c.bin": b"\0\2",
        "d.py": None,
        "tests/té st.py": "new\n",
    }
    pull = repository.open_pull(changes)
    files = await listed(house, pull)
    assert {path: (f.status, f.patch is not None, f.previous_path, f.additions, f.deletions) for path, f in files.items()} == {
        "a.py": ("modified", True, None, 1, 0),
        "c.bin": ("modified", False, None, 0, 0),
        "d.py": ("removed", True, None, 0, 1),
        "moved/b.py": ("renamed", False, "b.py", 0, 0),
        "tests/té st.py": ("added", True, None, 1, 0),
    }
    head = repository.objects.commits[pull.head_sha].files
    assert files["a.py"].blob == head["a.py"].sha


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (49, 1), (50, 1), (51, 2), (100, 2), (101, 3)])
async def test_fifty_files_cost_one_request(github: StandIn, house: House, count: int, pages: int) -> None:
    pull = github.repository("acme/rocket").open_pull({f"f{n:04}.py": f"{n}\n" for n in range(count)})
    assert len(await listed(house, pull)) == count
    assert github.journal.count(FILES) == pages


async def test_patches_lost_to_the_page_budget_are_asked_for_again(github: StandIn, house: House) -> None:
    pull = github.repository("acme/rocket").open_pull({f"f{n:04}.py": f"{n}\n" for n in range(50)})

    def spent(data: Any) -> Any:
        for item in data[45:]:
            del item["patch"]
        return data

    github.faults.rewrite(FILES, spent)
    files = await listed(house, pull)
    assert all(file.patch for file in files.values())
    assert sorted(files) == sorted(f"f{n:04}.py" for n in range(50))
    queries = [dict(e.query) for e in github.journal.matching(FILES)]
    assert queries == [{"per_page": "50", "page": "1"}, {"per_page": "10", "page": "5"}]


async def test_a_patch_that_github_always_withholds_is_asked_for_once_more(
    github: StandIn, house: House, pull: StandInPull
) -> None:
    pull.withheld.add("tests/test_a.py")
    files = await listed(house, pull)
    assert files["tests/test_a.py"].patch is None
    assert github.journal.count(FILES) == 2


async def test_a_long_change_is_withheld_for_its_own_sake(github: StandIn, house: House) -> None:
    pull = github.repository("acme/rocket").open_pull({"yarn.lock": "x\n" * 2000})
    pull.withheld.add("yarn.lock")
    await listed(house, pull)
    assert github.journal.count(FILES) == 1


async def test_not_more_than_three_pages_are_asked_for_again(github: StandIn, house: House) -> None:
    pull = github.repository("acme/rocket").open_pull({f"f{n:04}.py": f"{n}\n" for n in range(100)})
    pull.withheld.update(f"f{n:04}.py" for n in range(100))
    await listed(house, pull)
    assert github.journal.count(FILES) == 5


async def test_a_page_that_github_cannot_make_comes_in_portions(github: StandIn, house: House) -> None:
    pull = github.repository("acme/rocket").open_pull({f"f{n:04}.py": f"{n}\n" for n in range(75)})
    github.faults.answer(FILES, 502, times=3)
    assert len(await listed(house, pull)) == 75
    sizes = [e.query["per_page"] for e in github.journal.matching(FILES)]
    assert sizes == ["50"] * 3 + ["10"] * 5 + ["50"]


async def test_files_beyond_githubs_list_cloud_the_verdict(github: StandIn, house: House, pull: StandInPull) -> None:
    request = replace(await house.forge.pull(house.job(pull)), changed_files=3001)
    files, unlisted = await house.forge.changes(request)
    assert len(files) == 1
    (skipped,) = unlisted
    assert (skipped.reason, skipped.clouds) == ("GitHub lists only 3000 of the 3001 changed files", True)


async def test_the_primary_limit_names_its_time(github: StandIn, house: House, pull: StandInPull) -> None:
    github.world.limits.remaining["graphql"] = 0
    with pytest.raises(Later) as caught:
        await house.forge.pull(house.job(pull))
    assert caught.value.reason == "rate-limit"
    assert 3500 < caught.value.seconds <= 3600
