"""What people see: what this server is, and one page per rule, rendered from the rule itself."""

import re
from collections.abc import Mapping

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from bot import __version__
from bot.core.manifest import EVENTS, PERMISSIONS, registration
from bot.core.words import how_to_allow, measured, sentence
from bot.model import Example, Rule, Rulebook, Status, Tier

REGISTERING = "https://docs.github.com/en/apps/creating-github-apps/registering-a-github-app/registering-a-github-app"
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?|\[[0-9a-fA-F:]{2,45}\](?::[0-9]{1,5})?")
_SPAN = re.compile(r"`([^`]+)`")
_CAPTURE = re.compile(r"\{[A-Za-z_][A-Za-z0-9_]*\}")
_EXAMPLES_SHOWN = 3  # of a kind and language


class Pages:
    """HTML for a rulebook. Everything that is not our own markup is escaped."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook
        self._templates = Environment(
            loader=PackageLoader("bot.web"),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["prose"] = prose

    def home(self, _request: web.Request) -> web.Response:
        rules = [r for r in self._rulebook.rules.values() if r.status is not Status.OFF]
        return self._page(
            "home.html",
            defects=[r for r in rules if r.speaks_as is Tier.DEFECT],
            considerations=[r for r in rules if r.speaks_as is Tier.CONSIDERATION],
            digest=self._rulebook.digest,
        )

    def setup(self, request: web.Request) -> web.Response:
        """How to connect a repository to the server at the address by which it was asked."""
        here = f"{request.scheme}://{request.host}" if _HOST.fullmatch(request.host) else "https://YOUR-SERVER"
        webhook = f"{here}/webhook"
        return self._page(
            "setup.html",
            webhook=webhook,
            registration=registration(webhook),
            registering=REGISTERING,
            permissions=PERMISSIONS,
            events=EVENTS,
        )

    def rule(self, request: web.Request) -> web.Response:
        rule = self._rulebook.rules.get(request.match_info["id"])
        if rule is None:
            return web.Response(status=404, text="There is no such rule; the start page lists them all.\n")
        return self._page("rule.html", rule=rule, measured=measured, allow=how_to_allow(rule), examples=_examples(rule))

    def _page(self, name: str, **values: object) -> web.Response:
        html = self._templates.get_template(name).render(version=__version__, **values)
        return web.Response(text=html, content_type="text/html")


def prose(text: str) -> Markup:
    """A rule's sentence as HTML: code spans, and an ellipsis where a capture of the pull's code would stand."""
    parts = _SPAN.split(sentence(_CAPTURE.sub("…", " ".join(text.split()))))
    return Markup("").join(Markup("<code>{}</code>").format(p) if i % 2 else escape(p) for i, p in enumerate(parts))


def _examples(rule: Rule) -> Mapping[str, Mapping[str, list[Example]]]:
    """Per language: what is flagged, what is clean, and what is known to be missed."""
    shown: dict[str, dict[str, list[Example]]] = {}
    for example in rule.examples:
        kind = "Known gaps" if example.gap else "Flagged" if example.expect else "Clean"
        of_kind = shown.setdefault(example.language, {"Flagged": [], "Clean": [], "Known gaps": []})[kind]
        if len(of_kind) < _EXAMPLES_SHOWN:
            of_kind.append(example)
    return shown
