"""The pages: the label, the comments on their lines, forms that act as people do and are taken from the page alone."""

import asyncio
import re
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from bot.sandbox import StandIn
from bot.sandbox.repository import Pull
from bot.sandbox.talk import Anchor, CheckRun


@pytest.fixture
def sample(github: StandIn) -> Pull:
    return github.load_sample()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as made:
        yield made


@pytest.fixture
async def heard(github: StandIn) -> AsyncIterator[asyncio.Queue[tuple[str, str]]]:
    """What a bot listening at the webhook would hear: event and delivery GUID."""
    queue: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    async def take(request: web.Request) -> web.Response:
        queue.put_nowait(
            (f"{request.headers['X-GitHub-Event']}.{(await request.json())['action']}", request.headers["X-GitHub-Delivery"])
        )
        return web.Response(status=202)

    application = web.Application()
    application.router.add_post("/webhook", take)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    github.hooks.url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhook"
    yield queue
    await github.hooks.settle()
    await runner.cleanup()


async def read(session: aiohttp.ClientSession, url: str) -> str:
    async with session.get(url) as response:
        assert response.status == 200
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        return await response.text()


async def post(session: aiohttp.ClientSession, github: StandIn, path: str, origin: str | None = None, **fields: str) -> int:
    headers = {"Origin": origin if origin is not None else github.web_url}
    async with session.post(
        f"{github.web_url}/acme-post/parcels/pull/1/{path}", data=fields, headers=headers, allow_redirects=False
    ) as response:
        return response.status


async def test_the_front_page_is_the_pull_request_and_says_what_it_is(
    github: StandIn, sample: Pull, session: aiohttp.ClientSession
) -> None:
    page = await read(session, github.web_url)
    assert "<b>Sandbox: no real GitHub.</b>" in page
    assert "Follow parcels at the carrier" in page
    assert "No check has run on" in page


async def test_several_pulls_are_listed(github: StandIn, sample: Pull, session: aiohttp.ClientSession) -> None:
    assert "no pull request here yet" not in await read(session, github.web_url)
    sample.repository.open_pull({"x": "x\n"}, title="Second <one>")
    page = await read(session, github.web_url)
    assert 'href="/acme-post/parcels/pull/2">Second &lt;one&gt;</a>' in page


async def test_a_comment_stands_right_below_its_line(github: StandIn, sample: Pull, session: aiohttp.ClientSession) -> None:
    me, path = github.app, "tests/e2e/setup.sh"
    review = sample.add_review(me.bot, "", "COMMENTED", sample.head_sha, me)
    sample.start_thread(me.bot, "**Piped** <script>x</script>", Anchor(path, line=4), review, me)
    page = await read(session, sample_url(github))
    row = page.index("| bash</td>")
    comment = page.index("<strong>Piped</strong> &lt;script&gt;x&lt;/script&gt;")
    following = page.index("parcels-cli login --sandbox</td>")
    assert row < comment < following
    assert page.count("<tr id=", row, comment) == 0
    sample.push({path: "#!/bin/sh\n"})
    assert f"Outdated: line 4 of {review.commit_id[:7]}" in await read(session, sample_url(github))


def sample_url(github: StandIn) -> str:
    return f"{github.web_url}/acme-post/parcels/pull/1"


async def test_the_conversation_and_the_check(github: StandIn, sample: Pull, session: aiohttp.ClientSession) -> None:
    world, me = github.world, github.app
    sample.comment("", "**3 security defects found.**\n\n<!-- testwarden:summary -->", me)
    run = CheckRun(
        world.next_id(),
        "Testwarden",
        sample.repository.suite(sample.head_sha, me),
        "completed",
        world.stamp(),
        "failure",
        title="3 defects",
    )
    sample.repository.check_runs.append(run)
    page = await read(session, sample_url(github))
    assert "<strong>3 security defects found.</strong>" in page
    assert "testwarden:summary" not in page
    assert '<span class="dot failure"></span><span><b>Testwarden</b> · failure · 3 defects</span>' in page


