"""What a literal says once decoded: base64, hexadecimal, ROT13 and reversal, one upon another."""

import binascii
import codecs
import re
from base64 import b64decode, urlsafe_b64decode
from collections.abc import Callable, Iterator

from bot.core.token_formats import FORMATS

STEPS = 3
_BASE64 = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]{16,}={0,2}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){12,}")
_LIMIT = 8_000  # characters of a literal
# Reversal and ROT13 turn any text into another; only what a secret starts with says that it was worth it.
_MARKERS = (*(p for f in FORMATS for p in f.prefixes), "AKIA", "ASIA")
_REVERSED = tuple(m[::-1] for m in (*_MARKERS, "://"))
_REVERSED_MARK = re.compile("|".join(map(re.escape, _REVERSED)) + "|^=")
_ROT13 = tuple(codecs.encode(m, "rot13") for m in (*_MARKERS, "http", "postgres"))
_ROT13_MARK = re.compile("|".join(map(re.escape, _ROT13)))
TURNED = (*_REVERSED, *_ROT13)  # of which one stands in a text that is worth turning round, or else it begins with `=`
_ALPHABETS = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")


def is_encoded(text: str, turned: bool) -> bool:
    """Whether `unfold` may make anything of a text. `turned`: one of TURNED stands in it, for all that is known."""
    return turned or text.startswith("=") or _ALPHABETS.fullmatch(text) is not None


def unfold(text: str, steps: int = STEPS) -> Iterator[tuple[str, str]]:
    """(how, decoded text) of everything that up to `steps` decodings make of a text and that can be read."""
    seen = {text}
    level = [("", text)]
    for _ in range(steps):
        reached: list[tuple[str, str]] = []
        for how, current in level:
            for name, decode in _DECODERS.items():
                decoded = decode(current)
                if decoded and decoded not in seen:
                    seen.add(decoded)
                    reached.append((f"{how}, {name}" if how else name, decoded))
        yield from reached
        level = reached


def _base64(text: str) -> str:
    if len(text) > _LIMIT:
        return ""
    padded = text + "=" * (-len(text) % 4)
    try:
        if _BASE64.fullmatch(text):
            return _readable(b64decode(padded, validate=True))
        return _readable(urlsafe_b64decode(padded)) if _BASE64URL.fullmatch(text) else ""
    except (ValueError, binascii.Error):
        return ""


def _hex(text: str) -> str:
    return _readable(bytes.fromhex(text)) if len(text) <= _LIMIT and _HEX.fullmatch(text) else ""


def _reversed(text: str) -> str:
    return text[::-1] if _REVERSED_MARK.search(text) else ""


def _rot13(text: str) -> str:
    return codecs.encode(text, "rot13") if _ROT13_MARK.search(text) else ""


def _readable(data: bytes) -> str:
    """The text, '' for bytes that no program would have typed."""
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError:
        return ""
    return text if len(text) >= 8 and all(c.isprintable() or c in "\r\n\t" for c in text) else ""


_DECODERS: dict[str, Callable[[str], str]] = {"base64": _base64, "hex": _hex, "reversed": _reversed, "ROT13": _rot13}
