"""A pull request's life in a few words: people act on a small GitHub, the wired server hears of it by signed webhooks, and what
it said stands on the pull.

    pull = await story.open({"tests/test_a.py": CODE}, by="ann")     # returns when the bot has answered
    await pull.push({"tests/test_a.py": BETTER})
    said = await pull.say("hubot", "/testwarden pause")
    assert (pull.inline, said.reactions) == ({"tests/test_a.py:4": "ctrl-tls-nonlocal"}, ["eyes", "+1"])

All stories share one server and one GitHub over real HTTP; each has an organisation of its own, in which `hubot` may write.
"""

import asyncio
import itertools
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field

import pytest
import pytest_asyncio

from bot.core.commands import APP, parse
from bot.core.markdown import marks, without_marks
from bot.model import Outcome
from bot.sandbox import payloads
from bot.sandbox.payloads import Event
from bot.sandbox.people import App
from bot.sandbox.repository import Pull, Repository
from bot.sandbox.server import StandIn
from bot.sandbox.talk import Anchor, CheckRun, IssueComment, ReviewComment, Thread
from bot.settings import load
from bot.wiring.server import server
from tests.tried import tried

DEADLINE = 60  # seconds: a loaded machine compiles the token rules slowly
_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "stories" in item.path.parts and isinstance(item, pytest.Function):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


class Bot:
    """The wired server, and how its runs ended."""

    def __init__(self, github: StandIn) -> None:
        self.github = github
        self._ended: dict[str, asyncio.Future[Outcome]] = {}

    def note(self, outcome: Outcome) -> None:
        self._run(outcome.job.delivery).set_result(outcome)

    async def hears(self, event: Event) -> str:
        """How the run that the event asked for ended; `ignored: …` when it asked for none."""
        delivery = await self.github.deliver(event)
        assert delivery.status_code == 202, delivery.answer
        if delivery.answer != "Accepted.\n":
            return delivery.answer.strip().rstrip(".").lower()
        async with asyncio.timeout(DEADLINE):
            return (await self._run(delivery.guid)).ended

    async def is_told(self, event: Event) -> None:
        """Of something after which nothing runs."""
        delivery = await self.github.deliver(event)
        assert (delivery.status_code, delivery.answer) == (202, "Accepted.\n")

    def _run(self, delivery: str) -> "asyncio.Future[Outcome]":
        return self._ended.setdefault(delivery, asyncio.get_running_loop().create_future())


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def bot(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bot]:
    home = tmp_path_factory.mktemp("stories")
    database = tried(f"sqlite:///{home}/jobs.sqlite")
    here = {"HOST": "127.0.0.1", "PORT": "0", "TESTWARDEN_HOME": str(home), "DATABASE_URL": database}
    async with StandIn(echoes=True) as github:
        bot = Bot(github)
        settings = load(**github.environment(), **here, TESTWARDEN_WORKERS="1")
        async with server(settings, docs=True, ended=bot.note) as address:
            github.hooks.url = f"{address}/webhook"
            yield bot


@dataclass
class Said:
    """Something a person wrote, and what the bot did about it."""

    comment: IssueComment | ReviewComment
    ended: str
    answers: list[str]

    @property
    def reactions(self) -> list[str]:
        return [r.content for r in self.comment.reactions]

    @property
    def answer(self) -> str:
        """The only answer."""
        [text] = self.answers
        return text


