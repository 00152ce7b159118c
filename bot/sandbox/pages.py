"""The pages for people: a pull request as GitHub would show it, clearly labelled as the sandbox it is.

The forms act as somebody would on GitHub: they comment as `mona` or `hubot`, push the sample's fix, or ask for the last webhook
again.
"""

import secrets
from collections.abc import Awaitable, Callable

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from bot.sandbox import payloads, views
from bot.sandbox.diff import is_binary
from bot.sandbox.prose import markdown, visible
from bot.sandbox.repository import Pull
from bot.sandbox.sample import Sample
from bot.sandbox.state import World
from bot.sandbox.webhooks import Delivery, Hookshot

PERSON = "mona"
PEOPLE = {PERSON: "the author", "hubot": "a maintainer"}
_TEMPLATES = Environment(
    loader=PackageLoader("bot.sandbox"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_TEMPLATES.filters |= {"markdown": markdown, "visible": visible}
_PULL = "/{owner}/{repo}/pull/{number:[0-9]+}"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Pages:
    """The routes of the pages. `sample`, when set, offers the commit that answers the review."""

    def __init__(self, world: World, hooks: Hookshot) -> None:
        self.world = world
        self.hooks = hooks
        self.sample: Sample | None = None

    def add_routes(self, application: web.Application) -> None:
        add = application.router
        add.add_get("/", self.front)
        add.add_get(_PULL, self.pull)
        add.add_get(_PULL + "/files", self.pull)
        add.add_get(_PULL + "/revision", self.revision)
        add.add_get("/{owner}/{repo}/blob/{ref}/{path:.+}", self.blob)
        add.add_post(_PULL + "/redeliver", self._guarded(self.redeliver))
        add.add_post(_PULL + "/comment", self._guarded(self.comment))
        add.add_post(_PULL + "/threads/{thread:[0-9]+}", self._guarded(self.reply))
        add.add_post(_PULL + "/push", self._guarded(self.push))
        add.add_post(_PULL + "/rerun/{run:[0-9]+}", self._guarded(self.rerun))

    # --- reading --------------------------------------------------------------------------------------------------------

    async def front(self, request: web.Request) -> web.Response:
        """The one pull request there is, or a list."""
        pulls = [pull for repository in self.world.repositories.values() for pull in repository.pulls.values()]
        if len(pulls) == 1:
            raise web.HTTPFound(_path(pulls[0]))
        return _page("front.html", pulls=pulls, path=_path)

    async def pull(self, request: web.Request) -> web.Response:
        pull = self._find(request)
        return _page(
            "pull.html",
            pull=pull,
            path=_path(pull),
            files=views.files(pull),
            timeline=views.timeline(pull),
            threads_of=views.threads_of,
            checks=views.checks(pull),
            revision=views.revision(pull),
            deliveries=self._deliveries(pull)[-5:][::-1],
            can_push=self.sample is not None and self.sample.pull is pull and not self.sample.fixed,
            people=PEOPLE,
            listening=bool(self.hooks.url),
        )

    async def revision(self, request: web.Request) -> web.Response:
        return web.json_response({"revision": views.revision(self._find(request))})

    async def blob(self, request: web.Request) -> web.Response:
        names = request.match_info
        repository, _ = self.world.find(names["owner"], names["repo"])
        commit = repository.resolve(names["ref"]) if repository else None
        entry = commit.files.get(names["path"]) if commit else None
        if entry is None:
            raise web.HTTPNotFound
        lines = [] if is_binary(entry.data) else entry.data.decode("utf-8", "replace").removesuffix("\n").split("\n")
        return _page("blob.html", names=names, lines=lines, size=len(entry.data))

    # --- acting ---------------------------------------------------------------------------------------------------------

    def _guarded(self, act: Callable[[web.Request, Pull], Awaitable[None]]) -> Handler:
        """Forms are taken from this page alone: another site open in the same browser must not write here."""

        async def handle(request: web.Request) -> web.StreamResponse:
            if request.headers.get("Origin") != f"{request.scheme}://{request.host}":
                raise web.HTTPForbidden(text="This form belongs to the sandbox's own page: open it and use the button there.")
            pull = self._find(request)
            await act(request, pull)
            raise web.HTTPSeeOther(_path(pull))

        return handle

    async def redeliver(self, request: web.Request, pull: Pull) -> None:
        """The last event of the pull itself again, under the same GUID, as GitHub's button does."""
        known = [it for it in self._deliveries(pull) if it.event == "pull_request"]
        self.hooks.schedule(known[-1] if known else payloads.pull_request(pull, "opened"))

    async def comment(self, request: web.Request, pull: Pull) -> None:
        by, body = await _said(request)
        if body:
            self.hooks.schedule(payloads.issue_comment(pull, pull.comment(by, body)))

    async def reply(self, request: web.Request, pull: Pull) -> None:
        (by, body), wanted = await _said(request), int(request.match_info["thread"])
        thread = next((it for it in pull.threads if it.id == wanted), None)
        if body and thread is not None:
            self.hooks.schedule(payloads.review_comment(pull, thread, pull.reply(thread, by, body)))

    async def push(self, request: web.Request, pull: Pull) -> None:
        if self.sample is not None and self.sample.pull is pull and not self.sample.fixed:
            pull.push(self.sample.fix, message="Answer the review")
            self.sample.fixed = True
            self.hooks.schedule(payloads.pull_request(pull, "synchronize"))

    async def rerun(self, request: web.Request, pull: Pull) -> None:
        """GitHub resets nothing itself: it asks the app that owns the run, which makes another one."""
        wanted = int(request.match_info["run"])
        run = next((it for it in views.checks(pull) if it.id == wanted), None)
        if run is not None:
            person = self.world.account(PERSON)
            self.hooks.schedule(payloads.check_run(pull.repository, run, "rerequested", person))

    # --- finding --------------------------------------------------------------------------------------------------------

    def _find(self, request: web.Request) -> Pull:
        repository, _ = self.world.find(request.match_info["owner"], request.match_info["repo"])
        pull = repository.pulls.get(int(request.match_info["number"])) if repository else None
        if pull is None or pull.vanished:
            raise web.HTTPNotFound
        return pull

    def _deliveries(self, pull: Pull) -> list[Delivery]:
        return [it for it in self.hooks.log if it.repository_id == pull.repository.id and it.pull_number == pull.number]


async def _said(request: web.Request) -> tuple[str, str]:
    """Who says what in a form."""
    form = await request.post()
    by = str(form.get("by", ""))
    return by if by in PEOPLE else PERSON, str(form.get("body", "")).strip()


def _path(pull: Pull) -> str:
    return f"/{pull.repository.full_name}/pull/{pull.number}"


def _page(template: str, **values: object) -> web.Response:
    nonce = secrets.token_urlsafe(16)
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        f"frame-ancestors 'none'; script-src 'nonce-{nonce}'"
    )
    headers = {"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}
    text = _TEMPLATES.get_template(template).render(nonce=nonce, **values)
    return web.Response(text=text, content_type="text/html", headers=headers)
