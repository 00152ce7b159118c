"""Marvin's published vectors, and keys under the wrong seed, signature or alphabet."""

import base64

import pytest

from bot.core.azure_keys import ANNOTATED, is_annotated, is_issued, marvin32
from bot.core.specimens import azure_key
from bot.core.token_formats import spot

# From .NET's own tests of Marvin; the two halves of each are folded together, as its 32-bit hash does.
ONE, TWO = 0x4FB61A001BDBCC, 0x804FB61A001BDBCC
VECTORS = [
    (ONE, "", 0x30ED35C100CD3C7D),
    (ONE, "af", 0x48E73FC77D75DDC1),
    (ONE, "e70f", 0xB5F6E1FC485DBFF8),
    (ONE, "37f495", 0xF0B07C789B8CF7E8),
    (ONE, "8642dc59", 0x7008F2E87E9CF556),
    (ONE, "153fb79826", 0xE6C08C6DA2AFA997),
    (ONE, "0932e6246c47", 0x6F04BF1A5EA24060),
    (ONE, "ab427ea8d10fc7", 0xE11847E4F0678C41),
    (TWO, "", 0x10A9D5D3996FD65D),
    (TWO, "af", 0x68201F91960EBF91),
    (TWO, "37f495", 0xE1F2DFA6E5131408),
    (TWO, "ab427ea8d10fc7", 0xE203987DBA252FB3),
]


@pytest.mark.parametrize(("seed", "data", "whole"), VECTORS)
def test_marvin(seed: int, data: str, whole: int) -> None:
    assert marvin32(bytes.fromhex(data), seed) == (whole >> 32) ^ (whole & 0xFFFFFFFF)


def test_a_key_of_the_service_that_its_signature_names() -> None:
    key = azure_key()
    assert is_issued(key)
    assert is_issued(key.rstrip("="))
    assert not is_issued(key.replace("+ASt", "ACDb"))
    assert not is_issued("x" + key[1:] if key[0] != "x" else "y" + key[1:])
    assert not is_issued("not base64 at all!")


def test_a_key_in_the_alphabet_of_addresses() -> None:
    assert is_issued(azure_key().replace("+", "-").replace("/", "_")) is False  # its signature is written with a plus
    key = functions_key()
    assert is_issued(key)
    assert is_issued(key.replace("+", "-").replace("/", "_"))


def functions_key() -> str:
    head = base64.b64decode("0123456789abcdef" * 2 + "0123456789ab" + "AzFu")
    return base64.b64encode(head + marvin32(head, int.from_bytes(b"Master00", "big")).to_bytes(4, "little")).decode()


def test_an_annotated_key() -> None:
    head = "a1B2" * 13 + "JQQJ99" + "AL" + "x" * 16 + "APIM"
    checksum = marvin32(base64.b64decode(head), int.from_bytes(b"Default0", "big")).to_bytes(4, "little")[:3]
    key = head + base64.b64encode(checksum).decode()
    assert is_annotated(key)
    assert not is_annotated(key[:-1] + ("A" if key[-1] != "A" else "B"))
    assert len(ANNOTATED) > 0


def test_a_long_run_of_base64_is_no_key() -> None:
    assert list(spot("A" * 100_000 + azure_key())) == []