@dataclass
class Life:
    """A pull request, what people do to it, and what the bot said on it."""

    bot: Bot
    pull: Pull
    runs: list[str] = field(default_factory=list)

    # --- what people do -------------------------------------------------------------------------------------------------

    async def push(self, files: Mapping[str, str | None], onto: str | None = None) -> str:
        """`onto` another commit than the present head: a force push."""
        self.pull.push(files, onto=onto)
        return await self.hears("synchronize")

    async def hears(self, action: str) -> str:
        """Tell the bot what happened to the pull."""
        ended = await self.bot.hears(payloads.pull_request(self.pull, action))
        self.runs.append(ended)
        return ended

    async def say(self, by: str, text: str, app: App | None = None) -> Said:
        """A comment in the conversation."""
        comment = self.pull.comment(by, text, app)
        return await self._said(comment, payloads.issue_comment(self.pull, comment))

    async def reply(self, by: str, text: str, to: str) -> Said:
        """A comment in the thread on that line, as in `tests/test_a.py:4`."""
        thread = self.thread(to)
        comment = self.pull.reply(thread, by, text)
        return await self._said(comment, payloads.review_comment(self.pull, thread, comment))

    async def _said(self, comment: IssueComment | ReviewComment, event: Event) -> Said:
        before = self.answers
        ended = await self.bot.hears(event)
        return Said(comment, ended, self.answers[len(before) :])

    async def rerun(self) -> str:
        return await self.bot.hears(payloads.check_run(self.pull.repository, self.check, "rerequested"))

    async def press(self, button: str, by: str = "hubot") -> str:
        person = self.pull.repository.world.account(by)
        return await self.bot.hears(payloads.check_run(self.pull.repository, self.check, "requested_action", person, button))

    # --- what the bot said ----------------------------------------------------------------------------------------------

    @property
    def check(self) -> CheckRun:
        """Our last check run at the head."""
        return self.pull.repository.runs_for(self.pull.head_sha)[-1]

    @property
    def buttons(self) -> list[str]:
        """The identifiers of the check's buttons."""
        return [action["identifier"] for action in self.check.actions]

    @property
    def conclusion(self) -> str | None:
        return self.check.conclusion

    @property
    def summaries(self) -> list[str]:
        return [without_marks(c.body) for c in self._ours if _kind(c.body) == "summary"]

    @property
    def summary(self) -> str:
        """The only summary; '' when there is none."""
        assert len(self.summaries) <= 1
        return "".join(self.summaries)

    @property
    def verdict(self) -> str:
        return self.summary.split("\n", 1)[0]

    @property
    def ids(self) -> list[str]:
        """The findings' IDs, as the summary's tables show them."""
        return re.findall(r"\| `([0-9a-f]{7})` \|$", self.summary, re.MULTILINE)

    @property
    def inline(self) -> dict[str, str]:
        """Where the bot began a thread, and the rule it named there first."""
        ours = {_where(t): _rule(t.comments[0].body) for t in self.pull.threads if t.comments[0].user.type == "Bot"}
        assert len(ours) == sum(t.comments[0].user.type == "Bot" for t in self.pull.threads), "a line is commented once"
        return ours

    @property
    def answers(self) -> list[str]:
        """What the bot answered people, in the order of the comments."""
        ours = [*self._ours, *(c for _, c in self.pull.review_comments if c.user.type == "Bot")]
        return [without_marks(c.body) for c in sorted(ours, key=lambda c: c.id) if _kind(c.body) == "answer"]

    @property
    def reviews(self) -> int:
        """How many reviews the bot posted: each is one notification."""
        first = {t.comments[0].review_id for t in self.pull.threads}
        return sum(r.user.type == "Bot" and r.id in first for r in self.pull.reviews)

    def first_words(self, where: str) -> str:
        """What the comment says that began the thread there."""
        return without_marks(self.thread(where).comments[0].body)

    def start_thread(self, path: str, line: int, by: str, text: str) -> None:
        """A person comments on a line."""
        person = self.pull.repository.world.account(by)
        review = self.pull.add_review(person, "", "COMMENTED", self.pull.head_sha)
        self.pull.start_thread(person, text, Anchor(path, line=line), review)

    def thread(self, where: str) -> Thread:
        [found] = [t for t in self.pull.threads if _where(t) == where]
        return found

    @property
    def _ours(self) -> list[IssueComment]:
        return [c for c in self.pull.comments if c.user.id == self.pull.repository.world.app.bot.id]


def _where(thread: Thread) -> str:
    return f"{thread.original.path}:{thread.original.line}"


def _rule(body: str) -> str:
    found = re.search(r"`([a-z]+(?:-[a-z0-9]+)+)`", body)
    return found[1] if found else ""


def _kind(body: str) -> str:
    return next((m.kind for m in marks(body)), "")


@dataclass
class Story:
    bot: Bot
    repository: Repository
    lives: list[Life] = field(default_factory=list)

    @property
    def github(self) -> StandIn:
        return self.bot.github

    def prepare(self, files: Mapping[str, str | None], by: str = "ann", draft: bool = False, fork: bool = False) -> Life:
        """A pull request that the bot has not heard of. `fork`: from the author's fork."""
        source = self.repository.fork(by) if fork else None
        life = Life(self.bot, self.repository.open_pull(files, author=by, draft=draft, fork=source))
        self.lives.append(life)
        return life

    async def open(self, files: Mapping[str, str | None], by: str = "ann", draft: bool = False, fork: bool = False) -> Life:
        """A pull request, and the review of it."""
        life = self.prepare(files, by, draft, fork)
        await life.hears("opened")
        return life


@pytest_asyncio.fixture(loop_scope="session")
async def story(bot: Bot) -> AsyncIterator[Story]:
    """An organisation with one repository. At the end: nothing that the bot wrote is a command, or calls anybody."""
    number = next(_numbers)
    repository = bot.github.repository(f"org-{number}/app", {"README.md": "# app\n"})
    repository.collaborators["hubot"] = "write"
    made = Story(bot, repository)
    yield made
    await bot.github.hooks.settle()
    for life in made.lives:
        for body in _written(life.pull, bot.github.app):
            for line in body.split("\n"):
                assert parse(line, APP, in_thread=True) is None, line
            assert not re.search(r"(^|[^`\w])@\w", re.sub(r"(?s)```.*?```|`[^`\n]*`", "", body)), body


def _written(pull: Pull, app: App) -> Iterator[str]:
    said = [*pull.comments, *pull.reviews, *(c for _, c in pull.review_comments)]
    yield from (one.body for one in said if one.user.id == app.bot.id)
