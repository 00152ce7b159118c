"""Rules and sources made on the spot."""

import json
from collections.abc import Callable, Iterable, Iterator
from types import MappingProxyType

import pytest

from bot.analysis.detectors import DETECTORS, Found
from bot.analysis.document import Document
from bot.model import Condition, Confidence, Kind, Lines, Matcher, Rule, Rulebook, Severity, Source, Status, Tier

MakeRule = Callable[..., Rule]
MakeSource = Callable[..., Source]


@pytest.fixture
def rule() -> MakeRule:
    """rule("id", pattern="f($X)", language="python", keywords=[...], anchor=..., quote=..., where=[...]) or text=, detector=."""

    def make(
        id: str = "a-rule",
        pattern: str | dict[str, object] = "",
        *,
        language: str = "python",
        text: str = "",
        detector: str = "",
        keywords: Iterable[str] = (),
        anchor: str | None = None,
        quote: str | None = None,
        where: Iterable[str] = (),
        kinds: Iterable[Kind] = (Kind.CODE,),
        **ast: object,
    ) -> Rule:
        spec = {"rule": {"pattern": pattern} if isinstance(pattern, str) else pattern, **ast} if pattern else None
        matcher = Matcher(
            language=language,
            ast=json.dumps(spec, sort_keys=True) if spec else "",
            text=text,
            detector=detector,
            keywords=tuple(keywords),
            anchor=anchor,
            quote=quote,
            where=tuple(Condition(name) for name in where),
        )
        return Rule(
            id, "TS-X01", "a title", Tier.DEFECT, Severity.HIGH, Confidence.HIGH, Status.ACTIVE, ("CWE-1",), 1, frozenset(kinds),
            "what", "why", "fix", (), (matcher,), (),
        )  # fmt: skip

    return make


@pytest.fixture
def source() -> MakeSource:
    """source(text, path=, added=): every line is added unless `added` names them."""

    def make(
        text: str,
        path: str = "tests/test_a.py",
        *,
        language: str = "python",
        kind: Kind = Kind.CODE,
        added: Iterable[int] | None = None,
    ) -> Source:
        everything = frozenset(range(1, text.count("\n") + 2))
        lines = everything if added is None else frozenset(added)
        return Source(path, language, kind, text, Lines(lines, everything, hunks=((1, max(everything)),)))

    return make


@pytest.fixture
def rulebook() -> Callable[..., Rulebook]:
    def make(*rules: Rule) -> Rulebook:
        return Rulebook(MappingProxyType({r.id: r for r in rules}), "digest")

    return make


@pytest.fixture
def detect(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def register(name: str, *found: Found, conceal: str = "") -> None:
        def detector(document: Document, options: object) -> Iterator[Found]:
            if conceal:
                document.conceal(conceal)
            yield from found

        monkeypatch.setitem(DETECTORS, name, detector)

    return register
