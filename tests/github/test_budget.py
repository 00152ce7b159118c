"""What an installation may still ask: counted, waited for, and never asked for in vain."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.github import routes
from bot.github.budget import KEPT, SHOWN, Budget, Budgets, Content, Quota
from bot.github.client import Client, Wire
from bot.ports import Later
from tests.github.conftest import Anybody, Clock, Script

WHERE = {"owner": "acme", "repo": "app", "number": "5"}
SECONDARY = {"message": "You have exceeded a secondary rate limit."}


def most_within(sent: list[float], span: float) -> int:
    return max((sum(1 for other in sent if one <= other < one + span) for one in sent), default=0)


def quota(limit: int, remaining: int, reset: float) -> dict[str, str]:
    values = {"limit": limit, "remaining": remaining, "reset": int(reset)}
    return {f"x-ratelimit-{name}": str(value) for name, value in values.items()}


# --- comments -----------------------------------------------------------------------------------------------------------


@given(st.lists(st.floats(0, 40), min_size=1, max_size=900))
def test_no_minute_and_no_hour_holds_more_comments_than_github_takes(pauses: list[float]) -> None:
    content, now, sent = Content(), 1_800_000_000.0, []
    for pause in pauses:
        now += pause
        try:
            wait = content.take(now)
        except Later as later:
            now += later.seconds
            wait = content.take(now)
        now += wait
        sent.append(now)
    assert most_within(sent, 60) <= 80
    assert most_within(sent, 3600) <= 500


def test_an_hour_takes_its_five_hundred() -> None:
    content, now = Content(), 0.0
    for _ in range(500):
        now += content.take(now)
    with pytest.raises(Later) as caught:
        content.take(now)
    assert caught.value.reason == "content-pace"
    assert 3000 < caught.value.seconds < 3600
    assert content.take(now + caught.value.seconds) == 0.0


def test_a_long_queue_is_left() -> None:
    content = Content()
    waits = [content.take(0.0) for _ in range(35)]
    assert waits[19:22] == [0.0, 1.0, 2.0]
    with pytest.raises(Later) as caught:
        content.take(0.0)
    assert (caught.value.reason, caught.value.seconds) == ("content-pace", 16.0)
    assert content.take(1.0) == 15.0


def test_where_there_is_no_limit_nothing_waits() -> None:
    content = Content(gap=0.0)
    assert {content.take(0.0) for _ in range(1000)} == {0.0}


# --- quotas -------------------------------------------------------------------------------------------------------------


def test_an_empty_quota_holds_only_its_own_resource_until_it_is_full() -> None:
    budget = Budget(0.0)
    budget.heard("core", quota(5000, 0, 1500), 1000.0)
    budget.check("graphql", 1000.0)
    with pytest.raises(Later) as caught:
        budget.check("core", 1000.0)
    assert (caught.value.reason, caught.value.seconds) == ("rate-limit", 501.0)
    budget.check("core", 1500.0)


def test_answers_that_overtake_each_other_fill_no_quota() -> None:
    budget = Budget(0.0)
    for remaining in (7, 9, 8):
        budget.heard("core", quota(5000, remaining, 1500), 1000.0)
    assert budget.quotas["core"] == Quota(5000, 7, 1500.0)
    budget.heard("core", quota(5000, 4999, 5100), 1501.0)
    assert budget.quotas["core"] == Quota(5000, 4999, 5100.0)


def test_an_answer_without_a_quota_tells_nothing() -> None:
    budget = Budget(0.0)
    budget.heard("core", {"x-ratelimit-limit": "many", "x-ratelimit-remaining": "0"}, 1000.0)
    assert budget.quotas == {}


async def test_an_empty_quota_costs_no_request(client: Client, wire: Wire, script: Script, clock: Clock) -> None:
    script.says((200, {}, quota(5000, 0, clock.time + 600)))
    await client.get(routes.REVIEWS_PAGE, WHERE)
    with pytest.raises(Later) as caught:
        await client.get(routes.REVIEWS_PAGE, WHERE)
    assert (caught.value.reason, caught.value.seconds) == ("rate-limit", 601.0)
    assert len(script.requests) == 1
    await Client(wire, Anybody(), installation=8).get(routes.REVIEWS_PAGE, WHERE)
    clock.time += 601
    await client.get(routes.REVIEWS_PAGE, WHERE)
    assert len(script.requests) == 3


# --- blocks -------------------------------------------------------------------------------------------------------------


async def refused(client: Client) -> float:
    with pytest.raises(Later) as caught:
        await client.get(routes.REVIEWS_PAGE, WHERE)
    assert caught.value.reason == "secondary-rate-limit"
    return caught.value.seconds


@pytest.mark.parametrize("status", [403, 429])
async def test_a_block_is_one_installations_and_is_not_asked_through(
    client: Client, wire: Wire, script: Script, clock: Clock, status: int
) -> None:
    script.says((status, SECONDARY), (200, {}))
    assert await refused(client) == 60.0
    clock.time += 20
    assert await refused(client) == 40.0
    assert len(script.requests) == 1
    await Client(wire, Anybody(), installation=8).get(routes.REVIEWS_PAGE, WHERE)
    clock.time += 40
    await client.get(routes.REVIEWS_PAGE, WHERE)


async def test_a_block_that_comes_again_is_twice_as_long(client: Client, script: Script, clock: Clock) -> None:
    script.says((403, SECONDARY))
    waits = []
    for _ in range(9):
        waits.append(await refused(client))
        clock.time += waits[-1]
    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    clock.time += 900
    assert await refused(client) == 60.0


@pytest.mark.parametrize("status", [403, 429])
async def test_a_named_time_is_kept_to_the_second(client: Client, script: Script, clock: Clock, status: int) -> None:
    script.says((status, SECONDARY, {"Retry-After": "7"}), (200, {}))
    with pytest.raises(Later) as caught:
        await client.get(routes.REVIEWS_PAGE, WHERE)
    assert caught.value.seconds == 7.0
    clock.time += 6.5
    assert await refused(client) == 0.5
    clock.time += 0.5
    await client.get(routes.REVIEWS_PAGE, WHERE)
    assert len(script.requests) == 2


async def test_a_block_that_comes_while_we_wait_ends_the_waiting(
    client: Client, wire: Wire, script: Script, clock: Clock
) -> None:
    async def blocked_meanwhile(seconds: float) -> None:
        wire.budgets.of(7).refused(Later("secondary-rate-limit", 60.0), "core", clock.time)
        await clock.sleep(seconds)

    wire.sleep = blocked_meanwhile
    script.says((502, {}), (200, {}))
    assert await refused(client) == 59.0
    assert len(script.requests) == 1


async def test_what_a_block_keeps_from_being_said_takes_nobodys_place(client: Client, wire: Wire, script: Script) -> None:
    script.says((403, SECONDARY))
    assert await refused(client) == 60.0
    with pytest.raises(Later, match="secondary-rate-limit"):
        await client.create(routes.ISSUE_COMMENTS, WHERE, {"body": "x"})
    assert wire.budgets.of(7).content.within(60.0, wire.now()) == 0


def test_refusals_that_were_on_their_way_make_a_block_no_longer() -> None:
    budget = Budget(0.0)
    later = Later("secondary-rate-limit", 60.0)
    waits = [budget.refused(later, "core", 1000.0 + n).seconds for n in range(10)]
    assert waits == [60.0] * 10


# --- the meter ----------------------------------------------------------------------------------------------------------


def test_the_meter_shows_those_nearest_to_a_limit_and_few_of_them() -> None:
    budgets = Budgets(1.0)
    uses: list[Callable[[Budget], object]] = [
        lambda b: [b.content.take(1000.0) for _ in range(8)],
        lambda b: b.heard("core", quota(5000, 1000, 2000), 1000.0),
        lambda b: b.refused(Later("secondary-rate-limit", 60.0), "core", 1000.0),
    ]
    for installation, use in enumerate(uses, 1):
        use(budgets.of(installation))
    for installation in range(4, 100):
        budgets.of(installation)
    meters = budgets.meters(1000.0)
    assert len(meters) == SHOWN
    assert [(m.installation, round(m.pressure, 2)) for m in meters[:4]] == [(3, 1.0), (2, 0.8), (1, 0.1), (4, 0.0)]
    assert (meters[0].blocked, meters[2].comments_minute, meters[2].comments_hour) == (60.0, 8, 8)
    assert meters[1].quotas == {"core": Quota(5000, 1000, 2000.0)}
    assert budgets.meters(2000.0)[0].quotas == {}


def test_only_so_many_budgets_are_kept() -> None:
    budgets = Budgets(1.0)
    first = budgets.of(1)
    for installation in range(2, KEPT + 2):
        budgets.of(installation)
    assert budgets.of(1) is not first
    assert budgets.of(None) is budgets.of(0)
