"""Provider tokens of an exact form without a published checksum: kingfisher finds them, their surroundings decide."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.analysis.defaults import is_env_default
from bot.analysis.detectors import Found, detector
from bot.analysis.document import Document
from bot.analysis.surroundings import evidence, secret_found
from bot.analysis.tokens import FINDER, Token
from bot.core.secrets_judge import Standing, judge
from bot.core.token_formats import spot
from bot.core.token_prefixes import is_live, provider_of

ENOUGH = 4  # points: the exact form and enough entropy, and nothing that speaks against it


@detector("structured-token")
def structured_token(document: Document, options: Mapping[str, Any]) -> Iterator[Found]:
    """A token of a provider's exact form, once for each value. What verifies by a checksum is another rule's."""
    said: set[str] = set()
    for token, provider in structured(document):
        line = document.line_at(token.start)
        if line in document.added and token.value not in said and not is_env_default(document, token.start):
            said.add(token.value)
            yield secret_found(document, line, token.value, provider)


def structured(document: Document) -> Iterator[tuple[Token, str]]:
    """(token, provider) of every token that is worth speaking of, on any line; each is concealed."""
    checked = [t for t in spot(document.text) if t.verified or t.format.firm]  # the checksum has the word, on parts as well
    for token in FINDER.find(document.text):
        known = provider_of(token.value)
        if known is None or any(t.start < token.end and token.start < t.end for t in checked):
            continue
        provider, prefix = known
        body = token.value[len(prefix) :]
        seen = evidence(document, token.start, token.end, body=body, exact=True, live=is_live(prefix))
        judged = judge(seen)
        if judged.standing is Standing.FAKE:
            continue
        document.conceal(token.value)
        if judged.score >= ENOUGH and not seen.scanner:
            yield token, provider