async def test_the_page_follows_by_its_revision(github: StandIn, sample: Pull, session: aiohttp.ClientSession) -> None:
    async def revision() -> str:
        async with session.get(f"{sample_url(github)}/revision") as response:
            return str((await response.json())["revision"])

    first = await revision()
    assert await revision() == first
    assert f'const shown = "{first}";' in await read(session, sample_url(github))
    sample.comment("mona", "x")
    assert await revision() != first


async def test_a_file_with_its_line_anchors(github: StandIn, sample: Pull, session: aiohttp.ClientSession) -> None:
    url = f"{github.web_url}/acme-post/parcels/blob/{sample.head_sha}/tests/e2e/setup.sh"
    page = await read(session, url)
    assert re.search(r'<tr id="L4">.*?\| bash</td></tr>', page)
    async with session.get(f"{url}x") as response:
        assert response.status == 404


async def test_the_webhook_is_redelivered(
    github: StandIn, sample: Pull, session: aiohttp.ClientSession, heard: asyncio.Queue[tuple[str, str]]
) -> None:
    assert await post(session, github, "redeliver") == 303
    first = await asyncio.wait_for(heard.get(), 10)
    await post(session, github, "redeliver")
    assert (first[0], await asyncio.wait_for(heard.get(), 10)) == ("pull_request.opened", first)


async def test_people_comment_reply_and_push(
    github: StandIn, sample: Pull, session: aiohttp.ClientSession, heard: asyncio.Queue[tuple[str, str]]
) -> None:
    me = github.app
    review = sample.add_review(me.bot, "", "COMMENTED", sample.head_sha, me)
    sample.start_thread(me.bot, "hm", Anchor("tests/e2e/setup.sh", line=4), review, me)
    before = sample.head_sha
    await post(session, github, "comment", body="/testwarden help")
    await post(session, github, f"threads/{sample.threads[0].id}", body="/fp we trust them")
    await post(session, github, "push")
    await post(session, github, "push")  # the fix is pushed once
    await post(session, github, "comment", body="   ")
    suite = sample.repository.suite(sample.head_sha, me)
    sample.repository.check_runs.append(CheckRun(7, "Testwarden", suite, "completed", "", "success"))
    assert 'action="/acme-post/parcels/pull/1/rerun/7"' in await read(session, sample_url(github))
    await post(session, github, "rerun/7")
    await post(session, github, "rerun/8")
    await github.hooks.settle()
    events = sorted(heard.get_nowait()[0] for _ in range(heard.qsize()))
    assert events == [
        "check_run.rerequested",
        "issue_comment.created",
        "pull_request.synchronize",
        "pull_request_review_comment.created",
    ]
    assert (sample.comments[0].user.login, sample.threads[0].comments[1].body) == ("mona", "/fp we trust them")
    assert (len(sample.heads), sample.heads[0]) == (2, before)


async def test_a_maintainer_speaks_when_chosen(github: StandIn, sample: Pull, session: aiohttp.ClientSession) -> None:
    for by in ("hubot", "mallory", ""):
        await post(session, github, "comment", by=by, body="/testwarden pause")
    assert [said.user.login for said in sample.comments] == ["hubot", "mona", "mona"]
    assert sample.repository.collaborators["hubot"] == "maintain"


@pytest.mark.parametrize("origin", ["", "http://evil.example", "null"])
async def test_forms_of_other_sites_are_refused(
    github: StandIn, sample: Pull, session: aiohttp.ClientSession, origin: str
) -> None:
    assert await post(session, github, "comment", origin=origin, body="x") == 403
    assert sample.comments == []


async def test_hostile_names_stay_text(github: StandIn, session: aiohttp.ClientSession) -> None:
    repository = github.repository("acme/rocket")
    pull = repository.open_pull({'"><script>x.py': "\u202e<b>\n"}, title="<img src=x>", body="<iframe>", head='"><svg onload=x>')
    page = await read(session, f"{github.web_url}/acme/rocket/pull/{pull.number}")
    assert not re.search(r"<(script>|img|iframe|svg|b>\n)", page)
    assert '<span class="unseen">U+202E</span>&lt;b&gt;' in page
